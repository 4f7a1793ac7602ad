/**
 * The log of states, as one worker has it, whatever set says which of them are new.
 *
 * States lie in fixed rows. A worker claims blocks of rows for itself and writes new states there.
 * What is new since the last `flush()` or the end of a block is a range of rows; the ranges, in the
 * order in which they were entered, are the queue of the breadth-first search.
 */
import type { Crew } from './crew.js';
import { at } from './crew.js';
import { chunkRows } from './kernel.js';

import type { Store } from './store.js';
import { blockRows } from './store.js';
import type { StopReason } from './system.js';

/** Where a state is: valid until the next one is asked for. */
export interface Place {
  rows: Uint32Array;
  offset: number;
}

export abstract class StateLog {
  readonly segments: Uint32Array[];
  readonly segmentBits: number;
  added = new Int32Array(chunkRows);
  addedCount = 0;
  position = 0;
  end = 0;
  protected readonly words: number;
  /** Which of the shared words counts the rows that are new to the log. */
  protected readonly counter: number = at.states;
  /** The first row of the range that is being filled, and how many rows earlier ranges have. */
  private begun = 0;
  private entered = 0;
  /** A block that is claimed and not begun, or -1. */
  private spare = -1;
  /** The range that was opened last: where its first row is, and how many it has. */
  range: Uint32Array = new Uint32Array(0);
  rangeOffset = 0;
  rangeCount = 0;

  /** @param pause called when the index is full: lets it grow, or the search stop */
  constructor(
    readonly store: Store,
    protected readonly crew: Crew,
    private readonly pause: () => void,
  ) {
    this.words = store.words;
    this.segments = store.segments;
    this.segmentBits = store.segmentBits;
  }

  /** Bytes of the log, the index and the ranges that are in use. */
  abstract get bytes(): number;
  /** How full the index is: 0 to 0.8. */
  abstract get load(): number;
  /** Bytes by which the index grows. */
  abstract get growthBytes(): number;
  /** Whether the index has to be cleared, and then filled again, when it has grown. */
  abstract get isCleared(): boolean;
  /** Makes the index larger, or says why not; may throw RangeError where there is no memory. */
  protected abstract grow(): StopReason | null;
  /** A worker's share in clearing what the index had before it grew. */
  abstract clear(hands: number): void;
  /** A worker's share in what is left to do after that. */
  abstract refill(): void;
  /** Of a set whose states lie in a file: a worker's share in looking through it, and in what follows. */
  compare(): void {}
  empty(_hands: number): void {}
  /** Gives back what it holds beside memory. */
  close(): void {}
  /** How often the log was emptied: blocks that were claimed before are not to be used. */
  protected get emptied(): number {
    return 0;
  }
  /** Looks how large the index is now: it may have grown without this worker. */
  abstract refresh(): void;
  /** Adds at most `chunkRows` rows from number `first` on; there is room. */
  protected abstract addChunk(rows: Uint32Array, first: number, count: number): void;
  /** Whether the index has to grow before the rows of a block are added. */
  protected abstract isFull(block: number): boolean;

  /** States found, by all workers. */
  get count(): number {
    return this.crew.get(at.states);
  }

  /** Where the states that were found so far end: levels lie between two such marks. */
  get mark(): number {
    return this.crew.get(at.ranges);
  }

  /** The leader makes the states between two marks the frontier. */
  openLevel(first: number, end: number): void {
    this.crew.set(at.frontierFirst, first);
    this.crew.set(at.frontierEnd, end);
    this.crew.set(at.cursor, first);
  }

  /** A worker takes a range of the frontier: `range` has its rows then, until it takes another. */
  openRange(range: number): void {
    const { ranges } = this.store;
    const first = ranges[range * 2] as number;
    this.range = this.rowsOf(first);
    this.rangeOffset = this.offsetOf(first);
    this.rangeCount = ranges[range * 2 + 1] as number;
  }

  /** The states between two marks. */
  *statesBetween(first: number, end: number): Generator<Place> {
    const place: Place = { rows: this.range, offset: 0 };
    for (let range = first; range < end; range++) {
      this.openRange(range);
      const { rangeOffset, rangeCount, words } = this;
      place.rows = this.range;
      for (let row = 0; row < rangeCount; row++) {
        place.offset = rangeOffset + row * words;
        yield place;
      }
    }
  }

  /** The segment that holds row `id`; the row starts at `offsetOf(id)`. */
  rowsOf(id: number): Uint32Array {
    return this.segments[id >>> this.segmentBits] as Uint32Array;
  }

  offsetOf(id: number): number {
    return (id & ((1 << this.segmentBits) - 1)) * this.words;
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
      const before = this.entered + this.position - this.begun;
      this.addChunk(rows, row, some);
      const added = this.entered + this.position - this.begun - before;
      if (added > 0) Atomics.add(crew.control, this.counter, added);
    }
    return true;
  }

  /**
   * The leader makes the index larger, while nobody uses it.
   *
   * @param memoryMax bytes that the process may hold
   * @returns null, or why it cannot be
   */
  enlarge(memoryMax = Number.POSITIVE_INFINITY): StopReason | null {
    // What is resident when the new part has been touched as well.
    if (process.memoryUsage.rss() + this.growthBytes > memoryMax) return 'memory-max';
    try {
      return this.grow();
    } catch (error) {
      if (error instanceof RangeError) return 'memory-max';
      throw error;
    }
  }

  /** Makes a range of what is new, so that others find it. */
  flush(): void {
    const count = this.position - this.begun;
    if (count === 0) return;
    const range = Atomics.add(this.crew.control, at.ranges, 1);
    if (range * 2 + 2 > this.store.ranges.length && !this.extendRanges()) {
      Atomics.sub(this.crew.control, at.ranges, 1);
      this.crew.stop('memory-max');
      return;
    }
    this.store.ranges[range * 2] = this.begun;
    this.store.ranges[range * 2 + 1] = count;
    this.entered += count;
    this.begun = this.position;
  }

  /** The leader begins a level, when everybody has ended the one before. */
  beginLevel(): void {}

  /** A worker has added its last states of a level. */
  endLevel(): void {
    this.flush();
  }

  turn(position: number): number {
    this.position = position;
    // A chunk that filled the block to its last row: the next one claims another first.
    if (this.spare < 0) return position;
    this.flush();
    this.begun = this.spare;
    this.end = this.spare + blockRows;
    this.spare = -1;
    return this.begun;
  }

  /** Where a claimed block lies. */
  protected placeOf(block: number): number {
    return block;
  }

  /** Leaves the rest of the block, and the next one if it is claimed. */
  protected leaveBlock(): void {
    this.flush();
    this.begun = this.position = this.end = 0;
    this.spare = -1;
  }

  /** Claims the next block, before it is needed: the index can only grow between two chunks. */
  private claim(): boolean {
    const { crew, store } = this;
    const { emptied } = this;
    const block = Atomics.add(crew.control, at.rows, blockRows);
    while (this.isFull(block)) {
      crew.set(at.full, 1);
      if (!this.rest()) return false;
      if (this.emptied !== emptied) return this.claim();
    }
    const place = this.placeOf(block);
    if (block + blockRows > store.rowsMax || !this.extendLog(place)) {
      crew.stop('memory-max');
      return false;
    }
    this.spare = place;
    return true;
  }

  /** While the index grows. */
  private rest(): boolean {
    this.flush();
    this.pause();
    return this.crew.stopped === null;
  }

  /** In memory of one thread the log and the ranges grow; what is shared was reserved. */
  private extendLog(block: number): boolean {
    const { segments, segmentBits, words, store } = this;
    if (store.buffers !== null) return true;
    try {
      while (block >>> segmentBits >= segments.length) {
        segments.push(new Uint32Array(2 ** segmentBits * words));
      }
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
