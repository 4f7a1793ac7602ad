/** A tape: what a rule has looked at is enough to take its way again, and no more than it needs. */
import { describe, expect, it } from 'vitest';
import { domain, membersOf } from '../../src/state/domain.js';
import { LookUp } from '../../src/state/look-up.js';
import { pack } from '../../src/state/packed.js';
import { count, flag, idSet, record } from '../../src/state/schema.js';
import type { Test } from '../../src/state/tape.js';

const letters = domain('letter', 4);
const [a, b] = letters.ids as [(typeof letters.ids)[number], (typeof letters.ids)[number]];
const schema = record({ at: count(9), on: flag(), set: idSet(letters) });

const maskOf = (test: Test): number => (test.kind === 'all' ? test.mask : test.mask << test.shift);

function taped() {
  const { tape, view } = pack(schema);
  tape.record(null);
  return { tape, view };
}

describe('a tape', () => {
  it('notes what is read once, and nothing that the rule itself has written', () => {
    const { tape, view } = taped();
    view.on = true;
    expect(view.on).toBe(true);
    expect(tape.tests).toEqual([]);
    expect(view.at + view.at).toBe(0);
    expect(tape.tests).toMatchObject([{ kind: 'bits', mask: 15, found: 0 }]);
  });

  it('notes a set as a whole only when all of it is asked for', () => {
    const { tape, view } = taped();
    expect(view.set.has(a)).toBe(false);
    expect(tape.tests).toMatchObject([{ kind: 'bits', mask: 1, found: 0 }]);
    expect(view.set.size).toBe(0);
    expect(tape.tests).toMatchObject([{ mask: 1 }, { mask: 7, found: 0 }]);
  });

  it('notes whether all of some are there, not which', () => {
    const { tape, view } = taped();
    const some = membersOf(letters, (letter) => letter === a || letter === b);
    const all = view.set as unknown as { hasAll(some: unknown): boolean };
    expect(all.hasAll(some)).toBe(false);
    expect(tape.tests).toMatchObject([{ kind: 'all', found: 0 }]);
    view.set.add(a);
    view.set.add(b);
    expect(all.hasAll(some)).toBe(true);
    expect(tape.tests).toHaveLength(1);
  });

  it('notes the class of a number that is looked up', () => {
    const { tape, view } = taped();
    const isLow = new LookUp(Array.from({ length: 10 }, (_, value) => value < 5));
    expect(isLow.of(view, 'at')).toBe(true);
    expect(isLow.of(view, 'at')).toBe(true);
    expect(tape.tests).toMatchObject([{ kind: 'class', found: 0 }]);
    view.at = 7;
    expect(isLow.of(view, 'at')).toBe(false);
    expect(tape.tests).toHaveLength(1);
  });

  it('tells what was changed, and keeps what is known to have been so before', () => {
    const { tape, view } = taped();
    view.at = 3;
    if (!view.on) view.on = false;
    const { keep, set } = tape.patchOf(0);
    const at = view.at;
    expect(at).toBe(3);
    // Four bits of `at` are written; `on` was read before it was written the same.
    expect(32 - [...(keep >>> 0).toString(2)].filter((bit) => bit === '1').length).toBe(4);
    expect(set >>> 0).toBe((tape.words[0] as number) & ~keep);
  });

  it('notes nothing before it records, and nothing after another state is loaded', () => {
    const { tape, view } = pack(schema);
    const some = view.set as unknown as { hasAll(some: unknown): boolean };
    const lookUp = new LookUp([true, false]);
    const look = () => [
      view.at,
      some.hasAll(membersOf(letters, () => true)),
      lookUp.of(view, 'at'),
    ];
    look();
    view.on = true;
    expect([tape.tests, [...tape.writtenBits()]]).toEqual([[], [0]]);
    tape.record(null);
    tape.load(Uint32Array.of(0, 0), 1);
    look();
    expect(tape.tests).toEqual([]);
  });

  it('notes no test of what is known already', () => {
    const { tape, view } = pack(schema);
    tape.record(null);
    expect(view.at).toBe(0);
    const known = tape.knownBits();
    expect(known[0]).toBe(tape.tests.reduce((bits, test) => bits | maskOf(test), 0));
    tape.record(known);
    const lookUp = new LookUp([true, false]);
    expect([view.at, lookUp.of(view, 'at')]).toEqual([0, true]);
    expect(tape.tests).toEqual([]);
    expect(tape.knownBits()).toEqual(known);
    // What was known is kept from what is written since.
    known.fill(-1);
    expect(view.on).toBe(false);
    expect(tape.tests).toHaveLength(1);
    const written = tape.writtenBits();
    view.on = true;
    expect(written[0]).toBe(0);
    expect(tape.writtenBits()[0]).not.toBe(0);
  });

  it('knows from members that are missing that not all are there, and asks for the others alone', () => {
    const hasAll = (view: ReturnType<typeof taped>['view'], ...some: (typeof a)[]) =>
      (view.set as unknown as { hasAll(some: unknown): boolean }).hasAll(
        membersOf(letters, (letter) => some.includes(letter)),
      );
    const missing = taped();
    expect(missing.view.set.has(a)).toBe(false);
    expect(hasAll(missing.view, a, b)).toBe(false);
    expect(missing.tape.tests).toHaveLength(1);

    const some = taped();
    some.view.set.add(a);
    expect(hasAll(some.view, a)).toBe(true);
    expect(some.tape.tests).toEqual([]);
    expect(hasAll(some.view, a, b)).toBe(false);
    const [test] = some.tape.tests;
    expect(test).toMatchObject({ kind: 'all', found: 0 });
    // Of two members, the one that was not written.
    expect(test?.mask.toString(2).replace(/0/g, '')).toBe('1');
    // That not all are there does not say which is missing.
    expect(some.view.set.has(b)).toBe(false);
    expect(some.tape.tests).toHaveLength(2);

    const all = taped();
    all.tape.words[0] = -1;
    all.tape.record(null);
    expect([hasAll(all.view, a, b), all.view.set.has(b)]).toEqual([true, true]);
    expect(all.tape.tests).toMatchObject([{ kind: 'all', found: 1 }]);
  });

  it('asks for the class of each number in each table', () => {
    const two = pack(record({ at: count(3), to: count(3) }));
    two.tape.record(null);
    const [low, odd] = [
      [0, 0, 1, 1],
      [0, 1, 0, 1],
    ].map((table) => new LookUp(table)) as [LookUp<number>, LookUp<number>];
    for (let time = 0; time < 2; time++) {
      for (const lookUp of [low, odd]) {
        expect([lookUp.of(two.view, 'at'), lookUp.of(two.view, 'to')]).toEqual([0, 0]);
      }
    }
    const asked = two.tape.tests.map((test) =>
      test.kind === 'class' ? [test.shift, test.classes === low.classes] : [],
    );
    expect(asked).toEqual([
      [0, true],
      [2, true],
      [0, false],
      [2, false],
    ]);
    // It does not know more than the classes.
    expect(two.view.at).toBe(0);
    expect(two.tape.tests).toHaveLength(5);
  });
});
