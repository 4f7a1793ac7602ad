/** Specs that are mutated from those that there are, by words, lines, and bytes. */
import { dirname } from 'node:path';
import fc from 'fast-check';
import type { Kind } from './kinds.js';
import { caseOf, knownSpecs, told } from './spec-case.js';

const known = Object.entries(knownSpecs) as [file: string, text: string][];

type Edit = (text: string, at: number, other: string, n: number) => string;

/** What is done to a text at one of its places; `other` is another text. */
const mutations: Readonly<Record<string, Edit>> = {
  cut: (text, at, _, n) => text.slice(0, at) + text.slice(at + n),
  end: (text, at) => text.slice(0, at),
  repeat: (text, at, _, n) =>
    text.slice(0, at) + text.slice(at, at + n).repeat(3) + text.slice(at + n),
  splice: (text, at, other, n) => {
    const from = at % other.length;
    return text.slice(0, at) + other.slice(from, from + n * 4) + text.slice(at);
  },
  line: (text, at, other) => {
    const lines = text.split('\n');
    const from = other.split('\n');
    lines.splice(at % lines.length, 1, from[at % from.length] ?? '');
    return lines.join('\n');
  },
  swap: (text, at, _, n) => {
    const lines = text.split('\n');
    const [i, j] = [at % lines.length, n % lines.length];
    [lines[i], lines[j]] = [lines[j] ?? '', lines[i] ?? ''];
    return lines.join('\n');
  },
  indent: (text, at, _, n) => {
    const lines = text.split('\n');
    const i = at % lines.length;
    lines[i] = ' '.repeat(n % 5) + (lines[i] ?? '').trimStart();
    return lines.join('\n');
  },
  token: (text, at, other, n) => {
    const words = text.split(/(\W+)/);
    const from = other.split(/\W+/);
    words[at % words.length] = from[n % from.length] ?? '';
    return words.join('');
  },
  number: (text, at, _, n) =>
    text.replace(/\b\d+\b/g, (digits, place: number) =>
      Math.abs(place - at) < 60 ? (numbers[n % numbers.length] as string) : digits,
    ),
  scrap: (text, at, _, n) =>
    text.slice(0, at) + (scraps[n % scraps.length] as string) + text.slice(at),
};
/** Those after which there is often a spec still. */
const gentle = ['token', 'token', 'token', 'number', 'number', 'number', 'line', 'swap'];
const numbers = [
  '0',
  '1',
  '2',
  '-1',
  '8',
  '9',
  '1e9',
  '0x1',
  '99999999999999999999',
  '1.5',
  '.nan',
];
const scraps = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ': ',
    '- ',
    '\n',
    '  ',
    '\t',
    '"',
    "'",
    '|',
    '>',
    '&a ',
    '*a',
    '!!x ',
    '#',
  ],
  ...[
    '<<: ',
    '__proto__: ',
    '\0',
    '\r',
    '\x1b[2J',
    '\u202e',
    '\u2028',
    '\x85',
    '\x7f',
    '\ufeff',
    '%',
  ],
];

const mutated = fc
  .record({
    file: fc.constantFrom(...known),
    other: fc.constantFrom(...known),
    changes: fc.array(
      fc.tuple(fc.constantFrom(...Object.keys(mutations), ...gentle), fc.nat(4000), fc.nat(40)),
      { minLength: 1, maxLength: 3 },
    ),
    bytes: fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { maxLength: 2 }),
    isBytes: fc.integer({ min: 0, max: 15 }).map((n) => n === 0),
  })
  .map(({ file: [file, text], other: [, other], changes, bytes, isBytes }) => {
    const changed = changes.reduce(
      (before, [name, at, n]) =>
        mutations[name]?.(before, at % (before.length + 1), other, n) ?? '',
      text,
    );
    const beside = `${dirname(file)}/a.yaml`;
    if (!isBytes) return { file: beside, contents: changed };
    const contents = Buffer.from(changed);
    for (const [at, byte] of bytes) if (contents.length > 0) contents[at % contents.length] = byte;
    return { file: beside, contents };
  });

export const mutatedSpecs: Kind = {
  name: 'specs that are mutated',
  share: 20,
  // The spec that is mutated stays where it is, beside what it extends.
  beside: knownSpecs,
  cases: caseOf(mutated),
  run: told,
};
