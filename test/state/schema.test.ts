/** Fields, where they lie in words, what they hold in words for people, and what is looked up. */
import { describe, expect, it } from 'vitest';
import { changedValues, setText, valueText } from '../../src/state/changes.js';
import { addAll, domain, hasAll, keepOnly, membersOf, toId } from '../../src/state/domain.js';
import { keyOf, next, snapshot, zeroState } from '../../src/state/immutable.js';
import { bitsOf, layoutOf } from '../../src/state/layout.js';
import { LookUp } from '../../src/state/look-up.js';
import { describeLayout, pack, reachOf } from '../../src/state/packed.js';
import type { Leaf } from '../../src/state/schema.js';
import {
  count,
  flag,
  id,
  idSet,
  oneOf,
  optionalId,
  reach,
  record,
  table,
  usedIf,
  valuesOf,
} from '../../src/state/schema.js';

const cpus = domain('cpu', 3);
const slots = domain('slot', 2, ['low', 'high']);

describe('a field', () => {
  it.each<[string, Leaf, number, number]>([
    ['flag', flag(), 2, 1],
    ['one of three', oneOf('a', 'b', 'c'), 3, 2],
    ['one of four', oneOf('a', 'b', 'c', 'd'), 4, 2],
    ['one of five', oneOf('a', 'b', 'c', 'd', 'e'), 5, 3],
    ['id', id(cpus), 3, 2],
    ['optional id', optionalId(cpus), 4, 2],
    ['set', idSet(cpus), 8, 3],
    ['count', count(8), 9, 4],
    ['count of nothing', count(0), 1, 0],
    ['unused set', usedIf(false, idSet(cpus)), 1, 0],
    ['used set', usedIf(true, idSet(cpus)), 8, 3],
    ['limited flag', reach('own', flag()), 2, 1],
  ])('has as many values as there are, and bits for them: %s', (_, leaf, values, bits) => {
    expect([valuesOf(leaf), bitsOf(leaf)]).toEqual([values, bits]);
  });

  it('is what it was declared to be', () => {
    expect(count(3)).toStrictEqual({ kind: 'count', max: 3 });
    expect(count(3, 'location')).toEqual({ kind: 'count', max: 3, numbers: 'location' });
    expect(reach('hidden', flag())).toEqual({ kind: 'flag', reach: 'hidden' });
    expect(usedIf(false, flag())).toEqual({ kind: 'flag', unused: true });
    expect(usedIf(true, flag())).toStrictEqual({ kind: 'flag' });
  });
});

describe('a layout', () => {
  it('puts the greatest first, each into the first word with room for it', () => {
    const wide = { a: count(2 ** 20 - 1), b: count(2 ** 15 - 1) };
    const schema = record({
      on: flag(),
      table: table(slots, { n: count(2 ** 14 - 1), set: idSet(cpus) }),
      one: record(wide),
      n: count(2 ** 30 - 1),
      mode: oneOf('user', 'kernel'),
      none: count(0),
    });
    expect(describeLayout(layoutOf(schema))).toEqual([
      'on: word 2, bits 30..30',
      'table[0].n: word 3, bits 0..13',
      'table[0].set: word 3, bits 14..16',
      'table[1].n: word 4, bits 0..13',
      'table[1].set: word 4, bits 14..16',
      // More than a word: it starts at words of its own.
      'one.a: word 0, bits 0..19',
      'one.b: word 1, bits 0..14',
      'n: word 2, bits 0..29',
      'mode: word 2, bits 31..31',
    ]);
    expect(layoutOf(schema)).toMatchObject({ words: 5, bits: 160 });
    expect(layoutOf(record(wide))).toMatchObject({ words: 2, bits: 64 });
    expect(layoutOf(record({ on: flag(), n: count(6) }))).toMatchObject({ words: 1, bits: 4 });
    expect(layoutOf(record({}))).toMatchObject({ words: 1, bits: 0 });
  });

  it('says how far the variables of each process reach', () => {
    const schema = record({
      cpus: table(cpus, {
        shared: flag(),
        own: reach('own', flag()),
        inner: record({ hidden: reach('hidden', count(7)) }),
        writes: reach('own-writes', oneOf('a', 'b')),
        none: reach('own', count(0)),
      }),
      other: table(slots, { own: reach('own', flag()) }),
      one: reach('own', flag()),
    });
    // By CPU: the inner record, then the others in their order.
    const masksOf = (row: number) => ({
      hidden: Int32Array.of(0b111 << (row * 6)),
      own: Int32Array.of(0b10_000 << (row * 6)),
      'own-writes': Int32Array.of(0b100_000 << (row * 6)),
    });
    expect(reachOf(schema, cpus)).toEqual([masksOf(0), masksOf(1), masksOf(2)]);
  });
});

describe('a packed set', () => {
  it('refuses members that it cannot have, and has none of them', () => {
    const schema = record({
      before: idSet(cpus),
      set: idSet(cpus),
      after: idSet(cpus),
      none: idSet(domain('none', 0)),
      unused: usedIf(false, idSet(cpus)),
    });
    const { view } = pack(schema);
    const all = membersOf(cpus, () => true);
    addAll(view.before, all);
    addAll(view.after, all);
    const [last, beyond, negative] = [cpus.ids[2] as never, toId(3) as never, toId(-1) as never];
    expect([view.set.has(beyond), view.set.has(negative), view.set.has(last)]).toEqual([
      false,
      false,
      false,
    ]);
    view.set.add(last);
    expect([view.set.has(last), view.set.size]).toEqual([true, 1]);
    for (const set of [view.none, view.unused]) {
      expect([set.size, set.has(last)]).toEqual([0, false]);
      expect([
        hasAll(
          set,
          membersOf(cpus, () => false),
        ),
        hasAll(set, all),
      ]).toEqual([true, false]);
      expect(() => set.add(last)).toThrow("2 does not fit the field 'a set'");
      expect(() => addAll(set, all)).toThrow("7 does not fit the field 'a set'");
      addAll(
        set,
        membersOf(cpus, () => false),
      );
      set.delete(last);
      set.clear();
      keepOnly(set, cpus, all);
    }
    for (const id of [beyond, negative]) {
      const misfit = `${id} does not fit the field 'a set'`;
      expect(() => view.set.add(id)).toThrow(misfit);
      expect(() => view.set.delete(id)).toThrow(misfit);
    }
    expect([view.before.size, view.set.size, view.after.size]).toEqual([3, 1, 3]);
    view.before.clear();
    view.after.clear();
    view.set.clear();
    expect(snapshot(schema, view)).toEqual(zeroState(schema));
  });
});

describe('what differs', () => {
  const schema = record({
    on: flag(),
    cpus: table(cpus, { slot: optionalId(slots), set: idSet(slots) }),
    inner: record({ cpu: id(cpus), n: count(9) }),
  });

  it('between two states is told value by value', () => {
    const before = zeroState(schema);
    const after = next(before, (m) => {
      m.inner.n = 4;
      m.cpus[toId<'cpu'>(2)].slot = toId(1);
      m.cpus[toId<'cpu'>(0)].set.add(toId(1));
    });
    const told = changedValues(schema, before, after).map(({ path, field, ...values }) => ({
      path: path.join('.'),
      kind: field.kind,
      ...values,
    }));
    expect(told).toEqual([
      { path: 'cpus.0.set', kind: 'idSet', before: new Set(), after: new Set([1]) },
      { path: 'cpus.2.slot', kind: 'optionalId', before: null, after: 1 },
      { path: 'inner.n', kind: 'count', before: 0, after: 4 },
    ]);
    expect(changedValues(schema, after, after)).toEqual([]);
  });

  it('is said in words', () => {
    expect(valueText(id(slots), 1)).toBe('high');
    expect(valueText(optionalId(slots), 0)).toBe('low');
    expect(valueText(optionalId(slots), null)).toBe('none');
    expect(valueText(idSet(slots), new Set([1, 0]))).toBe('low, high');
    expect(valueText(idSet(slots), new Set())).toBe('nothing');
    expect(valueText(count(9), 7)).toBe('7');
    expect(valueText(flag(), false)).toBe('false');
    expect(valueText(oneOf('user', 'kernel'), 'user')).toBe('user');
    expect(setText(idSet(cpus), new Set([0, 1]), new Set([1, 2]))).toBe('+ cpu 2, - cpu 0');
    expect(setText(idSet(cpus), new Set([1]), new Set([1]))).toBe('');
  });

  it('shows in keys, and the order in which a set was filled does not', () => {
    const keyAfter = (...effects: (readonly [number, number])[]) =>
      keyOf(
        schema,
        next(zeroState(schema), (m) => {
          for (const [cpu, slot] of effects) m.cpus[toId<'cpu'>(cpu)].set.add(toId(slot));
        }),
      );
    expect(keyAfter()).toBe('false,null,00;null,00;null,00,0,0');
    expect(keyAfter([1, 0])).toBe('false,null,00;null,10;null,00,0,0');
    expect(keyAfter([1, 0], [1, 1])).toBe(keyAfter([1, 1], [1, 0]));
  });
});

describe('a look-up', () => {
  it('tells classes apart, and gives what the table says', () => {
    const table = ['a', 'b', 'a', 'c', 'b'];
    const lookUp = new LookUp(table);
    expect([...lookUp.classes]).toEqual([0, 1, 0, 2, 1, 0, 0, 0]);
    expect(table.map((_, value) => lookUp.at(value))).toEqual(table);
    expect(lookUp.of({ n: 3 }, 'n')).toBe('c');
    const { view, tape } = pack(record({ n: count(4), before: count(9) }));
    for (const [value, meaning] of table.entries()) {
      view.n = value;
      view.before = 9 - value;
      tape.record(null);
      expect(lookUp.of(view, 'n')).toBe(meaning);
      // It has found out no more than the class.
      expect(tape.tests.map(({ kind, found }) => [kind, found])).toEqual([
        ['class', lookUp.classes[value]],
      ]);
      tape.load(tape.words.slice(), 0);
    }
    expect([...new LookUp(['one']).classes]).toEqual([0]);
    expect([...new LookUp([]).classes]).toEqual([0]);
  });
});
