/** What must hold of every case, whatever is in it. */
import { errorCodes, UserError } from '../../src/spec/errors.js';

const codes = Object.keys(errorCodes);

/** What nobody's terminal, log or page may be given: it would drive it, or show what is not so. */
const raw = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;
/** Of a message, and of all that is printed: the longest path that is taken, told in every form. */
const messageMax = 6_000;
const printedMax = 40_000_000;

/** What is wrong with texts that a run would print; null where nothing is. */
export function faultOfTexts(texts: readonly string[]): string | null {
  for (const text of texts) {
    const found = raw.exec(text);
    if (found !== null) {
      const code = found[0].codePointAt(0)?.toString(16);
      return `it prints U+${code} in ${JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 20))}`;
    }
  }
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  return length > printedMax ? `it prints ${length} characters` : null;
}

/** What came of a case in a word, and what is wrong with it. */
export interface Came {
  readonly as: string;
  readonly fault: string | null;
}

/** Of what a case threw in this process. */
export function cameOfError(error: unknown, described: (error: UserError) => string[]): Came {
  if (!(error instanceof UserError)) {
    return { as: 'crash', fault: error instanceof Error ? `${error.stack}` : `threw ${error}` };
  }
  const [first] = error.mistakes;
  const as = first?.code ?? 'nothing';
  if (!codes.includes(as)) return { as, fault: `'${as}' is not a code` };
  if (error.mistakes.length > 20) return { as, fault: `${error.mistakes.length} mistakes` };
  const texts = described(error);
  const long = texts.find((text) => text.length > messageMax);
  if (long !== undefined) return { as, fault: `a message of ${long.length} characters` };
  return { as, fault: faultOfTexts(texts) };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
  readonly files: readonly string[];
  readonly kibibytes: number;
}

const kibibytesMax = 600 * 1024;

/** Of a process that has ended. */
export function cameOfProcess({ code, signal, out, err, files, kibibytes }: Ended): Came {
  const as = `exit ${code ?? signal}`;
  const found = [...err.matchAll(/error\[([^\]]*)\]/g)].map(([, name]) => name ?? '');
  const unknown = found.find((name) => !codes.includes(name));
  const fault =
    code === null || code < 0 || code > 3
      ? `it ended with ${code ?? signal}: ${err.slice(0, 2000)}`
      : /\n\s+at |internal error/.test(out + err)
        ? 'it shows where it is in its code'
        : code === 2 && found.length === 0
          ? `it says nothing of a mistake: ${err.slice(0, 400)}`
          : unknown !== undefined
            ? `'${unknown}' is not a code`
            : kibibytes > kibibytesMax
              ? `it had ${kibibytes} KiB`
              : faultOfTexts([out, err, ...files]);
  return { as, fault };
}
