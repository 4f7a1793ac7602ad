/** The faults that `npm run test:teeth` puts into the engine are still faults of this engine. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faults } from './faults.js';

describe('a fault', () => {
  it.each(faults)('has its place: $name', ({ file, find, replace, test }) => {
    expect(readFileSync(file, 'utf8').split(find).length - 1).toBe(1);
    expect(replace).not.toBe(find);
    expect(existsSync(test)).toBe(true);
  });

  it('has a name of its own', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  });
});
