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
import { SeenSet } from './seen.js';
import type { PackedSystem, Path } from './system.js';
import { copyRow, Successors } from './system.js';

/** Where a property is first violated. */
export interface Target {
  readonly property: number;
  readonly depth: number;
  /** The states of that depth that violate it. */
  readonly ends: OnPath;
  /** Whether a step from a state of the level before violates it. */
  readonly endsInStep: boolean;
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

/** States of one level that lie on shortest paths, and what is yet to come from each. */
export class OnPath {
  private readonly states: SeenSet;
  private readonly costs: Costs[] = [];
  private readonly row: Uint32Array;

  constructor(private readonly words: number) {
    this.states = SeenSet.alone(words);
    this.row = new Uint32Array(words);
  }

  get size(): number {
    return this.costs.length;
  }

  addEnd(rows: Uint32Array, offset: number): void {
    this.add(rows, offset, new Costs(true));
  }

  /** A state that is not there yet. They are numbered as they come. */
  add(rows: Uint32Array, offset: number, costs: Costs): void {
    copyRow(rows, offset, this.row, 0, this.words);
    this.states.addAll(this.row, 1);
    this.costs.push(costs);
  }

  find(rows: Uint32Array, offset: number): Costs | undefined {
    return this.costs[this.states.find(rows, offset)];
  }
}

export function pathTo(system: PackedSystem, levels: Levels, target: Target): Path {
  const { depth, ends, endsInStep } = target;
  const looked = new Looked(system, target.property);
  /** By level. */
  const onPath: OnPath[] = [];
  onPath[depth] = ends;
  for (let level = depth - 1; level >= 0; level--) {
    const states = new OnPath(system.words);
    const following = onPath[level + 1] as OnPath;
    const byStep = endsInStep && level === depth - 1;
    for (const { rows, offset } of levels.statesOf(level)) {
      const costs = new Costs(false);
      looked.expand(rows, offset);
      for (let row = 0; row < looked.count; row++) {
        const changes = looked.changesAfter(row, following, byStep);
        if (changes < Number.POSITIVE_INFINITY) costs.add(looked.processOf(row), changes);
      }
      if (costs.least < Number.POSITIVE_INFINITY) states.add(rows, offset, costs);
    }
    onPath[level] = states;
  }

  const starts = system.initials.map((words) => looked.costsOf(words, onPath[0] as OnPath));
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
      const changes = looked.changesAfter(row, onPath[level + 1] as OnPath, byStep);
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
  changesAfter(row: number, following: OnPath, byStep: boolean): number {
    const { system, successors, property } = this;
    if (byStep && ((successors.failing[row] as number) >>> property) & 1) return 0;
    if (following.size === 0) return Number.POSITIVE_INFINITY;
    const costs = following.find(this.canonical, row * system.words);
    if (costs === undefined) return Number.POSITIVE_INFINITY;
    const process = this.processOf(row);
    const renamed = system.orbits?.processesOf(successors.rows, row * system.words);
    return costs.after(renamed === undefined ? process : (renamed[process] as number));
  }

  /** Changes of process on the way from an initial state. */
  costsOf(initial: Uint32Array, first: OnPath): number {
    const row = initial.slice();
    this.system.orbits?.canonicalize(row, 1);
    return first.find(row, 0)?.after(-1) ?? Number.POSITIVE_INFINITY;
  }
}
