/** Reporters: each makes one text of the report of a run, for standard output or a file. */
import type { Report } from '../report/document.js';
import { htmlText } from '../report/html.js';
import { checkWritable, writeWhole } from './files.js';
import { jsonText, print } from './output.js';

interface Reporter {
  readonly says: string;
  render(report: Report): string;
}

export const reporters = {
  json: { says: 'all there is, as JSON (docs/json.md)', render: jsonText },
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

/** Throws UserError where what is asked for cannot be written. */
export function checkTargets(asked: readonly Reporting[]): void {
  for (const { file } of asked) if (file !== undefined) checkWritable(file);
}

/** Whether something of it is for standard output, which it then has to itself. */
export const isPrinted = (asked: readonly Reporting[]): boolean =>
  asked.some(({ file }) => file === undefined);

export function deliver(asked: readonly Reporting[], report: Report): void {
  for (const { name, file } of asked) {
    const text = reporters[name].render(report);
    if (file === undefined) print(text);
    else writeWhole(file, `${text}\n`);
  }
}
