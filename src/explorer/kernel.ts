/**
 * The hot loop of the project, generated for a number of words: looking rows up, adding them.
 *
 * Generated, because a row's hash, compare and copy are then a few instructions each without a
 * loop, and because what one width has taught V8 does not slow another. Nothing but the number of
 * words and whole numbers computed from it enter the text.
 */

/** What the loops read and write of a seen set; 32-bit signed words, so that none is boxed. */
export interface Probed {
  /** Open addressing: 0, or a row's number plus one in the low bits and its hash's bits above. */
  index: Int32Array;
  /** Slots of the index in use, minus one. */
  mask: number;
  readonly segments: Uint32Array[];
  readonly segmentBits: number;
  /** Rows that were added lately, each at the place that its hash gives it. */
  readonly recent: Int32Array;
  /** By row that is looked up: its number, its hash, the entry and the slot that it came to. */
  readonly numbers: Int32Array;
  readonly hashes: Int32Array;
  readonly entries: Int32Array;
  readonly slots: Int32Array;
  /** The numbers of the rows that were new, and how many they are. */
  added: Int32Array;
  addedCount: number;
  /** Where the next new row goes, and the end of the block that it is in. */
  position: number;
  end: number;
  /** Written so that reads whose only purpose is to load a cache line are not optimised away. */
  touched: number;
  /** Goes on to the next block; returns the new position. */
  turn(position: number): number;
}

export interface Kernel {
  /**
   * Adds those rows from number `first` on that are not there yet, in their order; at most
   * `chunkRows`, and there is room for them, and for their numbers in `added`.
   */
  add(set: Probed, rows: Uint32Array, first: number, count: number): void;
  /** The number of the row at `rows[offset]`, or -1. */
  find(set: Probed, rows: Uint32Array, offset: number): number;
  /**
   * Marks those rows of the log that are equal to one of some others, of which `rows` has at most
   * `chunkRows` from number `first` on: a bit of `marks` for each row of the log.
   */
  mark(set: Probed, rows: Uint32Array, first: number, count: number, marks: Int32Array): void;
  /** The place of a row among the recent ones. */
  placeOf(row: Int32Array): number;
  /** Enters rows of the log, of which the index has none, from number `first` on. */
  enter(set: Probed, log: Uint32Array, offset: number, first: number, count: number): void;
}

/** Recent rows that are kept: few enough to stay in a core's own cache. */
export const recentBits = 12;

/** Room for recent rows, none of which is there yet. */
export function noRecentRows(
  words: number,
  { placeOf }: { placeOf(row: Int32Array): number },
): Int32Array {
  const recent = new Int32Array(words << recentBits);
  // A row of zeros must not be taken to be there: its place has a row whose place is another.
  const other = new Int32Array(words);
  const place = placeOf(other);
  while (placeOf(other) === place) other[0] = (other[0] as number) + 1;
  recent.set(other, place * words);
  return recent;
}

/** Rows looked up together: enough for cache misses to overlap, few enough to stay cached. */
export const chunkRows = 128;

const kernels = new Map<number, Kernel>();

export function kernelOf(words: number): Kernel {
  const known = kernels.get(words);
  if (known !== undefined) return known;
  const kernel = new Function(textOf(words))() as Kernel;
  kernels.set(words, kernel);
  return kernel;
}

/** Wider rows than this are looped over: V8 gives up on functions that are very long. */
const unrolledMax = 16;

/** The text of something for each word: written out, or in a loop. */
export function eachWord(words: number, say: (i: number | string) => string): string {
  const whole = Array.from({ length: words }, (_, i) => i);
  return words <= unrolledMax
    ? whole.map(say).join(' ')
    : `for (let i = 0; i < ${words}; i++) { ${say('i')} }`;
}

function textOf(words: number): string {
  const each = (say: (i: number | string) => string): string => eachWord(words, say);
  const hash = `
    let h = ${words};
    ${each((i) => `h = Math.imul(h ^ rows[at + ${i}], 0x9e3779b1); h ^= h >>> 15;`)}
    h = Math.imul(h, 0x85ebca6b); h ^= h >>> 13; h = Math.imul(h, 0xc2b2ae35); h ^= h >>> 16;`;
  const locals = `
    const { index, segments, segmentBits, recent, numbers, hashes, entries, slots } = set;
    const mask = set.mask | 0, tags = ~mask, low = (1 << segmentBits) - 1;`;
  /** Whether the row that an entry names is the one at hand: `d` is 0. */
  const compare = `
    const id = (e & mask) - 1, log = segments[id >>> segmentBits], base = (id & low) * ${words};
    let d = 0;
    ${each((i) => `d |= log[base + ${i}] ^ rows[at + ${i}];`)}`;
  // About half of all rows are in the set since a moment ago: two steps of different CPUs lead to the
  // same state in either order. They are found among the recent ones, without a look at the index.
  // For the others misses overlap only where no row waits for another, nor for a branch that depends
  // on one: the first pass reads every home slot of the index, the second goes on to the first entry
  // with the row's tag, the third reads both ends of the row that it names (or of row 0, rather than
  // branch), the last compares and inserts in order. A row is written before the entry that names it
  // is: whoever reads the entry, by a plain read, can read the row.
  return `'use strict';
  function add(set, rows, first, all) {${locals}
    const { added } = set;
    let count = 0, news = set.addedCount;
    for (let row = first, at = first * ${words}; row < first + all; row++, at += ${words}) {${hash}
      const base = (h & ${2 ** recentBits - 1}) * ${words};
      let d = 0;
      ${each((i) => `d |= recent[base + ${i}] ^ rows[at + ${i}];`)}
      if (d === 0) continue;
      ${each((i) => `recent[base + ${i}] = rows[at + ${i}];`)}
      numbers[count] = row;
      hashes[count++] = h;
    }
    for (let row = 0; row < count; row++) entries[row] = index[hashes[row] & mask];
    for (let row = 0; row < count; row++) {
      const h = hashes[row];
      let slot = h & mask, e = entries[row];
      while (e !== 0 && ((e ^ h) & tags) !== 0) {
        slot = (slot + 1) & mask;
        e = index[slot];
      }
      slots[row] = slot;
      entries[row] = e;
    }
    let touched = 0;
    for (let row = 0; row < count; row++) {
      let id = (entries[row] & mask) - 1;
      id &= ~(id >> 31);
      const log = segments[id >>> segmentBits], base = (id & low) * ${words};
      touched ^= log[base] ^ log[base + ${words - 1}];
    }
    set.touched = touched;
    let position = set.position | 0;
    for (let row = 0; row < count; row++) {
      const h = hashes[row], at = numbers[row] * ${words};
      let slot = slots[row], e = entries[row];
      for (;;) {
        if (e === 0) {
          // An earlier row of this chunk may be there by now.
          e = index[slot];
          if (e === 0) {
            const out = segments[position >>> segmentBits], to = (position & low) * ${words};
            ${each((i) => `out[to + ${i}] = rows[at + ${i}];`)}
            e = Atomics.compareExchange(index, slot, 0, (h & tags) | (position + 1));
            if (e === 0) {
              added[news++] = numbers[row];
              position = (position + 1) | 0;
              if (position === set.end) position = set.turn(position);
              break;
            }
          }
        }
        if (((e ^ h) & tags) === 0) {${compare}
          if (d === 0) break;
        }
        slot = (slot + 1) & mask;
        e = index[slot];
      }
    }
    set.position = position;
    set.addedCount = news;
  }
  function find(set, rows, offset) {${locals}
    const at = offset;${hash}
    for (let slot = h & mask; ; slot = (slot + 1) & mask) {
      const e = index[slot];
      if (e === 0) return -1;
      if (((e ^ h) & tags) !== 0) continue;${compare}
      if (d === 0) return id;
    }
  }
  function mark(set, rows, first, count, marks) {${locals}
    for (let row = 0, at = first * ${words}; row < count; row++, at += ${words}) {${hash}
      hashes[row] = h;
    }
    for (let row = 0; row < count; row++) entries[row] = index[hashes[row] & mask];
    for (let row = 0; row < count; row++) {
      const h = hashes[row], at = (first + row) * ${words};
      let slot = h & mask, e = entries[row];
      while (e !== 0) {
        if (((e ^ h) & tags) === 0) {${compare}
          if (d === 0) {
            Atomics.or(marks, id >>> 5, 1 << (id & 31));
            break;
          }
        }
        slot = (slot + 1) & mask;
        e = index[slot];
      }
    }
  }
  function enter(set, rows, offset, first, count) {${locals}
    for (let row = 0, at = offset; row < count; row++, at += ${words}) {${hash}
      hashes[row] = h;
    }
    let touched = 0;
    for (let row = 0; row < count; row++) touched |= index[hashes[row] & mask];
    set.touched = touched;
    for (let row = 0; row < count; row++) {
      const h = hashes[row], entry = (h & tags) | (first + row + 1);
      let slot = h & mask;
      while (index[slot] !== 0 || Atomics.compareExchange(index, slot, 0, entry) !== 0) {
        slot = (slot + 1) & mask;
      }
    }
  }
  function placeOf(rows) {
    const at = 0;${hash}
    return h & ${2 ** recentBits - 1};
  }
  return { add, find, mark, enter, placeOf };`;
}
