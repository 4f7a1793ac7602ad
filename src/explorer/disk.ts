/**
 * The seen set of a search whose states lie in a file (archive.ts): exact, with no more in memory
 * than the states to which one level leads.
 *
 * What a level leads to goes into a table, as in any search (seen.ts), whether it is known or not. At
 * the end of the level, or where the table is full, all workers read the file through and mark the
 * rows of the table that are in it; the others are new, and are appended. It is the scheme of Stern
 * and Dill for Murphi (CAV 1998): files are read from end to end, and nothing is looked up in them.
 */
import * as fs from 'node:fs';
import type { Archive } from './archive.js';
import { readRows } from './archive.js';
import type { Crew } from './crew.js';
import { at } from './crew.js';
import { chunkRows } from './kernel.js';
import type { Place } from './log.js';
import { SeenSet } from './seen.js';
import type { Disk, Store } from './store.js';
import { blockRows, loadMax } from './store.js';
import type { StopReason } from './system.js';

/** Rows that a worker reads at once, when it looks for those of the table. */
const readTogether = chunkRows * 64;
/** With an index of fewer bits than this the file would be read through all the time. */
const indexBitsMin = 16;
/** Of the memory that there may be, what the table may have grown to: V8 and others need some. */
const share = 0.85;

export class DiskSet extends SeenSet {
  private readonly file: number;
  private readonly buffer: Uint32Array;
  private readonly level: Uint32Array;
  protected override readonly counter = at.candidates;

  constructor(
    store: Store,
    private readonly disk: Disk,
    crew: Crew,
    pause: () => void,
  ) {
    super(store, crew, pause);
    this.file = fs.openSync(disk.file, 'r');
    this.buffer = new Uint32Array(readTogether * store.words);
    this.level = new Uint32Array(blockRows * store.words);
  }

  /** Rows of the file: what was found before this level, and of what it leads to the part written. */
  override get mark(): number {
    return this.count;
  }

  override get growthBytes(): number {
    const slots = 2 ** this.crew.get(at.indexBits);
    return slots * 4 + slots * loadMax * this.words * 4;
  }

  override enlarge(memoryMax = Number.POSITIVE_INFINITY): StopReason | null {
    return super.enlarge(memoryMax * share);
  }

  /** Whether the table, where it cannot grow, is large enough to go on with. */
  get isLarge(): boolean {
    return this.crew.get(at.indexBits) >= indexBitsMin;
  }

  override openLevel(first: number, end: number): void {
    const { crew } = this;
    crew.set(at.levelFirst, first);
    crew.set(at.levelEnd, end);
    super.openLevel(0, Math.ceil((end - first) / blockRows));
  }

  override openRange(range: number): void {
    const first = this.crew.get(at.levelFirst) + range * blockRows;
    const wanted = Math.min(blockRows, this.crew.get(at.levelEnd) - first);
    this.range = this.level;
    this.rangeCount = this.readOrStop(first, this.level.subarray(0, wanted * this.words));
  }

  override *statesBetween(first: number, end: number): Generator<Place> {
    const { words } = this;
    const rows = new Uint32Array(readTogether * words);
    const place: Place = { rows, offset: 0 };
    for (let from = first; from < end; from += readTogether) {
      const count = Math.min(readTogether, end - from);
      if (this.readOrStop(from, rows.subarray(0, count * words)) < count) {
        throw new Error(`${this.disk.file} ends before row ${from + count}`);
      }
      for (let row = 0; row < count; row++) {
        place.offset = row * words;
        yield place;
      }
    }
  }

  /** The rows of the table, known states among them. */
  *tabled(): Generator<Place> {
    const { store, words } = this;
    const place: Place = { rows: this.level, offset: 0 };
    for (let range = 0; range < this.crew.get(at.ranges); range++) {
      const first = store.ranges[range * 2] as number;
      const count = store.ranges[range * 2 + 1] as number;
      place.rows = this.rowsOf(first);
      for (let row = 0; row < count; row++) {
        place.offset = this.offsetOf(first) + row * words;
        yield place;
      }
    }
  }

  /** What the workers have added lies in blocks that nobody fills any more. */
  override endLevel(): void {
    this.leaveBlock();
  }

  override close(): void {
    fs.closeSync(this.file);
  }

  /** @param look called now and then, to stop the crew at a limit */
  override compare(look: () => void = () => {}): void {
    this.leaveBlock();
    this.refresh();
    const { crew, buffer, words } = this;
    const marks = this.marksFor(crew.get(at.rows));
    const total = this.count;
    for (;;) {
      const first = crew.take(at.refill) * readTogether;
      if (first >= total || crew.stopped !== null) return;
      look();
      const wanted = Math.min(readTogether, total - first);
      const count = this.readOrStop(first, buffer.subarray(0, wanted * words));
      for (let row = 0; row < count; row += chunkRows) {
        this.kernel.mark(this, buffer, row, Math.min(chunkRows, count - row), marks);
      }
    }
  }

  /** The leader appends what is not marked. Throws what the file system throws. */
  keepNew(archive: Archive): void {
    const { crew, store, words } = this;
    const rows = crew.get(at.rows);
    const marks = this.marksFor(rows);
    const ranges = crew.get(at.ranges);
    for (let range = 0; range < ranges; range++) {
      const first = store.ranges[range * 2] as number;
      const end = first + (store.ranges[range * 2 + 1] as number);
      const log = this.rowsOf(first);
      let offset = this.offsetOf(first);
      for (let id = first; id < end; id++, offset += words) {
        if (((marks[id >>> 5] as number) >>> (id & 31)) & 1) continue;
        archive.append(log, offset);
      }
    }
    archive.flush();
    marks.fill(0, 0, Math.ceil(rows / 32));
    crew.set(at.states, archive.rows);
    crew.set(at.rows, 0);
    crew.set(at.ranges, 0);
    crew.set(at.candidates, 0);
    crew.take(at.emptied);
  }

  /** A worker's share in emptying the table. */
  override empty(hands: number): void {
    this.clearSlots(2 ** this.crew.get(at.indexBits), hands);
  }

  protected override get emptied(): number {
    return this.crew.get(at.emptied);
  }

  /** A bit for each row of the table; shared ones were reserved. */
  private marksFor(rows: number): Int32Array {
    const { disk, store } = this;
    if (store.buffers === null && disk.marks.length * 32 < rows) {
      disk.marks = new Int32Array(Math.ceil(rows / 32) * 2);
    }
    return disk.marks;
  }

  private readOrStop(first: number, into: Uint32Array): number {
    const wanted = into.length / this.words;
    try {
      if (readRows(this.file, this.words, first, into) === wanted) return wanted;
    } catch {
      // Told below, as a file that ends too early is.
    }
    this.crew.stop('disk-error');
    return 0;
  }
}
