/** Models of one's own: a schema, rules and claims in, a verdict and traces out. */
import { explore } from '../explorer/reference.js';
import type { SearchOptions } from '../explorer/search.js';
import { search } from '../explorer/search.js';
import type { Outcome } from '../explorer/system.js';
import type { Domain, Id } from '../state/domain.js';
import type { State } from '../state/immutable.js';
import type { Draft, RecordField } from '../state/schema.js';
import { ImmutableModel } from './immutable-system.js';
import type { Action, Model } from './model.js';
import { PackedModel } from './packed-system.js';

type Over = Readonly<Record<string, Domain>>;
type Bound<O extends Over> = {
  readonly [K in keyof O]: O[K] extends Domain<infer D> ? Id<D> : never;
};

/** A rule: wherever its guard is true, its effect is one atomic step. */
export interface Rule<M> {
  readonly name: string;
  readonly instances: readonly {
    readonly label: string;
    /** Who takes it, by name: the member of the first domain, or nobody in particular. */
    readonly process: string;
    readonly bindings: Readonly<Record<string, unknown>>;
    guard(m: M): boolean;
    effect(m: M): void;
  }[];
}

/**
 * A rule for every binding of some names to members of domains.
 *
 * `guard` must be pure; `effect` changes the draft and nothing else. Order: the first name of
 * `over` varies slowest. The member that it binds is who takes the step: of all shortest traces
 * the one is told that changes it least often.
 */
export function rule<M, const O extends Over = Record<never, never>>(slots: {
  readonly name: string;
  readonly over?: O;
  readonly guard?: (m: M, bindings: Bound<O>) => boolean;
  readonly effect: (m: M, bindings: Bound<O>) => void;
}): Rule<M> {
  const { name, over = {}, guard = () => true, effect } = slots;
  const all = Object.entries(over as Over).reduce<Record<string, unknown>[]>(
    (some, [key, domain]) => some.flatMap((b) => domain.ids.map((id) => ({ ...b, [key]: id }))),
    [{}],
  );
  const instances = all.map((bindings) => {
    const bound = bindings as Bound<O>;
    const labels = Object.entries(over as Over).map(([key, domain]) =>
      domain.label(bindings[key] as Id<string>),
    );
    return {
      label: labels.length === 0 ? name : `${name}(${labels.join(', ')})`,
      process: labels[0] ?? '',
      bindings,
      guard: (m: M) => guard(m, bound),
      effect: (m: M) => effect(m, bound),
    };
  });
  return { name, instances };
}

export interface ModelSlots<S extends RecordField> {
  readonly state: S;
  /** Writes the initial state onto the state of first values; several for several initial states. */
  readonly initial?: ((m: Draft<S>) => void) | readonly ((m: Draft<S>) => void)[];
  readonly rules: readonly Rule<Draft<S>>[];
  /** Claims about every reachable state, by name: true where the claim holds. Pure. */
  readonly always?: Readonly<Record<string, (m: Draft<S>) => boolean>>;
  /** What must be reachable, by name. Pure. */
  readonly sometimes?: Readonly<Record<string, (m: Draft<S>) => boolean>>;
}

/** What the search keeps in the bits of one number. */
const namesMax = 31;

/** A model of its own rules. Throws RangeError for more than 31 claims or 31 witnesses. */
export function defineModel<S extends RecordField>(slots: ModelSlots<S>): Model<S> {
  const { state, initial = () => {}, rules, always = {}, sometimes = {} } = slots;
  for (const named of [always, sometimes]) {
    const names = Object.keys(named).length;
    if (names > namesMax) throw new RangeError(`${names} names; a model has ${namesMax} at most`);
  }
  const instances = rules.flatMap((of, step) =>
    of.instances.map((instance) => ({ ...instance, step })),
  );
  const processes = [...new Set(instances.map(({ process }) => process))];
  const actions = instances.map(
    ({ label, process, bindings, guard, effect, step }, index): Action<Draft<S>> => ({
      index,
      process: processes.indexOf(process),
      label,
      guard,
      effect: (m, observer) => {
        observer.step(m, { step, bindings });
        effect(m);
      },
    }),
  );
  const checks = Object.entries(always).map(([name, holds], claim) => ({
    claim,
    ownOf: null,
    check: (m: Draft<S>) =>
      holds(m) ? undefined : { conjunct: `${name} is false`, values: {}, blame: [] },
  }));
  return {
    schema: state,
    processes: null,
    initials: typeof initial === 'function' ? [initial] : initial,
    steps: rules.map(({ name }) => name),
    actions,
    families: [{ select: () => 0, actions: [actions], checks: [checks] }],
    claims: Object.keys(always).map((name) => ({
      name,
      claim: name,
      source: 'model',
      on: 'states',
    })),
    witnesses: Object.entries(sometimes).map(([name, shows]) => ({ name, claim: name, shows })),
  };
}

export interface CheckedClaim<S extends RecordField> {
  readonly name: string;
  readonly result: 'holds' | 'violated' | 'unfinished';
  /** Steps of the shortest trace, or null. */
  readonly depth: number | null;
  /** The trace: the initial state, then the state after each action; empty unless violated. */
  readonly trace: readonly { readonly action: string | null; readonly state: State<S> }[];
}

export interface Checked<S extends RecordField>
  extends Omit<Outcome, 'verdicts' | 'witnesses' | 'fired'> {
  readonly claims: readonly CheckedClaim<S>[];
  /** By name: the depth at which each was first seen, or null. */
  readonly sometimes: Readonly<Record<string, number | null>>;
  /** By rule: how often it was taken. */
  readonly fired: Readonly<Record<string, number>>;
}

export interface CheckModelOptions extends SearchOptions {
  /** Use the naive explorer on immutable states; of the limits it knows `depthMax` alone. */
  readonly reference?: boolean;
}

/**
 * Explores a model exhaustively. States in traces are immutable. Throws nothing for a violation;
 * what a rule throws passes through.
 */
export function checkModel<S extends RecordField>(
  model: Model<S>,
  options: CheckModelOptions = {},
): Checked<S> {
  const immutable = new ImmutableModel(model);
  const { verdicts, witnesses, fired, ...counts } = options.reference
    ? explore(immutable, options.depthMax)
    : search(new PackedModel(model), options);
  return {
    ...counts,
    claims: model.claims.map(({ name }, index): CheckedClaim<S> => {
      const verdict = verdicts[index];
      if (verdict?.result !== 'violated') {
        const result = verdict?.result === 'holds' ? 'holds' : 'unfinished';
        return { name, result, depth: null, trace: [] };
      }
      const { initial, taken } = new ImmutableModel(model).replay(verdict.path);
      const steps = taken.map(({ action, state }) => ({ action: action.label, state }));
      return {
        name,
        result: 'violated',
        depth: verdict.depth,
        trace: [{ action: null, state: initial }, ...steps],
      };
    }),
    sometimes: Object.fromEntries(
      model.witnesses.map(({ name }, index) => [name, witnesses[index] ?? null]),
    ),
    fired: Object.fromEntries(model.steps.map((name, index) => [name, fired[index] ?? 0])),
  };
}
