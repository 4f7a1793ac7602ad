/**
 * Searches of systems whose states stand for others, small enough to be looked through: two processes
 * that do the same, each in a graph of a few places. What they tell is what a search of every state
 * tells, the very trace too, for orbits instead of states.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/explorer/reference.js';
import { search } from '../../src/explorer/search.js';
import type { Outcome, PackedSystem, ReferenceSystem } from '../../src/explorer/system.js';

interface Twins {
  readonly places: number;
  /** By place: where a step leads, and whether it violates the second property. */
  readonly edges: readonly (readonly { readonly to: number; readonly fails: boolean }[])[];
  /** Places of the two, in either order, that violate the first property; and that are shown. */
  readonly bad: readonly (readonly [number, number])[];
  readonly shown: readonly (readonly [number, number])[];
  /** Initial places, both ways round. */
  readonly initials: readonly (readonly [number, number])[];
}

const someTwins: fc.Arbitrary<Twins> = fc.integer({ min: 2, max: 9 }).chain((places) => {
  const place = fc.nat(places - 1);
  const pairs = (least: number) =>
    fc.array(fc.tuple(place, place), { minLength: least, maxLength: 2 });
  const fails = fc.oneof(
    { weight: 15, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  );
  // Most steps lead to the next place: else every trace is short.
  const edgesFrom = (from: number) => {
    const next = fc.constant(Math.min(from + 1, places - 1));
    const to = fc.oneof({ weight: 3, arbitrary: next }, { weight: 1, arbitrary: place });
    return fc.array(fc.record({ to, fails }), { maxLength: 3 });
  };
  const each = Array.from({ length: places }, (_, from) => edgesFrom(from));
  return fc.record({
    places: fc.constant(places),
    edges: fc.tuple(...each),
    bad: pairs(1),
    shown: pairs(0),
    initials: pairs(1),
  });
});

type Pair = readonly [number, number];
const has = (pairs: readonly Pair[], [a, b]: Pair): boolean =>
  pairs.some(([c, d]) => (a === c && b === d) || (a === d && b === c));
const initialsOf = ({ initials }: Twins): Pair[] =>
  initials.flatMap(([a, b]): Pair[] => [
    [a, b],
    [b, a],
  ]);
/** An action is a process and a step, the same step being the same number of either process. */
const processOf = (action: number): number => action & 1;

function stepsOf({ edges }: Twins, [a, b]: Pair) {
  return [a, b].flatMap((place, process) =>
    (edges[place] ?? []).map(({ to, fails }, step) => ({
      action: step * 2 + process,
      next: (process === 0 ? [to, b] : [a, to]) as Pair,
      fails,
    })),
  );
}

function packedOf(twins: Twins, isSymmetric: boolean): PackedSystem {
  let loaded: Pair = [0, 0];
  const pairOf = (rows: Uint32Array, offset: number): Pair => [
    rows[offset] as number,
    rows[offset + 1] as number,
  ];
  return {
    words: 2,
    properties: 2,
    witnesses: 1,
    initials: initialsOf(twins).map((pair) => Uint32Array.from(pair)),
    steps: 1,
    fired: new Float64Array(1),
    load: (rows, offset) => {
      loaded = pairOf(rows, offset);
    },
    failing: (rows, offset, asked) => (has(twins.bad, pairOf(rows, offset)) ? 1 & asked : 0),
    witnessed: (rows, offset, asked) => (has(twins.shown, pairOf(rows, offset)) ? 1 & asked : 0),
    expand(into) {
      for (const { action, next, fails } of stepsOf(twins, loaded)) {
        this.fired[0] = (this.fired[0] as number) + 1;
        into.push(Uint32Array.from(next), action, fails ? 2 : 0);
      }
    },
    processOf,
    ...(isSymmetric
      ? {
          orbits: {
            canonicalize: (states: Uint32Array, count: number) => {
              for (let at = 0; at < count * 2; at += 2) {
                states.subarray(at, at + 2).sort();
              }
            },
            processesOf: (states: Uint32Array, offset: number) => {
              const [a, b] = pairOf(states, offset);
              return a > b ? [1, 0] : [0, 1];
            },
          },
        }
      : {}),
  };
}

function referenceOf(twins: Twins): ReferenceSystem<Pair> {
  const fired = [0];
  return {
    properties: 2,
    witnesses: 1,
    initials: initialsOf(twins),
    fired,
    key: String,
    failing: (pair) => (has(twins.bad, pair) ? [0] : []),
    witnessed: (pair) => (has(twins.shown, pair) ? [0] : []),
    *successors(pair) {
      for (const { action, next, fails } of stepsOf(twins, pair)) {
        fired[0] = (fired[0] as number) + 1;
        yield { action, process: processOf(action), next, failing: fails ? [1] : [] };
      }
    },
  };
}

const told = ({ verdicts, witnesses, depth, stoppedBy }: Outcome) => ({
  verdicts,
  witnesses,
  depth,
  stoppedBy,
});

describe('a search of states that stand for others', () => {
  it('tells what a search of every state does, with the very same traces', () => {
    const traced = { states: 0, steps: 0, long: 0, fewer: 0 };
    fc.assert(
      fc.property(someTwins, (twins) => {
        const every = explore(referenceOf(twins));
        expect(told(search(packedOf(twins, false)))).toEqual(told(every));
        const orbits = search(packedOf(twins, true));
        expect(told(orbits)).toEqual(told(every));
        const reached = new Set<string>();
        const pending = initialsOf(twins);
        for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
          const key = pair.toSorted((a, b) => a - b).join();
          if (reached.has(key)) continue;
          reached.add(key);
          pending.push(...stepsOf(twins, pair).map(({ next }) => next));
        }
        expect(orbits.statesDistinct).toBe(reached.size);
        if (reached.size < every.statesDistinct) traced.fewer++;
        for (const [property, verdict] of every.verdicts.entries()) {
          if (verdict.result !== 'violated') continue;
          traced[property === 0 ? 'states' : 'steps']++;
          if (verdict.depth > 2) traced.long++;
        }
      }),
      { numRuns: 500 },
    );
    for (const times of Object.values(traced)) expect(times).toBeGreaterThan(9);
  });

  it('tells that a system which is not symmetric has been taken for one', () => {
    // Only the first process has a step from 1, and only the pair as it is sorted has it.
    const system = packedOf(
      {
        places: 3,
        edges: [[{ to: 1, fails: false }], [], []],
        bad: [[2, 1]],
        shown: [],
        initials: [[0, 0]],
      },
      true,
    );
    let loaded: Uint32Array = new Uint32Array(2);
    const lopsided: PackedSystem = {
      ...system,
      load: (rows, offset) => {
        loaded = rows.slice(offset, offset + 2);
      },
      expand: (into) => {
        const [a, b] = [loaded[0] as number, loaded[1] as number];
        if (a === 0 && b === 0) into.push(Uint32Array.of(1, 0), 0, 0);
        if (a === 0 && b === 1) into.push(Uint32Array.of(2, 1), 0, 0);
      },
    };
    expect(() => search(lopsided)).toThrow('no step leads on');
  });
});
