/** A report that no text can hold. */
import { expect, it } from 'vitest';
import { textOf } from '../../src/commands/reporters.js';
import { reportOf } from '../../src/report/run.js';

it('is a mistake that says what to do', () => {
  // Each of these letters takes six in JSON.
  const file = '\u0001'.repeat(90_000_000);
  const run = { files: [file], shard: null, mistakes: [], isSuite: true, specs: [] };
  expect(() => textOf('json', reportOf(run, false))).toThrow(
    '--reporter json: error[file-unwritable]: a report of 0 specs is longer than a text can be\n  check them in parts, with --shard',
  );
});
