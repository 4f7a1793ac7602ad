/**
 * The seen set: every state once, in the order of discovery, and an index over them.
 *
 * States lie in a log of fixed rows, cut into segments so that it grows without a copy; the log is
 * also the queue of the breadth-first search. The index is open addressing over one 32-bit entry a
 * slot: the low bits hold the state's number plus one, the bits above them the same bits of its hash,
 * so that most probes of another state never touch the log. It stores whole states: the set is exact.
 */
import { copyRow } from './system.js';

const segmentBits = 16;
const segmentRows = 1 << segmentBits;
/** The index doubles when it is fuller than this. */
const loadMax = 0.75;
const indexBitsMin = 12;
/** The most states that a 32-bit entry can number at that load. */
export const statesLimit = Math.floor(2 ** 31 * loadMax);

export class SeenSet {
  /** States stored; they are numbered from 0 in the order of discovery. */
  count = 0;
  private readonly segments: Uint32Array[] = [];
  private bits = indexBitsMin;
  private index = new Int32Array(1 << indexBitsMin);
  private hashes = new Int32Array(0);
  private entries = new Int32Array(0);
  private known = new Uint8Array(0);
  private readonly single = new Int32Array(1);
  /** Written so that reads whose only purpose is to load a cache line are not optimised away. */
  protected touched = 0;

  constructor(private readonly words: number) {}

  /** The segment that holds state `id`; its row starts at `offsetOf(id)`. */
  rowsOf(id: number): Uint32Array {
    return this.segments[id >>> segmentBits] as Uint32Array;
  }

  offsetOf(id: number): number {
    return (id & (segmentRows - 1)) * this.words;
  }

  /** Bytes held by the log and the index. */
  get bytes(): number {
    return this.segments.length * segmentRows * this.words * 4 + this.index.byteLength;
  }

  /** States stored, of those that the index has slots for: 0 to 0.75. */
  get load(): number {
    return this.count / this.index.length;
  }

  /** Bytes that `bytes` would rise by, were the index to double once more. */
  get bytesToGrow(): number {
    return this.index.byteLength;
  }

  /**
   * Adds the first `count` rows, those that are not there yet, in their order.
   *
   * In passes, because a probe is a cache miss, and misses overlap only when they do not wait for
   * each other: the second reads every home slot of the index, the third every row of the log that
   * such a slot points to, the last inserts in order.
   */
  addAll(rows: Uint32Array, count: number): void {
    while (this.count + count > this.index.length * loadMax) this.grow();
    if (this.hashes.length < count) this.makeRoom(count);
    const { words, hashes, entries, known, index } = this;
    const mask = index.length - 1;
    hashRows(rows, 0, words, count, hashes);
    for (let row = 0; row < count; row++) {
      entries[row] = index[(hashes[row] as number) & mask] as number;
    }
    for (let row = 0; row < count; row++) {
      const entry = entries[row] as number;
      const near = entry !== 0 && ((entry ^ (hashes[row] as number)) & ~mask) === 0;
      known[row] = near && this.equals((entry & mask) - 1, rows, row * words) ? 1 : 0;
    }
    for (let row = 0; row < count; row++) {
      if (known[row] === 0) this.insert(rows, row * words, hashes[row] as number);
    }
  }

  private makeRoom(count: number): void {
    this.hashes = new Int32Array(count * 2);
    this.entries = new Int32Array(count * 2);
    this.known = new Uint8Array(count * 2);
  }

  /** The number of the state at `rows[offset]`, or -1. */
  find(rows: Uint32Array, offset: number): number {
    const slot = this.probe(rows, offset, this.hashOf(rows, offset));
    return (((this.index[slot] as number) & (this.index.length - 1)) >>> 0) - 1;
  }

  private hashOf(rows: Uint32Array, offset: number): number {
    hashRows(rows, offset, this.words, 1, this.single);
    return this.single[0] as number;
  }

  /** The slot of the index that holds this state, or the empty one where it belongs. */
  private probe(rows: Uint32Array, offset: number, hash: number): number {
    const { index } = this;
    const mask = index.length - 1;
    let slot = hash & mask;
    for (;;) {
      const entry = index[slot] as number;
      if (entry === 0) return slot;
      const near = ((entry ^ hash) & ~mask) === 0;
      if (near && this.equals((entry & mask) - 1, rows, offset)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private insert(rows: Uint32Array, offset: number, hash: number): void {
    const slot = this.probe(rows, offset, hash);
    if (this.index[slot] !== 0) return;
    const id = this.count++;
    const mask = this.index.length - 1;
    this.index[slot] = (hash & ~mask) | (id + 1);
    if ((id & (segmentRows - 1)) === 0) {
      this.segments.push(new Uint32Array(segmentRows * this.words));
    }
    copyRow(rows, offset, this.rowsOf(id), this.offsetOf(id), this.words);
  }

  private equals(id: number, rows: Uint32Array, offset: number): boolean {
    const log = this.segments[id >>> segmentBits] as Uint32Array;
    const base = (id & (segmentRows - 1)) * this.words;
    for (let word = 0; word < this.words; word++) {
      if (log[base + word] !== rows[offset + word]) return false;
    }
    return true;
  }

  /** Doubles the index. It is made anew from the log, so old and new are never held together. */
  private grow(): void {
    this.bits++;
    this.index = new Int32Array(0);
    const index = new Int32Array(2 ** this.bits);
    const mask = index.length - 1;
    const hashes = new Int32Array(growRows);
    for (let first = 0; first < this.count; first += growRows) {
      const count = Math.min(growRows, this.count - first);
      hashRows(this.rowsOf(first), this.offsetOf(first), this.words, count, hashes);
      // Touches the slots of these rows before the first is needed, as addAll() does.
      let touched = 0;
      for (let row = 0; row < count; row++)
        touched |= index[(hashes[row] as number) & mask] as number;
      this.touched = touched;
      for (let row = 0; row < count; row++) {
        const hash = hashes[row] as number;
        let slot = hash & mask;
        while (index[slot] !== 0) slot = (slot + 1) & mask;
        index[slot] = (hash & ~mask) | (first + row + 1);
      }
    }
    this.index = index;
  }
}

/** Rows hashed together when the index grows; it divides the rows of a segment. */
const growRows = 64;

/** 32-bit hashes of `count` rows that lie one after another from `offset` on. */
function hashRows(
  rows: Uint32Array,
  offset: number,
  words: number,
  count: number,
  hashes: Int32Array,
): void {
  for (let row = 0, at = offset; row < count; row++) {
    let hash = words;
    for (const end = at + words; at < end; at++) {
      hash = Math.imul(hash ^ (rows[at] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hashes[row] = hash ^ (hash >>> 16);
  }
}
