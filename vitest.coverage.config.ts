import { resolve } from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

/** `npm run coverage`: what the tests run of src/, in their own process and in those that they start. */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      // Of the programs that are started; scripts/coverage.js adds what they ran.
      env: { NODE_V8_COVERAGE: resolve('coverage/programs') },
      coverage: {
        enabled: true,
        reportOnFailure: true,
        provider: 'v8',
        include: ['src/**'],
        // It runs in browsers: npm run test:consumers.
        exclude: ['src/page/**'],
        reporter: ['json'],
        reportsDirectory: 'coverage/tests',
      },
    },
  }),
);
