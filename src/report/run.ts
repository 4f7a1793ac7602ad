/** What came of a whole run, out of what came of its specs. */
import { describeMistake } from '../spec/errors.js';
import type { Drift, Report } from './document.js';
import { reportFormat } from './document.js';
import type { Ending } from './exit.js';
import { exitCodeOf } from './exit.js';
import { ownFiles } from './shard.js';
import { gapsOf } from './suite.js';

export type Run = Pick<Report, 'files' | 'shard' | 'mistakes' | 'isSuite' | 'specs'>;

/** A run that is over. */
export interface Ended {
  readonly run: Run;
  readonly interrupted: boolean;
  /** What is otherwise than in a baseline that it was held against already, by its shards. */
  readonly drift: Drift[] | null;
}

/** What is told of files, in their order; last what is told of none of them. */
export function inOrder<T>(
  files: readonly string[],
  told: readonly T[],
  fileOf: (one: T) => string | undefined,
): T[] {
  const places = new Map(files.map((file, at) => [file, at]));
  const placeOf = (one: T): number => places.get(fileOf(one) ?? '') ?? files.length;
  return told.toSorted((one, other) => placeOf(one) - placeOf(other));
}

/**
 * The report of a run, or of several that were its shards.
 *
 * @param drift from its baseline; null without one
 */
export function reportOf(
  run: Run,
  interrupted: boolean,
  drift: readonly Drift[] | null = null,
): Report {
  const { files, shard, mistakes, isSuite, specs } = run;
  const isWhole =
    !interrupted &&
    shard === null &&
    mistakes.length === 0 &&
    specs.every(({ stoppedBy, omission }) => stoppedBy === null && omission === null);
  const suite = isSuite && isWhole ? gapsOf(specs) : null;
  const hasGaps = suite !== null && suite.steps.length + suite.witnesses.length > 0;
  const hasDrift = drift !== null && drift.length > 0;
  const endings: Ending[] = [
    interrupted ? 'interrupted' : 'ok',
    mistakes.length > 0 ? 'mistake' : 'ok',
    hasGaps || hasDrift || specs.some(({ status }) => status === 'unexpected')
      ? 'unexpected'
      : 'ok',
    specs.some(({ status, unfinishedAccepted }) => status === 'unfinished' && !unfinishedAccepted)
      ? 'unfinished'
      : 'ok',
  ];
  // Puts the fields into the order of the format, whatever they were read from. Those of specs are in it,
  // and there may be very many.
  const report = reportFormat.parse({
    version: 1,
    exitCode: exitCodeOf(endings),
    files,
    shard,
    mistakes,
    suite,
    drift: drift === null ? null : [...drift],
    isSuite,
    specs: [],
  } satisfies Report);
  return { ...report, specs };
}

export type ReportedMistake = Report['mistakes'][number];
/** Where in a file; absent where it is about the whole. */
export type Place = Pick<ReportedMistake, 'line' | 'column'>;

/**
 * The files that something is wrong with, each mistake once, and those that were to run and did
 * not, as when a file that they extend is wrong.
 */
export function filesAmiss({
  files,
  shard,
  mistakes,
  specs,
}: Report): { readonly file: string; readonly mistakes: readonly ReportedMistake[] }[] {
  const ran = new Set(specs.map(({ file }) => file));
  const missed = ownFiles({ files, shard }).filter((file) => !ran.has(file));
  const byText = new Map(mistakes.map((mistake) => [describeMistake(mistake), mistake]));
  const amiss = new Map<string, ReportedMistake[]>(missed.map((file) => [file, []]));
  for (const mistake of byText.values()) {
    const told = amiss.get(mistake.file);
    if (told === undefined) amiss.set(mistake.file, [mistake]);
    else told.push(mistake);
  }
  return [...amiss].map(([file, told]) => ({ file, mistakes: told }));
}
