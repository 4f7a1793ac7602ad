/**
 * What check and merge tell of a run: lines for people as it goes, and at its end; or, where a
 * reporter has standard output, that alone.
 */
import type { ReportedSpec } from '../report/document.js';
import { exitCodes } from '../report/exit.js';
import { pinnedReport } from '../report/pinned-terminal.js';
import type { Ended } from '../report/run.js';
import {
  driftLines,
  gapLines,
  specLine,
  specReport,
  summary,
  unexpectedLines,
  violationReport,
} from '../report/terminal.js';
import { plain } from '../spec/errors.js';
import type { BaselineOptions } from './baseline.js';
import { readBaseline, settle } from './baseline.js';
import { color, print, printError } from './output.js';
import type { ReporterOptions } from './reporters.js';
import { askedFor, checkTargets, deliver, isPrinted } from './reporters.js';

export interface TellingOptions extends ReporterOptions, BaselineOptions {
  readonly traces?: 'all' | 'unexpected' | 'none';
}

/** How specs are laid out: a line for each, or the whole report of the only one. */
export interface Layout {
  readonly inTable: boolean;
  /** Columns for the names of files. */
  readonly width: number;
}

export interface Telling {
  /** Whether there is a report, in which what is wrong with the command line is told as well. */
  readonly isReported: boolean;
  /** Whether a reporter has standard output to itself. */
  readonly isQuiet: boolean;
  /** Tells of a spec. @returns what the end still needs of it: of very many specs traces would be too much */
  spec(spec: ReportedSpec, layout: Layout): ReportedSpec;
  /** @returns the exit code */
  end(ended: Ended, layout: Layout): number;
}

export const layoutOf = (files: readonly string[], inTable: boolean): Layout => ({
  inTable,
  width: files.reduce((width, file) => Math.max(width, plain(file).length), 0),
});

/** Throws UserError, before anything is searched, where the options make no sense. */
export function tellingOf(options: TellingOptions): Telling {
  const reporters = askedFor(options);
  checkTargets(reporters);
  const isQuiet = isPrinted(reporters);
  const baseline = readBaseline(options);
  return {
    isReported: reporters.length > 0,
    isQuiet,
    spec: (spec, layout) => {
      for (const line of noticeLines(spec)) printError(line);
      if (!isQuiet) for (const line of specLines(spec, layout, options)) print(line);
      return reporters.length > 0 ? spec : withoutTraces(spec);
    },
    end: (ended, { inTable }) => {
      const report = settle(ended, baseline, options);
      if (!isQuiet) {
        for (const line of gapLines(report.suite, color)) print(line);
        for (const line of driftLines(report.drift, color)) print(line);
        if (inTable) print(summary(report));
        else if (report.exitCode === exitCodes.interrupted.code) {
          print('Interrupted: what was explored so far is above.');
        }
      }
      deliver(reporters, report);
      return report.exitCode;
    },
  };
}

/** A value with all text in it, whatever file it is from, as a terminal can have it. */
function plainly<T>(value: T): T;
function plainly(value: unknown): unknown {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map((one) => plainly(one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [plain(name), plainly(one)]),
  );
}

const withoutTraces = ({ pinned, properties, ...spec }: ReportedSpec): ReportedSpec => ({
  ...spec,
  properties: properties.map((property) => ({ ...property, trace: null })),
  pinned: pinned === null ? null : { ...pinned, trace: null },
});

export const noticeLines = ({ file, notices }: ReportedSpec): string[] =>
  notices.map((notice) => plain(`${file}: note: ${notice}`));

/** All that is told of a spec, whoever wrote it. */
export function specLines(
  told: ReportedSpec,
  { inTable, width }: Layout,
  { traces = inTable ? 'unexpected' : 'all' }: TellingOptions,
): string[] {
  const spec = plainly(told);
  const stories = spec.properties.flatMap((property) => {
    const wanted = traces === 'all' || (traces === 'unexpected' && !property.asExpected);
    return wanted && property.trace !== null
      ? ['', ...violationReport(spec.file, property, color)]
      : [];
  });
  const { pinned } = spec;
  const wantsPinned = traces === 'all' || (traces === 'unexpected' && pinned?.asExpected === false);
  const path =
    pinned === null || !wantsPinned ? [] : ['', ...pinnedReport(spec.file, pinned, color)];
  if (!inTable) return [...specReport(spec, color), ...stories, ...path];
  return [specLine(spec, width, color), ...unexpectedLines(spec, color), ...stories, ...path];
}
