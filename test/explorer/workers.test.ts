/** Several workers, in threads: what they tell is what one tells, and what the reference does. */
import { describe, expect, it } from 'vitest';
import { Crew } from '../../src/explorer/crew.js';
import type { Progress } from '../../src/explorer/progress.js';
import { explore } from '../../src/explorer/reference.js';
import type { SearchOptions, SearchOutcome } from '../../src/explorer/search.js';
import { search } from '../../src/explorer/search.js';
import type { Outcome } from '../../src/explorer/system.js';
import { packedOf, referenceOf } from './scattered.js';
import { searched } from './searched.js';

const told = ({
  bytes,
  load,
  workers,
  notices,
  tracesStoppedBy,
  ...outcome
}: SearchOutcome): Outcome => outcome;

describe('several workers', () => {
  it.each([
    { size: 40_000, spread: 6000, seed: 1, rare: 9000 },
    { size: 60_000, spread: 9000, seed: 2, rare: 300_000 },
    { size: 30_000, spread: 30_000, seed: 3, rare: 4000 },
    { size: 20_000, spread: 40, seed: 4, rare: 20_000 },
  ])('agree with one and with the reference: %j', async (graph) => {
    const reference = explore(referenceOf(graph));
    expect(reference.statesDistinct).toBeGreaterThan(15_000);
    expect(told(search(packedOf(graph)))).toEqual(reference);
    for (const workers of [1, 2, 3, 4]) {
      const outcome = await searched(graph, workers);
      expect(told(outcome)).toEqual(reference);
      // Levels of the last one are too small to share.
      expect(outcome.workers).toBe(graph.spread < 100 ? 1 : workers);
    }
  });

  it('agree on levels of a few states, which they share where that is asked', async () => {
    for (const [size, spread] of [
      [3000, 40],
      [500, 200],
      [40, 3],
    ] as const) {
      const graph = { size, spread, seed: 8, rare: 300 };
      const reference = explore(referenceOf(graph));
      for (const workers of [2, 4]) {
        const outcome = await searched(graph, workers, { soloStates: 1 });
        expect(told(outcome)).toEqual(reference);
        expect(outcome.workers).toBe(workers);
      }
    }
  });

  it('find each state once where all find the same at the same time', async () => {
    const fan = 512;
    const graph = { size: 400 * fan, spread: 1, seed: 1, rare: 2 ** 31, fan };
    const one = search(packedOf(graph));
    expect(one.statesDistinct).toBe(2 + 399 * fan);
    for (const workers of [2, 3]) {
      expect(told(await searched(graph, workers, { soloStates: 1 }))).toEqual(told(one));
    }
  });

  it('wait for the slowest of them', async () => {
    const graph = { size: 3000, spread: 1200, seed: 3, rare: 2 ** 31 };
    const one = told(search(packedOf(graph)));
    for (const workers of [2, 3]) {
      const outcome = await searched({ ...graph, lag: 0.05 }, workers, { soloStates: 1 });
      expect(told(outcome)).toEqual(one);
    }
  });

  it('agree where the index has grown in levels in which the leader was alone', async () => {
    // Levels are of somewhat less than 160 states, or of somewhat more.
    const graph = { size: 30_000, spread: 200, seed: 2, rare: 2 ** 31 };
    const one = told(search(packedOf(graph)));
    for (const workers of [2, 3, 4]) {
      expect(told(await searched(graph, workers, { soloStates: 160 }))).toEqual(one);
    }
  });

  it('agree when every state of a wide level violates', async () => {
    const graph = { size: 50_000, spread: 8000, seed: 5, rare: 1 };
    const deep = { ...graph, rare: 40 };
    for (const one of [graph, deep]) {
      expect(told(await searched(one, 3))).toEqual(told(search(packedOf(one))));
    }
  });

  it('let the index grow within a level, and lose nothing', async () => {
    // Some 300,000 states in some twenty levels: the index doubles six times while levels are shared.
    const graph = { size: 400_000, spread: 90_000, seed: 6, rare: 2 ** 31 };
    const [one, three] = [search(packedOf(graph)), await searched(graph, 3)];
    expect(told(three)).toEqual(told(one));
    expect(three.statesDistinct).toBeGreaterThan(300_000);
    expect(three.depth).toBeLessThan(30);
    // Three words a state; the index is between 40 and 80 % full.
    expect(three.load).toBeGreaterThan(0.39);
    expect(three.bytes / three.statesDistinct).toBeLessThan(12 + 4 / 0.39 + 1);
  });

  it('stop at limits, with what was violated before', async () => {
    const graph = { size: 400_000, spread: 90_000, seed: 6, rare: 2 ** 31 };
    const byDepth = await searched(graph, 3, { depthMax: 5 });
    expect(told(byDepth)).toEqual(told(search(packedOf(graph), { depthMax: 5 })));
    const limits: [SearchOptions, string][] = [
      [{ statesMax: 50_000 }, 'states-max'],
      [{ timeMax: -1 }, 'time-max'],
      [{ memoryMax: 1 }, 'memory-max'],
      [{ onProgress: ({ statesDistinct }) => statesDistinct > 90_000 }, 'interrupted'],
    ];
    for (const [options, stoppedBy] of limits) {
      const outcome = await searched(graph, 3, options);
      expect(outcome.stoppedBy).toBe(stoppedBy);
      expect(outcome.verdicts.map(({ result }) => result)).not.toContain('holds');
    }
    const first = await searched({ ...graph, rare: 3000 }, 3, { stopAtFirst: true });
    expect(first.stoppedBy).toBe('stop-at-first');
    expect(first.verdicts[2]).toEqual({ result: 'unfinished' });
  });

  it('stop when they are told that one of them is gone, whatever they do', async () => {
    const graph = { size: 400_000, spread: 90_000, seed: 6, rare: 2 ** 31 };
    for (const states of [10, 20_000, 60_000, 150_000]) {
      let crew: Crew | undefined;
      const onProgress = ({ statesDistinct }: Progress): boolean => {
        if (statesDistinct > states) crew?.stop('worker-died');
        return false;
      };
      const outcome = await searched(graph, 3, { onProgress }, (control) => {
        crew = new Crew(control, 0);
      });
      expect(outcome.stoppedBy).toBe('worker-died');
      expect(outcome.verdicts.map(({ result }) => result)).not.toContain('holds');
    }
  });
});
