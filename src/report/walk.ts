/** A walk by hand: what the page of `svscheck explore` is told, as plain data. */
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
import type { ReportedMachine, ReportedProperty, ToldAction, Trace } from './document.js';
import { machineOf } from './reported.js';
import { tell, tellAction } from './trace.js';

/** What is walked in. */
export interface WalkedSpec {
  readonly file: string;
  readonly title: string;
  readonly shows: string | null;
  /** How many initial states there are; a path begins with the number of one, from 0. */
  readonly initials: number;
  readonly machine: ReportedMachine;
}

/** Where a path leads, and where one can go from there. */
export interface Walk {
  /** The path as a story; the state after its last action is where the walk is. */
  readonly trace: Trace;
  /** The properties that are violated there. */
  readonly violated: readonly Violation[];
  /** The actions that can be taken, in the model's order: CPU by CPU. */
  readonly enabled: readonly EnabledAction[];
  /** The steps before which a CPU stands and waits. */
  readonly waiting: readonly WaitingStep[];
}

export interface Violation extends Pick<ReportedProperty, 'name' | 'claim' | 'source'> {
  /** The part of the claim that is false. */
  readonly conjunct: string;
  /** What it is false for, names to labels. */
  readonly values: Readonly<Record<string, string>>;
}

/** An action that is yet to be taken: what it would change. */
export interface EnabledAction extends ToldAction {
  /** The properties that it violates, or that are violated after it. */
  readonly violates: readonly string[];
}

export interface WaitingStep extends Pick<ToldAction, 'cpu' | 'operation' | 'label'> {
  /** What it waits for: a CPU, or its own store buffer. */
  readonly awaited: string;
}

/** The exhaustive search that finds where to jump to. */
export interface WalkSearch {
  readonly state: 'not-started' | 'running' | 'ended';
  /** How far a search is that runs, in words, where that is known. */
  readonly progress: string | null;
  /** What ended it early, or null. */
  readonly stoppedBy: string | null;
  readonly statesDistinct: number;
  /** What was found when it ended. */
  readonly properties: readonly FoundProperty[];
}

export interface FoundProperty
  extends Pick<ReportedProperty, 'name' | 'claim' | 'source' | 'result' | 'depth'> {
  /** The path to a violation, or null. */
  readonly path: string | null;
}

export const walkedSpec = (spec: Spec, model: DesignModel): WalkedSpec => ({
  file: spec.file,
  title: spec.title,
  shows: spec.shows,
  initials: model.initials.length,
  machine: machineOf(model),
});

/** Takes a path by the immutable rules. Throws PathError where they do not take it. */
export function walkAlong(model: DesignModel, path: Path): Walk {
  const system = new ImmutableModel(model);
  const replay = system.replay(path);
  const state = replay.taken.at(-1)?.state ?? replay.initial;
  const failures = claimRows.map((_, claim) =>
    model.inapplicable[claim] === null ? failureAtEnd(model, replay, claim) : undefined,
  );
  const first = failures.find((failure) => failure !== undefined) ?? null;
  return {
    trace: tell(model, path, replay, first),
    violated: claimRows.flatMap(({ name, claim, source }, index): Violation[] => {
      const failure = failures[index];
      if (failure === undefined) return [];
      const { conjunct, values } = failure;
      return [{ name, claim, source, conjunct, values }];
    }),
    enabled: system.enabled(state).map((action) => {
      const taken = system.take(state, action);
      return { ...tellAction(model, state, taken), violates: violatedBy(model, system, taken) };
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
