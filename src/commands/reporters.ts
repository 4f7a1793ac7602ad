/** Reporters: each makes one text of the report of a run, for standard output or a file. */
import type { Report } from '../report/document.js';
import { github } from '../report/github.js';
import { htmlText } from '../report/html.js';
import { junit } from '../report/junit.js';
import { markdown } from '../report/markdown.js';
import { sarif } from '../report/sarif.js';
import { UserError } from '../spec/errors.js';
import { checkWritable, put } from './files.js';
import { jsonText } from './output.js';

interface Reporter {
  readonly says: string;
  render(report: Report): string;
}

export const reporters = {
  json: { says: 'all there is, as JSON (docs/json.md)', render: jsonText },
  junit: { says: 'JUnit XML, a test case for each property', render: junit },
  sarif: {
    says: 'SARIF 2.1.0, a result for each property that is not as expected',
    render: (report) => jsonText(sarif(report)),
  },
  github: { says: 'workflow commands of GitHub Actions, which annotate specs', render: github },
  markdown: { says: 'a summary for $GITHUB_STEP_SUMMARY', render: markdown },
  html: {
    says: 'a page to read and to step through, in one file (docs/formats.md)',
    render: htmlText,
  },
} satisfies Record<string, Reporter>;

export type ReporterName = keyof typeof reporters;
export const reporterNames = Object.keys(reporters) as ReporterName[];

/** A reporter, and the file that it writes; standard output without one. */
export interface Reporting {
  readonly name: ReporterName;
  readonly file?: string;
}

export interface ReporterOptions {
  readonly json?: boolean;
  /** What to write beside what is printed, and where to. */
  readonly reporter?: readonly Reporting[];
}

/** What the options ask for: `--json` is a reporter for standard output. */
export const askedFor = ({ json, reporter }: ReporterOptions): Reporting[] => [
  ...(reporter ?? []),
  ...(json ? [{ name: 'json' as const }] : []),
];

/** Throws UserError where what is asked for cannot be written. */
export function checkTargets(asked: readonly Reporting[]): void {
  for (const { file } of asked) if (file !== undefined) checkWritable(file);
}

/** Whether something of it is for standard output, which it then has to itself. */
export const isPrinted = (asked: readonly Reporting[]): boolean =>
  asked.some(({ file }) => file === undefined);

export function deliver(asked: readonly Reporting[], report: Report): void {
  for (const { name, file } of asked) put(file, textOf(name, report));
}

/** Throws UserError where the text would be longer than any can be, as of very many specs. */
export function textOf(name: ReporterName, report: Report): string {
  try {
    return reporters[name].render(report);
  } catch (error) {
    if ((error as Error).message !== 'Invalid string length') throw error;
    const message = `a report of ${report.specs.length} specs is longer than a text can be`;
    const hint = 'check them in parts, with --shard';
    throw new UserError([{ code: 'file-unwritable', file: `--reporter ${name}`, message, hint }]);
  }
}
