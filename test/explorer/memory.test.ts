/** How much memory a set takes, what it does where there is no more, and how it moves into more. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Archive } from '../../src/explorer/archive.js';
import { CompactSet } from '../../src/explorer/compact.js';
import { at, Crew, controlWords } from '../../src/explorer/crew.js';
import { DiskSet } from '../../src/explorer/disk.js';
import type { Place } from '../../src/explorer/log.js';
import { SeenSet } from '../../src/explorer/seen.js';
import type { Keeps, Store } from '../../src/explorer/store.js';
import { privateStore, sharedStore, statesLimit, storeOf } from '../../src/explorer/store.js';

function shared(words: number, bytes: number, keeps?: Keeps): Store {
  const store = sharedStore(words, bytes, keeps);
  if (store === null) throw new Error('no memory can be shared');
  return store;
}
const newCrew = (worker = 0) =>
  new Crew(new Int32Array(new SharedArrayBuffer(controlWords * 4)), worker);
const rowOf = (n: number) => Uint32Array.of(n, Math.imul(n, 0x9e3779b1));

describe('memory that threads share', () => {
  const [blockRows, spareRanges] = [256, 2 ** 24];

  it.each([
    [1, 2 ** 20],
    [3, 2 ** 20],
    [5, 3_000_000],
    [7, 2 ** 33],
  ])('has room for states of %i words that take %i bytes', (words, bytes) => {
    const store = shared(words, bytes);
    const { segments, segmentBits, rowsMax, index, ranges } = store;
    const rows = Math.ceil(bytes / words / 4);
    const segmentRows = 2 ** segmentBits;
    expect(rowsMax).toBe(segments.length * segmentRows);
    expect(rowsMax).toBeGreaterThanOrEqual(rows);
    expect(rowsMax - segmentRows).toBeLessThan(rows);
    for (const segment of segments) expect(segment.length).toBe(segmentRows * words);
    // The largest that are no larger than a GiB, nor than all.
    const most = Math.min(bytes, 2 ** 30);
    expect(segmentRows * words * 4).toBeLessThanOrEqual(most);
    expect(segmentRows * words * 4 * 2).toBeGreaterThan(most);
    expect(index.byteLength).toBeLessThanOrEqual(bytes);
    expect(index.byteLength * 2).toBeGreaterThan(bytes);
    expect(2 ** store.indexBitsMax).toBe(index.length);
    expect(ranges.length).toBe(2 * (Math.ceil(rows / blockRows) + spareRanges));
    expect([store.words, store.fingerprints, store.disk]).toEqual([words, null, null]);
  });

  it('has two logs and two words of fingerprints where those are kept', () => {
    const [words, bytes] = [3, 2 ** 21];
    const { segments, segmentBits, rowsMax, index, ranges, fingerprints } = shared(words, bytes, {
      bits: 60,
    });
    expect(segments.length * 2 ** segmentBits).toBe(2 * rowsMax);
    expect(rowsMax).toBeGreaterThanOrEqual(bytes / 12);
    expect(index.length).toBe(1);
    const slots = bytes / 8;
    expect(fingerprints?.bits).toBe(60);
    expect([fingerprints?.first.length, fingerprints?.second.length]).toEqual([slots, slots]);
    expect(ranges.length).toBe(2 * (slots / blockRows + spareRanges));
  });

  it('has a mark for each row where states are in a file', () => {
    const store = shared(2, 2 ** 20, { file: 'states' });
    expect(store.disk?.file).toBe('states');
    expect(store.disk?.marks.length).toBe(2 ** 17 / 32);
  });

  it('is never for more states than can be numbered', () => {
    const states = shared(1, 2 ** 34);
    expect([states.rowsMax, states.indexBitsMax]).toEqual([statesLimit, 31]);
    const { rowsMax, fingerprints, segments } = shared(1, 2 ** 34, { bits: 64 });
    expect([rowsMax, fingerprints?.first.length, segments.length]).toEqual([2 ** 30, 2 ** 31, 8]);
    expect([privateStore(1).rowsMax, privateStore(1, { bits: 9 }).rowsMax]).toEqual([
      statesLimit,
      2 ** 30,
    ]);
  });

  it('is the same in another thread', () => {
    for (const keeps of [{}, { bits: 64 }, { file: 'states' }]) {
      const store = shared(2, 2 ** 18, keeps);
      const { buffers } = store;
      if (buffers === null) throw new Error('nothing is shared');
      const other = storeOf(buffers);
      const sizes = ({ segments, index, ranges, fingerprints, disk, ...rest }: Store) => [
        [...segments, index, ranges].map(({ length }) => length),
        [fingerprints?.bits, fingerprints?.first.length, fingerprints?.second.length],
        [disk?.file, disk?.marks.length],
        [rest.words, rest.segmentBits, rest.indexBitsMax, rest.rowsMax],
      ];
      expect(sizes(other)).toEqual(sizes(store));
      expect(other.buffers).toBe(buffers);
      (store.segments[0] as Uint32Array)[5] = 55;
      store.ranges[3] = 7;
      expect([other.segments[0]?.[5], other.ranges[3]]).toEqual([55, 7]);
    }
  });
});

describe('a set of states', () => {
  it('that may have no more rows stops its crew, and has all that it had', () => {
    const crew = newCrew();
    // 8,192 rows of 8 bytes; an index that would number 13,107.
    const seen: SeenSet = new SeenSet(shared(2, 2 ** 16), crew, () => {
      expect(seen.enlarge()).toBeNull();
      seen.clear(1);
      seen.refill();
      crew.set(at.full, 0);
    });
    let added = 0;
    while (seen.addAll(rowOf(added), 1)) added++;
    expect([added, seen.count, crew.stopped]).toEqual([8192, 8192, 'memory-max']);
    for (let n = 0; n < added; n += 100) expect(seen.find(rowOf(n), 0)).toBe(n);
    expect(crew.get(at.full)).toBe(0);
  });

  it('that is full leaves the rest when its crew stops instead', () => {
    const crew = newCrew();
    const seen = new SeenSet(privateStore(2), crew, () => crew.stop('interrupted'));
    let added = 0;
    while (seen.addAll(rowOf(added), 1)) added++;
    // Blocks of 256 that fit into 0.8 of 4,096 slots.
    expect([added, seen.count, crew.get(at.full)]).toEqual([3072, 3072, 1]);
    expect(seen.addAll(rowOf(1), 1)).toBe(false);
  });

  it('says why its index cannot grow', () => {
    const small = new SeenSet(shared(2, 2 ** 16), newCrew(), () => {});
    expect([small.enlarge(1), small.enlarge(), small.enlarge(), small.enlarge()]).toEqual([
      'memory-max',
      null,
      null,
      'memory-max',
    ]);
    const crew = newCrew();
    const large = new SeenSet(privateStore(2), crew, () => {});
    crew.set(at.indexBits, 31);
    expect(large.enlarge()).toBe('states-max');
  });

  it('takes the bytes of its rows, its index and its ranges', () => {
    const crew = newCrew();
    const seen = new SeenSet(privateStore(2), crew, () => {});
    expect([seen.bytes, seen.load, seen.growthBytes]).toEqual([4 * 4096, 0, 4 * 4096]);
    for (let n = 0; n < 300; n++) seen.addAll(rowOf(n), 1);
    expect([seen.bytes, seen.mark]).toEqual([512 * 8 + 4 * 4096 + 8, 1]);
    seen.endLevel();
    seen.endLevel();
    expect([seen.bytes, seen.mark]).toEqual([512 * 8 + 4 * 4096 + 16, 2]);
    expect(seen.load).toBe(300 / 4096);
    expect(seen.isCleared).toBe(false);
  });

  it('has more ranges than there was room for at first', () => {
    const crew = newCrew();
    const seen = new SeenSet(privateStore(2), crew, () => {});
    for (let n = 0; n < 100; n++) {
      seen.addAll(rowOf(n), 1);
      seen.flush();
    }
    expect(seen.mark).toBe(100);
    const states = [...seen.statesBetween(20, 70)].map(({ rows, offset }) => rows[offset]);
    // One place is told of again and again: each was looked at too late, but for its number.
    expect(states.length).toBe(50);
    const first: (number | undefined)[] = [];
    for (const { rows, offset } of seen.statesBetween(20, 70)) first.push(rows[offset]);
    expect(first).toEqual(Array.from({ length: 50 }, (_, n) => n + 20));
  });
});

describe('a set of fingerprints', () => {
  const tail = 4096;
  const setIn = (store: Store, crew = newCrew()): CompactSet => {
    if (store.fingerprints === null) throw new Error('no fingerprints');
    return new CompactSet(store, store.fingerprints, crew, () => crew.stop('interrupted'));
  };

  it('takes the bytes of its slots and ranges, and of the most rows of each of two levels', () => {
    const crew = newCrew();
    const set = setIn(privateStore(2, { bits: 64 }), crew);
    const slots = (2 ** 17 + tail) * 8;
    expect([set.bytes, set.indexBytes, set.growthBytes, set.load]).toEqual([
      slots,
      slots,
      slots / 6,
      0,
    ]);
    let n = 0;
    const add = (rows: number): void => {
      for (const end = n + rows; n < end; n++) expect(set.addAll(rowOf(n), 1)).toBe(true);
    };
    add(300);
    expect([set.bytes, set.mark]).toEqual([slots + 512 * 8 + 8, 1]);
    set.endLevel();
    set.beginLevel();
    expect(set.bytes).toBe(slots + 512 * 8 + 16);
    add(10);
    expect(set.bytes).toBe(slots + (512 + 256) * 8 + 16);
    set.endLevel();
    set.beginLevel();
    // What is written now lies where the first level was.
    add(200);
    expect(set.bytes).toBe(slots + (512 + 256) * 8 + 24);
    add(400);
    expect(set.bytes).toBe(slots + (768 + 256) * 8 + 40);
    set.endLevel();
    set.beginLevel();
    add(5);
    expect(set.bytes).toBe(slots + (768 + 256) * 8 + 48);
    expect([set.count, set.load]).toEqual([915, 915 / 2 ** 17]);
    expect([set.isCleared, set.isStopped()]).toEqual([false, false]);
    crew.stop('time-max');
    expect(set.isStopped()).toBe(true);
  });

  it('has the states of a level until the level after the next is begun', () => {
    const set = setIn(privateStore(2, { bits: 64 }));
    const levels: number[][] = [];
    for (let level = 0, n = 0, from = 0; level < 4; level++) {
      set.beginLevel();
      for (const end = n + 500; n < end; n++) set.addAll(rowOf(n), 1);
      set.endLevel();
      const found: number[] = [];
      for (const { rows, offset } of set.statesBetween(from, set.mark)) {
        found.push(rows[offset] as number);
      }
      levels.push(found);
      from = set.mark;
      if (level > 0) expect(found.length).toBe(500);
    }
    expect(levels.flat()).toEqual(Array.from({ length: 2000 }, (_, n) => n));
  });

  it('asks for more slots before all workers together could fill them to more than 0.8', () => {
    const fullAt = (joined: number): number => {
      const crew = newCrew();
      crew.set(at.joined, joined);
      const set = setIn(privateStore(2, { bits: 64 }), crew);
      let n = 0;
      while (set.addAll(rowOf(n), 1)) n++;
      return n;
    };
    // Two blocks of 256 and a chunk of 128 for each, counted when a block is claimed.
    const alone = Math.floor(2 ** 17 * 0.8) - 640;
    expect(fullAt(0)).toBe(Math.ceil((alone + 1) / 256) * 256);
    expect(fullAt(3)).toBe(Math.ceil((alone - 3 * 640 + 1) / 256) * 256);
    expect(fullAt(200)).toBe(Math.ceil((alone - 63 * 640 + 1) / 256) * 256);
  });

  it('grows by a sixth, up to what there is memory for, or numbers', () => {
    const crew = newCrew();
    const set = setIn(shared(2, 2 ** 21, { bits: 64 }), crew);
    const slots: number[] = [];
    let reason = null;
    for (; reason === null; reason = set.enlarge()) slots.push(crew.get(at.slots));
    expect(slots).toEqual([131072, 152917, 178403, 208136, 242825]);
    expect([reason, crew.get(at.slots)]).toEqual(['memory-max', 242825]);
    expect(set.enlarge(1)).toBe('memory-max');
    crew.set(at.slots, 2 ** 31 - 2 * tail);
    expect(set.enlarge()).toBe('states-max');
  });

  it('moves fingerprints in their order, however many lie in a row', () => {
    const crew = newCrew();
    const store = privateStore(2, { bits: 64 });
    const set = setIn(store, crew);
    /** Home slots, and how many have each: one run of all slots, one of a few, one in the tail. */
    const runs: [number, number][] = [
      [7, 3],
      [2 ** 16, 1500],
      [2 ** 16 + 20, 1600],
      [2 ** 17 - 1, tail],
    ];
    const expected: [number, number][] = [];
    let [slot, second] = [0, 0];
    for (const [home, count] of runs) {
      const first = Math.ceil((home * 2 ** 32) / 2 ** 17) | 0;
      slot = Math.max(slot, home);
      for (let i = 0; i < count; i++, slot++) {
        [set.first[slot], set.second[slot]] = [first, ++second];
        expected.push([first, second]);
      }
    }
    for (let growth = 0; growth < 6; growth++) expect(set.enlarge()).toBeNull();
    const slots = crew.get(at.slots);
    const found: [number, number][] = [];
    let stale = 0;
    for (const [slot, first] of set.first.entries()) {
      if (first === 0) {
        // Whoever reads a first word that is new must not find an old second one behind it.
        if (set.second[slot] !== 0) stale++;
        continue;
      }
      found.push([first, set.second[slot] as number]);
      const home = Math.floor((first >>> 0) * (slots / 2 ** 32));
      expect(slot).toBeGreaterThanOrEqual(home);
      // None is behind a gap.
      expect(set.first.subarray(home, slot).indexOf(0)).toBe(-1);
    }
    expect(found).toEqual(expected);
    expect(stale).toBe(0);
    expect(set.first.length).toBe(slots + tail);
  });

  it('refuses to move more than can lie behind the last home', () => {
    const set = setIn(privateStore(2, { bits: 64 }));
    set.first.fill(-1, 2 ** 17 - 1);
    expect(() => set.enlarge()).toThrow('fingerprints lie where they should not');
  });
});

describe('a set whose states are in a file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'svscheck-memory-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const setIn = (store: Store, crew: Crew): DiskSet => {
    if (store.disk === null) throw new Error('no file');
    return new DiskSet(store, store.disk, crew, () => crew.stop('interrupted'));
  };
  const statesOf = (places: Iterable<Place>): (number | undefined)[] =>
    Array.from(places, ({ rows, offset }) => rows[offset]);
  const from = (first: number, end: number) =>
    Array.from({ length: end - first }, (_, n) => first + n);

  it('keeps in the file what is new, and in the table what a level leads to', () => {
    const archive = Archive.create(folder, 2, { search: '', tool: '' });
    const settle = (set: DiskSet, first: number, end: number): void => {
      for (let n = first; n < end; n++) expect(set.addAll(rowOf(n), 1)).toBe(true);
      set.endLevel();
      expect(statesOf(set.tabled())).toEqual(from(first, end));
      set.compare();
      set.keepNew(archive);
      set.empty(1);
      expect(statesOf(set.tabled())).toEqual([]);
      expect([set.count, set.mark, archive.rows]).toEqual([end, end, end]);
    };
    const before = setIn(privateStore(2, { file: Archive.fileIn(folder) }), newCrew());
    settle(before, 0, 300);
    settle(before, 300, 3000);
    // What was added lately is known without the file; another set has nothing but the file.
    before.close();
    const crew = newCrew();
    crew.set(at.states, 3000);
    const set = setIn(privateStore(2, { file: Archive.fileIn(folder) }), crew);
    settle(set, 1500, 3200);
    expect(statesOf(set.statesBetween(0, 3200))).toEqual(from(0, 3200));
    expect(statesOf(set.statesBetween(120, 121))).toEqual([120]);
    set.openLevel(100, 700);
    const ranges = [0, 1, 2].flatMap((range) => {
      set.openRange(range);
      const { rangeOffset, rangeCount } = set;
      return Array.from({ length: rangeCount }, (_, row) => set.range[rangeOffset + row * 2]);
    });
    expect(ranges).toEqual(from(100, 700));
    archive.close();
    truncateSync(Archive.fileIn(folder), 2000 * 8);
    expect(() => statesOf(set.statesBetween(1990, 2010))).toThrow('states ends before row 2010');
    expect(crew.stopped).toBe('disk-error');
    set.close();
    expect(() => set.close()).toThrow('EBADF');
  });

  it('has marks for as many rows as its table has', () => {
    const archive = Archive.create(folder, 2, { search: '', tool: '' });
    const store = privateStore(2, { file: Archive.fileIn(folder) });
    const set = setIn(store, newCrew());
    for (let n = 0; n < 1000; n++) set.addAll(rowOf(n), 1);
    set.compare();
    // A bit for each of 1,024 rows, and as many again, so that they seldom have to grow.
    expect(store.disk?.marks.length).toBe(64);
    set.keepNew(archive);
    expect(archive.rows).toBe(1000);
    archive.close();
    set.close();
  });

  it('leaves a part of the memory that there may be to others', () => {
    writeFileSync(Archive.fileIn(folder), '');
    const crew = newCrew();
    const set = setIn(privateStore(2, { file: Archive.fileIn(folder) }), crew);
    expect(set.growthBytes).toBe(4 * 4096 + 0.8 * 4096 * 8);
    const { rss } = process.memoryUsage();
    expect([set.enlarge(rss * 1.1), set.enlarge(rss * 3)]).toEqual(['memory-max', null]);
    expect([crew.get(at.indexBits), set.isLarge]).toEqual([13, false]);
    crew.set(at.indexBits, 15);
    expect(set.isLarge).toBe(false);
    crew.set(at.indexBits, 16);
    expect(set.isLarge).toBe(true);
    set.close();
  });
});
