/** The reasons why mutants survive are for lines that are there. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { reasons } from './reasons.js';

it.each(Object.entries(reasons))(
  'reasons for mutants of %s are for lines of it',
  (file, ofFile) => {
    const lines = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').split('\n');
    for (const [part] of ofFile) {
      expect(
        lines.filter((line) => line.includes(part)),
        part,
      ).not.toEqual([]);
    }
  },
);
