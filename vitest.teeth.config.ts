import { defineConfig, mergeConfig } from 'vitest/config';
import config from './vitest.config.js';

/**
 * The same tests where a fault is expected: the first that fails is enough, as it was drawn. Used in a
 * copy of the tree, whose packages are the original's: what is kept between runs lies elsewhere.
 */
export default mergeConfig(
  config,
  defineConfig({
    cacheDir: 'dist/.vite',
    test: { bail: 1, setupFiles: ['test/teeth/no-shrinking.ts'] },
  }),
);
