/** A path taken by the packed rules and told as immutable states, as ImmutableModel.replay() does. */
import type { Path } from '../explorer/system.js';
import { snapshot } from '../state/immutable.js';
import { pack } from '../state/packed.js';
import type { Draft, RecordField } from '../state/schema.js';
import type { Replay, Taken, TakenStep } from './immutable-system.js';
import { PathError, stepFailures } from './immutable-system.js';
import type { Model } from './model.js';

/** Throws PathError where an action cannot be taken. */
export function replayPacked<S extends RecordField>(model: Model<S>, path: Path): Replay<S> {
  const { view } = pack(model.schema);
  const boot = model.initials[path.initial];
  if (boot === undefined) throw new PathError(-1, `there is no initial state ${path.initial}`);
  boot(view);
  const initial = snapshot(model.schema, view);
  const taken = path.actions.map((index, position): Taken<S> => {
    const action = model.actions[index];
    if (action === undefined) throw new PathError(position, `there is no action ${index}`);
    const enabled = model.families.some(
      (family) =>
        family.actions[family.select(view)]?.includes(action) === true && action.guard(view),
    );
    if (!enabled) throw new PathError(position, `${action.label} is not enabled there`);
    const steps: TakenStep[] = [];
    action.effect(view, {
      step: (before: Draft<S>, occurrence) => {
        steps.push({ occurrence, failures: stepFailures(model, before, occurrence) });
      },
    });
    return { action, steps, state: snapshot(model.schema, view) };
  });
  return { initial, taken };
}
