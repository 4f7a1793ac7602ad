/** A file that a user names, as text of bounded size. */
import { readFileSync, statSync } from 'node:fs';
import { UserError } from './errors.js';

/** @param what it is, for who gave a larger one. Throws UserError */
export function readText(file: string, bytesMax: number, what: string): string {
  let bytes: number;
  try {
    const stat = statSync(file);
    if (!stat.isFile()) {
      throw new UserError([{ code: 'file-unreadable', file, message: 'this is not a file' }]);
    }
    bytes = stat.size;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError([{ code: 'file-missing', file, message: 'there is no such file' }]);
  }
  if (bytes > bytesMax) {
    const message = `the file has ${bytes} bytes; ${what} has ${bytesMax} at most`;
    throw new UserError([{ code: 'file-unreadable', file, message }]);
  }
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch {
    throw new UserError([{ code: 'file-unreadable', file, message: 'the file cannot be read' }]);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new UserError([{ code: 'file-unreadable', file, message: 'the file is not UTF-8 text' }]);
  }
}
