import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { groups } from './groups.js';

const group = groups[process.env.MUTANTS];
const isThorough = process.env.MUTANTS_THOROUGH === '1';

const files = isThorough ? group.slower : group.tests;

/** In the order in which they are listed: the first test that fails ends the run. */
class AsListed extends BaseSequencer {
  async sort(specifications) {
    const place = ({ moduleId }) => files.findIndex((file) => moduleId.endsWith(file));
    return specifications.toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: files,
    sequence: { sequencer: AsListed },
    setupFiles: ['test/mutants/setup.js'],
    env: { MODES_CASES: isThorough ? '12' : '5', MUTANTS_THOROUGH: isThorough ? '1' : '' },
    testTimeout: 120_000,
  },
});
