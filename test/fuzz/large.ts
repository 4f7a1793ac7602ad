/** Texts as long as a spec may be, of one piece again and again: what takes time that is squared. */
import fc from 'fast-check';
import type { Kind } from './kinds.js';
import { caseOf, told } from './spec-case.js';

const pieces = [
  ...[
    '[',
    '{',
    '- ',
    '? ',
    ': ',
    ', ',
    'a: ',
    'a:\n',
    '\n',
    '\t',
    ' ',
    '&a ',
    '*a ',
    '!!x ',
    '!',
    '"',
  ],
  ...[
    "'",
    '|\n',
    '>\n',
    '#\n',
    '---\n',
    '...\n',
    '%YAML 1.2\n',
    '[]',
    '{}, ',
    '1, ',
    '"a", ',
    'a b ',
    '\\',
  ],
  ...[
    '- drop: trap/iret\n',
    '- - - ',
    '- [\n',
    '? [\n',
    ' a\n  b\n',
    '{a: 1}, ',
    '[1, ',
    '{a: ',
    '- {}\n',
  ],
  ...[
    '\u202e',
    '\ud83d\ude00',
    'é',
    '\r',
    '\r\n',
    '"\\u0041',
    '- "x"\n',
    'x',
    '9',
    '.',
    '-',
    '<<: {}\n',
  ],
];
const beginnings = [
  ...['', 'title: A\n', 'title: ', 'title: "', 'shows: |\n  ', 'edits:\n', 'edits: [', 'expect: {'],
  ...[
    'expect:\n  ',
    'machine: { events: [',
    'unisolated: [',
    '# ',
    '- ',
    'edits: [{drop: ',
    'extends: ',
  ],
  ...[
    'title: A\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\npinned:\n  property: no-deadlock\n  outcome: mended\n  actions: [',
  ],
];
const large = fc
  .record({
    before: fc.constantFrom(...beginnings),
    piece: fc.constantFrom(...pieces),
    second: fc.constantFrom('', '', ...pieces),
    bytes: fc.constantFrom(4_000, 60_000, 262_144),
    isNumbered: fc.boolean(),
    after: fc.constantFrom('', ']', '}', '"', '\n', ']}'),
  })
  .map(({ before, piece, second, bytes, isNumbered, after }) => {
    const one = piece + second;
    const times = Math.floor((bytes - before.length - after.length) / Buffer.byteLength(one));
    const body = isNumbered
      ? Array.from({ length: times }, (_, i) => one.replace('a', `a${i}`)).join('')
      : one.repeat(times);
    return before + body + after;
  });

export const largeSpecs: Kind = {
  name: 'specs that are large',
  share: 1,
  beside: {},
  cases: caseOf(large.map((contents) => ({ file: 'a.yaml', contents }))),
  run: told,
};
