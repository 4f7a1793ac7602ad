/** Where commands write. */
import { writeSync } from 'node:fs';

/** A line on standard output; a reader that has gone away is not an error. */
export function print(line: string): void {
  write(1, `${line}\n`);
}

export function printError(line: string): void {
  write(2, `${line}\n`);
}

export function terminalWidth(): number {
  return process.stdout.columns ?? 120;
}

function write(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
    }
  }
}
