/**
 * `--hash-compact`: a search that keeps fingerprints finds how deep violations are, and an exact one to
 * that depth finds their traces. Only what has a trace is violated; nothing holds.
 */
import { performance } from 'node:perf_hooks';
import { claimRows } from '../invariants/claims.js';
import type { DesignModel } from './design-model.js';
import type { ThreadedOutcome, ThreadOptions } from './threads.js';

type Search = (options: Partial<ThreadOptions>) => Promise<ThreadedOutcome>;

export async function searchCompactly(
  model: DesignModel,
  options: Partial<ThreadOptions>,
  search: Search,
): Promise<ThreadedOutcome> {
  const started = performance.now();
  const found = await search({ ...options, hashCompact: true });
  const violated = (found.compact?.violated ?? []).flatMap((depth, claim) =>
    depth === null || model.inapplicable[claim] !== null ? [] : [{ claim, depth }],
  );
  if (violated.length === 0) return found;
  const { timeMax } = options;
  const exact = await search({
    ...options,
    hashCompact: false,
    // Fingerprints take a state for another, never a step for another: it is no deeper than that.
    depthMax: Math.max(...violated.map(({ depth }) => depth)),
    ...(timeMax === undefined ? {} : { timeMax: timeMax - (performance.now() - started) }),
  });
  const untold = violated.filter(({ claim }) => exact.verdicts[claim]?.result !== 'violated');
  return {
    ...found,
    verdicts: found.verdicts.map((verdict, claim) => {
      const traced = exact.verdicts[claim];
      return traced?.result === 'violated' ? traced : verdict;
    }),
    workers: Math.max(found.workers, exact.workers),
    notices: [
      ...found.notices,
      ...exact.notices,
      ...untold.map(
        ({ claim, depth }) =>
          `${claimRows[claim]?.name}: a violation was found at depth ${depth}, but no trace to it: the exact search was stopped (${exact.stoppedBy})`,
      ),
    ],
  };
}

/** Whether all that was found was searched, by fingerprints, and no violation of a property. */
export const isProbable = (
  { compact, stoppedBy, verdicts }: Partial<ThreadedOutcome>,
  claim: number,
): boolean =>
  compact !== undefined &&
  stoppedBy === null &&
  compact.violated[claim] === null &&
  verdicts?.[claim]?.result !== 'violated';
