/**
 * Hostile input of every kind: `npm run test:fuzz` runs 20,000 cases, the suite a few hundred.
 *
 * FUZZ_CASES, FUZZ_SEED, FUZZ_KIND and FUZZ_PATH say how many, which, of what kind, and which of those.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Runs, Tally } from './fuzz.js';
import { inProcesses, inThisProcess } from './fuzz.js';
import { kinds } from './kinds.js';

const { FUZZ_CASES = '300', FUZZ_SEED = '1', FUZZ_KIND, FUZZ_PATH } = process.env;
const runs: Runs = {
  seed: Number(FUZZ_SEED),
  cases: Number(FUZZ_CASES),
  ...(FUZZ_PATH === undefined ? {} : { path: FUZZ_PATH }),
};
const asked = kinds.filter(({ name }) => FUZZ_KIND === undefined || name === FUZZ_KIND);
const hour = 3_600_000;

const total = (tally: Tally): number => [...tally.values()].reduce((sum, n) => sum + n, 0);

describe('hostile input', () => {
  const lines: string[] = [];
  const tell = (name: string, where: string, tally: Tally): void => {
    const outcomes = [...tally].sort(([, a], [, b]) => b - a).map(([as, n]) => `${as} ${n}`);
    lines.push(`${name}, ${where}: ${total(tally)} cases: ${outcomes.join(', ')}`);
  };

  it.each(asked)(
    '$name, in this process',
    async (kind) => {
      const tally = await inThisProcess(kind, runs);
      tell(kind.name, 'in this process', tally);
      expect(total(tally)).toBeGreaterThanOrEqual((runs.cases * kind.share) / 100);
    },
    hour,
  );

  it.each(asked)(
    '$name, by the program',
    async (kind) => {
      const tally = await inProcesses(kind, runs);
      tell(kind.name, 'by the program', tally);
      expect(total(tally)).toBeGreaterThan(0);
    },
    hour,
  );

  afterAll(() => {
    if (process.env.FUZZ_CASES !== undefined) console.log(lines.join('\n'));
  });
});
