/** The file of a baseline: read before a run, and written after it where that is asked for. */
import { existsSync } from 'node:fs';
import * as z from 'zod';
import type { Baseline } from '../report/baseline.js';
import { baselineFormat, baselineText, driftFrom, whyNoBaseline } from '../report/baseline.js';
import type { Report } from '../report/document.js';
import type { Ended } from '../report/run.js';
import { reportOf } from '../report/run.js';
import type { Mistake } from '../spec/errors.js';
import { plain, UserError } from '../spec/errors.js';
import type { DocumentKind } from './files.js';
import { checkWritable, readDocument, writeWhole } from './files.js';
import { printError, printMistakes } from './output.js';

export interface BaselineOptions {
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
}

const kind: DocumentKind<Baseline> = {
  name: 'a baseline',
  format: baselineFormat,
  version: 1,
  bytesMax: 16 * 2 ** 20,
  hint: '`--update-baseline` writes it anew',
};

/** The least that a file has to be before it is written over. */
const anyVersion: DocumentKind<unknown> = {
  ...kind,
  format: z.object({ version: z.int(), specs: z.record(z.string(), z.unknown()) }),
  version: null,
};

/**
 * The baseline to hold a run against: none where none is asked for, or it is to be written. Throws
 * UserError, before a search, where it cannot be read or must not be written.
 */
export function readBaseline({ baseline, updateBaseline }: BaselineOptions): Baseline | null {
  if (baseline === undefined) {
    if (!updateBaseline) return null;
    const message = 'there is no baseline to update';
    const hint = 'name its file with --baseline FILE';
    throw new UserError([{ code: 'bad-option', file: '--update-baseline', message, hint }]);
  }
  if (!updateBaseline) {
    if (existsSync(baseline)) return readDocument(baseline, kind);
    const message = 'there is no such baseline';
    const hint = '`--update-baseline` writes it';
    throw new UserError([{ code: 'file-missing', file: baseline, message, hint }]);
  }
  checkWritable(baseline);
  if (existsSync(baseline)) readDocument(baseline, anyVersion);
  return null;
}

/** The report of a run with its drift; or with none, as it has become the baseline. */
export function settle(
  { run, interrupted, drift }: Ended,
  baseline: Baseline | null,
  { baseline: file, updateBaseline }: BaselineOptions,
): Report {
  if (file === undefined || !updateBaseline) {
    return reportOf(run, interrupted, baseline === null ? drift : driftFrom(baseline, run));
  }
  const why = whyNoBaseline(run, interrupted);
  if (why === null) {
    writeWhole(file, baselineText(run.specs));
    printError(`${plain(file)}: note: the baseline is that of this run`);
    return reportOf(run, interrupted, []);
  }
  const kept: Mistake = { code: 'baseline-kept', file, message: `it is left as it was: ${why}` };
  printMistakes([kept]);
  return reportOf({ ...run, mistakes: [...run.mistakes, kept] }, interrupted);
}
