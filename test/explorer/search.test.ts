/** The packed search in one thread; that it tells what the reference does is in test/modes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/explorer/progress.js';
import type { SearchOptions } from '../../src/explorer/search.js';
import { search } from '../../src/explorer/search.js';
import type { Outcome } from '../../src/explorer/system.js';
import type { Graph } from './graph.js';
import { line, packedOf, processOf, someGraph } from './graph.js';

/** What any explorer tells; bytes, load and workers are the packed one's alone. */
function outcomeOf(graph: Graph, options?: SearchOptions): Outcome {
  const { bytes, load, workers, notices, tracesStoppedBy, ...outcome } = search(
    packedOf(graph),
    options,
  );
  expect(bytes).toBeGreaterThan(0);
  expect(load).toBeLessThanOrEqual(0.8);
  expect(workers).toBe(1);
  return outcome;
}

describe('the search', () => {
  it('gives the path with the fewest changes of process, then the least actions', () => {
    /** Every path of a length that ends in a violation of the property, by brute force. */
    const paths = (graph: Graph, property: number, length: number): number[][] => {
      const found: number[][] = [];
      const walk = (state: number, taken: readonly number[]): void => {
        if (taken.length === length + 1) {
          if (((graph.failing[state] as number) >>> property) & 1) found.push([...taken]);
          return;
        }
        for (const [index, edge] of (graph.edges[state] ?? []).entries()) {
          const onwards = [...taken, state * 8 + index];
          if (taken.length === length && (edge.failing >>> property) & 1) found.push(onwards);
          walk(edge.to, onwards);
        }
      };
      for (const [initial, state] of graph.initials.entries()) walk(state, [initial]);
      return found;
    };
    const changes = (graph: Graph, [, ...actions]: readonly number[]): number =>
      actions.filter(
        (action, i) =>
          i > 0 && processOf(graph, actions[i - 1] as number) !== processOf(graph, action),
      ).length;
    let compared = 0;
    fc.assert(
      fc.property(someGraph, (graph) => {
        for (const [property, verdict] of outcomeOf(graph).verdicts.entries()) {
          if (verdict.result !== 'violated' || verdict.depth > 7) continue;
          compared++;
          // A violating edge of the last level ends a path as a violating state does.
          const all = [verdict.depth, verdict.depth - 1].flatMap((length) =>
            length < 0 ? [] : paths(graph, property, length),
          );
          const ofDepth = all.filter((path) => path.length === verdict.depth + 1);
          const ranked = ofDepth
            .map((path) => [changes(graph, path), ...path])
            .sort((a, b) => {
              const at = a.findIndex((n, i) => n !== b[i]);
              return at < 0 ? 0 : (a[at] as number) - (b[at] as number);
            });
          const { initial, actions } = verdict.path;
          expect([initial, ...actions]).toEqual(ranked[0]?.slice(1));
        }
      }),
      { numRuns: 400 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  it('goes by the best of several ways on by one process, whichever comes first', () => {
    const by = (process: number, ...states: number[]) =>
      states.map((to) => ({ to, process, failing: 0 }));
    const graph: Graph = {
      ...line(7),
      // From 1 on, 2 changes nothing and 3 does; the way over 5 changes nothing either.
      edges: [[...by(0, 1), ...by(1, 5)], by(0, 2, 3), by(0, 4), by(1, 4), [], by(1, 6), by(1, 4)],
      failing: [0, 0, 0, 0, 1, 0, 0],
      processes: 2,
    };
    const path = { initial: 0, actions: [0, 8, 16] };
    expect(outcomeOf(graph).verdicts).toEqual([{ result: 'violated', depth: 3, path }]);
  });

  it('counts initial states and every transition, self-loops too', () => {
    const loop: Graph = { ...line(1), edges: [[{ to: 0, process: 0, failing: 0 }]], failing: [0] };
    expect(outcomeOf(loop)).toEqual({
      verdicts: [{ result: 'holds' }],
      witnesses: [],
      statesDistinct: 1,
      statesGenerated: 2,
      depth: 0,
      fired: [1],
      stoppedBy: null,
    });
  });

  it('counts steps that lead nowhere, and what states on the way have shown', () => {
    const graph = { ...line(300), witnesses: 3, failing: new Array(300).fill(0) };
    const system = packedOf(graph);
    const { expand } = system;
    let loaded = 0;
    const { load } = system;
    system.load = (rows, offset) => {
      loaded = rows[offset] as number;
      load(rows, offset);
    };
    system.expand = (into) => {
      expand.call(system, into);
      into.idle += 2;
      if (loaded === 7) into.shown |= 0b10;
      if (loaded === 200) into.shown |= 0b11;
    };
    const { statesGenerated, witnesses, statesDistinct } = search(system);
    expect(statesDistinct).toBe(300);
    expect(statesGenerated).toBe(1 + 299 + 2 * 300);
    // As of the states that those steps lead to.
    expect(witnesses).toEqual([201, 8, null]);
  });

  it('tells of each state once, when all have been seen', () => {
    const seen = (options: SearchOptions): number[] => {
      const states: number[] = [];
      const onState = (rows: Uint32Array, offset: number): void => {
        states.push(rows[offset] as number);
      };
      search(packedOf(line(3000, 7)), { ...options, onState });
      return states.toSorted((a, b) => a - b);
    };
    expect(seen({})).toEqual(Array.from({ length: 3000 }, (_, state) => state));
    expect(seen({ statesMax: 1000 })).toEqual([]);
  });

  it('tells how far it is', () => {
    // 1 state, then 20,000, then 15,000, half as many each time from then on.
    const sizes = [1, 20_000, 15_000, 7500, 3750, 1875, 937, 468, 0];
    const first = sizes.map((_, level) => sizes.slice(0, level).reduce((a, b) => a + b, 0));
    const to = (from: number, level: number): number[] =>
      sizes[level] === undefined || from >= (sizes[level] as number)
        ? []
        : [from, from + (sizes[level - 1] as number)].filter((n) => n < (sizes[level] as number));
    const edges = sizes.flatMap((size, level) =>
      Array.from({ length: size }, (_, index) => {
        const next =
          level === 0 ? Array.from({ length: 20_000 }, (_, n) => n) : to(index, level + 1);
        return next.map((n) => ({ to: (first[level + 1] as number) + n, process: 0, failing: 0 }));
      }),
    );
    const none = new Array(edges.length).fill(0);
    const graph: Graph = { ...line(1), edges, failing: none, shown: none };
    const told: Progress[] = [];
    const outcome = search(packedOf(graph), {
      onProgress: (progress) => {
        told.push(progress);
        return false;
      },
    });
    expect(outcome.statesDistinct).toBe(first.at(-1));
    // Once after each level, and after each 8,192 states that were expanded.
    expect(told.map(({ depth }) => depth)).toEqual([0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7]);
    for (const { depth, frontier, statesDistinct, statesGenerated, ...rest } of told) {
      const found = statesDistinct - (first[depth + 1] as number);
      expect(statesGenerated).toBe(statesDistinct);
      expect(rest.workers).toBe(1);
      expect(rest.bytes).toBeGreaterThan(statesDistinct * 4);
      expect(rest.memory).toBeGreaterThan(rest.bytes);
      expect([rest.timeMs >= 0, rest.timeMs < 60_000]).toEqual([true, true]);
      expect(frontier).toBeGreaterThanOrEqual(found);
    }
    // At the end of a level what was found; within one what is left of it, too, to within a range.
    const ends = told.filter(({ depth }, index) => told[index + 1]?.depth !== depth).slice(0, -1);
    expect(ends.map(({ frontier }) => frontier)).toEqual(sizes.slice(1, -1));
    for (const [index, expanded] of [
      [1, 8191],
      [2, 16_383],
    ] as const) {
      const { frontier, statesDistinct } = told[index] as Progress;
      const left = frontier - (statesDistinct - 20_001);
      expect(Math.abs(20_000 - expanded - left)).toBeLessThan(300);
    }
    // Five levels have shrunk when the fifth of them is expanded: by 0.55, by 0.5, and by 0.5 again.
    const remaining = told.map(({ statesRemaining }) => statesRemaining);
    expect(remaining.slice(0, 10)).toEqual(new Array(10).fill(null));
    expect(remaining.slice(10)).toEqual([2323 - 937, 937 - 468, 468]);
  });

  it('goes on through violating states', () => {
    const graph = { ...line(5), failing: [0, 1, 0, 2, 0], properties: 2 };
    expect(outcomeOf(graph).verdicts).toEqual([
      { result: 'violated', depth: 1, path: { initial: 0, actions: [0] } },
      { result: 'violated', depth: 3, path: { initial: 0, actions: [0, 8, 16] } },
    ]);
  });
});

describe('whoever starts helpers', () => {
  it('is told of the states after each level that another follows', () => {
    const told: number[] = [];
    search(packedOf(line(7, 2)), {}, undefined, (states) => told.push(states));
    expect(told).toEqual([3, 5, 7]);
  });
});

describe('a system that leaps', () => {
  it('has violations without a path, of which no path is looked for', () => {
    const leaping = (failing: number[]) => ({
      ...packedOf({ ...line(4), failing, properties: 2 }),
      leaps: true as const,
    });
    const { verdicts, tracesStoppedBy } = search(leaping([0, 0, 2, 0]));
    expect(verdicts).toEqual([{ result: 'holds' }, { result: 'pathless' }]);
    expect(tracesStoppedBy).toBeNull();
    expect(search(leaping([0, 0, 0, 0])).verdicts).toEqual([
      { result: 'holds' },
      { result: 'holds' },
    ]);
  });
});

describe('a limit', () => {
  const long = 40_000;
  const verdictAt = (options: SearchOptions, graph = line(long, 3)) => {
    const { verdicts, stoppedBy } = outcomeOf(graph, options);
    return { result: verdicts[0]?.result, stoppedBy };
  };

  it('ends a search as unfinished, never as holds', () => {
    const unfinished = (stoppedBy: string) => ({ result: 'unfinished', stoppedBy });
    expect(verdictAt({ statesMax: 1000 })).toEqual(unfinished('states-max'));
    expect(verdictAt({ depthMax: 10 })).toEqual(unfinished('depth-max'));
    expect(verdictAt({ memoryMax: 1 })).toEqual(unfinished('memory-max'));
    expect(verdictAt({ timeMax: -1 })).toEqual(unfinished('time-max'));
    expect(verdictAt({ onProgress: () => true })).toEqual(unfinished('interrupted'));
  });

  it('that is not met changes nothing', () => {
    const short = 1_000;
    const met = { statesMax: long, depthMax: long, timeMax: 1e9, memoryMax: 2 ** 40 };
    expect(outcomeOf(line(short, 3), met)).toEqual(outcomeOf(line(short, 3)));
    const holds = { ...line(short, 3), failing: new Array(short).fill(0) };
    expect(verdictAt(met, holds)).toEqual({ result: 'holds', stoppedBy: null });
  });

  it('keeps what was violated before it', () => {
    const early = { ...line(long, 3), failing: Array.from({ length: long }, (_, s) => +(s === 7)) };
    expect(verdictAt({ statesMax: 1000 }, early)).toEqual({
      result: 'violated',
      stoppedBy: 'states-max',
    });
  });

  it('of time holds for the way back to a violation too, which is then known to be there', () => {
    const last = {
      ...line(long),
      failing: Array.from({ length: long }, (_, s) => +(s > long - 2)),
    };
    const clock = new Int32Array(new SharedArrayBuffer(4));
    const { verdicts, stoppedBy, tracesStoppedBy } = search(packedOf(last), {
      // Pressed at the last level. The way back looks once a level, and would take minutes.
      onProgress: ({ depth }) => depth > long - 2 && Atomics.wait(clock, 0, 0, 10) === 'timed-out',
    });
    expect({ stoppedBy, tracesStoppedBy }).toEqual({
      stoppedBy: 'interrupted',
      tracesStoppedBy: 'interrupted',
    });
    expect(verdicts).toEqual([{ result: 'pathless' }]);
  });

  it('within a level counts the next one, where some of it was found', () => {
    const wide: Graph = {
      ...line(1),
      edges: Array.from({ length: 20_001 }, (_, state) =>
        (state === 0 ? Array.from({ length: 20_000 }, (_, n) => n + 1) : [state % 3]).map((to) => ({
          to,
          process: 0,
          failing: 0,
        })),
      ),
      failing: new Array(20_001).fill(0),
      shown: new Array(20_001).fill(0),
    };
    const depthAt = (graph: Graph, options: SearchOptions) => {
      const { depth, stoppedBy } = outcomeOf(graph, options);
      return [depth, stoppedBy];
    };
    const inLevel = (level: number): SearchOptions => ({
      onProgress: ({ depth }) => depth === level,
    });
    expect(depthAt(wide, {})).toEqual([1, null]);
    expect(depthAt(wide, inLevel(1))).toEqual([1, 'interrupted']);
    expect(depthAt(line(9), inLevel(3))).toEqual([4, 'interrupted']);
    expect(depthAt(line(9), { depthMax: 3 })).toEqual([3, 'depth-max']);
    expect(depthAt(line(9), { depthMax: 8 })).toEqual([8, 'depth-max']);
    expect(depthAt(line(9), { depthMax: 9 })).toEqual([8, null]);
  });

  it('at the first violation leaves the other properties unfinished', () => {
    const graph = { ...line(9), failing: [0, 0, 1, 2, 0, 0, 0, 0, 0], properties: 3 };
    const { verdicts, stoppedBy, statesDistinct } = outcomeOf(graph, { stopAtFirst: true });
    expect(verdicts.map(({ result }) => result)).toEqual(['violated', 'unfinished', 'unfinished']);
    expect(stoppedBy).toBe('stop-at-first');
    expect(statesDistinct).toBeLessThan(9);
  });

  it('of states is kept to within what one level-free batch adds', () => {
    const { statesDistinct } = outcomeOf(line(long, 3), { statesMax: 1000 });
    expect(statesDistinct).toBeGreaterThan(1000);
    expect(statesDistinct).toBeLessThan(1000 + 200);
  });
});
