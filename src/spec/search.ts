/** The search of a design: in threads where it is large, and again where a trace is missing. */
import { availableParallelism } from 'node:os';
import { fingerprintBits } from '../explorer/compact.js';
import { workersMax } from '../explorer/crew.js';
import { privateWorkplace } from '../explorer/expand.js';
import type { SearchOutcome } from '../explorer/outcome.js';
import type { Progress } from '../explorer/progress.js';
import { search } from '../explorer/search.js';
import type { Verdict } from '../explorer/system.js';
import { claimRows } from '../invariants/claims.js';
import { removeArchive } from './archive.js';
import { systemOf } from './build.js';
import type { DesignModel } from './design-model.js';
import { packedDigest } from './digest.js';
import { UserError } from './errors.js';
import type { Design } from './load.js';
import { memoryByDefault } from './memory.js';
import type { ThreadedOutcome, ThreadOptions } from './threads.js';
import { searchInThreads } from './threads.js';

/**
 * Searches a design. With partial orders, or by fingerprints, that gives no traces: what is violated
 * is searched for again in every order and exactly, until all of it has a shortest trace.
 *
 * A search with partial orders takes many steps at once, so its levels bound no trace: the second
 * search ends with what it looks for.
 */
export async function searchForTraces(
  design: Design,
  model: DesignModel,
  options: Partial<ThreadOptions>,
): Promise<ThreadedOutcome> {
  const started = Date.now();
  const first = await searchDesign(design, model, options);
  const of = first.verdicts.flatMap((_, claim) =>
    isTraceless(model, first, claim) ? [claim] : [],
  );
  if (of.length === 0) {
    if (options.archive !== undefined && first.stoppedBy === null) removeArchive(options.archive);
    return first;
  }
  if (first.stoppedBy === 'interrupted') return { ...first, tracesStoppedBy: first.stoppedBy };
  if (first.tracesStoppedBy !== null) {
    const notices = [...first.notices, missingText(of, first)];
    return { ...first, notices };
  }
  const { timeMax, stopAtFirst, archive } = options;
  const archiveOfTraces =
    archive === undefined ? {} : { archive: { ...archive, folder: `${archive.folder}-traces` } };
  const second = await searchDesign(
    { ...design, reductions: { ...design.reductions, por: false } },
    model,
    {
      ...options,
      ...archiveOfTraces,
      hashCompact: false,
      stopAtFirst: { violated: stopAtFirst ? 'any' : 'all', of },
      ...(timeMax === undefined ? {} : { timeMax: Math.max(1, timeMax - (Date.now() - started)) }),
    },
  );
  const verdicts = first.verdicts.map((verdict, claim) =>
    verdictOf(verdict, second, claim, of.includes(claim)),
  );
  const missing = of.filter((claim) => verdicts[claim]?.result !== 'violated');
  const notices = [...first.notices, ...second.notices];
  if (missing.length > 0) notices.push(missingText(missing, second));
  if (archive !== undefined && archiveOfTraces.archive !== undefined) {
    if (missing.length === 0 && first.stoppedBy === null) {
      removeArchive(archive);
      removeArchive(archiveOfTraces.archive);
    }
  }
  return {
    ...first,
    verdicts,
    bytes: Math.max(first.bytes, second.bytes),
    workers: Math.max(first.workers, second.workers),
    notices,
    tracesStoppedBy: missing.length > 0 ? endOfTraces(second) : null,
  };
}

const endOfTraces = ({ stoppedBy, tracesStoppedBy }: SearchOutcome) => tracesStoppedBy ?? stoppedBy;

function missingText(claims: readonly number[], outcome: SearchOutcome): string {
  const names = claims.map((claim) => claimRows[claim]?.name).join(', ');
  const why = endOfTraces(outcome);
  return `a violation was found of ${names}; the search for the shortest trace ended early (${why}), so this is unfinished`;
}

/** Whether a search has found a violation, and no trace to it. */
function isTraceless(
  { inapplicable }: DesignModel,
  { verdicts, compact }: SearchOutcome,
  claim: number,
): boolean {
  if (inapplicable[claim] !== null) return false;
  return verdicts[claim]?.result === 'pathless' || (compact?.violated[claim] ?? null) !== null;
}

/** Whether all that was found was searched, by fingerprints, and no violation of a property. */
export const isProbable = (
  { compact, stoppedBy, verdicts }: Partial<SearchOutcome>,
  claim: number,
): boolean =>
  compact !== undefined &&
  stoppedBy === null &&
  compact.violated[claim] === null &&
  verdicts?.[claim]?.result !== 'violated';

/** What both searches say of a claim. That they contradict each other is an error of ours. */
function verdictOf(
  first: Verdict,
  { verdicts, stoppedBy, tracesStoppedBy }: SearchOutcome,
  claim: number,
  isLookedFor: boolean,
): Verdict {
  const second = verdicts[claim] ?? first;
  // A search that looks for what is violated ends early unless that is not there.
  const isEnded = stoppedBy === null && tracesStoppedBy === null;
  const isMissed = isLookedFor && second.result !== 'violated' && isEnded;
  if (isMissed || (first.result === 'holds' && second.result === 'violated')) {
    const told = first.result === 'holds' ? 'that it holds' : 'a violation';
    throw new Error(`a search finds ${told}, the exact one does not: ${claimRows[claim]?.name}`);
  }
  return second.result === 'violated' ? second : first;
}

/** Up to here a search is over before a thread has started. */
const statesInThisThread = 4000;

/**
 * Searches a design, in threads of its own unless it is small (see threads.ts).
 *
 * Throws RangeError for a number of workers that makes no sense.
 */
export async function searchDesign(
  design: Design,
  model: DesignModel,
  { workers = defaultWorkers(), ...options }: Partial<ThreadOptions>,
): Promise<ThreadedOutcome> {
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= workersMax)) {
    throw new RangeError(`${workers} workers; it can be a whole number from 1 to ${workersMax}`);
  }
  const { onProgress, stop, hashCompact, eager, onThread, heapMax, archive, certify, ...given } =
    options;
  const started = Date.now();
  const limits = { memoryMax: memoryByDefault(), ...given };
  const statesMax = Math.min(limits.statesMax ?? Number.POSITIVE_INFINITY, statesInThisThread);
  const system = systemOf(design, model);
  const bits = hashCompact ? fingerprintBits : 0;
  const states = options.certify ? packedDigest(model.schema) : null;
  const onState = states === null ? {} : { onState: states.add };
  const alone = { ...limits, ...onState, statesMax };
  const quick = search(system, alone, privateWorkplace(system, { bits }));
  if (quick.stoppedBy !== 'states-max' || statesMax === limits.statesMax) {
    return states === null || quick.stoppedBy !== null
      ? quick
      : { ...quick, states: states.result };
  }
  if (typeof SharedArrayBuffer === 'undefined') {
    const show = (progress: Progress): undefined => onProgress?.(progress) as undefined;
    const notices = workers > 1 ? ['threads cannot share memory here: one worker searches'] : [];
    if (archive !== undefined) {
      const message = 'a search is kept in files by threads that share memory; here they cannot';
      throw new UserError([{ code: 'bad-option', file: archive.folder, message }]);
    }
    const again = systemOf(design, model);
    const place = privateWorkplace(system, { bits });
    const outcome = search(again, { ...limits, ...onState, onProgress: show }, place);
    const isSeen = states !== null && outcome.stoppedBy === null;
    return { ...outcome, ...(isSeen ? { states: states.result } : {}), notices };
  }
  const { timeMax } = limits;
  const left = timeMax === undefined ? {} : { timeMax: timeMax - (Date.now() - started) };
  return await searchInThreads(design, system, { ...options, ...limits, ...left, workers });
}

/** As many as there are cores. */
const defaultWorkers = (): number => Math.min(availableParallelism(), workersMax);
