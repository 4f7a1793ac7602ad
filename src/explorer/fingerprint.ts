/**
 * The loop of a search that keeps fingerprints, generated as kernel.ts is, for a number of words.
 *
 * A fingerprint is two 32-bit words, computed from all words of a state by two mixes that share no
 * step: a full permutation by xor-shifts and products for each word, and MurmurHash3. Neither is ever
 * 0. The home slot is the first word scaled to the number of slots, so it follows from the
 * fingerprint alone, and fingerprints lie in about the order of their first words.
 *
 * A slot is published in two writes: compare-and-swap of the first word from 0, then a store of the
 * second. No reader takes a half-written fingerprint for another. While workers search, a word is
 * written once, from 0 to its last value, and words are never torn. So whoever reads something else
 * than 0, by a plain read too, however late, reads the last value. A first word of 0 may be stale:
 * then the compare-and-swap fails, and tells the value. A second word of 0 behind an equal first word
 * means that its writer is between the two writes (or that the read was stale): the reader waits by
 * atomic loads. It waits only for a worker that has nothing to wait for, or that is gone: then the
 * crew is told to stop, and what becomes of one state matters no more.
 */
import { eachWord, recentBits } from './kernel.js';

/** What the loop reads and writes of a set. */
export interface Stamped {
  first: Int32Array;
  second: Int32Array;
  /** Slots, divided by 2^32. */
  scale: number;
  /** The last slot, which is never filled: a probe ends there at the latest. */
  last: number;
  readonly segments: Uint32Array[];
  readonly segmentBits: number;
  /** Rows that were added lately, each at the place that its hash gives it. */
  readonly recent: Int32Array;
  /** By row that is looked up: its number, both words, and the slot and the entry it came to. */
  readonly numbers: Int32Array;
  readonly firsts: Int32Array;
  readonly seconds: Int32Array;
  readonly slots: Int32Array;
  readonly entries: Int32Array;
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
  /** Whether the search is over, so that a writer may never come to its second word. */
  isStopped(): boolean;
}

export interface FingerprintKernel {
  /** As in kernel.ts: adds those rows from number `first` on that are not there yet. */
  add(set: Stamped, rows: Uint32Array, first: number, count: number): void;
  /** The place of a row among the recent ones. */
  placeOf(row: Int32Array): number;
  /** Both words of the fingerprint of a row. */
  fingerprintOf(row: Uint32Array): [number, number];
}

/** What is thrown where thousands of slots in a row are taken: the mixes would be no mixes. */
export const misplaced = 'fingerprints lie where they should not';

const kernels = new Map<string, FingerprintKernel>();

/** @param bits of the fingerprint that are used: 64, or fewer, from 1, to see states missed */
export function fingerprintKernelOf(words: number, bits: number): FingerprintKernel {
  const name = `${words} ${bits}`;
  const known = kernels.get(name);
  if (known !== undefined) return known;
  const kernel = new Function(textOf(words, bits))() as FingerprintKernel;
  kernels.set(name, kernel);
  return kernel;
}

/** The upper `bits` bits of a word, as a mask: those that the home slot goes by. */
const upper = (bits: number): number => (bits <= 0 ? 0 : bits >= 32 ? -1 : -1 << (32 - bits));

function textOf(words: number, bits: number): string {
  const each = (say: (i: number | string) => string): string => eachWord(words, say);
  const hash = `
    let h = ${words}, g = 0x2f0b4a27, k = 0;
    ${each(
      (i) => `
      h ^= rows[at + ${i}]; h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
      h = Math.imul(h ^ (h >>> 15), 0xd35a2d97); h ^= h >>> 15;
      k = Math.imul(rows[at + ${i}], 0xcc9e2d51); k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
      g ^= k; g = (Math.imul((g << 13) | (g >>> 19), 5) + 0xe6546b64) | 0;`,
    )}
    h = Math.imul(h ^ (h >>> 16), 0x7feb352d); h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
    h ^= h >>> 16;
    g ^= ${words}; g = Math.imul(g ^ (g >>> 16), 0x85ebca6b);
    g = Math.imul(g ^ (g >>> 13), 0xc2b2ae35); g ^= g >>> 16;
    const place = g & ${2 ** recentBits - 1};
    ${bits >= 64 ? '' : `h &= ${upper(bits)}; g &= ${upper(bits - 32)};`}
    // Adds one in 2^32 to what is taken for 1: nothing that a printed probability would show.
    if (h === 0) h = ${bits < 32 ? upper(bits) & -upper(bits) : 1};
    if (g === 0) g = 1;`;
  // Recent rows first, then passes in which cache misses overlap, as in kernel.ts.
  return `'use strict';
  function add(set, rows, from, all) {
    const { first, second, scale, last, segments, segmentBits, recent } = set;
    const { added, numbers, firsts, seconds, slots, entries } = set;
    const low = (1 << segmentBits) - 1;
    let count = 0, news = set.addedCount;
    for (let row = from, at = from * ${words}; row < from + all; row++, at += ${words}) {${hash}
      const base = place * ${words};
      let d = 0;
      ${each((i) => `d |= recent[base + ${i}] ^ rows[at + ${i}];`)}
      if (d === 0) continue;
      ${each((i) => `recent[base + ${i}] = rows[at + ${i}];`)}
      numbers[count] = row;
      firsts[count] = h;
      seconds[count] = g;
      slots[count++] = (h >>> 0) * scale;
    }
    for (let row = 0; row < count; row++) entries[row] = first[slots[row]];
    for (let row = 0; row < count; row++) {
      const h = firsts[row];
      let slot = slots[row], e = entries[row];
      while (e !== 0 && e !== h) e = first[++slot];
      slots[row] = slot;
      entries[row] = e;
    }
    let touched = 0;
    for (let row = 0; row < count; row++) touched ^= second[slots[row]];
    set.touched = touched;
    let position = set.position | 0;
    for (let row = 0; row < count; row++) {
      const h = firsts[row];
      let slot = slots[row], e = entries[row];
      for (;;) {
        if (e === 0) {
          // An earlier row of this chunk may be there by now.
          e = first[slot];
          if (e === 0) {
            if (slot === last) throw new Error('${misplaced}');
            e = Atomics.compareExchange(first, slot, 0, h);
            if (e === 0) {
              Atomics.store(second, slot, seconds[row]);
              const at = numbers[row] * ${words};
              added[news++] = numbers[row];
              const out = segments[position >>> segmentBits], to = (position & low) * ${words};
              ${each((i) => `out[to + ${i}] = rows[at + ${i}];`)}
              position = (position + 1) | 0;
              if (position === set.end) position = set.turn(position);
              break;
            }
          }
        }
        if (e === h) {
          const g = seconds[row];
          let other = second[slot];
          while (other === 0) {
            other = Atomics.load(second, slot);
            if (other === 0 && set.isStopped()) other = g;
          }
          if (other === g) break;
        }
        e = first[++slot];
      }
    }
    set.position = position;
    set.addedCount = news;
  }
  function placeOf(rows) {
    const at = 0;${hash}
    return place;
  }
  function fingerprintOf(rows) {
    const at = 0;${hash}
    return [h, g];
  }
  return { add, placeOf, fingerprintOf };`;
}
