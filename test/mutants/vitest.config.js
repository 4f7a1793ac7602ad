import { defineConfig } from 'vitest/config';
import { groups, quick } from './groups.js';

const group = groups[process.env.MUTANTS];

export default defineConfig({
  test: {
    include: group.tests,
    testNamePattern: quick,
    setupFiles: ['test/teeth/no-shrinking.ts'],
    env: { MODES_CASES: '12' },
    testTimeout: 120_000,
  },
});
