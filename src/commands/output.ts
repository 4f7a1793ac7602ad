/** Where commands write. */
import { writeSync } from 'node:fs';
import pc from 'picocolors';
import { exitCodes } from '../report/exit.js';
import type { ToldMistake } from '../spec/errors.js';
import { describeMistake, plain } from '../spec/errors.js';

const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';

/** Colours for standard output: on a terminal, or where FORCE_COLOR asks; never with NO_COLOR. */
export const color = pc.createColors(
  !NO_COLOR && (forced || (process.stdout.isTTY === true && TERM !== 'dumb')),
);

/** A line on standard output; where nobody reads any more, the program ends, as by SIGPIPE. */
export function print(line: string): void {
  write(1, `${line}\n`);
}

/** Text as it is: what commander prints. */
export const writeOut = (text: string): void => write(1, text);
export const writeError = (text: string): void => write(2, text);
/** The same, of what somebody wrote on the command line. */
export const writePlainError = (text: string): void =>
  writeError(text.split('\n').map(plain).join('\n'));

export function printError(line: string): void {
  write(2, `${line}\n`);
}

export function printMistakes(mistakes: readonly ToldMistake[]): void {
  for (const mistake of mistakes) printError(describeMistake(mistake));
}

/** JSON, with what could drive a terminal or turn the direction of its text escaped. */
export const jsonText = (value: object): string => escapedJson(JSON.stringify(value, null, 2));

/** JSON in which those characters are escaped that JSON.stringify leaves and `plain` does not. */
export const escapedJson = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

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
      if (code === 'EPIPE' && descriptor === 1) process.exit(exitCodes.unread.code);
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}
