/** `svscheck check`: searches specs and holds the outcomes against what they expect. */
import { totalmem } from 'node:os';
import pc from 'picocolors';
import type { Progress } from '../explorer/search.js';
import type { Ending } from '../report/exit.js';
import { exitCodeOf } from '../report/exit.js';
import { jsonReport } from '../report/json.js';
import { gapsOf } from '../report/suite.js';
import {
  grouped,
  specLine,
  specReport,
  unexpectedLines,
  violationReport,
} from '../report/terminal.js';
import type { Mistake } from '../spec/errors.js';
import { describeMistake, UserError } from '../spec/errors.js';
import { findSpecs, loadSpec } from '../spec/load.js';
import type { SpecResult } from '../spec/run.js';
import { runSpec } from '../spec/run.js';
import { print, printError, terminalWidth } from './output.js';

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
}

/** @returns the exit code */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const isFolderRun = paths.length !== 1 || !paths[0]?.endsWith('.yaml');
  const files = findSpecs(paths);
  const results: SpecResult[] = [];
  const mistakes: Mistake[] = [];
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const interrupt = (): void => void Atomics.store(stop, 0, 1);
  process.on('SIGINT', interrupt);
  const width = Math.max(...files.map((file) => file.length));
  try {
    for (const file of files) {
      if (Atomics.load(stop, 0) !== 0) break;
      try {
        const result = await runSpec(loadSpec(file), {
          ...options,
          memoryMax: options.memoryMax ?? memoryByDefault(),
          stop,
          onProgress: (progress) => showProgress(file, progress),
        });
        clearProgress();
        results.push(result);
        if (!options.json)
          for (const line of report(result, isFolderRun, width, options)) print(line);
      } catch (error) {
        clearProgress();
        if (!(error instanceof UserError)) throw error;
        mistakes.push(...error.mistakes);
        for (const mistake of error.mistakes) printError(describeMistake(mistake));
      }
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
  const interrupted = Atomics.load(stop, 0) !== 0;
  const isWhole =
    !interrupted && mistakes.length === 0 && results.every(({ stoppedBy }) => stoppedBy === null);
  const gaps = isFolderRun && isWhole ? gapsOf(results) : null;
  const hasGaps = gaps !== null && gaps.steps.length + gaps.witnesses.length > 0;
  const endings: Ending[] = [
    interrupted ? 'interrupted' : 'ok',
    mistakes.length > 0 ? 'mistake' : 'ok',
    hasGaps || results.some(({ status }) => status === 'unexpected') ? 'unexpected' : 'ok',
    results.some(({ status }) => status === 'unfinished') ? 'unfinished' : 'ok',
  ];
  const exitCode = exitCodeOf(endings);
  if (options.json) {
    print(JSON.stringify(jsonReport(results, mistakes, gaps, exitCode), null, 2));
    return exitCode;
  }
  if (gaps !== null) {
    for (const step of gaps.steps) print(`${pc.red('FAIL')} no spec takes the step ${step}`);
    for (const witness of gaps.witnesses) print(`${pc.red('FAIL')} no spec reaches ${witness}`);
  }
  if (isFolderRun) print(summary(results, files.length, interrupted));
  else if (interrupted) print('Interrupted: what was explored so far is above.');
  return exitCode;
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
    return outcome === 'violated' && wanted ? ['', ...violationReport(result, claim, pc)] : [];
  });
  if (!inTable) return [...specReport(result, pc), ...told];
  return [specLine(result, width, pc), ...unexpectedLines(result, pc), ...told];
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

/** Four fifths of what this machine, or this container, has. */
function memoryByDefault(): number {
  const constrained = process.constrainedMemory();
  const available = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor(available * 0.8);
}

function showProgress(file: string, { statesDistinct, depth, frontier, bytes }: Progress): void {
  if (!process.stderr.isTTY) return;
  const line = `${file}: ${grouped(statesDistinct)} states, depth ${depth}, ${grouped(frontier)} to expand, ${Math.round(bytes / 2 ** 20)} MiB`;
  process.stderr.write(`\r\u001b[K${line.slice(0, terminalWidth() - 1)}`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}
