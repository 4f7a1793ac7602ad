import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/consumers/**'],
    // The reference explorer is slow by design; a test that hangs still ends.
    testTimeout: 120_000,
    maxWorkers: '100%',
  },
});
