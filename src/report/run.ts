/** What came of a whole run, out of what came of its specs. */
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
