/**
 * The one trace to a violation: a function of the model, not of the run.
 *
 * Of all violating states of least depth, and all shortest paths to them, it is the path with the
 * fewest changes of process between steps; of those the one from the first initial state, and then
 * with the least actions, compared one after another. No parent is stored during the search: the
 * paths are found by going back through the levels, expanding each state again.
 *
 * Where a state stands for others that differ in names alone, the way back goes over those that
 * stand, and the way forwards over states as they are, each step looked up under its own names: it is
 * the very trace that a search of every state would tell.
 */
import type { Levels } from './levels.js';
import type { SeenSet } from './seen.js';
import type { PackedSystem, Path } from './system.js';
import { Successors } from './system.js';

export interface Target {
  readonly property: number;
  readonly depth: number;
  readonly states: readonly number[];
  /** For each state the action that violates, or -1 when it is the state itself. */
  readonly actions: readonly number[];
}

/** What is yet to come on the way from a state to the violation, at the least. */
class Costs {
  /** Changes of process after the first step; nothing more to come for a state that violates. */
  least = Number.POSITIVE_INFINITY;
  private readonly byProcess = new Map<number, number>();

  constructor(readonly isEnd: boolean) {}

  add(process: number, changes: number): void {
    this.least = Math.min(this.least, changes);
    const known = this.byProcess.get(process) ?? Number.POSITIVE_INFINITY;
    this.byProcess.set(process, Math.min(known, changes));
  }

  /** Changes of process when `process` took the step before; -1 for none. */
  after(process: number): number {
    if (this.isEnd) return 0;
    if (process < 0) return this.least;
    return Math.min(this.byProcess.get(process) ?? Number.POSITIVE_INFINITY, this.least + 1);
  }
}

export function pathTo(system: PackedSystem, seen: SeenSet, levels: Levels, target: Target): Path {
  const { depth, states, actions } = target;
  const looked = new Looked(system, seen, target.property);
  /** By level: the states on shortest paths, by number. */
  const onPath: Map<number, Costs>[] = Array.from({ length: depth + 1 }, () => new Map());
  for (const [index, state] of states.entries()) {
    if ((actions[index] as number) < 0) onPath[depth]?.set(state, new Costs(true));
  }
  const endsInStep = actions.some((action) => action >= 0);
  for (let level = depth - 1; level >= 0; level--) {
    const following = onPath[level + 1] as Map<number, Costs>;
    const byStep = endsInStep && level === depth - 1;
    for (const state of levels.statesOf(level)) {
      const costs = new Costs(false);
      looked.expand(seen.rowsOf(state), seen.offsetOf(state));
      for (let row = 0; row < looked.count; row++) {
        const changes = looked.changesAfter(row, following, byStep);
        if (changes < Number.POSITIVE_INFINITY) costs.add(looked.processOf(row), changes);
      }
      if (costs.least < Number.POSITIVE_INFINITY) onPath[level]?.set(state, costs);
    }
  }

  const starts = system.initials.map((words) => looked.costsOf(words, onPath[0]));
  const least = Math.min(...starts);
  const initial = starts.indexOf(least);
  const taken: number[] = [];
  let state: Uint32Array = system.initials[initial] as Uint32Array;
  let last = -1;
  for (let level = 0; level < depth; level++) {
    looked.expand(state, 0);
    let best = -1;
    let cost = Number.POSITIVE_INFINITY;
    for (let row = 0; row < looked.count; row++) {
      const process = looked.processOf(row);
      const byStep = endsInStep && level === depth - 1;
      const changes = looked.changesAfter(row, onPath[level + 1] as Map<number, Costs>, byStep);
      const own = changes + (last >= 0 && process !== last ? 1 : 0);
      const isLess = own < cost || (own === cost && looked.actionOf(row) < looked.actionOf(best));
      if (own === Number.POSITIVE_INFINITY || !isLess) continue;
      [best, cost] = [row, own];
    }
    if (best < 0)
      throw new Error('no step leads on: states that stand for others do not do as those');
    taken.push(looked.actionOf(best));
    last = looked.processOf(best);
    state = looked.stateOf(best);
  }
  return { initial, actions: taken };
}

/** The successors of a state, each as it is and as it was found in the search. */
class Looked {
  private readonly successors: Successors;
  private canonical: Uint32Array = new Uint32Array(0);

  constructor(
    private readonly system: PackedSystem,
    private readonly seen: SeenSet,
    private readonly property: number,
  ) {
    this.successors = new Successors(system.words, 64);
  }

  get count(): number {
    return this.successors.count;
  }

  expand(rows: Uint32Array, offset: number): void {
    const { system, successors } = this;
    system.load(rows, offset);
    successors.count = 0;
    system.expand(successors);
    if (system.orbits === undefined) {
      this.canonical = successors.rows;
      return;
    }
    if (this.canonical.length < successors.rows.length) {
      this.canonical = new Uint32Array(successors.rows.length);
    }
    this.canonical.set(successors.rows);
    system.orbits.canonicalize(this.canonical, successors.count);
  }

  actionOf(row: number): number {
    return this.successors.actions[row] as number;
  }

  processOf(row: number): number {
    return this.system.processOf(this.actionOf(row));
  }

  stateOf(row: number): Uint32Array {
    const { words } = this.system;
    return this.successors.rows.slice(row * words, (row + 1) * words);
  }

  /**
   * Changes of process after a successor, on the way through some states; infinite where it is not
   * on the way.
   *
   * @param byStep whether the step to it may itself be the violation
   */
  changesAfter(row: number, following: ReadonlyMap<number, Costs>, byStep: boolean): number {
    const { system, seen, successors, property } = this;
    if (byStep && ((successors.failing[row] as number) >>> property) & 1) return 0;
    if (following.size === 0) return Number.POSITIVE_INFINITY;
    const costs = following.get(seen.find(this.canonical, row * system.words));
    if (costs === undefined) return Number.POSITIVE_INFINITY;
    const process = this.processOf(row);
    const renamed = system.orbits?.processesOf(successors.rows, row * system.words);
    return costs.after(renamed === undefined ? process : (renamed[process] as number));
  }

  /** Changes of process on the way from an initial state. */
  costsOf(initial: Uint32Array, first: ReadonlyMap<number, Costs> | undefined): number {
    const row = initial.slice();
    this.system.orbits?.canonicalize(row, 1);
    return first?.get(this.seen.find(row, 0))?.after(-1) ?? Number.POSITIVE_INFINITY;
  }
}
