/** `svscheck explain` and `svscheck reorder`: what a design's parts, and their order, are for. */

import type { Ending } from '../report/exit.js';
import { exitCodeOf } from '../report/exit.js';
import {
  explainJson,
  explainText,
  reorderJson,
  reorderText,
  repairJson,
  repairText,
} from '../report/explain.js';
import { explainSpec, reorderSpec, repairSpec } from '../spec/explain.js';
import { loadSpec } from '../spec/load.js';
import { refusePinned } from '../spec/pinned.js';
import { color, jsonText, print } from './output.js';
import type { ReadOptions } from './specs.js';
import { withinOf } from './specs.js';

interface Limits extends ReadOptions {
  readonly json?: boolean;
  readonly statesMax?: number;
  /** Milliseconds. */
  readonly timeMax?: number;
}

export interface ExplainOptions extends Limits {
  readonly repair?: boolean;
}
export interface ReorderOptions extends Limits {
  readonly steps?: readonly string[];
  readonly ordersMax: number;
}

/** @returns the exit code */
export async function explain(file: string, options: ExplainOptions): Promise<number> {
  const spec = loadSpec(file, { within: withinOf([file], options) });
  refusePinned(spec, 'explain');
  return await stoppable(async (judging) => {
    if (options.repair) {
      const repairs = await repairSpec(spec, { ...limitsOf(options), ...judging });
      return {
        results: repairs.unfinished.map(({ judgement }) => judgement.result),
        text: () => repairText(repairs, color),
        json: (exitCode: number) => repairJson(repairs, exitCode),
      };
    }
    const explanation = await explainSpec(spec, { ...limitsOf(options), ...judging });
    return {
      results: explanation.rows.map(({ judgement }) => judgement.result),
      text: () => explainText(explanation, color),
      json: (exitCode: number) => explainJson(explanation, exitCode),
    };
  }, options);
}

/** @returns the exit code */
export async function reorder(
  file: string,
  operation: string,
  options: ReorderOptions,
): Promise<number> {
  const spec = loadSpec(file, { within: withinOf([file], options) });
  refusePinned(spec, 'reorder');
  const { steps, ordersMax } = options;
  return await stoppable(async (judging) => {
    const reordering = await reorderSpec(spec, operation, {
      ...limitsOf(options),
      ...judging,
      ...(steps === undefined ? {} : { steps }),
      ordersMax,
    });
    return {
      results: reordering.orders.map(({ judgement }) => judgement.result),
      text: () => reorderText(reordering, color),
      json: (exitCode: number) => reorderJson(reordering, exitCode),
    };
  }, options);
}

function limitsOf({ statesMax, timeMax }: Limits): { statesMax?: number; timeMax?: number } {
  return {
    ...(statesMax === undefined ? {} : { statesMax }),
    ...(timeMax === undefined ? {} : { timeMax }),
  };
}

interface Judging {
  readonly stop: Int32Array<SharedArrayBuffer>;
  readonly onProgress: (done: number, of: number) => void;
}
interface Told {
  readonly results: readonly string[];
  text(): string[];
  json(exitCode: number): object;
}

/** Runs what Ctrl-C can end, with a line of progress, and prints what came of it. */
async function stoppable(
  run: (judging: Judging) => Promise<Told>,
  { json }: Limits,
): Promise<number> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const interrupt = (): void => void Atomics.store(stop, 0, 1);
  process.on('SIGINT', interrupt);
  try {
    const told = await run({
      stop,
      onProgress: (done, of) => {
        if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${done} of ${of} variants`);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    const endings: Ending[] = [
      Atomics.load(stop, 0) !== 0 ? 'interrupted' : 'ok',
      told.results.includes('unfinished') ? 'unfinished' : 'ok',
    ];
    const exitCode = exitCodeOf(endings);
    if (json) print(jsonText(told.json(exitCode)));
    else for (const line of told.text()) print(line);
    return exitCode;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
