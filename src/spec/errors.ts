/** Errors that users make: one table of codes and what to do about each. */

/** Every code, with what it means; `svscheck errors` prints this table. */
export const errorCodes = {
  'file-missing': 'The file or folder does not exist.',
  'file-unreadable':
    'The file or folder cannot be read, or the file is not UTF-8 text, or larger than it may be; a spec 256 KiB.',
  'file-unwritable': 'The file that is to be written cannot be written.',
  'empty-folder': 'The folder holds no spec file (*.yaml).',
  'yaml-syntax':
    'The file is not YAML, or uses what specs may not: aliases, tags, several documents, deep nesting.',
  'wrong-format': 'The file is not JSON, or not the report or the baseline that it should be.',
  'wrong-version': 'The report or the baseline is of a version that this svscheck does not read.',
  'shard-mismatch': 'The reports are not the shards of one run, whole and each of them once.',
  'baseline-kept': 'A run that did not come to its end does not update the baseline.',
  'missing-key': 'A key that a spec must have is absent.',
  'unknown-key': 'The key is not one that a spec has.',
  'wrong-type': 'The value is of another type than the key takes.',
  'unknown-value': 'The value is not one of the words that the key takes.',
  'scope-too-large': 'A number is out of the range that a state can be packed for.',
  'extends-cycle': 'Following `extends` leads back to the same file.',
  'extends-outside': 'A spec extends a file that lies outside of the folders it may be read from.',
  'extends-too-deep': 'More than 16 files extend one another.',
  conflict: 'Two settings of the spec cannot go together.',
  'unknown-property': 'No property or witness has this name.',
  'wrong-expectation': 'A property cannot be reachable, and a witness cannot hold.',
  'unknown-step': 'The protocol has no such step or loop.',
  'unknown-export': 'The protocol exports no such step or loop.',
  'hardware-step': 'An edit may not change what hardware does.',
  'unbound-step': 'A step stands where nothing binds what it needs.',
  'duplicate-step': 'Two steps of an operation would have one name.',
  'empty-loop': 'A loop would have no step.',
  'nested-loop': 'A loop would stand in a loop.',
  'boot-loop': 'A loop would stand where each step is taken once, before the initial state.',
  'out-of-range': 'An edit names a CPU, pmap or slot that the machine does not have.',
  'unset-register': 'A step would read a register that no step has set.',
  'unlock-without-lock': 'A step would release a lock that was not taken.',
  'handler-register': 'A handler would overwrite a register of what it interrupts.',
  'not-symmetric': 'The design tells members of a domain apart that `symmetry` names.',
  'graph-too-large': 'The machine has more states than a graph of it may have.',
  'bad-path': 'The path to replay is not one that the model can take.',
  'checkpoint-unusable':
    'The checkpoint cannot be gone on from, or there is one where a new one is to be written.',
  unfinished:
    'A limit ended a search that had to come to its end: of a design with variants, or of a certificate.',
  'bad-option': 'The command line is wrong.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface Mistake {
  readonly code: ErrorCode;
  readonly file: string;
  /** 1-based; absent when the mistake is not at a place in a file. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** What was found. */
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string | undefined;
}

/** A mistake as it is told, which a report that was read back may do of codes that are not here. */
export type ToldMistake = Omit<Mistake, 'code'> & { readonly code: string };

/** One or more mistakes of a user; the command line prints them and exits 2. */
export class UserError extends Error {
  constructor(readonly mistakes: readonly Mistake[]) {
    super(mistakes.map(describeMistake).join('\n'));
  }
}

/** The two forms of the rules disagree: never a user's mistake, never to be shown as a verdict. */
export class InternalError extends Error {}

/** `specs/a.yaml:3:5: error[unknown-key]: ...` */
export function describeMistake(mistake: ToldMistake): string {
  const { code, file, line, column, message, hint } = mistake;
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const advice = hint === undefined ? '' : `\n  ${plain(hint)}`;
  return `${plain(place)}: error[${plain(code)}]: ${plain(message)}${advice}`;
}

/**
 * Text from a spec or a file name, with control characters and those that turn the direction of
 * text made visible: it must not drive the terminal, nor show another word than it is.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (c) => {
    const code = c.charCodeAt(0).toString(16);
    if (c === '\n') return ' ';
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code}`;
  });
}

/** The candidate that is nearest to a word, if any is near: "did you mean". */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** "did you mean 'x'?", or the words there are. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const near = nearest(word, candidates);
  if (near !== undefined) return `did you mean '${near}'?`;
  if (candidates.length === 0) return undefined;
  return `it can be ${candidates.slice(0, 24).join(', ')}${candidates.length > 24 ? ', ...' : ''}`;
}

/** Insertions, deletions and replacements between two words, of at most 64 letters each. */
function editDistance(a: string, b: string): number {
  if (a.length > 64 || b.length > 64) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const following = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] as number) + (letter === other ? 0 : 1);
      following.push(Math.min(replaced, (row[j + 1] as number) + 1, (following[j] as number) + 1));
    }
    row = following;
  }
  return row[b.length] as number;
}
