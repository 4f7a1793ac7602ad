/** What came of a whole run, out of what came of its specs. */
import { describeMistake } from '../spec/errors.js';
import type { Report } from './document.js';
import type { Ending } from './exit.js';
import { exitCodeOf } from './exit.js';
import { gapsOf } from './suite.js';

/** The report of a run, or of several that were its shards. */
export function reportOf(
  run: Pick<Report, 'files' | 'shard' | 'mistakes' | 'isSuite' | 'specs'>,
  interrupted: boolean,
): Report {
  const { files, shard, mistakes, isSuite, specs } = run;
  const isWhole =
    !interrupted &&
    shard === null &&
    mistakes.length === 0 &&
    specs.every(({ stoppedBy, omission }) => stoppedBy === null && omission === null);
  const suite = isSuite && isWhole ? gapsOf(specs) : null;
  const hasGaps = suite !== null && suite.steps.length + suite.witnesses.length > 0;
  const endings: Ending[] = [
    interrupted ? 'interrupted' : 'ok',
    mistakes.length > 0 ? 'mistake' : 'ok',
    hasGaps || specs.some(({ status }) => status === 'unexpected') ? 'unexpected' : 'ok',
    specs.some(({ status }) => status === 'unfinished') ? 'unfinished' : 'ok',
  ];
  return {
    version: 1,
    exitCode: exitCodeOf(endings),
    files: [...files],
    shard,
    mistakes: [...mistakes],
    suite,
    isSuite,
    specs: [...specs],
  };
}

export type ReportedMistake = Report['mistakes'][number];
/** Where in a file; absent where it is about the whole. */
export type Place = Pick<ReportedMistake, 'line' | 'column'>;

/**
 * The files that something is wrong with, each mistake once, and those that were to run and did
 * not, as when a file that they extend is wrong. Of a shard it is not known which were its own.
 */
export function filesAmiss({
  files,
  shard,
  mistakes,
  specs,
}: Report): { readonly file: string; readonly mistakes: readonly ReportedMistake[] }[] {
  const ran = new Set(specs.map(({ file }) => file));
  const missed = shard === null ? files.filter((file) => !ran.has(file)) : [];
  const byText = new Map(mistakes.map((mistake) => [describeMistake(mistake), mistake]));
  const distinct = [...byText.values()];
  const names = new Set([...missed, ...distinct.map(({ file }) => file)]);
  return [...names].map((file) => ({
    file,
    mistakes: distinct.filter((mistake) => mistake.file === file),
  }));
}
