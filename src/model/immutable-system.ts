/** A model as the reference explorer sees it, and paths told as immutable states. */
import type { Path, ReferenceSystem, Transition } from '../explorer/system.js';
import type { State } from '../state/immutable.js';
import { keyOf, next, zeroState } from '../state/immutable.js';
import type { Draft, RecordField } from '../state/schema.js';
import type { Action, Failure, Model, Observer, Occurrence } from './model.js';
import { failureOf } from './model.js';

export class ImmutableModel<S extends RecordField> implements ReferenceSystem<State<S>> {
  readonly properties: number;
  readonly witnesses: number;
  readonly initials: readonly State<S>[];
  /** How often each of the model's steps was taken. */
  readonly fired: number[];

  constructor(private readonly model: Model<S>) {
    this.properties = model.claims.length;
    this.witnesses = model.witnesses.length;
    this.initials = model.initials.map(
      (initial) => next(zeroState(model.schema) as object, initial as never) as State<S>,
    );
    this.fired = model.steps.map(() => 0);
  }

  key(state: State<S>): string {
    return keyOf(this.model.schema, state);
  }

  failing(state: State<S>): number[] {
    return this.model.claims.flatMap((_, index) =>
      failureOf(this.model, state, index) === undefined ? [] : [index],
    );
  }

  witnessed(state: State<S>): number[] {
    return this.model.witnesses.flatMap((witness, index) =>
      witness.shows?.(state) ? [index] : [],
    );
  }

  /** The actions that can be taken, in the model's order. */
  enabled(state: State<S>): Action<Draft<S>>[] {
    return this.model.families.flatMap((family) =>
      (family.actions[family.select(state)] ?? []).filter((action) => action.guard(state)),
    );
  }

  *successors(state: State<S>): Generator<Transition<State<S>>> {
    for (const action of this.enabled(state)) {
      const taken = this.take(state, action);
      for (const { occurrence } of taken.steps) {
        this.fired[occurrence.step] = (this.fired[occurrence.step] ?? 0) + 1;
      }
      const failing = [...new Set(taken.steps.flatMap((step) => [...step.failures.keys()]))];
      yield { action: action.index, process: action.process, next: taken.state, failing };
    }
  }

  /** Takes an action, and tells each step in it with the step claims that it violates. */
  take(state: State<S>, action: Action<Draft<S>>): Taken<S> {
    const steps: TakenStep[] = [];
    const observer: Observer<Draft<S>> = {
      step: (before, occurrence) => {
        steps.push({ occurrence, failures: stepFailures(this.model, before, occurrence) });
      },
    };
    const after = next(state as object, (draft) => action.effect(draft as Draft<S>, observer));
    return { action, steps, state: after as State<S> };
  }

  /** The states along a path. Throws PathError where an action cannot be taken. */
  replay(path: Path): Replay<S> {
    const initial = this.initials[path.initial];
    if (initial === undefined) throw new PathError(-1, `there is no initial state ${path.initial}`);
    let state = initial;
    const taken = path.actions.map((index, position) => {
      const action = this.model.actions[index];
      if (action === undefined) throw new PathError(position, `there is no action ${index}`);
      if (!this.enabled(state).includes(action)) {
        throw new PathError(position, `${action.label} is not enabled there`);
      }
      const step = this.take(state, action);
      state = step.state;
      return step;
    });
    return { initial, taken };
  }
}

/** The step claims that a step violates, by index of the claim. */
export function stepFailures<S extends RecordField>(
  { claims }: Model<S>,
  before: Draft<S>,
  occurrence: Occurrence,
): Map<number, Failure> {
  const failures = new Map<number, Failure>();
  for (const [index, claim] of claims.entries()) {
    if (claim.on !== 'steps' || !claim.watches.has(occurrence.step)) continue;
    const failure = claim.check(before, occurrence);
    if (failure !== undefined) failures.set(index, failure);
  }
  return failures;
}

export interface TakenStep {
  readonly occurrence: Occurrence;
  /** By index of the claim. */
  readonly failures: ReadonlyMap<number, Failure>;
}

export interface Taken<S extends RecordField> {
  readonly action: Action<Draft<S>>;
  readonly steps: readonly TakenStep[];
  /** The state after it. */
  readonly state: State<S>;
}

export interface Replay<S extends RecordField> {
  readonly initial: State<S>;
  readonly taken: readonly Taken<S>[];
}

/** A path that the model cannot take. `position` is 0-based; -1 is the initial state. */
export class PathError extends Error {
  constructor(
    readonly position: number,
    message: string,
  ) {
    super(message);
  }
}

/** What is wrong after a replayed path, as far as one claim goes. */
export function failureAtEnd<S extends RecordField>(
  model: Model<S>,
  { initial, taken }: Replay<S>,
  claim: number,
): Failure | undefined {
  const last = taken.at(-1);
  const inState = failureOf(model, last?.state ?? initial, claim);
  return (
    inState ?? last?.steps.map(({ failures }) => failures.get(claim)).find((f) => f !== undefined)
  );
}
