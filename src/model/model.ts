/**
 * A model: a schema, initial states, actions, claims, witnesses. What a protocol or a library user's
 * own rules come to, and all that a checker needs.
 */
import type { Domain } from '../state/domain.js';
import type { Draft, RecordField } from '../state/schema.js';
import type { Symmetry } from '../state/symmetry.js';

/** One taking of one step: what an observer sees, with the state as it was before the step. */
export interface Occurrence {
  /** Index in the model's `steps`. */
  readonly step: number;
  /** Who takes it and what it is given, as 0-based indices. */
  readonly bindings: Readonly<Record<string, unknown>>;
}

export interface Observer<M> {
  step(before: M, occurrence: Occurrence): void;
}

/** A step with its binding, or several steps that nothing comes between. */
export interface Action<M> {
  /** Its place in the model's order of actions. */
  readonly index: number;
  /** Which process takes it: traces change process as rarely as they can. */
  readonly process: number;
  readonly label: string;
  guard(m: M): boolean;
  /** Changes the draft; tells the observer of every step, just before the step. */
  effect(m: M, observer: Observer<M>): void;
}

/** What a claim says of a state, as far as one family has a say in it. */
export interface Check<M> {
  /** Index in the model's `claims`. */
  readonly claim: number;
  /** The process that it is about, if it reads nothing but what that process alone writes. */
  readonly ownOf: number | null;
  check(m: M): Failure | undefined;
}

/**
 * Some actions and checks, looked up by a number that the state tells: no others are enabled, or
 * can fail, in it. A machine has one family for each CPU and selects by where the CPU is.
 */
export interface Family<M> {
  select(m: M): number;
  readonly actions: readonly (readonly Action<M>[])[];
  readonly checks: readonly (readonly Check<M>[])[];
}

/** Why a state or a step breaks a claim. */
export interface Failure {
  /** The part of the claim that is false, as a sentence about this state. */
  readonly conjunct: string;
  /** What it is false for: names to labels, in the order to show them. */
  readonly values: Readonly<Record<string, string>>;
  /**
   * Paths to the values that make it false, the most telling first: the step to blame is the last
   * one that changed the first of them that any step changed.
   */
  readonly blame: readonly (readonly (string | number)[])[];
}

interface ClaimSlots {
  readonly name: string;
  /** One English sentence. */
  readonly claim: string;
  readonly source: string;
}
/** A claim about every reachable state; the families hold its checks. */
export interface StateClaim extends ClaimSlots {
  readonly on: 'states';
}
/** A claim about every step that is taken, in the state before it. */
export interface StepClaim<M> extends ClaimSlots {
  readonly on: 'steps';
  /** Indices of the steps that it speaks of. */
  readonly watches: ReadonlySet<number>;
  check(before: M, occurrence: Occurrence): Failure | undefined;
}
export type Claim<M> = StateClaim | StepClaim<M>;

/** Something that must be reachable, so that claims are not true of nothing. */
export interface Witness<M> {
  readonly name: string;
  readonly claim: string;
  /** Null where no state can show it. */
  readonly shows: ((m: M) => boolean) | null;
  /** By process, where some process shows it by what it alone writes: what it reads of that one. */
  readonly ownParts?: readonly ((m: M) => boolean)[];
}

/** What the reduction by partial orders is told of processes. */
export interface Processes<M> {
  /** The domain of the processes, in the order of their numbers: each has a family. */
  readonly domain: Domain;
  /** The tables in which claims may look up hidden variables, as observe() does: see LookUp. */
  readonly lookUps: ReadonlySet<Int32Array>;
  /** What claims about more than this process can see of its hidden variables. */
  observe(m: M, process: number): Observed;
}

/** What claims about several processes see of the hidden variables of one. */
export interface Observed {
  /** Equal in two states that differ in nothing else only if each such claim finds the same in both. */
  readonly looks: string;
  /** The claims, by index, that say something of the process where it is. */
  readonly claims: readonly number[];
}

export interface Model<S extends RecordField = RecordField> {
  readonly schema: S;
  /** Null where no variable is said to be a process's own. */
  readonly processes: Processes<Draft<S>> | null;
  /** Each writes one initial state onto the state in which every field has its first value. */
  readonly initials: readonly ((m: Draft<S>) => void)[];
  /** The names of the steps, for counts of how often each fired. */
  readonly steps: readonly string[];
  readonly actions: readonly Action<Draft<S>>[];
  readonly families: readonly Family<Draft<S>>[];
  readonly claims: readonly Claim<Draft<S>>[];
  readonly witnesses: readonly Witness<Draft<S>>[];
  /** Permutations that its steps, claims and witnesses are symmetric under; absent for none. */
  readonly symmetry?: Symmetry;
}

/** The first check of a claim that a state fails. */
export function failureOf<S extends RecordField>(
  { families }: Model<S>,
  m: Draft<S>,
  claim: number,
): Failure | undefined {
  for (const family of families) {
    for (const check of family.checks[family.select(m)] ?? []) {
      const failure = check.claim === claim ? check.check(m) : undefined;
      if (failure !== undefined) return failure;
    }
  }
  return undefined;
}
