/** Every claim, step and loop says where it is from, in one of three forms. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { claimRows } from '../../src/invariants/claims.js';
import { witnessRows } from '../../src/invariants/witnesses.js';
import type { Item } from '../../src/transitions/operation.js';
import { isLoop, nameOf } from '../../src/transitions/operation.js';
import { protocols } from '../../src/transitions/protocols.js';

const paragraph = /\[M(?:[1-9]|1[01])[ab]?\]/;
const file = /[\w/.-]+\.[chS] (?:1\.\d+|(?:[A-Z][a-z]{2} )?\d{4}): .+/;
const commit = /(?:Linux|Xen|FreeBSD) r?S?[0-9a-f]+: .+/;
const forms = [paragraph, file, commit, /Intel SDM: .+/, /model: .+/];
const sourceOne = new RegExp(`^(?:${forms.map(({ source }) => source).join('|')})$`);

const itemsOf = (item: Item): { name: string; source: string }[] => [
  { name: nameOf(item), source: item.source },
  ...(isLoop(item) ? item.body.flatMap(itemsOf) : []),
];
const sourced = [
  ...claimRows,
  ...protocols.flatMap(({ boot, operations, exports }) => [
    ...operations,
    ...[boot, ...operations].flatMap(({ steps }) => steps.flatMap(itemsOf)),
    ...exports.flatMap(itemsOf),
  ]),
].map(({ name, source }) => ({ name, source }));

describe('a source', () => {
  it.each(sourced)('of $name has a form that can be followed: $source', ({ source }) => {
    for (const one of source.split('; ')) expect(one).toMatch(sourceOne);
  });

  it('is given for every paragraph of the mail by some step, claim, spec or abstraction', () => {
    const specs = readdirSync('specs', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => readFileSync(`specs/${file}`, 'utf8'));
    const text = [
      ...sourced.map(({ source }) => source),
      ...protocols.map(({ source }) => source),
      ...specs,
      readFileSync('docs/abstractions.md', 'utf8'),
    ].join('\n');
    const cited = Array.from({ length: 11 }, (_, index) => `[M${index + 1}`).filter(
      (paragraph) => text.includes(`${paragraph}]`) || text.includes(`${paragraph}a]`),
    );
    expect(cited.length).toBe(11);
  });
});

describe('the table of claims', () => {
  it('has the properties in their order: protocol, isolation, freeing, entry, variants', () => {
    expect(claimRows.map(({ name }) => name)).toEqual([
      'well-formed',
      'kernel-on-kernel-tables',
      'kernel-to-kernel-free',
      'updir-locked',
      'no-deadlock',
      'kernel-unreachable',
      'user-on-user-tables',
      'user-slots-complete',
      'no-foreign-slots',
      'kernel-reaches-own-slots',
      'no-stale-slots',
      'no-freed-walk',
      'entry-mapped',
      'entry-stack-current',
      'guard-unmapped',
      'ldt-current',
      'cr3-legal',
      'isolated-only',
      'kernel-half-complete',
    ]);
  });

  it('rests each claim on a witness', () => {
    const witnesses = witnessRows.map(({ name }) => name);
    for (const { witness } of claimRows) expect(witnesses).toContain(witness);
  });
});
