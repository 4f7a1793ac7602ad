/** Decision trees give what the rule would, on states that they have seen the like of, and no others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decisions, unknown } from '../../src/model/decisions.js';
import { domain } from '../../src/state/domain.js';
import { LookUp } from '../../src/state/look-up.js';
import { pack } from '../../src/state/packed.js';
import type { Draft } from '../../src/state/schema.js';
import { count, flag, record, table } from '../../src/state/schema.js';

const schema = record({ at: count(40), a: count(2), b: count(2), big: count(3000), on: flag() });
type State = Draft<typeof schema>;
const isOdd = new LookUp(Array.from({ length: 41 }, (_, value) => value % 2 === 1));

/** A rule that reads this or that, as it goes. */
function rule(m: State): number {
  if (!m.on) return isOdd.of(m, 'at') ? 1 : 2;
  if (m.a === m.b) return 3 + m.a;
  return isOdd.of(m, 'at') && m.big > 1500 ? 10 : 11;
}

const states = fc.array(
  fc.record({
    at: fc.nat(40),
    a: fc.nat(2),
    b: fc.nat(2),
    // Often with the same lower bits: more are read than one test looks at.
    big: fc.oneof(fc.nat(3000), fc.constantFrom(1, 1025, 2049)),
    on: fc.boolean(),
  }),
  { minLength: 50, maxLength: 300 },
);

describe('decisions', () => {
  it.each(['a tree', 'trees by key'])('of %s come out as the rule does', (kind) => {
    let learned = 0;
    let known = 0;
    fc.assert(
      fc.property(states, (all) => {
        const { tape, view } = pack(schema);
        const trees = new Decisions();
        const root = trees.roots(1);
        const keyed = trees.keyed();
        const find = (row: Uint32Array) =>
          kind === 'a tree' ? trees.find(root, row, 0) : trees.findByKey(keyed, row, 0);
        for (const one of all) {
          tape.load(new Uint32Array(tape.words.length), 0);
          Object.assign(view, one);
          const row = tape.words.slice();
          const found = find(row);
          tape.record(null);
          const result = rule(view);
          if (found !== unknown) {
            known++;
            expect(found).toBe(result);
            continue;
          }
          learned++;
          const isAdded =
            kind === 'a tree'
              ? trees.add(root, tape.tests, result)
              : trees.addByKey(keyed, row, 0, tape.tests, result);
          expect(isAdded).toBe(true);
          expect(find(row)).toBe(result);
        }
      }),
      { numRuns: 50 },
    );
    expect(learned).toBeGreaterThan(0);
    expect(known).toBeGreaterThan(learned * 0.5);
  });

  it('are an error for a rule that takes two ways through one state', () => {
    const { tape, view } = pack(schema);
    const trees = new Decisions();
    const root = trees.roots(1);
    tape.record(null);
    expect(view.a).toBe(0);
    trees.add(root, tape.tests, 1);
    expect(() => trees.add(root, tape.tests, 2)).toThrow('two ways');
    tape.record(null);
    expect(view.b).toBe(0);
    expect(() => trees.add(root, tape.tests, 1)).toThrow('two ways');
  });

  it('tell apart the words of a state of thousands of them', () => {
    const { tape } = pack(
      record({ all: table(domain('row', 3000), { value: count(2 ** 31 - 2) }) }),
    );
    expect(tape.words.length).toBe(3000);
    const trees = new Decisions();
    const [root, keyed] = [trees.roots(1), trees.keyed()];
    for (let turn = 0; turn < 40; turn++) {
      tape.words.fill(0);
      tape.words[2700] = turn;
      tape.record(null);
      expect(tape.read(2700, 0, 63)).toBe(turn);
      const row = tape.words.slice();
      trees.add(root, tape.tests, turn);
      trees.addByKey(keyed, row, 0, tape.tests, turn);
      expect(trees.find(root, row, 0)).toBe(turn);
      expect(trees.findByKey(keyed, row, 0)).toBe(turn);
    }
  });
});
