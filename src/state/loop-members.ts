/** What a loop in any order has yet to visit, in rows of several words. */
import type { Cell } from './cells.js';
import { isLocation, ones } from './contributions.js';
import type { Place } from './layout.js';
import type { Renaming, Symmetry } from './symmetry.js';
import { movesOf } from './symmetry.js';

/**
 * What members are is told by the location, which may lie in another word of the row: so these bits
 * are no part of their word, but looked up by themselves.
 */
export class LoopMembers {
  private readonly table: Int32Array;
  private readonly found: Int32Array;
  private readonly locations: readonly Cell[];
  /** The word of a row that they are in. */
  readonly word: number;

  constructor(
    private readonly symmetry: Symmetry,
    private readonly held: Cell,
    row: readonly Cell[],
    private readonly places: readonly Place[],
  ) {
    const { group } = symmetry;
    const { word: start } = places[0] as Place;
    this.locations = row.filter(isLocation).map((cell) => ({ ...cell, word: cell.word - start }));
    this.word = held.word - start;
    const kinds = group[0]?.members.length ?? 1;
    const values = 2 ** held.bits;
    this.found = new Int32Array(32);
    this.table = Int32Array.from({ length: kinds * values * group.length }, (_, index) => {
      const g = index % group.length;
      const value = Math.floor(index / group.length) % values;
      const kind = Math.floor(index / group.length / values);
      const moves = movesOf(held.leaf, group[g] as Renaming, kind) ?? [];
      const renamed = moves.reduce((set, to, from) => set | (((value >>> from) & 1) << to), 0);
      return renamed << held.bit;
    });
  }

  read(states: Uint32Array, at: number): void {
    const { symmetry, held, locations, places, word } = this;
    for (let row = 0; row < places.length; row++) {
      const base = at + (places[row] as Place).word;
      const members = ((states[base + word] as number) >>> held.bit) & ones(held.bits);
      let kind = 0;
      // As memberKind(), without an array for each state.
      for (let level = 0; members !== 0 && level < locations.length; level++) {
        const { word: offset, bit, bits } = locations[level] as Cell;
        const location = ((states[base + offset] as number) >>> bit) & ones(bits);
        kind = symmetry.memberKinds[location] as number;
        if (kind >= 0) break;
      }
      if (kind < 0) kind = 0;
      this.found[row] = ((kind << held.bits) | members) * symmetry.group.length;
    }
  }

  /** Those of a row that was read, in place, under a permutation. */
  of(row: number, g: number): number {
    return this.table[(this.found[row] as number) + g] as number;
  }
}
