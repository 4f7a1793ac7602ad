/** Files that commands write: whole, or not at all. */
import {
  accessSync,
  constants,
  lstatSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../spec/errors.js';
import { print } from './output.js';

/** Throws UserError where a file cannot be written: better before a search than after it. */
export function checkWritable(file: string): void {
  const refuse = (message: string): never => {
    throw new UserError([{ code: 'file-unwritable', file, message }]);
  };
  const folder = dirname(file);
  try {
    if (!statSync(folder).isDirectory()) refuse(`${folder} is not a folder`);
    accessSync(folder, constants.W_OK | constants.X_OK);
    const there = lstatSync(file, { throwIfNoEntry: false });
    if (there?.isDirectory()) refuse('this is a folder');
    // The file would take the place of a link or a device, not be written through it.
    if (there !== undefined && !there.isFile()) refuse('there is something here that is no file');
  } catch (error) {
    if (error instanceof UserError) throw error;
    refuse(`nothing can be written into ${folder} (${codeOf(error)})`);
  }
}

/** Writes a file beside its place and puts it there when it is whole. Throws UserError. */
export function writeWhole(file: string, text: string): void {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text, { flag: 'wx' });
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    const message = `the file cannot be written (${codeOf(error)})`;
    throw new UserError([{ code: 'file-unwritable', file, message }]);
  }
}

/** Text for a file, whole; for standard output without one. */
export function put(file: string | undefined, text: string): void {
  if (file === undefined) print(text);
  else writeWhole(file, `${text}\n`);
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
