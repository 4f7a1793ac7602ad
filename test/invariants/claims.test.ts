/** Every claim, step and loop says where it is from, in one of three forms. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { claimRows } from '../../src/invariants/claims.js';
import { witnessRows } from '../../src/invariants/witnesses.js';
import { protocols } from '../../src/transitions/mail.js';
import type { Item } from '../../src/transitions/operation.js';
import { isLoop, nameOf } from '../../src/transitions/operation.js';

const sourceOne =
  /^(?:\[M(?:[1-9]|1[01])[ab]?\]|[\w/.-]+\.[chS] (?:1\.\d+|[A-Z][a-z]{2} \d{4}): .+|model: .+)$/;

const itemsOf = (item: Item): { name: string; source: string }[] => [
  { name: nameOf(item), source: item.source },
  ...(isLoop(item) ? item.body.flatMap(itemsOf) : []),
];
const sourced = [
  ...claimRows,
  ...protocols.flatMap(({ operations, exports }) => [
    ...operations,
    ...operations.flatMap(({ steps }) => steps.flatMap(itemsOf)),
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
  it('has the properties in their order: well-formed, protocol, isolation', () => {
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
      'no-stale-slots',
      'no-freed-walk',
      'entry-mapped',
    ]);
  });

  it('rests each claim on a witness', () => {
    const witnesses = witnessRows.map(({ name }) => name);
    for (const { witness } of claimRows) expect(witnesses).toContain(witness);
  });
});
