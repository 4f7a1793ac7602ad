/** `check --certificate`: what a search says, written down for `verify`. */
import { certificateOf } from '../report/certificate.js';
import { plain, UserError } from '../spec/errors.js';
import type { Spec } from '../spec/load.js';
import type { SpecResult } from '../spec/run.js';
import { checkWritable, writeWhole } from './files.js';
import { jsonText, printError } from './output.js';

/** Throws UserError where there is not one spec to certify, or nowhere to write. */
export function checkCertifiable(file: string, specs: readonly string[]): void {
  checkWritable(file);
  if (specs.length === 1) return;
  const message = `a certificate is of one spec, and there are ${specs.length}`;
  throw new UserError([{ code: 'bad-option', file, message }]);
}

/** Throws UserError for a spec of whose states only some are looked at. */
export function refuseReductions({ design, pinned, mistake }: Spec): void {
  const { symmetry, por } = design.reductions;
  if (pinned !== null) {
    const message = 'this spec takes a path and sees no set of states: there is nothing to certify';
    throw new UserError([mistake('bad-option', ['pinned'], message)]);
  }
  if (symmetry.length === 0 && !por) return;
  const key = symmetry.length > 0 ? 'symmetry' : 'reductions';
  const message = 'a certificate is of all states, and this spec names a reduction';
  throw new UserError([mistake('bad-option', [key], message, 'add `--reduction none`')]);
}

/** Of a search that saw every state; of another there is none, which is told. */
export function writeCertificate(file: string, result: SpecResult): void {
  const certificate = certificateOf(result);
  if (certificate === null) {
    printError(`${plain(file)}: note: no certificate was written: the search is unfinished`);
  } else writeWhole(file, `${jsonText(certificate)}\n`);
}
