/** `svscheck merge`: the reports of the shards of a run, put together to that of the run. */
import type { Report } from '../report/document.js';
import { reportFormat } from '../report/document.js';
import { mergeShards } from '../report/merge.js';
import type { Ended } from '../report/run.js';
import type { DocumentKind } from './files.js';
import { readDocument } from './files.js';
import { printMistakes } from './output.js';
import type { TellingOptions } from './telling.js';
import { layoutOf, tellingOf } from './telling.js';

const kind: DocumentKind<Report> = {
  name: 'a report of `svscheck check --json`',
  format: reportFormat,
  version: 1,
  bytesMax: 256 * 2 ** 20,
  hint: 'merge with the version of svscheck that wrote it',
};

/** Reads shards, and puts them together. Throws UserError. */
export const merged = (files: readonly string[]): Ended =>
  mergeShards(files.map((file) => ({ file, report: readDocument(file, kind) })));

/** @returns the exit code, that of the whole run */
export function merge(files: readonly string[], options: TellingOptions): number {
  const telling = tellingOf(options);
  const ended = merged(files);
  const layout = layoutOf(ended.run.files, true);
  printMistakes(ended.run.mistakes);
  for (const spec of ended.run.specs) telling.spec(spec, layout);
  return telling.end(ended, layout);
}
