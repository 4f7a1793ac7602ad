/**
 * The seen set, as one worker has it: every state once, and an index over them.
 *
 * States lie in a log of fixed rows. A worker claims blocks of rows for itself, writes a new state
 * and then publishes it by compare-and-swap on the index: the first to do so has found it. What is
 * new since the last `flush()` or the end of a block is a range of rows; the ranges, in the order
 * in which they were entered, are the queue of the breadth-first search. The index is open
 * addressing over one 32-bit entry a slot: the low bits hold the row's number plus one, those above
 * them the same bits of its hash, so that most probes of another state never touch the log. It
 * stores whole states: the set is exact.
 */
import { at, Crew, controlWords } from './crew.js';
import type { Kernel, Probed } from './kernel.js';
import { chunkRows, kernelOf, noRecentRows } from './kernel.js';
import type { Store } from './store.js';
import { blockRows, loadMax, privateStore } from './store.js';

const indexBitsMin = 12;

export class SeenSet implements Probed {
  index: Int32Array;
  mask = 0;
  readonly segments: Uint32Array[];
  readonly segmentBits: number;
  readonly recent: Int32Array;
  readonly numbers = new Int32Array(chunkRows);
  readonly hashes = new Int32Array(chunkRows);
  readonly entries = new Int32Array(chunkRows);
  readonly slots = new Int32Array(chunkRows);
  added = new Int32Array(chunkRows);
  addedCount = 0;
  position = 0;
  end = 0;
  touched = 0;
  private readonly words: number;
  private readonly kernel: Kernel;
  /** The first row of the range that is being filled, and how many rows earlier ranges have. */
  private first = 0;
  private entered = 0;
  /** A block that is claimed and not begun, or -1. */
  private spare = -1;
  /** Rows that may be claimed before the index has to grow. */
  private limit = 0;

  /** @param pause called when the index is full: lets it grow, or the search stop */
  constructor(
    readonly store: Store,
    private readonly crew: Crew,
    private readonly pause: () => void,
  ) {
    this.words = store.words;
    this.kernel = kernelOf(store.words);
    this.recent = noRecentRows(store.words);
    this.segments = store.segments;
    this.segmentBits = store.segmentBits;
    this.index = store.index;
    if (crew.worker === 0) this.resize(indexBitsMin);
    else this.refresh();
  }

  /** A set for one thread alone. */
  static alone(words: number): SeenSet {
    const crew = new Crew(new Int32Array(controlWords), 0);
    const seen: SeenSet = new SeenSet(privateStore(words), crew, () => {
      seen.resize(crew.get(at.indexBits) + 1);
      seen.refill();
      crew.set(at.full, 0);
    });
    return seen;
  }

  /** States stored, by all workers. */
  get count(): number {
    return this.crew.get(at.states);
  }

  /** The segment that holds row `id`; the row starts at `offsetOf(id)`. */
  rowsOf(id: number): Uint32Array {
    return this.segments[id >>> this.segmentBits] as Uint32Array;
  }

  offsetOf(id: number): number {
    return (id & ((1 << this.segmentBits) - 1)) * this.words;
  }

  /** Bytes of the log, the index and the ranges that are in use. */
  get bytes(): number {
    const { crew, words } = this;
    return crew.get(at.rows) * words * 4 + this.indexBytes + crew.get(at.ranges) * 8;
  }

  /** How full the index is: 0 to 0.8. */
  get load(): number {
    return this.count / 2 ** this.crew.get(at.indexBits);
  }

  /** Bytes of the index, which grows by as many. */
  get indexBytes(): number {
    return 2 ** this.crew.get(at.indexBits) * 4;
  }

  /**
   * Adds the first `count` rows, those that are not there yet, in their order; `added` tells which.
   *
   * @returns whether there was room; where there was not, the crew has been told to stop
   */
  addAll(rows: Uint32Array, count: number): boolean {
    const { crew } = this;
    this.addedCount = 0;
    if (this.added.length < count) this.added = new Int32Array(count * 2);
    for (let row = 0; row < count; row += chunkRows) {
      const some = Math.min(chunkRows, count - row);
      if (crew.get(at.full) !== 0 && !this.rest()) return false;
      if (this.end - this.position < some && this.spare < 0 && !this.claim()) return false;
      if (this.position === this.end) this.position = this.turn(this.position);
      const before = this.entered + this.position - this.first;
      this.kernel.add(this, rows, row, some);
      const added = this.entered + this.position - this.first - before;
      if (added > 0) Atomics.add(crew.control, at.states, added);
    }
    return true;
  }

  /** The number of the state at `rows[offset]`, or -1. */
  find(rows: Uint32Array, offset: number): number {
    return this.kernel.find(this, rows, offset);
  }

  /** Makes a range of what is new, so that others find it. */
  flush(): void {
    const count = this.position - this.first;
    if (count === 0) return;
    const range = Atomics.add(this.crew.control, at.ranges, 1);
    if (range * 2 + 2 > this.store.ranges.length && !this.extendRanges()) {
      Atomics.sub(this.crew.control, at.ranges, 1);
      this.crew.stop('memory-max');
      return;
    }
    this.store.ranges[range * 2] = this.first;
    this.store.ranges[range * 2 + 1] = count;
    this.entered += count;
    this.first = this.position;
  }

  turn(position: number): number {
    this.position = position;
    // A chunk that filled the block to its last row: the next one claims another first.
    if (this.spare < 0) return position;
    this.flush();
    this.first = this.spare;
    this.end = this.spare + blockRows;
    this.spare = -1;
    return this.first;
  }

  /** Claims the next block, before it is needed: the index can only grow between two chunks. */
  private claim(): boolean {
    const { crew, store } = this;
    const block = Atomics.add(crew.control, at.rows, blockRows);
    while (block + blockRows > this.limit) {
      crew.set(at.full, 1);
      if (!this.rest()) return false;
    }
    if (block + blockRows > store.rowsMax || !this.extendLog(block)) {
      crew.stop('memory-max');
      return false;
    }
    this.spare = block;
    return true;
  }

  /** While the index grows. */
  private rest(): boolean {
    this.flush();
    this.pause();
    return this.crew.stopped === null;
  }

  /** The leader: an index of `2 ** bits` slots. A shared one is then cleared, and either filled. */
  resize(bits: number): void {
    const { store } = this;
    if (store.buffers === null) {
      // Not held while the next one is made.
      store.index = this.index = new Int32Array(0);
      store.index = new Int32Array(2 ** bits);
    }
    this.crew.set(at.indexBits, bits);
    this.crew.set(at.refill, 0);
    this.refresh();
  }

  /** A worker's share in clearing what the index had before it grew. */
  clear(hands: number): void {
    const slots = 2 ** (this.crew.get(at.indexBits) - 1);
    const { worker } = this.crew;
    const upTo = (share: number): number => Math.floor((slots * share) / hands);
    this.index.fill(0, upTo(worker), upTo(worker + 1));
  }

  /** A worker's share in entering all states into an empty index. */
  refill(): void {
    this.refresh();
    const { crew, store } = this;
    const total = crew.get(at.ranges);
    for (;;) {
      const from = Atomics.add(crew.control, at.refill, rangesTogether);
      if (from >= total) return;
      for (let range = from; range < Math.min(from + rangesTogether, total); range++) {
        const first = store.ranges[range * 2] as number;
        const end = first + (store.ranges[range * 2 + 1] as number);
        for (let id = first; id < end; id += chunkRows) {
          const count = Math.min(chunkRows, end - id);
          this.kernel.enter(this, this.rowsOf(id), this.offsetOf(id), id, count);
        }
      }
    }
  }

  private refresh(): void {
    const bits = this.crew.get(at.indexBits);
    this.index = this.store.index;
    this.mask = 2 ** bits - 1;
    this.limit = Math.floor(2 ** bits * loadMax);
  }

  /** In memory of one thread the log and the ranges grow; what is shared was reserved. */
  private extendLog(block: number): boolean {
    const { segments, segmentBits, words, store } = this;
    if (store.buffers !== null || block >>> segmentBits < segments.length) return true;
    try {
      segments.push(new Uint32Array(2 ** segmentBits * words));
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  private extendRanges(): boolean {
    const { store } = this;
    if (store.buffers !== null) return false;
    const ranges = new Int32Array(store.ranges.length * 2);
    ranges.set(store.ranges);
    store.ranges = ranges;
    return true;
  }
}

/** Ranges that a worker takes at once when the index is filled again. */
const rangesTogether = 16;
