/**
 * Runs cases of a kind, most of them in this process, some by the built program in one of its own.
 * What a seed makes is always the same; a case that is wrong is made as small as it can be.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describeMistake } from '../../src/spec/errors.js';
import type { Came } from './holds.js';
import { cameOfError, cameOfProcess, faultOfTexts } from './holds.js';
import type { Case, Kind } from './kinds.js';
import { clear, ended, newFolder, put, removeFolder } from './sandbox.js';
import { watching } from './watchdog.js';

export interface Runs {
  readonly seed: number;
  /** In this process, of all kinds together; a sixtieth as many in processes of their own. */
  readonly cases: number;
  /** Where in what the seed makes: of a failure that was told. */
  readonly path?: string;
}

/** By what came of them: how many cases. */
export type Tally = Map<string, number>;

/** Milliseconds of this process, at most: a spec is 256 KiB, and its machine 8 of everything. */
const cpuMax = 5000;
/** Bytes that this process may hold: all that the tests load, and one case. */
const bytesMax = 2 ** 31;

/** Throws an error that says how to run the case again where one is wrong. */
export async function inThisProcess(kind: Kind, runs: Runs): Promise<Tally> {
  const folder = newFolder();
  const watch = watching(folder);
  const tally: Tally = new Map();
  try {
    put(folder, kind.beside);
    const once = async (one: Case): Promise<Came> => {
      watch.beat();
      put(folder, one.files);
      const before = process.cpuUsage();
      const came = await cameOf(kind, folder, one);
      const { user, system } = process.cpuUsage(before);
      clear(folder, one);
      const fault =
        came.fault ??
        ((user + system) / 1000 > cpuMax
          ? `it takes ${Math.round((user + system) / 1000)} ms`
          : process.memoryUsage.rss() > bytesMax
            ? 'this process holds too much memory'
            : null);
      return { ...came, fault };
    };
    await all(kind, 'in this process', once, tally, {
      ...runs,
      cases: Math.ceil((runs.cases * kind.share) / 100),
    });
  } finally {
    await watch.end();
    removeFolder(folder);
  }
  return tally;
}

async function cameOf(kind: Kind, folder: string, one: Case): Promise<Came> {
  try {
    return { as: 'ok', fault: faultOfTexts(await kind.run(folder, one)) };
  } catch (error) {
    return cameOfError(error, ({ mistakes }) =>
      mistakes.flatMap((mistake) => describeMistake(mistake).split('\n')),
    );
  }
}

/** The same by the built program. */
export async function inProcesses(kind: Kind, runs: Runs): Promise<Tally> {
  const tally: Tally = new Map();
  const once = async (one: Case): Promise<Came> => {
    const process = ended(kind.beside, one);
    const came = cameOfProcess(process);
    if (came.fault !== null || process.touched.length === 0) return came;
    return { ...came, fault: `it writes ${process.touched.join(', ')}` };
  };
  await all(kind, 'by the program', once, tally, {
    ...runs,
    cases: Math.ceil((runs.cases * kind.share) / 6000),
  });
  return tally;
}

async function all(
  kind: Kind,
  where: string,
  once: (one: Case) => Promise<Came>,
  tally: Tally,
  { seed, cases, path }: Runs,
): Promise<void> {
  const property = fc.asyncProperty(kind.cases, async (one) => {
    const { as, fault } = await once(one);
    tally.set(as, (tally.get(as) ?? 0) + 1);
    if (fault !== null) throw new Error(fault);
  });
  const found = await fc.check(property, { seed, numRuns: cases, ...(path && { path }) });
  if (!found.failed) return;
  const [one] = found.counterexample ?? [];
  if (one === undefined) throw found.errorInstance;
  const folder = join('fuzz-failures', `${kind.name.replaceAll(' ', '-')}-${seed}`);
  rmSync(folder, { recursive: true, force: true });
  put(folder, { ...kind.beside, ...one.files });
  throw new Error(
    [
      `${kind.name}, ${where}: ${(found.errorInstance as Error).message}`,
      `  again: FUZZ_KIND='${kind.name}' FUZZ_SEED=${seed} FUZZ_PATH=${found.counterexamplePath} npm run test:fuzz`,
      `  or by hand: cd ${folder} && svscheck ${one.args.map((arg) => JSON.stringify(arg)).join(' ')}`,
    ].join('\n'),
  );
}
