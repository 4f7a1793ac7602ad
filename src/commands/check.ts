/** `svscheck check`: searches specs and holds the outcomes against what they expect. */
import type { ReportedSpec } from '../report/document.js';
import { pinnedReport } from '../report/pinned-terminal.js';
import type { ProgressKind } from '../report/progress.js';
import { reportedSpec } from '../report/reported.js';
import { reportOf } from '../report/run.js';
import {
  gapLines,
  specLine,
  specReport,
  summary,
  unexpectedLines,
  violationReport,
} from '../report/terminal.js';
import type { ArchiveOptions } from '../spec/archive.js';
import { checkResumable } from '../spec/archive.js';
import type { Mistake } from '../spec/errors.js';
import { describeMistake, plain, UserError } from '../spec/errors.js';
import type { Reductions } from '../spec/load.js';
import { findSpecs, noReductions, withReductions } from '../spec/load.js';
import { runSpec } from '../spec/run.js';
import { color, print, printError } from './output.js';
import { ProgressLine } from './progress.js';
import type { Reporting } from './reporters.js';
import { checkTargets, deliver, isPrinted } from './reporters.js';
import type { ReadOptions } from './specs.js';
import { isFolder, readSpec } from './specs.js';

export interface CheckOptions extends ReadOptions {
  readonly json?: boolean;
  /** What to write beside what is printed, and where to. */
  readonly reporter?: readonly Reporting[];
  readonly reference?: boolean;
  readonly traces?: 'all' | 'unexpected' | 'none';
  readonly statesMax?: number;
  /** Bytes. */
  readonly memoryMax?: number;
  /** Milliseconds. */
  readonly timeMax?: number;
  readonly depthMax?: number;
  readonly stopAtFirst?: boolean;
  readonly workers?: number;
  readonly progress?: ProgressKind;
  readonly reduction?: ReductionChoice;
  readonly hashCompact?: boolean;
  /** Folders; see archiveOf(). */
  readonly checkpoint?: string;
  readonly resume?: string;
  readonly disk?: string;
  /** Milliseconds. */
  readonly checkpointEvery?: number;
}

/** With which reductions to search: those that a spec names, none, or partial orders as well. */
export type ReductionChoice = 'spec' | 'none' | 'por';
export const reductionsFor: Readonly<Record<ReductionChoice, Partial<Reductions>>> = {
  spec: {},
  none: noReductions,
  por: { por: true },
};

/** What ends a search early, with what was found so far. */
const signals = ['SIGINT', 'SIGTERM'] as const;

/** Where searches leave their states; null where they do not. Throws UserError. */
function archiveOf(options: CheckOptions): ArchiveOptions | null {
  const { checkpoint, resume, disk, checkpointEvery = everyMs } = options;
  const folder = resume ?? disk ?? checkpoint;
  if (folder === undefined) return null;
  const differs = [disk, checkpoint].find((one) => one !== undefined && one !== folder);
  if (differs !== undefined) {
    const message = `a search that is resumed goes on in its folder, not in ${plain(differs)}`;
    throw new UserError([{ code: 'bad-option', file: folder, message }]);
  }
  const archive = {
    folder,
    resume: resume !== undefined,
    onDisk: disk !== undefined,
    everyMs: checkpointEvery,
  };
  checkResumable(archive);
  return archive;
}

/** Between two checkpoints. */
const everyMs = 300_000;

/** @returns the exit code */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const json: Reporting[] = options.json ? [{ name: 'json' }] : [];
  const reporters = [...(options.reporter ?? []), ...json];
  checkTargets(reporters);
  const archive = archiveOf(options);
  /** Whether a reporter has standard output to itself. */
  const isPlain = isPrinted(reporters);
  const specs: ReportedSpec[] = [];
  const mistakes: Mistake[] = [];
  const files = filesOf(paths, reporters.length > 0, mistakes);
  /** A table, with a line for each spec; and whether the specs are a suite, which has no gaps. */
  const isSuite = paths.some(isFolder);
  const isTable = isSuite || paths.length !== 1;
  // Without shared memory nothing can be told to a search: let Ctrl-C end the process. The reference
  // explorer runs in this thread and does not look up.
  const canStop = typeof SharedArrayBuffer !== 'undefined' && !options.reference;
  const stop = canStop ? new Int32Array(new SharedArrayBuffer(4)) : null;
  const isStopped = (): boolean => stop !== null && Atomics.load(stop, 0) !== 0;
  const interrupt = (): void => void (stop !== null && Atomics.store(stop, 0, 1));
  if (stop !== null) for (const signal of signals) process.on(signal, interrupt);
  const progress = new ProgressLine(options.progress ?? 'auto');
  const width = files.reduce((most, file) => Math.max(most, plain(file).length), 0);
  try {
    for (const file of files) {
      if (isStopped()) break;
      try {
        const read = readSpec(file, options, paths);
        const spec = withReductions(read, reductionsFor[options.reduction ?? 'spec']);
        const result = await runSpec(spec, {
          ...options,
          ...(stop === null ? {} : { stop }),
          ...(archive === null ? {} : { archive }),
          onProgress: (now) => progress.show(file, now),
        });
        progress.end(result);
        for (const notice of result.notices) printError(`${plain(file)}: note: ${plain(notice)}`);
        const told = reportedSpec(result);
        specs.push(told);
        if (!isPlain) for (const line of report(told, isTable, width, options)) print(line);
      } catch (error) {
        progress.clear();
        if (!(error instanceof UserError)) throw error;
        mistakes.push(...error.mistakes);
        for (const mistake of error.mistakes) printError(describeMistake(mistake));
      }
    }
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
  const interrupted = isStopped();
  const run = { files, shard: null, mistakes, isSuite, specs };
  const document = reportOf(run, interrupted);
  if (!isPlain) {
    for (const line of gapLines(document.suite, color)) print(line);
    if (isTable) print(summary(document));
    else if (interrupted) print('Interrupted: what was explored so far is above.');
  }
  deliver(reporters, document);
  return document.exitCode;
}

function report(
  spec: ReportedSpec,
  inTable: boolean,
  width: number,
  options: CheckOptions,
): string[] {
  const traces = options.traces ?? (inTable ? 'unexpected' : 'all');
  const told = spec.properties.flatMap((property) => {
    const wanted = traces === 'all' || (traces === 'unexpected' && !property.asExpected);
    return wanted && property.trace !== null
      ? ['', ...violationReport(spec.file, property, color)]
      : [];
  });
  const { pinned } = spec;
  if (pinned !== null && (traces === 'all' || (traces === 'unexpected' && !pinned.asExpected))) {
    told.push('', ...pinnedReport(spec.file, pinned, color));
  }
  if (!inTable) return [...specReport(spec, color), ...told];
  return [specLine(spec, width, color), ...unexpectedLines(spec, color), ...told];
}

/** The specs to check. Where there is a report for a machine, a path that is wrong is in it. */
function filesOf(paths: readonly string[], isReported: boolean, mistakes: Mistake[]): string[] {
  try {
    return findSpecs(paths);
  } catch (error) {
    if (!(error instanceof UserError) || !isReported) throw error;
    mistakes.push(...error.mistakes);
    for (const mistake of error.mistakes) printError(describeMistake(mistake));
    return [];
  }
}
