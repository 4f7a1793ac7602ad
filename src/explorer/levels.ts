/** Which states lie how many steps from an initial one; and which of them violate something. */
import type { StateLog } from './log.js';
import type { PackedSystem } from './system.js';
import { Successors } from './system.js';
import type { Target } from './trace.js';

export class Levels {
  /** By level: its first range. */
  private readonly starts: number[] = [];

  constructor(private readonly seen: StateLog) {}

  /** Begins a level with the range of a number. */
  begin(range: number): void {
    this.starts.push(range);
  }

  *statesOf(level: number): Generator<number> {
    const { ranges } = this.seen.store;
    const end = this.starts[level + 1] ?? 0;
    for (let range = this.starts[level] ?? 0; range < end; range++) {
      const first = ranges[range * 2] as number;
      const count = ranges[range * 2 + 1] as number;
      for (let id = first; id < first + count; id++) yield id;
    }
  }
}

/**
 * Where a property is first violated: every state of a level, every action that leads to it.
 *
 * The search notes the level alone, since a level can hold more violating states than there is room
 * to list; they are found here once more. A search that was stopped within a level may know of an
 * action only, and not that a state before it violates as well.
 *
 * @param depth of the violation that the search has found
 */
export function targetOf(
  system: PackedSystem,
  seen: StateLog,
  levels: Levels,
  property: number,
  depth: number,
): Target {
  const bit = 1 << property;
  for (let level = Math.max(0, depth - 1); ; level++) {
    const states: number[] = [];
    const actions: number[] = [];
    for (const state of levels.statesOf(level)) {
      if (system.failing(seen.rowsOf(state), seen.offsetOf(state), bit) === 0) continue;
      states.push(state);
      actions.push(-1);
    }
    if (level < depth && states.length === 0) continue;
    const successors = new Successors(system.words, 64);
    for (const state of level === 0 ? [] : levels.statesOf(level - 1)) {
      system.load(seen.rowsOf(state), seen.offsetOf(state));
      successors.count = 0;
      system.expand(successors);
      for (let row = 0; row < successors.count; row++) {
        if (((successors.failing[row] as number) & bit) === 0) continue;
        states.push(state);
        actions.push(successors.actions[row] as number);
      }
    }
    return { property, depth: level, states, actions };
  }
}
