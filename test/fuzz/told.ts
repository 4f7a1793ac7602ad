/** What the program tells, in this process. */
import { reporterNames, reporters } from '../../src/commands/reporters.js';
import { noticeLines, specLines } from '../../src/commands/telling.js';
import type { Ended } from '../../src/report/run.js';
import { reportOf } from '../../src/report/run.js';
import { colorless, driftLines, gapLines, summary } from '../../src/report/terminal.js';
import { describeMistake } from '../../src/spec/errors.js';

/** All that is told of a run, in every form that there is. */
export function linesOf(
  { run, interrupted, drift }: Ended,
  report = reportOf(run, interrupted, drift),
): string[] {
  return [
    ...report.mistakes.flatMap((mistake) => describeMistake(mistake).split('\n')),
    ...report.specs.flatMap((spec) => [
      ...noticeLines(spec),
      ...specLines(spec, { inTable: true, width: 20 }, { traces: 'all' }),
      ...specLines(spec, { inTable: false, width: 0 }, {}),
    ]),
    ...gapLines(report.suite, colorless),
    ...driftLines(report.drift, colorless),
    summary(report),
    // The page is made of what is built: it is for the program to write.
    ...reporterNames
      .filter((name) => name !== 'html')
      .map((name) => reporters[name].render(report)),
  ].flatMap((text) => text.split('\n'));
}
