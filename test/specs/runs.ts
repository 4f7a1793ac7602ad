/**
 * Runs of whole specs, by the package as it is built: a search of some size runs in a thread of its
 * own, which needs JavaScript. `npm test` builds first.
 */
import type { SpecResult } from '../../dist/index.js';
import { loadSpec, runSpec } from '../../dist/index.js';

const results = new Map<string, Promise<SpecResult>>();

/** The result of a spec file, from one run for all tests of a file. */
export function resultOf(file: string): Promise<SpecResult> {
  const result = results.get(file) ?? runSpec(loadSpec(file));
  results.set(file, result);
  return result;
}
