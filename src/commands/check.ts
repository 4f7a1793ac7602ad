/** `svscheck check`: searches specs and holds the outcomes against what they expect. */
import { statSync } from 'node:fs';
import type { Ending } from '../report/exit.js';
import { exitCodeOf } from '../report/exit.js';
import { jsonReport } from '../report/json.js';
import type { ProgressKind } from '../report/progress.js';
import { gapsOf } from '../report/suite.js';
import {
  grouped,
  specLine,
  specReport,
  unexpectedLines,
  violationReport,
} from '../report/terminal.js';
import type { Mistake } from '../spec/errors.js';
import { describeMistake, plain, UserError } from '../spec/errors.js';
import type { Reductions } from '../spec/load.js';
import { findSpecs, loadSpec, noReductions, withReductions } from '../spec/load.js';
import type { SpecResult } from '../spec/run.js';
import { runSpec } from '../spec/run.js';
import { color, jsonText, print, printError } from './output.js';
import { ProgressLine } from './progress.js';

export interface CheckOptions {
  readonly json?: boolean;
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
}

/** With which reductions to search: those that a spec names, none, or partial orders as well. */
export type ReductionChoice = 'spec' | 'none' | 'por';
export const reductionsFor: Readonly<Record<ReductionChoice, Partial<Reductions>>> = {
  spec: {},
  none: noReductions,
  por: { por: true },
};

/** @returns the exit code */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const results: SpecResult[] = [];
  const mistakes: Mistake[] = [];
  const files = filesOf(paths, options, mistakes);
  /** A table, with a line for each spec; and whether the specs are a suite, which has no gaps. */
  const isSuite = paths.some((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  const isTable = isSuite || paths.length !== 1;
  // Without shared memory nothing can be told to a search: let Ctrl-C end the process. The reference
  // explorer runs in this thread and does not look up.
  const canStop = typeof SharedArrayBuffer !== 'undefined' && !options.reference;
  const stop = canStop ? new Int32Array(new SharedArrayBuffer(4)) : null;
  const isStopped = (): boolean => stop !== null && Atomics.load(stop, 0) !== 0;
  const interrupt = (): void => void (stop !== null && Atomics.store(stop, 0, 1));
  if (stop !== null) process.on('SIGINT', interrupt);
  const progress = new ProgressLine(options.progress ?? 'auto');
  const width = Math.max(...files.map((file) => plain(file).length));
  try {
    for (const file of files) {
      if (isStopped()) break;
      try {
        const spec = withReductions(loadSpec(file), reductionsFor[options.reduction ?? 'spec']);
        const result = await runSpec(spec, {
          ...options,
          ...(stop === null ? {} : { stop }),
          onProgress: (now) => progress.show(file, now),
        });
        progress.end(result);
        for (const notice of result.notices) printError(`${plain(file)}: note: ${notice}`);
        results.push(result);
        if (!options.json) for (const line of report(result, isTable, width, options)) print(line);
      } catch (error) {
        progress.clear();
        if (!(error instanceof UserError)) throw error;
        mistakes.push(...error.mistakes);
        for (const mistake of error.mistakes) printError(describeMistake(mistake));
      }
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
  const interrupted = isStopped();
  const isWhole =
    !interrupted &&
    mistakes.length === 0 &&
    results.every(({ stoppedBy, omission }) => stoppedBy === null && omission === null);
  const gaps = isSuite && isWhole ? gapsOf(results) : null;
  const hasGaps = gaps !== null && gaps.steps.length + gaps.witnesses.length > 0;
  const endings: Ending[] = [
    interrupted ? 'interrupted' : 'ok',
    mistakes.length > 0 ? 'mistake' : 'ok',
    hasGaps || results.some(({ status }) => status === 'unexpected') ? 'unexpected' : 'ok',
    results.some(({ status }) => status === 'unfinished') ? 'unfinished' : 'ok',
  ];
  const exitCode = exitCodeOf(endings);
  if (options.json) {
    print(jsonText(jsonReport(results, mistakes, gaps, exitCode)));
    return exitCode;
  }
  if (gaps !== null) {
    for (const step of gaps.steps) print(`${color.red('FAIL')} no spec takes the step ${step}`);
    for (const witness of gaps.witnesses) print(`${color.red('FAIL')} no spec reaches ${witness}`);
  }
  if (isTable) print(summary(results, files.length, interrupted));
  else if (interrupted) print('Interrupted: what was explored so far is above.');
  return exitCode;
}

/** The specs to check. With --json, a path that is wrong is in the document as any mistake is. */
function filesOf(paths: readonly string[], { json }: CheckOptions, mistakes: Mistake[]): string[] {
  try {
    return findSpecs(paths);
  } catch (error) {
    if (!(error instanceof UserError) || !json) throw error;
    mistakes.push(...error.mistakes);
    for (const mistake of error.mistakes) printError(describeMistake(mistake));
    return [];
  }
}

function report(
  result: SpecResult,
  inTable: boolean,
  width: number,
  options: CheckOptions,
): string[] {
  const traces = options.traces ?? (inTable ? 'unexpected' : 'all');
  const told = result.properties.flatMap(({ result: outcome, asExpected }, claim) => {
    const wanted = traces === 'all' || (traces === 'unexpected' && !asExpected);
    return outcome === 'violated' && wanted ? ['', ...violationReport(result, claim, color)] : [];
  });
  if (!inTable) return [...specReport(result, color), ...told];
  return [specLine(result, width, color), ...unexpectedLines(result, color), ...told];
}

function summary(results: readonly SpecResult[], files: number, interrupted: boolean): string {
  const count = (status: SpecResult['status']) => results.filter((r) => r.status === status).length;
  const states = grouped(results.reduce((sum, { statesDistinct }) => sum + statesDistinct, 0));
  const ms = results.reduce((sum, { timeMs }) => sum + timeMs, 0);
  const parts = [
    `${count('as-expected')} of ${files} specs as expected`,
    ...(count('unexpected') > 0 ? [`${count('unexpected')} not as expected`] : []),
    ...(count('unfinished') > 0 ? [`${count('unfinished')} unfinished`] : []),
    `${states} states in ${(ms / 1000).toFixed(1)} s`,
    ...(interrupted ? ['interrupted'] : []),
  ];
  return `\n${parts.join(', ')}`;
}
