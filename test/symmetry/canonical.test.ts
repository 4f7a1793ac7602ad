/** What the canonical form is made of: memos that forget, and actions that none can be left out of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CanonicalForm } from '../../src/state/canonical.js';
import { domain } from '../../src/state/domain.js';
import { Memo } from '../../src/state/memo.js';
import { count, flag, id, optionalId, record, table } from '../../src/state/schema.js';
import type { Symmetry } from '../../src/state/symmetry.js';
import { inPlace, permutationsOf } from '../../src/state/symmetry.js';

describe('a memo', () => {
  const masks = fc.constantFrom(0xff, 0x3ff00, 0xffff_ffff, 0xffff_0000, 0xf000_0000);
  it('gives what is computed', () => {
    fc.assert(
      fc.property(masks, fc.array(fc.nat(0xffff_ffff), { maxLength: 200 }), (mask, numbers) => {
        const memo = new Memo(
          mask,
          2,
          (value, into, at) => {
            into[at] = value ^ 0x55;
            into[at + 1] = 7;
          },
          0,
        );
        for (const number of numbers) {
          memo.keepRoom(1);
          const at = memo.find(number & mask);
          expect([memo.data[at], memo.data[at + 1]]).toEqual([(number & mask) ^ 0x55, 7]);
        }
      }),
    );
  });

  it('computes a number once, until it is full and forgets all', () => {
    let computed = 0;
    // A block holds zeros before it is filled.
    const compute = (value: number, into: Int32Array, at: number): void => {
      computed++;
      into[at] = (into[at] as number) | value;
      into[at + 1] = (into[at + 1] as number) | 7;
    };
    const memo = new Memo(-1, 2, compute, 8 * 5000);
    const ask = (value: number): void => {
      memo.keepRoom(1);
      const at = memo.find(value);
      expect([memo.data[at], memo.data[at + 1]]).toEqual([value, 7]);
    };
    const all = Array.from({ length: 5000 }, (_, number) => number * 77_777);
    for (const value of [...all.slice(1), ...all.slice(1)]) ask(value);
    expect(computed).toBe(4999);
    ask(0);
    expect(computed).toBe(5000);
    for (const value of all.slice(100).reverse()) ask(value);
    expect(computed).toBe(9900);
  });

  it('never forgets numbers of a few bits, wherever they lie', () => {
    for (const mask of [0xff, 0xff00, 0x3ff_0000, 0]) {
      let computed = 0;
      const memo = new Memo(mask, 1, () => computed++, 0);
      const low = mask & -mask;
      for (let time = 0; time < 2; time++) {
        for (let n = 0; n * low <= mask && n < 1024; n++) {
          memo.keepRoom(1);
          memo.find(n * low);
        }
      }
      expect(computed).toBe(mask === 0 ? 1 : mask / low + 1);
    }
  });
});

describe('a renaming', () => {
  const things = domain('thing', 3);
  const symmetry: Symmetry = {
    of: ['things'],
    processes: 'thing',
    memberKinds: [],
    group: permutationsOf(3).map((thing) => ({ domains: { thing }, numbers: {}, members: [] })),
  };

  it('of a domain or a count that nothing is said of is an error, not forgotten', () => {
    const rowsOf = (fields: Parameters<typeof table>[1]) =>
      record({ things: table(things, { on: flag(), ...fields }) });
    const make = (fields: Parameters<typeof table>[1]) => () =>
      new CanonicalForm(rowsOf(fields), symmetry);
    expect(make({ other: optionalId(things) })).not.toThrow();
    expect(make({ of: id(domain('owner', 2)) })).toThrow(
      "nothing says how a permutation acts on the domain 'owner'",
    );
    expect(make({ n: count(3) })).toThrow('a count of nothing that is named');
    expect(make({ n: count(3, 'place') })).toThrow('a count of place');
    const elsewhere = record({ things: table(things, { on: flag() }), n: count(3) });
    expect(() => new CanonicalForm(elsewhere, symmetry)).toThrow('a count of nothing');
    const owners = table(domain('owner', 2), { on: flag() });
    expect(
      () => new CanonicalForm(record({ things: table(things, { on: flag() }), owners }), symmetry),
    ).toThrow("a table over 'owner'");
  });

  it('is one of all orders, the natural one first', () => {
    expect(permutationsOf(4).length).toBe(24);
    expect(permutationsOf(4)[0]).toEqual(inPlace(4));
    expect(new Set(permutationsOf(4).map(String)).size).toBe(24);
  });
});
