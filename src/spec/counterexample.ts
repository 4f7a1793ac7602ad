/** Traces taken again on a variant of the design that they were found on. */
import type { Path } from '../explorer/system.js';
import { failureAtEnd } from '../model/immutable-system.js';
import { replayPacked } from '../model/packed-replay.js';
import { pack } from '../state/packed.js';
import type { DesignModel } from './design-model.js';
import type { Counterexample } from './variants.js';

/** A path by the labels of its actions, which a variant shares where it has the same steps. */
export function labelsOf(model: DesignModel, claim: number, path: Path): Counterexample {
  return {
    claim,
    initial: path.initial,
    labels: path.actions.map((action) => model.actions[action]?.label ?? ''),
  };
}

/** Whether a trace can be taken on a model, and ends in what it ended in. */
export function endsInFailure(
  model: DesignModel,
  { claim, initial, labels }: Counterexample,
): boolean {
  if (model.inapplicable[claim] !== null) return false;
  const { view } = pack(model.schema);
  const boot = model.initials[initial];
  if (boot === undefined) return false;
  boot(view);
  const actions: number[] = [];
  for (const label of labels) {
    const action = model.families
      .flatMap((family) => family.actions[family.select(view)] ?? [])
      .find((one) => one.label === label && one.guard(view));
    if (action === undefined) return false;
    action.effect(view, { step: () => {} });
    actions.push(action.index);
  }
  return failureAtEnd(model, replayPacked(model, { initial, actions }), claim) !== undefined;
}
