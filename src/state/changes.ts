/** What differs between two immutable states, value by value, and values in words. */
import type { Id } from './domain.js';
import type { Field, IdSetField, Leaf } from './schema.js';

/** Where in a state, as keys and indices. */
export type ValuePath = readonly (string | number)[];

export interface ChangedValue {
  readonly field: Leaf;
  readonly path: ValuePath;
  readonly before: unknown;
  readonly after: unknown;
}

/** The values that are not the same in both, in the schema's order. */
export function changedValues(
  field: Field,
  before: unknown,
  after: unknown,
  path: ValuePath = [],
): ChangedValue[] {
  if (before === after) return [];
  if (field.kind !== 'record' && field.kind !== 'table') return [{ field, path, before, after }];
  const keys = field.kind === 'record' ? Object.keys(field.fields) : [...field.over.ids.keys()];
  return keys.flatMap((key) => {
    const inner = field.kind === 'record' ? (field.fields[key] as Field) : field.row;
    const [old, now] = [before, after].map(
      (value) => (value as Record<string | number, unknown>)[key],
    );
    return changedValues(inner, old, now, [...path, key]);
  });
}

/** A value in words: members by their labels. */
export function valueText(field: Leaf, value: unknown): string {
  switch (field.kind) {
    case 'id':
      return field.of.label(value as Id<string>);
    case 'optionalId':
      return value === null ? 'none' : field.of.label(value as Id<string>);
    case 'idSet': {
      const members = field.of.ids.filter((id) => (value as Set<unknown>).has(id));
      return members.length === 0 ? 'nothing' : members.map(field.of.label).join(', ');
    }
    default:
      return String(value);
  }
}

/** What came into a set and what went: `+ pte, - heap`. */
export function setText({ of }: IdSetField, before: unknown, after: unknown): string {
  const [old, now] = [before, after] as [Set<unknown>, Set<unknown>];
  const came = of.ids.filter((id) => now.has(id) && !old.has(id)).map(of.label);
  const went = of.ids.filter((id) => old.has(id) && !now.has(id)).map(of.label);
  return [...came.map((name) => `+ ${name}`), ...went.map((name) => `- ${name}`)].join(', ');
}
