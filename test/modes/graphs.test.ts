/** Random transition systems that have nothing to do with page tables, searched in every way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/explorer/reference.js';
import type { Outcome, ReferenceSystem } from '../../src/explorer/system.js';
import { packedOf, referenceOf, someGraph } from '../explorer/graph.js';
import type { Scattered } from '../explorer/scattered.js';
import * as scattered from '../explorer/scattered.js';
import { searched } from '../explorer/searched.js';
import type { Search } from './ways.js';
import { cases, everyWay, inThisThread, searchedBy, somePlan, timeout } from './ways.js';

/** Takes each trace by the steps of the reference, and looks whether it ends in the violation. */
function expectTraces(system: ReferenceSystem<number>, { verdicts }: Outcome): void {
  for (const [property, verdict] of verdicts.entries()) {
    if (verdict.result !== 'violated') continue;
    const { initial, actions } = verdict.path;
    let state = system.initials[initial] as number;
    let byStep: readonly number[] = [];
    for (const taken of actions) {
      const step = [...system.successors(state)].find(({ action }) => action === taken);
      expect(step, 'a step that can be taken').toBeDefined();
      state = step?.next ?? state;
      byStep = step?.failing ?? [];
    }
    expect(actions.length).toBe(verdict.depth);
    expect([...byStep, ...system.failing(state)]).toContain(property);
  }
}

const someScattered: fc.Arbitrary<Scattered> = fc.record({
  size: fc.integer({ min: 6, max: 6000 }),
  spread: fc.integer({ min: 1, max: 2000 }),
  seed: fc.nat(1e6),
  rare: fc.integer({ min: 5, max: 2e4 }),
});

const inThreads =
  (graph: Scattered): Search =>
  (way) =>
    searchedBy(way, 3, (options, keeps) =>
      searched(graph, way.workers, { ...options, soloStates: 1 }, undefined, keeps),
    );

const shallow = fc.option(fc.nat(6), { freq: 3 });
const limitsOf = (depthMax: number | null) => (depthMax === null ? {} : { depthMax });

describe('all ways to search tell what the reference does', () => {
  it(
    'of transition systems of a few states',
    async () => {
      await fc.assert(
        fc.asyncProperty(someGraph, somePlan(40), shallow, async (graph, plan, depthMax) => {
          const reference = explore(referenceOf(graph), depthMax ?? Infinity);
          const here = inThisThread(() => packedOf(graph));
          expect(await everyWay(here, null, plan, limitsOf(depthMax))).toEqual(reference);
          expectTraces(referenceOf(graph), reference);
        }),
        { numRuns: cases * 5 },
      );
    },
    timeout,
  );

  it(
    'of some thousand states, by several workers too',
    async () => {
      let violated = 0;
      await fc.assert(
        fc.asyncProperty(someScattered, somePlan(6000), shallow, async (graph, plan, depthMax) => {
          const reference = explore(scattered.referenceOf(graph), depthMax ?? Infinity);
          const here = inThisThread(() => scattered.packedOf(graph));
          const threads = plan.threaded < 2 ? inThreads(graph) : null;
          expect(await everyWay(here, threads, plan, limitsOf(depthMax))).toEqual(reference);
          expectTraces(scattered.referenceOf(graph), reference);
          if (reference.verdicts.some(({ result }) => result === 'violated')) violated++;
        }),
        { numRuns: Math.ceil(cases / 2) },
      );
      expect(violated).toBeGreaterThan(0);
    },
    timeout,
  );
});
