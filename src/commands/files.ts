/** Files that commands read back, and those that they write: whole, or not at all. */
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
import type * as z from 'zod';
import { UserError } from '../spec/errors.js';
import { readText } from '../spec/text.js';
import { print } from './output.js';

/** A kind of JSON file that some run of svscheck wrote. */
export interface DocumentKind<T> {
  /** Its name, such as `a report`. */
  readonly name: string;
  readonly format: z.ZodType<T>;
  /** The version that is read; null for any. */
  readonly version: number | null;
  readonly bytesMax: number;
  /** What to do about one of another version. */
  readonly hint: string;
}

/** Reads a file back; what its format does not know is left out. Throws UserError for another kind. */
export function readDocument<T>(file: string, kind: DocumentKind<T>): T {
  const refuse = (
    code: 'wrong-format' | 'wrong-version',
    message: string,
    hint?: string,
  ): never => {
    throw new UserError([{ code, file, message, hint }]);
  };
  const value =
    parsed(readText(file, kind.bytesMax, kind.name)) ??
    refuse('wrong-format', 'the file is not JSON');
  const version = (value as { version?: unknown }).version;
  if (kind.version !== null && Number.isInteger(version) && version !== kind.version) {
    const message = `this is version ${version} of ${kind.name}; version ${kind.version} is read here`;
    refuse('wrong-version', message, kind.hint);
  }
  const { data, error } = kind.format.safeParse(value);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  const what = `${place.slice(0, 100)}${issue?.message.slice(0, 200)}`;
  return refuse('wrong-format', `this is not ${kind.name}: ${what}`);
}

/** What a text of JSON says; undefined where it is none, or says null. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

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
