/** Searches that keep fingerprints: what they find is what an exact search finds, and never more. */
import { describe, expect, it } from 'vitest';
import { CompactSet } from '../../src/explorer/compact.js';
import { at, Crew, controlWords } from '../../src/explorer/crew.js';
import { privateWorkplace } from '../../src/explorer/expand.js';
import { fingerprintKernelOf } from '../../src/explorer/fingerprint.js';
import type { SearchOptions, SearchOutcome } from '../../src/explorer/search.js';
import { search } from '../../src/explorer/search.js';
import { SeenSet } from '../../src/explorer/seen.js';
import type { Store } from '../../src/explorer/store.js';
import { privateStore, sharedStore } from '../../src/explorer/store.js';
import type { PackedSystem } from '../../src/explorer/system.js';
import type { Graph } from './graph.js';
import { line, packedOf } from './graph.js';
import { packedOf as scatteredOf } from './scattered.js';
import { searched } from './searched.js';

const compactly = (system: PackedSystem, options?: SearchOptions, bits = 64): SearchOutcome =>
  search(system, options, privateWorkplace(system, { bits }));

/** What both searches find; of a property, whether and how deep it is violated. */
function found({ compact, verdicts, bytes, load, workers, ...counts }: SearchOutcome) {
  const depths = verdicts.map((verdict) => (verdict.result === 'violated' ? verdict.depth : null));
  return { ...counts, depths: compact?.violated ?? depths };
}

describe('a search by fingerprints', () => {
  it.each([
    { size: 40_000, spread: 6000, seed: 1, rare: 9000 },
    { size: 20_000, spread: 40, seed: 4, rare: 20_000 },
    // The index grows while levels are shared.
    { size: 800_000, spread: 90_000, seed: 6, rare: 2 ** 31 },
  ])('finds it with any number of workers: %j', async (graph) => {
    const exact = found(search(scatteredOf(graph)));
    expect(found(compactly(scatteredOf(graph)))).toEqual(exact);
    for (const workers of [1, 2, 3]) {
      const outcome = await searched(graph, workers, {}, undefined, { bits: 64 });
      expect(found(outcome)).toEqual(exact);
      expect(outcome.workers).toBe(graph.spread < 100 ? 1 : workers);
      expect(outcome.load).toBeLessThanOrEqual(0.8);
    }
  });

  it('ends at limits as any search does', async () => {
    const graph = { size: 400_000, spread: 90_000, seed: 6, rare: 2 ** 31 };
    const limits: [SearchOptions, string][] = [
      [{ statesMax: 50_000 }, 'states-max'],
      [{ timeMax: -1 }, 'time-max'],
      [{ memoryMax: 1 }, 'memory-max'],
      [{ depthMax: 5 }, 'depth-max'],
      [{ onProgress: ({ statesDistinct }) => statesDistinct > 90_000 }, 'interrupted'],
    ];
    for (const [options, stoppedBy] of limits) {
      expect((await searched(graph, 3, options, undefined, { bits: 64 })).stoppedBy).toBe(
        stoppedBy,
      );
    }
  });

  it('stops when a worker is gone', async () => {
    const graph = { size: 400_000, spread: 90_000, seed: 6, rare: 2 ** 31 };
    let crew: Crew | undefined;
    const onProgress = (): boolean => {
      crew?.stop('worker-died');
      return false;
    };
    const begin = (control: Int32Array): void => {
      crew = new Crew(control, 0);
    };
    const outcome = await searched(graph, 3, { onProgress }, begin, { bits: 64 });
    expect(outcome.stoppedBy).toBe('worker-died');
  });

  it('misses states where fingerprints have few bits, and says with which probability', () => {
    const graph: Graph = { ...line(4000), failing: new Array(4000).fill(0) };
    const outcomes = [64, 40, 24, 12].map((bits) => compactly(packedOf(graph), {}, bits));
    const [whole, forty, some, few] = outcomes as SearchOutcome[];
    expect(whole?.statesDistinct).toBe(4000);
    expect(whole?.compact?.omission).toBe((4000 * 4001) / 2 / 2 ** 64);
    expect(forty?.compact?.omission).toBeCloseTo(7.3e-6, 7);
    expect(some?.compact?.omission).toBeGreaterThan(0.2);
    // On a line all is lost with the first state that is missed.
    expect(few?.statesDistinct).toBeLessThan(1000);
    expect(few?.compact?.omission).toBeGreaterThan(0.01);
    for (const outcome of outcomes) {
      for (const { result } of outcome.verdicts) expect(result).toBe('unfinished');
    }
  });

  it('takes at most 12 bytes a state, and two levels of states', () => {
    // Three words a state. Rows are claimed by blocks, so levels of a block or less count as one.
    const graph = { size: 1_200_000, spread: 4000, seed: 7, rare: 2 ** 31 };
    const outcome = compactly(scatteredOf(graph));
    expect(outcome.statesDistinct).toBeGreaterThan(500_000);
    const frontier = 2 * 4000 * 4 * 12;
    expect(outcome.bytes).toBeLessThan(12 * outcome.statesDistinct + frontier);
    // Exactly: 8 bytes a slot, and some for what is behind the last home.
    expect(outcome.bytes / outcome.statesDistinct).toBeGreaterThan(8 / outcome.load);
  });
});

describe('a set of fingerprints', () => {
  /** Rows as states are: words of few bits that differ in few places. */
  const rowOf = (n: number): Uint32Array =>
    Uint32Array.of(n & 0x3ff, (n >>> 10) << 22, 0, n & 0x2a5a5);

  /** Pairs of equal numbers. */
  function pairsOf(numbers: Uint32Array): number {
    const sorted = numbers.slice().sort();
    let [pairs, equal] = [0, 0];
    for (let i = 1; i < sorted.length; i++) {
      equal = sorted[i] === sorted[i - 1] ? equal + 1 : 0;
      pairs += equal;
    }
    return pairs;
  }

  it('keeps so many bits as are asked for, and never a word of 0', () => {
    const whole = fingerprintKernelOf(4, 64);
    const maskOf = (bits: number): number => (bits === 0 ? 0 : -1 << (32 - bits));
    let zeros = 0;
    for (const bits of [1, 2, 12, 31, 32, 33, 34, 40, 63, 64]) {
      const { fingerprintOf } = fingerprintKernelOf(4, bits);
      const first = maskOf(Math.min(bits, 32));
      const second = maskOf(Math.max(bits - 32, 0));
      for (let n = 0; n < 200; n++) {
        const [h, g] = whole.fingerprintOf(rowOf(n));
        // The least that is not 0, of those bits.
        expect(fingerprintOf(rowOf(n))).toEqual([h & first || first & -first, g & second || 1]);
        if ((h & first) === 0 || (second !== 0 && (g & second) === 0)) zeros++;
      }
    }
    expect(zeros).toBeGreaterThan(200);
  });

  it('has as many equal words as random functions have, and their halves tell nothing', () => {
    const count = 2 ** 19;
    const { fingerprintOf } = fingerprintKernelOf(4, 64);
    const all = Array.from({ length: count }, (_, n) => fingerprintOf(rowOf(n)));
    const expected = (count * (count - 1)) / 2 / 2 ** 32;
    const windows: ((h: number, g: number) => number)[] = [
      (h) => h,
      (_, g) => g,
      (h, g) => h ^ g,
      (h, g) => (h & 0xffff0000) | (g >>> 16),
      (h, g) => (h << 16) | (g & 0xffff),
    ];
    for (const window of windows) {
      const pairs = pairsOf(Uint32Array.from(all, ([h, g]) => window(h, g)));
      // 32 pairs, give or take five deviations.
      expect(Math.abs(pairs - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });

  it('misses about as many rows as there are pairs with equal bits', () => {
    const crew = new Crew(new Int32Array(controlWords), 0);
    const store = privateStore(4, { bits: 32 });
    if (store.fingerprints === null) throw new Error('no fingerprints');
    const set: CompactSet = new CompactSet(store, store.fingerprints, crew, () => {
      set.enlarge();
      crew.set(at.full, 0);
      set.refill();
    });
    const count = 2 ** 20;
    for (let n = 0; n < count; n++) set.addAll(rowOf(n), 1);
    const expected = (count * (count - 1)) / 2 / 2 ** 32;
    expect(Math.abs(count - set.count - expected)).toBeLessThan(5 * Math.sqrt(expected));
    expect(set.load).toBeGreaterThan(0.68);
    expect(set.load).toBeLessThanOrEqual(0.8);
  });
});

describe('a worker that had no part in it when the index grew', () => {
  const sets = {
    states: (store: Store, crew: Crew) => new SeenSet(store, crew, () => {}),
    fingerprints: (store: Store, crew: Crew) => {
      if (store.fingerprints === null) throw new Error('no fingerprints');
      return new CompactSet(store, store.fingerprints, crew, () => {});
    },
  };
  it.each(['states', 'fingerprints'] as const)('finds all %s', (what) => {
    const store = sharedStore(2, 2 ** 24, { bits: what === 'states' ? 0 : 64 });
    if (store === null) throw new Error('no memory can be shared');
    const control = new Int32Array(new SharedArrayBuffer(controlWords * 4));
    const [leader, helper] = [0, 1].map((worker) => sets[what](store, new Crew(control, worker)));
    if (leader === undefined || helper === undefined) throw new Error('no sets');
    const rows = Uint32Array.from({ length: 2000 }, (_, i) => Math.imul(i, 0x9e3779b1));
    leader.addAll(rows, 1000);
    leader.flush();
    for (let time = 0; time < 3; time++) {
      leader.enlarge();
      leader.clear(1);
      leader.refill();
    }
    helper.refresh();
    helper.addAll(rows, 1000);
    expect(leader.count).toBe(1000);
    // Nor does one that comes later take it to be as small as it was at first.
    const bits = [at.indexBits, at.slots].map((place) => control[place]);
    const late = sets[what](store, new Crew(control, 2));
    expect([at.indexBits, at.slots].map((place) => control[place])).toEqual(bits);
    late.addAll(rows, 1000);
    leader.addAll(rows, 1000);
    expect(leader.count).toBe(1000);
  });
});
