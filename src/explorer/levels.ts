/** Which states lie how many steps from an initial one; and which of them violate something. */
import type { Place } from './log.js';
import type { PackedSystem } from './system.js';
import { Successors } from './system.js';
import type { Target } from './trace.js';
import { OnPath } from './trace.js';

/** States between two looks at whether to go on. */
const statesPerLook = 1 << 11;

export class Levels {
  private readonly levels: (() => Iterable<Place>)[] = [];

  /** The next level: its states, as often as they are asked for. */
  add(states: () => Iterable<Place>): void {
    this.levels.push(states);
  }

  /** States that the last level has beside those. */
  alsoHas(states: () => Iterable<Place>): void {
    const last = this.levels.pop() as () => Iterable<Place>;
    this.levels.push(function* both() {
      yield* last();
      yield* states();
    });
  }

  statesOf(level: number): Iterable<Place> {
    return this.levels[level]?.() ?? [];
  }

  /** The same levels; `look` is called now and then while one goes through them, and may throw. */
  watched(look: () => void): Levels {
    const watched = new Levels();
    for (const states of this.levels) {
      watched.add(function* () {
        let left = 0;
        for (const place of states()) {
          if (left-- === 0) {
            look();
            left = statesPerLook;
          }
          yield place;
        }
      });
    }
    return watched;
  }
}

/**
 * Where a property is first violated: every state of a level, and whether a step leads to it.
 *
 * The search notes the level alone, since a level can hold more violating states than there is room
 * to list; they are found here once more. A search that was stopped within a level may know of a
 * step only, and not that a state before it violates as well.
 *
 * @param depth of the violation that the search has found
 */
export function targetOf(
  system: PackedSystem,
  levels: Levels,
  property: number,
  depth: number,
): Target {
  const bit = 1 << property;
  for (let level = Math.max(0, depth - 1); ; level++) {
    const ends = new OnPath(system.words);
    for (const { rows, offset } of levels.statesOf(level)) {
      if (system.failing(rows, offset, bit) !== 0) ends.addEnd(rows, offset);
    }
    if (level < depth && ends.size === 0) continue;
    const endsInStep = level > 0 && hasViolatingStep(system, levels.statesOf(level - 1), bit);
    return { property, depth: level, ends, endsInStep };
  }
}

/** Whether a step from one of some states violates a property. */
function hasViolatingStep(system: PackedSystem, states: Iterable<Place>, bit: number): boolean {
  const successors = new Successors(system.words, 64);
  for (const { rows, offset } of states) {
    system.load(rows, offset);
    successors.count = 0;
    system.expand(successors);
    for (let row = 0; row < successors.count; row++) {
      if (((successors.failing[row] as number) & bit) !== 0) return true;
    }
  }
  return false;
}
