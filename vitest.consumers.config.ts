import { defineConfig } from 'vitest/config';

/** What reads the reports: published schemas and other programs, which `npm test` does without. */
export default defineConfig({
  test: {
    include: ['test/consumers/**/*.test.ts'],
    testTimeout: 120_000,
  },
});
