/**
 * The one trace to a violation: a function of the model, not of the run.
 *
 * Of all violating states of least depth, and all shortest paths to them, it is the path with the
 * fewest changes of process between steps; of those the one from the first initial state, and then
 * with the least actions, compared one after another. No parent is stored during the search: the
 * paths are found by going back through the levels, expanding each state again.
 */
import type { Levels } from './levels.js';
import type { SeenSet } from './seen.js';
import type { PackedSystem, Path } from './system.js';
import { Successors } from './system.js';

/** A step on a shortest path. */
interface Edge {
  readonly action: number;
  /** The state it leads to, or null when the action itself violates. */
  readonly to: number | null;
  /** Changes of process after it, at the least, on the way to the violation. */
  readonly changes: number;
}

export interface Target {
  readonly depth: number;
  readonly states: readonly number[];
  readonly actions: readonly number[];
}

export function pathTo(system: PackedSystem, seen: SeenSet, levels: Levels, target: Target): Path {
  /** For each state that lies on a shortest path, its steps towards the violation. */
  const edges = new Map<number, Edge[]>();
  /** For the level at hand: a violating state has no steps to take. */
  let reached = new Set<number>();
  const addEdge = (state: number, edge: Edge): void => {
    const known = edges.get(state);
    if (known === undefined) edges.set(state, [edge]);
    else known.push(edge);
  };
  const changesFrom = (state: number, action: number): number => {
    const onwards = edges.get(state);
    if (onwards === undefined) return 0;
    const process = system.processOf(action);
    return Math.min(...onwards.map((e) => e.changes + +(system.processOf(e.action) !== process)));
  };

  const last = new Set<number>();
  for (const [index, state] of target.states.entries()) {
    const action = target.actions[index] as number;
    if (action < 0) reached.add(state);
    else {
      addEdge(state, { action, to: null, changes: 0 });
      last.add(state);
    }
  }
  const successors = new Successors(system.words, 64);
  for (let level = target.depth - 1; level >= 0; level--) {
    const before = level === target.depth - 1 ? last : new Set<number>();
    for (const state of reached.size > 0 ? levels.statesOf(level) : []) {
      system.load(seen.rowsOf(state), seen.offsetOf(state));
      successors.count = 0;
      system.expand(successors);
      for (let row = 0; row < successors.count; row++) {
        const to = seen.find(successors.rows, row * system.words);
        if (!reached.has(to)) continue;
        const action = successors.actions[row] as number;
        addEdge(state, { action, to, changes: changesFrom(to, action) });
        before.add(state);
      }
    }
    reached = before;
  }
  return forwards(system, seen, edges, reached);
}

function forwards(
  system: PackedSystem,
  seen: SeenSet,
  edges: ReadonlyMap<number, readonly Edge[]>,
  starts: ReadonlySet<number>,
): Path {
  const initials = system.initials.map((words) => seen.find(words, 0));
  const costs = initials.map((state) => {
    if (!starts.has(state)) return Number.POSITIVE_INFINITY;
    return Math.min(0 + (edges.has(state) ? Number.POSITIVE_INFINITY : 0), ...changesAt(state));
  });
  function changesAt(state: number): number[] {
    return (edges.get(state) ?? []).map((edge) => edge.changes);
  }
  const initial = costs.indexOf(Math.min(...costs));
  const actions: number[] = [];
  let state: number | null = initials[initial] as number;
  let process = -1;
  while (state !== null) {
    const onwards: readonly Edge[] = edges.get(state) ?? [];
    if (onwards.length === 0) break;
    const cost = (edge: Edge): number =>
      edge.changes + +(process >= 0 && system.processOf(edge.action) !== process);
    const least = Math.min(...onwards.map(cost));
    const best = onwards
      .filter((edge) => cost(edge) === least)
      .reduce((a, b) => (b.action < a.action ? b : a));
    actions.push(best.action);
    process = system.processOf(best.action);
    state = best.to;
  }
  return { initial, actions };
}
