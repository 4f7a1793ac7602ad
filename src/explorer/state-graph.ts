/** The reachable states as a graph, to be looked at: breadth-first, with every transition. */
import type { ReferenceSystem } from './system.js';

export interface StateGraph<S> {
  /** In the order in which they are found, the initial ones first. */
  readonly states: readonly {
    readonly state: S;
    readonly isInitial: boolean;
    /** The properties that it violates. */
    readonly failing: readonly number[];
  }[];
  /** Each goes from one index to another; two actions between the same states are two. */
  readonly transitions: readonly {
    readonly from: number;
    readonly to: number;
    readonly action: number;
    /** The properties that it violates as a transition. */
    readonly failing: readonly number[];
  }[];
}

/** @returns null where there are more than `statesMax` states: no graph lacks any */
export function stateGraph<S>(system: ReferenceSystem<S>, statesMax: number): StateGraph<S> | null {
  const states: StateGraph<S>['states'][number][] = [];
  const transitions: StateGraph<S>['transitions'][number][] = [];
  const indices = new Map<string, number>();
  const indexOf = (state: S, isInitial: boolean): number => {
    const key = system.key(state);
    const known = indices.get(key);
    if (known !== undefined) return known;
    indices.set(key, states.length);
    return states.push({ state, isInitial, failing: system.failing(state) }) - 1;
  };
  for (const state of system.initials) indexOf(state, true);
  // The list grows while it is gone through: what is found is expanded in its turn.
  for (const [from, { state }] of states.entries()) {
    if (states.length > statesMax) return null;
    for (const { action, next, failing } of system.successors(state)) {
      transitions.push({ from, to: indexOf(next, false), action, failing });
    }
  }
  return { states, transitions };
}
