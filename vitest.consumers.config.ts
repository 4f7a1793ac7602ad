import { defineConfig } from 'vitest/config';

/** Tests that need programs which npm does not install: Chromium, Graphviz, xmllint. */
export default defineConfig({
  test: {
    include: ['test/consumers/**/*.test.ts'],
    testTimeout: 120_000,
  },
});
