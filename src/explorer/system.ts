/**
 * The port between a model and the search: a transition system over packed words.
 *
 * The search knows nothing else of a model. States are rows of 32-bit words; actions, properties,
 * witnesses and processes are small numbers whose meaning only the model knows.
 */
export interface PackedSystem {
  /** 32-bit words in a state, 1 or more. */
  readonly words: number;
  /** How many properties and witnesses there are: at most 31 of each, numbered from 0. */
  readonly properties: number;
  readonly witnesses: number;
  /** The initial states, in the model's order; several may be equal. */
  readonly initials: readonly Uint32Array[];
  /** How many named steps there are, and how often each was taken by expand() so far: to be read. */
  readonly steps: number;
  readonly fired: Float64Array;
  /** Makes the state at `rows[offset]` the loaded one: what expand() speaks of. */
  load(rows: Uint32Array, offset: number): void;
  /** Of the properties in the bit mask `asked`, those that the state at `rows[offset]` violates. */
  failing(rows: Uint32Array, offset: number, asked: number): number;
  /** Of the witnesses in the bit mask `asked`, those that the state at `rows[offset]` shows. */
  witnessed(rows: Uint32Array, offset: number, asked: number): number;
  /** Adds every successor of the loaded state, in the model's order of actions. */
  expand(into: Successors): void;
  /** The process (0-based) that takes an action: a trace changes process as rarely as it can. */
  processOf(action: number): number;
  /** What makes one state stand for several; absent when each stands for itself. */
  readonly orbits?: Orbits;
  /** A step of it may be several of the model's: what it violates is known, but no path to that. */
  readonly leaps?: true;
}

/**
 * Sets of states that differ in names alone, of each of which the search looks at one, its canonical
 * form: permutations of names take steps to steps, and keep properties and witnesses.
 */
export interface Orbits {
  /** Puts into the place of each of the first `count` states its canonical form. */
  canonicalize(states: Uint32Array, count: number): void;
  /** The new names of the processes under a permutation that takes a state to its canonical form. */
  processesOf(states: Uint32Array, offset: number): readonly number[];
}

/** Successors that wait to be looked up; the rows are grown as needed, never shrunk. */
export class Successors {
  rows: Uint32Array;
  actions: Int32Array;
  /** For each transition, the bit mask of the properties that it violates as a transition. */
  failing: Int32Array;
  count = 0;
  /** Transitions from a state to itself that violate nothing: counted, and of no further use. */
  idle = 0;
  /** The witnesses, as a bit mask, that states on the way to these have shown. */
  shown = 0;

  constructor(
    readonly words: number,
    capacity: number,
  ) {
    this.rows = new Uint32Array(capacity * words);
    this.actions = new Int32Array(capacity);
    this.failing = new Int32Array(capacity);
  }

  /** Makes room for one more; all that is kept of it is for the caller to write. */
  next(): number {
    if (this.count === this.actions.length) this.grow();
    return this.count++;
  }

  /** Adds the state in `words`, reached by `action`. */
  push(words: Uint32Array, action: number, failing: number): void {
    const row = this.next();
    copyRow(words, 0, this.rows, row * this.words, this.words);
    this.actions[row] = action;
    this.failing[row] = failing;
  }

  private grow(): void {
    const { rows, actions, failing } = this;
    this.rows = new Uint32Array(rows.length * 2);
    this.actions = new Int32Array(actions.length * 2);
    this.failing = new Int32Array(failing.length * 2);
    this.rows.set(rows);
    this.actions.set(actions);
    this.failing.set(failing);
  }
}

/** Copies a state of `words` words; unrolled, because rows are short and there are many. */
export function copyRow(
  from: Uint32Array,
  at: number,
  to: Uint32Array,
  base: number,
  words: number,
): void {
  let word = 0;
  for (; word + 1 < words; word += 2) {
    to[base + word] = from[at + word] as number;
    to[base + word + 1] = from[at + word + 1] as number;
  }
  if (word < words) to[base + word] = from[at + word] as number;
}

/** A way from an initial state, as numbers: which initial state, then which actions. */
export interface Path {
  readonly initial: number;
  readonly actions: readonly number[];
}

export type LimitName = 'states-max' | 'memory-max' | 'time-max' | 'depth-max' | 'stop-at-first';

/** Why a search ended before it had seen every state. */
export type StopReason = LimitName | 'interrupted' | 'worker-died' | 'disk-error';

export interface Limits {
  /** States to store, at most. */
  readonly statesMax?: number;
  /** Bytes that the process may hold, at most. */
  readonly memoryMax?: number;
  /** Milliseconds, at most. */
  readonly timeMax?: number;
  /** Steps from an initial state, at most: deeper states are not looked at. */
  readonly depthMax?: number;
  /** Ends the search after the first level by which it has violated a property, or as told. */
  readonly stopAtFirst?: boolean | StopRule;
}

/** Ends a search after the first level by which any, or all, of some properties are violated. */
export interface StopRule {
  readonly violated: 'any' | 'all';
  /** By index. */
  readonly of: readonly number[];
}

/** What a search says of one property. */
export type Verdict =
  | { readonly result: 'holds' }
  | { readonly result: 'violated'; readonly depth: number; readonly path: Path }
  /** Violated, and no path: the system leaps, so another search has to find it; or time was over. */
  | { readonly result: 'pathless' }
  | { readonly result: 'unfinished' };

export interface Outcome {
  /** By property. */
  readonly verdicts: readonly Verdict[];
  /** By witness: the depth (steps) at which it was first seen, or null. */
  readonly witnesses: readonly (number | null)[];
  readonly statesDistinct: number;
  /** Initial states and every transition taken, those that lead back to a known state too. */
  readonly statesGenerated: number;
  /** Steps to the state that is farthest from the initial ones, of those seen. */
  readonly depth: number;
  /** How often each named step was taken. */
  readonly fired: readonly number[];
  /** Null when every reachable state was seen. */
  readonly stoppedBy: StopReason | null;
}

/** The same port over immutable states: what the reference explorer takes. */
export interface ReferenceSystem<S> {
  readonly properties: number;
  readonly witnesses: number;
  readonly initials: readonly S[];
  /** How often each named step was taken by successors() so far. */
  readonly fired: readonly number[];
  /** A string that equal states share, and no others. */
  key(state: S): string;
  /** The properties that a state violates. */
  failing(state: S): readonly number[];
  /** The witnesses that a state shows. */
  witnessed(state: S): readonly number[];
  /** In the model's order of actions. */
  successors(state: S): Iterable<Transition<S>>;
}

export interface Transition<S> {
  readonly action: number;
  readonly process: number;
  readonly next: S;
  /** The properties that it violates as a transition. */
  readonly failing: readonly number[];
}
