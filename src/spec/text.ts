/** A file that a user names, as text of bounded size. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { ErrorCode } from './errors.js';
import { UserError } from './errors.js';

/** @param what it is, for who gave a larger one. Throws UserError */
export function readText(file: string, bytesMax: number, what: string): string {
  const refuse = (code: ErrorCode, message: string): never => {
    throw new UserError([{ code, file, message }]);
  };
  let content: Buffer | number | null = null;
  try {
    // To open a device may already do something.
    if (statSync(file).isFile()) content = contentOf(file, bytesMax);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') refuse('file-missing', 'there is no such file');
    refuse('file-unreadable', `the file cannot be read (${code})`);
  }
  if (content === null) return refuse('file-unreadable', 'this is not a file');
  if (typeof content === 'number') {
    const message = `the file has ${content} bytes; ${what} has ${bytesMax} at most`;
    return refuse('file-unreadable', message);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return refuse('file-unreadable', 'the file is not UTF-8 text');
  }
}

/**
 * What is in a file; how many bytes where they are more than it may have; null where it is no file: it
 * may have become a pipe, which nobody writes to. A file may have more bytes than it says.
 */
function contentOf(file: string, bytesMax: number): Buffer | number | null {
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return null;
    if (stat.size > bytesMax) return stat.size;
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const piece = Buffer.alloc(Math.max(1, stat.size - length));
      const count = readSync(descriptor, piece, 0, piece.length, null);
      if (count === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, count));
      length += count;
      if (length > bytesMax) return length;
    }
  } finally {
    closeSync(descriptor);
  }
}
