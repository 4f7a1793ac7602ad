/**
 * The canonical form of a packed state: the least of all states that differ from it in names alone.
 *
 * Exactly the least, so that there are as many canonical forms as orbits. The order is a *key* first,
 * some bits of the first row of the greatest table (the first CPU's), then the words. The key of a
 * permuted state comes from one row alone, whichever the permutation takes to the first place. So a
 * memo tells for each row the least key that it can come to and by which permutations; only those
 * are tried on the rest, from memos again (contributions.ts).
 */

import type { Least, Rest, RowPart } from './canonical-code.js';
import { generateLeast } from './canonical-code.js';
import type { Cell } from './cells.js';
import { cellFinder, cellsOf } from './cells.js';
import { isMembers, ones, Part } from './contributions.js';
import type { Place, RowsLayout } from './layout.js';
import { layoutOf } from './layout.js';
import { LoopMembers } from './loop-members.js';
import { Memo } from './memo.js';
import type { RecordField } from './schema.js';
import type { Renaming, Symmetry } from './symmetry.js';
import { rowMoves } from './symmetry.js';

export class CanonicalForm {
  private readonly words: number;
  private readonly group: readonly Renaming[];
  /** Of the greatest table: words in a row, and where each row starts. */
  private readonly rowWords: number;
  private readonly places: readonly Place[];
  /** By word of a row. */
  private readonly parts: readonly RowPart[];
  private readonly rests: readonly Rest[];
  /** By permutation and row: the row that it is taken to. */
  private readonly rowTo: Int32Array;
  private readonly keyWord: number;
  /** Where in a block of the key's word the least keys start, one for each row; then the lists. */
  private readonly keyAt: number;
  private readonly lists: Int32Array[] = [];
  private readonly listNumbers = new Map<string, number>();
  private readonly members: LoopMembers | null;
  private readonly best: Int32Array;
  /** Finds the least state; gives the index of a permutation that leads to it. */
  private readonly least: Least;

  constructor(
    schema: RecordField,
    private readonly symmetry: Symmetry,
  ) {
    const layout = layoutOf(schema);
    const cells = cellsOf(schema, layout);
    const find = cellFinder(cells);
    const { group } = symmetry;
    const tables = layout.fields.filter((field): field is RowsLayout => field.kind === 'table');
    const lead = tables.reduce((a, b) =>
      b.row.bits * b.places.length > a.row.bits * a.places.length ? b : a,
    );
    const own = (cell: Cell): boolean => cell.name.startsWith(`.${lead.name}.`);
    const first = cells.filter((cell) => own(cell) && cell.rows[0] === 0);
    const rows = lead.places.length;
    const isWide = lead.row.bits > 32;
    const rowWords = isWide ? lead.row.words : 1;
    const [start = { word: 0, bit: 0 }] = lead.places;
    this.words = layout.words;
    this.group = group;
    this.rowWords = rowWords;
    this.places = lead.places;
    const over = (first[0] as Cell).over[0] as string;
    this.rowTo = Int32Array.from(group.flatMap((renaming) => [...rowMoves(over, renaming)]));

    // Within a row: a cell of the first row, and where it goes in whichever row that comes to be.
    const within = (cell: Cell, renaming: Renaming) => {
      const to = find(cell, renaming);
      const row = lead.places[to.rows[0] as number] ?? start;
      return { target: to.word - row.word, bit: to.bit - row.bit };
    };
    // A row of several words has its members and its locations in different ones, perhaps.
    const split = isWide ? first.filter(isMembers) : [];
    const [held] = split;
    this.members = held === undefined ? null : new LoopMembers(symmetry, held, first, lead.places);
    const cellsAt = (word: number) =>
      first.filter((cell) => !split.includes(cell) && cell.word - start.word === word);
    /** Bits of a word whose cells no permutation takes to another word of the row. */
    const keyMasks = Array.from({ length: rowWords }, (_, word) =>
      cellsAt(word)
        .filter((cell) => group.every((renaming) => within(cell, renaming).target === word))
        .reduce((mask, { bit, bits }) => mask | (ones(bits) << (bit - start.bit)), 0),
    );
    const bitCount = (mask: number) => mask.toString(2).replace(/[^1]/g, '').length;
    const counts = keyMasks.map((mask) => bitCount(mask >>> 0));
    this.keyWord = counts.indexOf(Math.max(...counts));
    this.keyAt = group.length * rowWords;
    this.parts = keyMasks.map((keyMask, word) => {
      const of = cellsAt(word);
      const part = new Part(symmetry, of, within, start.bit, rowWords);
      const isKey = word === this.keyWord;
      const size = this.keyAt + (isKey ? 2 * rows : 0);
      const memo = new Memo(part.mask, size, (value, into, at) => {
        part.fill(value, into, at);
        if (isKey) this.fillKeys(keyMask, into, at);
      });
      return { part, memo };
    });

    this.rests = Array.from({ length: layout.words }, (_, word) => word).flatMap((word) => {
      const of = cells.filter((cell) => !own(cell) && cell.word === word);
      if (of.length === 0) return [];
      const reached = of.flatMap((cell) => group.map((renaming) => find(cell, renaming).word));
      const targets = [...new Set(reached)];
      const targetOf = (cell: Cell, renaming: Renaming) => {
        const to = find(cell, renaming);
        return { target: targets.indexOf(to.word), bit: to.bit };
      };
      const part = new Part(symmetry, of, targetOf, 0, targets.length);
      const size = group.length * targets.length;
      const memo = new Memo(part.mask, size, (value, into, at) => part.fill(value, into, at));
      return [{ word, mask: part.mask | 0, memo, targets }];
    });
    this.best = new Int32Array(layout.words);
    const { parts, rests, places, members, lists, rowTo, keyWord, keyAt } = this;
    this.least = generateLeast({
      ...{ words: layout.words, rowWords, places, parts, rests, members, lists, rowTo },
      ...{ keyWord, keyAt, permutations: group.length },
    });
  }

  /** Puts into the place of each of the first `count` states its canonical form. */
  canonicalize(states: Uint32Array, count: number): void {
    const { words, best, least } = this;
    this.keepRoom(count);
    for (let state = 0, at = 0; state < count; state++, at += words) {
      least(states, at, best);
      for (let word = 0; word < words; word++) states[at + word] = best[word] as number;
    }
  }

  /** The new names of the processes under a permutation that takes a state to its canonical form. */
  processesOf(states: Uint32Array, at: number): readonly number[] {
    const { group, symmetry } = this;
    this.keepRoom(1);
    const renaming = group[this.least(states, at, this.best)] as Renaming;
    return rowMoves(symmetry.processes, renaming);
  }

  private keepRoom(states: number): void {
    for (const { memo } of this.parts) memo.keepRoom(states * this.places.length);
    for (const { memo } of this.rests) memo.keepRoom(states);
  }

  /** For each row that the value may be of: the least key, and by which permutations it comes. */
  private fillKeys(keyMask: number, into: Int32Array, at: number): void {
    const { group, rowTo, rowWords, keyWord, keyAt } = this;
    const rows = this.places.length;
    for (let row = 0; row < rows; row++) {
      // A row that no permutation takes to the first place has no list, and the greatest key.
      let least = 2 ** 31 - 1;
      let list: number[] = [];
      for (let g = 0; g < group.length; g++) {
        if (rowTo[g * rows + row] !== 0) continue;
        const key = (into[at + g * rowWords + keyWord] as number) & keyMask;
        if (key > least) continue;
        if (key < least) list = [];
        least = key;
        list.push(g);
      }
      into[at + keyAt + row] = least;
      into[at + keyAt + rows + row] = this.numberOf(list);
    }
  }

  /** The same few lists come again and again: cosets of what a row does not tell apart. */
  private numberOf(list: readonly number[]): number {
    const key = list.join();
    const known = this.listNumbers.get(key) ?? this.lists.push(Int32Array.from(list)) - 1;
    this.listNumbers.set(key, known);
    return known;
  }
}
