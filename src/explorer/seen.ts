/**
 * The seen set, as one worker has it: every state once, and an index over them.
 *
 * States lie in a log (log.ts). A worker writes a new state there and then publishes it by
 * compare-and-swap on the index: the first to do so has found it. The index is open addressing over
 * one 32-bit entry a slot: the low bits hold the row's number plus one, those above them the same
 * bits of its hash, so that most probes of another state never touch the log. It stores whole
 * states: the set is exact.
 */
import { at, Crew, controlWords } from './crew.js';
import type { Kernel, Probed } from './kernel.js';
import { chunkRows, kernelOf, noRecentRows } from './kernel.js';
import { StateLog } from './log.js';
import type { Store } from './store.js';
import { blockRows, loadMax, privateStore } from './store.js';
import type { StopReason } from './system.js';

const indexBitsMin = 12;

export class SeenSet extends StateLog implements Probed {
  index: Int32Array;
  mask = 0;
  readonly recent: Int32Array;
  readonly numbers = new Int32Array(chunkRows);
  readonly hashes = new Int32Array(chunkRows);
  readonly entries = new Int32Array(chunkRows);
  readonly slots = new Int32Array(chunkRows);
  touched = 0;
  protected readonly kernel: Kernel;
  /** Rows that may be claimed before the index has to grow. */
  private limit = 0;

  /** @param pause called when the index is full: lets it grow, or the search stop */
  constructor(store: Store, crew: Crew, pause: () => void) {
    super(store, crew, pause);
    this.kernel = kernelOf(store.words);
    this.recent = noRecentRows(store.words, this.kernel);
    this.index = store.index;
    if (crew.worker === 0) this.resize(indexBitsMin);
    else this.refresh();
  }

  /** A set for one thread alone. */
  static alone(words: number): SeenSet {
    const crew = new Crew(new Int32Array(controlWords), 0);
    const seen: SeenSet = new SeenSet(privateStore(words), crew, () => {
      seen.enlarge();
      seen.refill();
      crew.set(at.full, 0);
    });
    return seen;
  }

  get bytes(): number {
    const { crew, words } = this;
    return crew.get(at.rows) * words * 4 + this.indexBytes + crew.get(at.ranges) * 8;
  }

  get load(): number {
    return this.count / 2 ** this.crew.get(at.indexBits);
  }

  private get indexBytes(): number {
    return 2 ** this.crew.get(at.indexBits) * 4;
  }

  get growthBytes(): number {
    return this.indexBytes;
  }

  get isCleared(): boolean {
    return this.store.buffers !== null;
  }

  protected addChunk(rows: Uint32Array, first: number, count: number): void {
    this.kernel.add(this, rows, first, count);
  }

  /** The number of the state at `rows[offset]`, or -1. */
  find(rows: Uint32Array, offset: number): number {
    return this.kernel.find(this, rows, offset);
  }

  protected isFull(block: number): boolean {
    return block + blockRows > this.limit;
  }

  protected grow(): StopReason | null {
    const bits = this.crew.get(at.indexBits) + 1;
    if (bits > 31) return 'states-max';
    if (bits > this.store.indexBitsMax) return 'memory-max';
    this.resize(bits);
    return null;
  }

  /** An index of `2 ** bits` slots. A shared one is then cleared, and either filled. */
  private resize(bits: number): void {
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

  clear(hands: number): void {
    this.clearSlots(2 ** (this.crew.get(at.indexBits) - 1), hands);
  }

  protected clearSlots(slots: number, hands: number): void {
    const { worker } = this.crew;
    const upTo = (share: number): number => Math.floor((slots * share) / hands);
    this.index.fill(0, upTo(worker), upTo(worker + 1));
  }

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

  refresh(): void {
    const bits = this.crew.get(at.indexBits);
    this.index = this.store.index;
    this.mask = 2 ** bits - 1;
    this.limit = Math.floor(2 ** bits * loadMax);
  }
}

/** Ranges that a worker takes at once when the index is filled again. */
const rangesTogether = 16;
