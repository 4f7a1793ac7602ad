/** The ways to search one system, which must all tell the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { Archive } from '../../src/explorer/archive.js';
import { privateWorkplace } from '../../src/explorer/expand.js';
import type { SearchOptions, SearchOutcome } from '../../src/explorer/search.js';
import { search } from '../../src/explorer/search.js';
import type { Keeps } from '../../src/explorer/store.js';
import type { Limits, PackedSystem, Verdict } from '../../src/explorer/system.js';

/** How much is drawn: a little with the other tests, thousands by `npm run test:modes`. */
export const cases = Number(process.env.MODES_CASES ?? 60);
/** Milliseconds, at most: two seconds a case, on a machine that has other things to do. */
export const timeout = 120_000 + cases * 2_000;

/** Where states lie while a search goes on. */
type Where = 'memory' | 'disk';

/** One search of a system, or one part of it. */
export interface Way {
  readonly limits: Limits;
  /** Of a search in threads, how many. */
  readonly workers: number;
  readonly keeps: Where | 'fingerprints';
  /** Where it leaves its states, and goes on from those that are there; null for nowhere. */
  readonly folder: string | null;
  /** Milliseconds between two checkpoints of a search in memory. */
  readonly everyMs: number;
}
export type Search = (way: Way) => Promise<SearchOutcome>;

/** What is drawn beside a system: how a search of it is cut into parts, in how many threads. */
export interface Plan {
  /** Each but the last ends at a limit, and the next goes on from there. */
  readonly parts: readonly { where: Where; workers: number; until: Limits }[];
  readonly workers: number;
  readonly everyMs: number;
  /** Which of several is chosen where not all are. */
  readonly pick: number;
  /** Which of several systems is searched in threads as well, which takes longer than all else. */
  readonly threaded: number;
}

const workers = fc.integer({ min: 1, max: 4 });

/** @param statesMax about as many as the systems have */
export const somePlan = (statesMax: number): fc.Arbitrary<Plan> => {
  const until = fc.oneof(
    fc.record({ depthMax: fc.nat(60) }),
    // It ends somewhere within a level.
    fc.record({ statesMax: fc.nat(statesMax) }),
  );
  const where = fc.constantFrom<Where[]>('memory', 'disk');
  const part = fc.record({ where, workers, until });
  return fc.record({
    parts: fc.array(part, { minLength: 2, maxLength: 3 }),
    workers,
    everyMs: fc.constantFrom(0, 1e9),
    pick: fc.nat(1000),
    threaded: fc.noBias(fc.nat(19)),
  });
};

/** What a search tells, but for what depends on where states are kept and by whom they are found. */
export const told = ({ bytes, load, workers: _, notices, ...rest }: SearchOutcome) => rest;
type Told = ReturnType<typeof told>;

const ways: readonly [
  string,
  (it: Search, plan: Plan, limits: Limits) => Promise<SearchOutcome>,
][] = [
  [
    'in memory',
    (it, { workers, everyMs }, limits) =>
      it({ limits, workers, everyMs, keeps: 'memory', folder: null }),
  ],
  [
    'on disk',
    (it, { workers, everyMs }, limits) =>
      inFolder((folder) => it({ limits, workers, everyMs, keeps: 'disk', folder })),
  ],
  [
    'ended and gone on with',
    (it, { parts, everyMs }, limits) =>
      inFolder(async (folder) => {
        const all = parts.map(({ where, workers, until }, part) => () => {
          const isLast = part === parts.length - 1;
          const some = isLast ? limits : both(limits, until);
          return it({ limits: some, workers, everyMs, keeps: where, folder });
        });
        for (const part of all.slice(0, -1)) await part();
        return await (all.at(-1) as () => Promise<SearchOutcome>)();
      }),
  ],
  [
    'by fingerprints',
    (it, { workers, everyMs }, limits) =>
      it({ limits, workers, everyMs, keeps: 'fingerprints', folder: null }),
  ],
];

/**
 * Searches a system in every way, and expects that all tell the same: in memory, on disk, ended and
 * gone on with, by fingerprints.
 *
 * @param threaded searches it in threads: in one of the ways, where that is to be done at all
 * @returns what all of them tell
 */
export async function everyWay(
  here: Search,
  threaded: Search | null,
  plan: Plan,
  limits: Limits = {},
): Promise<Told> {
  let exact: Told | null = null;
  for (const [name, way] of ways) {
    const outcome = await way(here, plan, limits);
    exact ??= told(outcome);
    expectSame(name, outcome, exact);
  }
  if (exact === null) throw new Error('there is no way');
  const [name, way] = ways[plan.pick % ways.length] ?? [];
  if (threaded !== null && way !== undefined) {
    expectSame(`${name}, in threads`, await way(threaded, plan, limits), exact);
  }
  return exact;
}

/** By fingerprints all is counted as it is, no property holds, and the same are violated. */
function expectSame(name: string, outcome: SearchOutcome, exact: Told): void {
  const { compact, verdicts, ...counts } = told(outcome);
  if (compact === undefined) {
    expect(told(outcome), name).toEqual(exact);
    return;
  }
  const { verdicts: expected, ...expectedCounts } = exact;
  expect(counts, name).toEqual(expectedCounts);
  expect(verdicts, name).toEqual(expected.map(() => ({ result: 'unfinished' })));
  const isFound = ({ result }: Verdict): boolean => result === 'violated' || result === 'pathless';
  expect(
    compact.violated.map((depth) => depth !== null),
    name,
  ).toEqual(expected.map(isFound));
  for (const [property, verdict] of expected.entries()) {
    if (verdict.result === 'violated') expect(compact.violated[property]).toBe(verdict.depth);
  }
}

/** Both limits. */
const both = (one: Limits, other: Limits): Limits => ({
  ...one,
  ...other,
  depthMax: Math.min(one.depthMax ?? Infinity, other.depthMax ?? Infinity),
});

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'svscheck-modes-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const owner = { search: 'this one', tool: 'this tool' };

/** Searches with the options and the store that a way asks for, its archive opened and closed. */
export async function searchedBy(
  { limits, keeps, folder, everyMs }: Way,
  words: number,
  searchIt: (options: SearchOptions, keeps: Keeps) => SearchOutcome | Promise<SearchOutcome>,
): Promise<SearchOutcome> {
  if (folder === null) return searchIt(limits, keeps === 'fingerprints' ? { bits: 64 } : {});
  const [archive, from] = Archive.isIn(folder)
    ? Archive.open(folder, words, owner, (notice) => expect.fail(notice))
    : [Archive.create(folder, words, owner), null];
  try {
    const archiving = { archive, from, everyMs };
    const stored = keeps === 'disk' ? { file: Archive.fileIn(folder) } : {};
    return await searchIt({ ...limits, archiving }, stored);
  } finally {
    archive.close();
  }
}

/** Searches in this thread. @param packed makes the system anew, so that nothing is learned yet */
export const inThisThread =
  (packed: () => PackedSystem): Search =>
  (way) => {
    const system = packed();
    return searchedBy(way, system.words, (options, keeps) =>
      search(system, options, privateWorkplace(system, keeps)),
    );
  };
