/** What is so in each test that is run for a mutant: see run.js. */
import fc from 'fast-check';
import { beforeAll, beforeEach } from 'vitest';
import { slow } from './groups.js';

/** What Stryker keeps in each thread: which mutant is active, and what each test has come through. */
const stryker = globalThis.__stryker__ ?? {};
const isThorough = process.env.MUTANTS_THOROUGH === '1';

/** A report has what failed for each mutant: whole models, hundreds of times, are too long for a text. */
const reporter = ({ failed, errorInstance }) => {
  if (failed)
    throw errorInstance instanceof Error ? errorInstance : new Error('no case, or it failed');
};
fc.configureGlobal({ endOnFailure: true, reporter });

// Helpers are threads, which run what was built of the mutated sources.
beforeAll(() => {
  if (stryker.activeMutant === undefined) delete process.env.__STRYKER_ACTIVE_MUTANT__;
  else process.env.__STRYKER_ACTIVE_MUTANT__ = stryker.activeMutant;
});

beforeEach(({ task, skip }) => {
  skip(slow.test(`${task.suite?.name} ${task.name}`));
  if (!isThorough) return;
  // What a helper goes through is in no test's coverage: each test is taken to cover everything.
  const { currentTestId } = stryker;
  if (currentTestId === undefined) return;
  stryker.mutantCoverage ??= { static: {}, perTest: {} };
  stryker.mutantCoverage.perTest[currentTestId] = Object.fromEntries(
    // As often as can be: who goes through it much oftener is taken to be in a loop.
    Array.from({ length: 4000 }, (_, mutant) => [mutant, 2 ** 40]),
  );
});
