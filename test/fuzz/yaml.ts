/**
 * YAML as it is written by hand, by tools and by those who mean harm: a tree of values, each in any
 * of the notations that YAML has for it.
 */
import fc from 'fast-check';

/** A value: words as they stand in the text, or what holds others. */
export type Tree =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: Tree])[] };

export const word = (text: string): Tree => ({ kind: 'word', text });
export const list = (items: readonly Tree[]): Tree => ({ kind: 'list', items });
export const map = (entries: readonly (readonly [string, Tree])[]): Tree => ({
  kind: 'map',
  entries,
});

/** A value of JSON as a tree. */
export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return list(value.map(treeOf));
  if (typeof value !== 'object' || value === null) return word(JSON.stringify(value));
  return map(Object.entries(value).map(([key, inner]) => [key, treeOf(inner)] as const));
}

/** Keys that objects of JavaScript have, and those that YAML means something by. */
export const hostileKeys = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'length'],
  ...[
    '<<',
    '"<<"',
    '=',
    '? a',
    '? [a, b]',
    '? {a: b}',
    '~',
    'null',
    'true',
    '0',
    '-1',
    '1.5',
    '""',
  ],
  ...[
    '"\\u0000"',
    '"\\e[2J"',
    '"\\u202e"',
    '"\\n::error::"',
    '!!str a',
    '&k a',
    '*k',
    '[a]',
    '{a}',
  ],
  ...['"__proto__"', '2020-01-01', '.nan', '0x10', 'a.b', "'", '"\\ud800"', 'toJSON', 'then', 'at'],
];

/** Words that are not what they seem. */
export const hostileWords = [
  ...['', '~', 'null', 'Null', 'true', 'False', 'yes', 'on', 'off', 'n', '[]', '{}', '""', "''"],
  ...['0', '-0', '+1', '1.0', '1e0', '1e9', '1e999', '-1e999', '0x2', '0o2', '02', '0b1', '1_000'],
  ...['.inf', '-.inf', '.nan', '9007199254740993', '123456789012345678901234567890', '1:30', '٣'],
  ...['2020-01-01', '2020-01-01T00:00:00Z', '!!str 1', '!!int "2"', '!!float 1', '!!null x', '! 2'],
  ...[
    '!!binary aGFsbG8=',
    '!!set {a, b}',
    '!!omap [a: 1]',
    '!!pairs [a: 1]',
    '!!timestamp 2020-01-01',
  ],
  ...['!!js/function "function () {}"', '!!js/regexp /a/', '!!python/object:os.system x', '!x y'],
  ...['!<tag:yaml.org,2002:str> x', '!!merge <<', '!!map {a: b}', '!!seq [a]', '&a x', '*a', '&a'],
  ...['<<', '=', '__proto__', 'constructor', '{__proto__: 1}', '{toString: 1}', '{valueOf: 1}'],
  ...[
    '{constructor: {prototype: 1}}',
    '{"__proto__": {cpus: 1}}',
    '{<<: {cpus: 1}}',
    '{length: 1}',
  ],
  ...[
    '"\\u0000"',
    '"\\e]0;x\\a"',
    '"\\u202e\\u2066"',
    '"\\x9b31m"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
  ],
  ...['"]]>"', '"<script>"', '"%0A::error::x"', '"a\\nb"', '"\\r"', '"\\u2028"', '"|`</details>"'],
  ...[
    '|',
    '>',
    '|+9',
    '"',
    "'",
    '[',
    '{',
    ']',
    '}',
    '- ',
    '? ',
    ': ',
    '#',
    '%',
    '@',
    '`',
    '\t',
    ',',
  ],
  ...[
    'x'.repeat(61),
    'x'.repeat(201),
    'x'.repeat(5000),
    '9'.repeat(400),
    `"${'\\u202e'.repeat(300)}"`,
  ],
  ...[
    `${'['.repeat(20)}${']'.repeat(20)}`,
    `${'{a: '.repeat(15)}1${'}'.repeat(15)}`,
    '- - - - - -',
  ],
];

const hostileTree: fc.Arbitrary<Tree> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...hostileWords).map(word) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map(word) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map(treeOf) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...hostileKeys), fc.constantFrom(...hostileWords))
      .map(([key, text]) => map([[key, word(text)]])),
  },
  { weight: 1, arbitrary: fc.integer({ min: -2, max: 70 }).map((n) => word(String(n))) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 80 }), fc.constantFrom(...hostileWords))
      .map(([times, text]) => list(Array.from({ length: times }, () => word(text)))),
  },
);

/** What is done to some place of a tree, of which the places are numbered from its root on. */
interface Change {
  readonly at: number;
  readonly how: 'replace' | 'rename' | 'add' | 'twice' | 'drop' | 'wrap' | 'decorate';
  readonly key: string;
  readonly tree: Tree;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(60),
  how: fc.constantFrom(
    'replace',
    'replace',
    'rename',
    'add',
    'add',
    'twice',
    'drop',
    'wrap',
    'decorate',
  ),
  key: fc.constantFrom(...hostileKeys),
  tree: hostileTree,
});

const decorations = [
  '!!map ',
  '!!seq ',
  '!!str ',
  '!!set ',
  '!!omap ',
  '!x ',
  '&a ',
  '!!js/function ',
];

/** A tree with a change made at the place of its number, modulo how many there are. */
function changed(tree: Tree, { at, how, key, tree: other }: Change): Tree {
  const target = at % placesOf(tree);
  let place = -1;
  const walk = (one: Tree): Tree => {
    place++;
    if (place === target) return changedHere(one, how, key, other, at);
    if (one.kind === 'list') return list(one.items.map(walk));
    if (one.kind === 'map')
      return map(one.entries.map(([name, value]) => [name, walk(value)] as const));
    return one;
  };
  return walk(tree);
}

function changedHere(tree: Tree, how: Change['how'], key: string, other: Tree, at: number): Tree {
  if (how === 'replace') return other;
  if (how === 'wrap') return at % 2 === 0 ? list([tree]) : map([[key, tree]]);
  if (how === 'decorate') {
    return word((decorations[at % decorations.length] as string) + printed(tree, true, 0));
  }
  if (tree.kind === 'list') {
    const [first, ...rest] = tree.items;
    if (how === 'drop') return list(rest);
    return list(
      how === 'twice' && first !== undefined ? [first, ...tree.items] : [...tree.items, other],
    );
  }
  if (tree.kind === 'word') return how === 'drop' ? word('') : other;
  const { entries } = tree;
  const [first = [key, other] as const, ...rest] = entries;
  if (how === 'drop') return map(rest);
  if (how === 'rename') return map([[key, first[1]] as const, ...rest]);
  return map([...entries, how === 'twice' ? first : ([key, other] as const)]);
}

function placesOf(tree: Tree): number {
  if (tree.kind === 'word') return 1;
  const inner = tree.kind === 'list' ? tree.items : tree.entries.map(([, value]) => value);
  return inner.reduce((sum, one) => sum + placesOf(one), 1);
}

/** The text of a tree, in one line or over several. */
function printed(tree: Tree, flow: boolean, indent: number): string {
  if (tree.kind === 'word') return tree.text;
  const pad = ' '.repeat(indent);
  if (tree.kind === 'list') {
    if (flow || tree.items.length === 0) {
      return `[${tree.items.map((one) => printed(one, true, 0)).join(', ')}]`;
    }
    return tree.items.map((one) => `\n${pad}- ${printed(one, true, 0)}`).join('');
  }
  if (flow || tree.entries.length === 0) {
    return `{ ${tree.entries.map(([key, one]) => `${key}: ${printed(one, true, 0)}`).join(', ')} }`;
  }
  return tree.entries
    .map(([key, one]) => `\n${pad}${key}: ${printed(one, false, indent + 2)}`)
    .join('');
}

/** What a file may begin or end with, or be written as. */
const framings: readonly ((text: string) => string)[] = [
  ...Array.from({ length: 50 }, () => (text: string) => text),
  (text) => `\ufeff${text}`,
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.replaceAll('\n', '\r'),
  (text) => text.replaceAll('  ', '\t'),
  (text) => `%YAML 1.1\n---\n${text}`,
  (text) => `%YAML 9.9\n---\n${text}`,
  (text) => `%TAG !! tag:x,2000:\n---\n${text}`,
  (text) => `---\n${text}\n...\n`,
  (text) => `${text}\n---\n${text}`,
  (text) => `${text}\n...\n%YAML 1.2\n---\n{}`,
  (text) => `# yaml-language-server: $schema=/dev/zero\n${text}`,
  (text) => `${text}\0`,
  (text) => text.slice(0, -1),
  (text) => `a: &a [1]\n${text}`,
  (text) => `- ${text.trim().replaceAll('\n', '\n  ')}`,
];

/** A tree as a text, with some changes and in some notation. */
export const textOf = (tree: fc.Arbitrary<Tree>): fc.Arbitrary<string> =>
  fc
    .record({
      tree,
      changes: fc.oneof<fc.MaybeWeightedArbitrary<readonly Change[]>[]>(
        { weight: 4, arbitrary: fc.constant([]) },
        { weight: 3, arbitrary: fc.array(change, { maxLength: 3 }) },
      ),
      frame: fc.constantFrom(...framings),
      isFlow: fc.constantFrom(false, false, false, true),
    })
    .map(({ tree: base, changes, frame, isFlow }) =>
      frame(`${printed(changes.reduce<Tree>(changed, base), isFlow, 0).trimStart()}\n`),
    );
