/** The two forms of a state hold the same values, whatever the schema and the order of writes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addAll, domain, hasAll, keepOnly, membersOf, toIndex } from '../../src/state/domain.js';
import { keyOf, next, snapshot, zeroState } from '../../src/state/immutable.js';
import { layoutOf } from '../../src/state/layout.js';
import { describeLayout, pack, RangeFault } from '../../src/state/packed.js';
import type { Draft, RecordField } from '../../src/state/schema.js';
import { count, flag, id, idSet, oneOf, optionalId, record } from '../../src/state/schema.js';
import { someSchema, someValue, write } from './arbitrary.js';

const schemaAndValues = someSchema.chain((schema) =>
  fc.tuple(fc.constant(schema), someValue(schema), someValue(schema)),
);

describe('the immutable and the packed form', () => {
  it('hold the same values after the same writes', () => {
    fc.assert(
      fc.property(schemaAndValues, ([schema, ...values]) => {
        const { view } = pack(schema);
        let state = zeroState(schema);
        expect(snapshot(schema, view)).toEqual(state);
        for (const value of values) {
          write(schema, view, value);
          state = next(state as object, (draft) => write(schema, draft, value)) as typeof state;
          expect(snapshot(schema, view)).toEqual(state);
          expect(state).toEqual(value);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('tell two states apart exactly when some field differs', () => {
    fc.assert(
      fc.property(schemaAndValues, ([schema, one, other]) => {
        const packed = [one, other].map((value) => {
          const {
            tape: { words },
            view,
          } = pack(schema);
          write(schema, view, value);
          return [...words].join();
        });
        const keys = [one, other].map((value) => keyOf(schema, value));
        expect(packed[0] === packed[1]).toBe(keys[0] === keys[1]);
      }),
      { numRuns: 400 },
    );
  });

  it('freeze an immutable state through and through', () => {
    const cpus = domain('cpu', 2);
    const schema = record({ set: idSet(cpus), on: flag() });
    const state = zeroState(schema);
    const after = next(state, (m) => {
      m.set.add(cpus.ids[1] as never);
      m.on = true;
    });
    expect(state.set.size).toBe(0);
    expect(after.set.size).toBe(1);
    expect(() => {
      after.on = false;
    }).toThrow(TypeError);
    expect(() => after.set.clear()).toThrow(/frozen/);
  });
});

describe('a packed layout', () => {
  it('gives every field its own bits, in one word', () => {
    fc.assert(
      fc.property(someSchema, (schema) => {
        const layout = layoutOf(schema);
        const taken = new Set<string>();
        for (const line of describeLayout(layout)) {
          const [, word, from, to] = /word (\d+), bits (\d+)\.\.(\d+)$/.exec(line) ?? [];
          expect(Number(word)).toBeLessThan(layout.words);
          expect(Number(to)).toBeLessThan(32);
          for (let bit = Number(from); bit <= Number(to); bit++) {
            expect(taken).not.toContain(`${word}.${bit}`);
            taken.add(`${word}.${bit}`);
          }
        }
      }),
    );
  });

  it('takes no bits for a field with one value', () => {
    const schema = record({ only: oneOf('one'), none: count(0), id: id(domain('d', 1)) });
    expect(describeLayout(layoutOf(schema))).toEqual([]);
    expect(layoutOf(schema).words).toBe(1);
  });

  it('refuses what a field cannot hold', () => {
    const three = domain('d', 3);
    const { view } = pack(
      record({
        mode: oneOf('user', 'kernel'),
        id: id(three),
        perhaps: optionalId(three),
        n: count(5),
        set: idSet(three),
      }),
    );
    const writes: (() => void)[] = [
      () => Object.assign(view, { mode: 'hypervisor' }),
      () => Object.assign(view, { id: 3 }),
      () => Object.assign(view, { id: -1 }),
      () => Object.assign(view, { id: undefined }),
      () => Object.assign(view, { perhaps: 3 }),
      () => Object.assign(view, { n: 6 }),
      () => Object.assign(view, { n: Number.NaN }),
      () => view.set.add(3 as never),
      () => view.set.delete(-1 as never),
    ];
    for (const write of writes) expect(write).toThrow(RangeFault);
  });

  it('refuses a schema that it cannot lay out', () => {
    const of = (fields: RecordField['fields']) => () => layoutOf(record(fields));
    expect(of({ 'not a name': flag() })).toThrow("'not a name' is not a field name");
    expect(of({ wide: idSet(domain('d', 33)) })).toThrow("'wide' would take 33 bits, 32 at most");
    expect(of({ many: count(2 ** 31) })).toThrow("'many' would take 32 bits, 31 at most");
  });
});

describe('bulk operations on sets', () => {
  it('do in both forms what they do member by member', () => {
    const subset = fc.uniqueArray(fc.integer({ min: 0, max: 31 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), subset, subset, subset, (size, a, b, c) => {
        const of = domain('d', size);
        const some = (indices: number[]) => membersOf(of, (id) => indices.includes(toIndex(id)));
        const [start, added, kept] = [some(a), some(b), some(c)];
        // A second set in the same word must not be touched.
        const schema = record({ beside: idSet(domain('e', 32 - size)), set: idSet(of) });
        const change = (m: Draft<typeof schema>): boolean => {
          for (const member of start.ids) m.set.add(member);
          addAll(m.set, added);
          const all = hasAll(m.set, kept);
          keepOnly(m.set, of, kept);
          return all;
        };
        const { view } = pack(schema);
        let immutableAll = false;
        const state = next(zeroState(schema), (m) => {
          immutableAll = change(m);
        });
        expect(change(view)).toBe(immutableAll);
        expect(snapshot(schema, view)).toEqual(state);
        const left = of.ids.filter((id) => (start.has(id) || added.has(id)) && kept.has(id));
        expect(state).toEqual({ beside: new Set(), set: new Set(left) });
      }),
    );
  });
});
