/**
 * The seen set of a search that keeps fingerprints (fingerprint.ts) and not states: 10 to 12 bytes a
 * state and two levels of states. It is not exact: a state whose fingerprint is known is taken to be
 * known. So nothing is said to hold, and `omission` bounds the probability that a state was missed.
 *
 * The states of a level lie in one log of two, those of the next in the other: what was expanded is
 * written over. Segments of the two take turns, so that both can grow.
 *
 * The index grows by a sixth where it lies: fingerprints lie in the order of their home slots, and
 * with more slots none has its home further down. The leader alone does it, and some seven times for
 * each fingerprint in all, in the order of memory: a few percent of a search.
 */
import type { Crew } from './crew.js';
import { at, workersMax } from './crew.js';
import type { FingerprintKernel, Stamped } from './fingerprint.js';
import { fingerprintKernelOf, misplaced } from './fingerprint.js';
import { chunkRows, noRecentRows } from './kernel.js';
import { StateLog } from './log.js';
import type { Fingerprints, Store } from './store.js';
import { blockRows, loadMax } from './store.js';
import type { StopReason } from './system.js';

/** Bits of a fingerprint. */
export const fingerprintBits = 64;

/** Twice what all workers can add before each asks again whether there is room. */
const slotsMin = 2 ** 17;
/** Slots behind the last home, for fingerprints whose home and all behind it is taken. */
const tailSlots = 2 ** 12;
/** Slots, at most: they are numbered by signed words. */
const slotsMax = 2 ** 31 - 2 * tailSlots;

export class CompactSet extends StateLog implements Stamped {
  first: Int32Array;
  second: Int32Array;
  scale = 0;
  last = 0;
  readonly recent: Int32Array;
  readonly numbers = new Int32Array(chunkRows);
  readonly firsts = new Int32Array(chunkRows);
  readonly seconds = new Int32Array(chunkRows);
  readonly slots = new Int32Array(chunkRows);
  readonly entries = new Int32Array(chunkRows);
  touched = 0;
  private readonly kernel: FingerprintKernel;
  /** By log: the most rows that it had. The leader knows. */
  private readonly rowsMost: [number, number] = [0, 0];

  /** @param pause called when the index is full: lets it grow, or the search stop */
  constructor(
    store: Store,
    private readonly fingerprints: Fingerprints,
    crew: Crew,
    pause: () => void,
  ) {
    super(store, crew, pause);
    this.kernel = fingerprintKernelOf(store.words, fingerprints.bits);
    this.recent = noRecentRows(store.words, this.kernel);
    this.first = fingerprints.first;
    this.second = fingerprints.second;
    if (crew.worker === 0) this.reach(slotsMin);
    this.refresh();
  }

  /**
   * The probability that a state was missed, at most, were the mixes random functions: expected pairs
   * of states with one fingerprint among those found and one more (docs/decisions/6-fingerprints.md).
   */
  get omission(): number {
    const { count } = this;
    return Math.min(1, (count * (count + 1)) / 2 / 2 ** this.fingerprints.bits);
  }

  get bytes(): number {
    const { crew, words } = this;
    const rows = this.rowsMost[0] + this.rowsMost[1];
    const now = Math.max(0, crew.get(at.rows) - (this.rowsMost[this.log] as number));
    return (rows + now) * words * 4 + this.indexBytes + crew.get(at.ranges) * 8;
  }

  /** Bytes of fingerprints, and of slots for more. */
  get indexBytes(): number {
    return (this.crew.get(at.slots) + tailSlots) * 8;
  }

  get load(): number {
    return this.count / this.crew.get(at.slots);
  }

  get growthBytes(): number {
    return Math.floor(this.indexBytes / 6);
  }

  get isCleared(): boolean {
    return false;
  }

  isStopped(): boolean {
    return this.crew.stopped !== null;
  }

  override beginLevel(): void {
    const { crew, log, rowsMost } = this;
    rowsMost[log] = Math.max(rowsMost[log] as number, crew.get(at.rows));
    crew.set(at.log, 1 - log);
    crew.set(at.rows, 0);
  }

  /** The rest of a block will be of the level after the next. */
  override endLevel(): void {
    this.leaveBlock();
  }

  /** The log that is written. */
  private get log(): number {
    return this.crew.get(at.log);
  }

  protected override placeOf(block: number): number {
    return block + (((block >>> this.segmentBits) + this.log) << this.segmentBits);
  }

  protected addChunk(rows: Uint32Array, first: number, count: number): void {
    this.kernel.add(this, rows, first, count);
  }

  /** When a worker asks, it and each of the others may yet add two blocks, and a chunk uncounted. */
  protected isFull(): boolean {
    const workers = Math.min(1 + this.crew.get(at.joined), workersMax);
    const pending = workers * (2 * blockRows + chunkRows);
    return this.count + pending > this.crew.get(at.slots) * loadMax;
  }

  protected grow(): StopReason | null {
    const before = this.crew.get(at.slots);
    const slots = Math.min(slotsMax, before + Math.floor(before / 6));
    if (slots === before) return 'states-max';
    if (!this.reach(slots)) return 'memory-max';
    spread(this.first, this.second, before + tailSlots, slots);
    return null;
  }

  clear(): void {}

  refill(): void {
    this.refresh();
  }

  refresh(): void {
    const slots = this.crew.get(at.slots);
    this.scale = slots / 2 ** 32;
    this.last = slots + tailSlots - 1;
  }

  /** Memory for so many slots; shared memory is there or not. */
  private reach(slots: number): boolean {
    const { fingerprints, store } = this;
    const length = slots + tailSlots;
    if (store.buffers === null) {
      const longer = (words: Int32Array): Int32Array => {
        const all = new Int32Array(length);
        all.set(words);
        return all;
      };
      fingerprints.first = this.first = longer(this.first);
      fingerprints.second = this.second = longer(this.second);
    }
    if (length > this.first.length) return false;
    this.crew.set(at.slots, slots);
    return true;
  }
}

/**
 * Moves fingerprints to where they belong when there are more slots.
 *
 * From above, a run of slots without a gap at a time: the homes of a run lie in it, so the new ones
 * lie there or above, where by now all is as it will be. Taken out and entered again, a run meets
 * nothing that has yet to move.
 *
 * @param end of the slots that were in use
 * @param slots that there are now, but for the tail
 */
function spread(first: Int32Array, second: Int32Array, end: number, slots: number): void {
  const scale = slots / 2 ** 32;
  let [firsts, seconds] = [new Int32Array(2 ** 10), new Int32Array(2 ** 10)];
  for (let top = end; top > 0; top--) {
    if (first[top - 1] === 0) continue;
    let bottom = top;
    while (bottom > 0 && first[bottom - 1] !== 0) bottom--;
    const count = top - bottom;
    if (count > firsts.length) {
      [firsts, seconds] = [new Int32Array(2 * count), new Int32Array(2 * count)];
    }
    for (let i = 0; i < count; i++) {
      firsts[i] = first[bottom + i] as number;
      seconds[i] = second[bottom + i] as number;
      first[bottom + i] = second[bottom + i] = 0;
    }
    for (let i = 0; i < count; i++) {
      let slot = Math.floor(((firsts[i] as number) >>> 0) * scale);
      while (first[slot] !== 0) slot++;
      if (slot >= slots + tailSlots - 1) throw new Error(misplaced);
      first[slot] = firsts[i] as number;
      second[slot] = seconds[i] as number;
    }
    top = bottom;
  }
}
