/** Random schemas, and random values of them in the immutable form. */
import fc from 'fast-check';
import { domain } from '../../src/state/domain.js';
import type { Field, Leaf, RecordField } from '../../src/state/schema.js';
import { count, flag, id, idSet, oneOf, optionalId } from '../../src/state/schema.js';

const someDomain = (max: number) => fc.integer({ min: 1, max }).map((size) => domain('d', size));

const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc.constant(flag()),
  fc.integer({ min: 1, max: 9 }).map((n) => oneOf(...Array.from({ length: n }, (_, i) => `w${i}`))),
  someDomain(9).map(id),
  someDomain(9).map(optionalId),
  someDomain(32).map(idSet),
  fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant(2 ** 31 - 1)).map(count),
);

/** A record whose fields are called f0, f1, ... */
const recordOf = (field: fc.Arbitrary<Field>, max: number): fc.Arbitrary<RecordField> =>
  fc.array(field, { minLength: 1, maxLength: max }).map((fields) => ({
    kind: 'record',
    fields: Object.fromEntries(fields.map((f, i) => [`f${i}`, f])),
  }));

const inner = recordOf(leaf, 4);
const rows = (row: fc.Arbitrary<RecordField>): fc.Arbitrary<Field> =>
  fc.oneof(
    row,
    fc.tuple(someDomain(4), row).map(([over, of]): Field => ({ kind: 'table', over, row: of })),
  );

/** Records in tables in records, two levels deep, from one bit to many words. */
export const someSchema: fc.Arbitrary<RecordField> = recordOf(
  fc.oneof(leaf, rows(inner), rows(recordOf(fc.oneof(leaf, rows(inner)), 3))),
  5,
);

/** A value of a field; a set as a `Set`, a table as an array. */
export function someValue(field: Field): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'flag':
      return fc.boolean();
    case 'oneOf':
      return fc.constantFrom(...field.values);
    case 'id':
      return fc.constantFrom(...field.of.ids);
    case 'optionalId':
      return fc.constantFrom(null, ...field.of.ids);
    case 'idSet':
      return fc.subarray([...field.of.ids]).map((ids) => new Set(ids));
    case 'count':
      return fc.integer({ min: 0, max: field.max });
    case 'record':
      return fc.record(
        Object.fromEntries(Object.entries(field.fields).map(([key, f]) => [key, someValue(f)])),
      );
    case 'table':
      return fc.tuple(...field.over.ids.map(() => someValue(field.row)));
  }
}

/** Writes a value onto a draft of either form, field by field, as a rule would. */
export function write(field: Field, draft: unknown, value: unknown): void {
  const [to, from] = [draft, value] as Record<string | number, unknown>[] as [
    Record<string | number, unknown>,
    Record<string | number, unknown>,
  ];
  const entries: (readonly [string | number, Field])[] =
    field.kind === 'record'
      ? Object.entries(field.fields)
      : field.kind === 'table'
        ? field.over.ids.map((_, index) => [index, field.row])
        : [];
  for (const [key, of] of entries) {
    if (of.kind === 'record' || of.kind === 'table') write(of, to[key], from[key]);
    else if (of.kind === 'idSet') {
      const set = to[key] as Set<unknown>;
      set.clear();
      for (const member of from[key] as Set<unknown>) set.add(member);
    } else to[key] = from[key];
  }
}
