/** A tape: what a rule has looked at is enough to take its way again, and no more than it needs. */
import { describe, expect, it } from 'vitest';
import { domain, membersOf } from '../../src/state/domain.js';
import { LookUp } from '../../src/state/look-up.js';
import { pack } from '../../src/state/packed.js';
import { count, flag, idSet, record } from '../../src/state/schema.js';

const letters = domain('letter', 4);
const [a, b] = letters.ids as [(typeof letters.ids)[number], (typeof letters.ids)[number]];
const schema = record({ at: count(9), on: flag(), set: idSet(letters) });

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
});
