/**
 * The immutable form: a plain object, frozen through and through, updated with immer.
 *
 * It is what traces show, what the library hands out and what the reference explorer runs on. A
 * table is an array, an id set a `Set`.
 */
import { enableMapSet, freeze, produce } from 'immer';
import type { IdSet } from './domain.js';
import type { Draft, Field, RecordField } from './schema.js';

enableMapSet();

/** An immutable state. The type is the draft's: what forbids writing is the freezing. */
export type State<S extends RecordField> = Draft<S>;

/** The state in which every field has its first value. */
export function zeroState<S extends RecordField>(schema: S): State<S> {
  return freeze(zero(schema), true) as State<S>;
}

/** The first value of a field: false, the first word, the first id, null, the empty set, 0. */
export function zero(field: Field): unknown {
  switch (field.kind) {
    case 'flag':
      return false;
    case 'oneOf':
      return field.values[0];
    case 'id':
    case 'count':
      return 0;
    case 'optionalId':
      return null;
    case 'idSet':
      return new Set();
    case 'record':
      return Object.fromEntries(
        Object.entries(field.fields).map(([name, inner]) => [name, zero(inner)]),
      );
    case 'table':
      return field.over.ids.map(() => zero(field.row));
  }
}

/** The state after an effect; the given one is untouched. */
export function next<M extends object>(state: M, effect: (draft: M) => void): M {
  return produce(state, (draft) => {
    effect(draft as M);
  });
}

/** A copy, in the immutable form, of what a draft of either form holds now. */
export function snapshot<S extends RecordField>(schema: S, draft: Draft<S>): State<S> {
  return freeze(copy(schema, draft), true) as State<S>;
}

function copy(field: Field, value: unknown): unknown {
  switch (field.kind) {
    case 'record':
      return Object.fromEntries(
        Object.entries(field.fields).map(([name, inner]) => [
          name,
          copy(inner, (value as Record<string, unknown>)[name]),
        ]),
      );
    case 'table':
      return field.over.ids.map((_, index) => copy(field.row, (value as unknown[])[index]));
    case 'idSet':
      return new Set(field.of.ids.filter((member) => (value as IdSet<string>).has(member)));
    default:
      return value;
  }
}

/**
 * A string that two states share exactly when they are equal. It goes by the schema, so the order
 * in which a set was filled or an object was built does not show.
 */
export function keyOf(field: Field, value: unknown): string {
  switch (field.kind) {
    case 'record':
      return Object.entries(field.fields)
        .map(([name, inner]) => keyOf(inner, (value as Record<string, unknown>)[name]))
        .join();
    case 'table':
      return field.over.ids
        .map((_, index) => keyOf(field.row, (value as unknown[])[index]))
        .join(';');
    case 'idSet':
      return field.of.ids.map((member) => +(value as IdSet<string>).has(member)).join('');
    default:
      return String(value);
  }
}
