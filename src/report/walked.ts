/** A walk by hand: a path is told, and what can be done where it leads. */
import type { Path } from '../explorer/system.js';
import { claimRows } from '../invariants/claims.js';
import type { Taken } from '../model/immutable-system.js';
import { failureAtEnd, ImmutableModel } from '../model/immutable-system.js';
import type { DesignModel } from '../spec/design-model.js';
import type { Spec } from '../spec/load.js';
import type { State } from '../state/immutable.js';
import type { MachineSchema } from '../state/machine.js';
import { isBufferReady, waitsFor } from '../transitions/actions.js';
import { instanceLabel, nodeLabel } from '../transitions/nodes.js';
import { machineOf } from './reported.js';
import { replayLine } from './terminal.js';
import { tell, tellAction } from './trace.js';
import type { Violation, WaitingStep, Walk, WalkedSpec } from './walk.js';

export const walkedSpec = (spec: Spec, model: DesignModel): WalkedSpec => ({
  file: spec.file,
  title: spec.title,
  shows: spec.shows,
  initials: model.initials.length,
  machine: machineOf(model),
});

/** Takes a path by the immutable rules. Throws PathError where they do not take it. */
export function walkAlong(file: string, model: DesignModel, path: Path): Walk {
  const system = new ImmutableModel(model);
  const replay = system.replay(path);
  const state = replay.taken.at(-1)?.state ?? replay.initial;
  const failures = claimRows.map((_, claim) =>
    model.inapplicable[claim] === null ? failureAtEnd(model, replay, claim) : undefined,
  );
  const first = failures.find((failure) => failure !== undefined) ?? null;
  const trace = tell(model, path, replay, first);
  return {
    trace,
    replay: replayLine(file, trace),
    violated: claimRows.flatMap(({ name, claim, source }, index): Violation[] => {
      const failure = failures[index];
      if (failure === undefined) return [];
      const { conjunct, values } = failure;
      return [{ name, claim, source, conjunct, values }];
    }),
    enabled: system.enabled(state).map((action) => {
      const taken = system.take(state, action);
      const told = tellAction(model, state, taken);
      const waiting = waitingSteps(model, taken.state).find(({ cpu }) => cpu === told.cpu);
      const violates = violatedBy(model, system, taken);
      return { ...told, violates, awaits: waiting?.awaited ?? null };
    }),
    waiting: waitingSteps(model, state),
  };
}

function violatedBy(
  model: DesignModel,
  system: ImmutableModel<MachineSchema>,
  { state, steps }: Taken<MachineSchema>,
): string[] {
  const failing = new Set(system.failing(state));
  for (const { failures } of steps) for (const claim of failures.keys()) failing.add(claim);
  return claimRows.flatMap(({ name }, claim) =>
    failing.has(claim) && model.inapplicable[claim] === null ? [name] : [],
  );
}

function waitingSteps({ design }: DesignModel, state: State<MachineSchema>): WaitingStep[] {
  const { program, scope } = design;
  return scope.cpus.ids.flatMap((cpu) => {
    const node = program.locations[state.cpus[cpu].at];
    if (node?.kind !== 'step') return [];
    const other = waitsFor(state, scope, cpu, node);
    const isReady = scope.stores === null || isBufferReady(state, scope, cpu, node);
    if (other === null && isReady) return [];
    const operation = instanceLabel(scope, node.instance);
    const label = nodeLabel(scope, node).slice(operation.length + 1);
    const awaited = other === null ? 'its store buffer' : scope.cpus.label(other);
    return [{ cpu: scope.cpus.label(cpu), operation, label, awaited }];
  });
}
