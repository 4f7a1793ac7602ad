/**
 * The schema of a state: bounded fields, records of them, tables of records.
 *
 * A state is declared once with these. Both of its forms come from the declaration: the immutable
 * one (immutable.ts) and the packed one (layout.ts, packed.ts). A rule is written against
 * `Draft<S>`, the interface that the mutable draft of either form has.
 */
import type { Domain, Id, IdSet, Table } from './domain.js';

/** What every field that holds one value has. */
interface LeafSlots {
  /** Keeps its first value through the run: it takes no bits, and no rule may write another. */
  readonly unused?: true;
  readonly reach?: Reach;
}

/**
 * How far a variable of a process reaches, in the table that has a row for each process. The rules
 * are held to it whenever one is learned (model/reach.ts); what is not said is shared.
 *
 * `own-writes`: no other process writes it. `own`: nor reads it. `hidden`: nor does a claim, unless
 * it looks it up (look-up.ts).
 */
export type Reach = 'own-writes' | 'own' | 'hidden';

export interface Flag extends LeafSlots {
  readonly kind: 'flag';
}
export interface OneOf<V extends string = string> extends LeafSlots {
  readonly kind: 'oneOf';
  readonly values: readonly V[];
}
export interface IdField<D extends string = string> extends LeafSlots {
  readonly kind: 'id';
  readonly of: Domain<D>;
}
export interface OptionalId<D extends string = string> extends LeafSlots {
  readonly kind: 'optionalId';
  readonly of: Domain<D>;
}
export interface IdSetField<D extends string = string> extends LeafSlots {
  readonly kind: 'idSet';
  readonly of: Domain<D>;
}
export interface Count<W extends string = string> extends LeafSlots {
  readonly kind: 'count';
  readonly max: number;
  /** What is numbered, where the number stands for a thing and is no quantity. */
  readonly numbers?: W;
}
export interface RecordField<F extends Fields = Fields> {
  readonly kind: 'record';
  readonly fields: F;
}
export interface TableField<D extends string = string, R extends RecordField = RecordField> {
  readonly kind: 'table';
  readonly over: Domain<D>;
  readonly row: R;
}

/** A field that holds one value. */
export type Leaf = Flag | OneOf | IdField | OptionalId | IdSetField | Count;
export type Field = Leaf | RecordField | TableField;
export interface Fields {
  readonly [name: string]: Field;
}

type ValueKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends RecordField | TableField | IdSetField ? never : K;
}[keyof F];

/** What a rule sees of a field: a value to read and assign, or a thing to look into. */
export type Draft<F extends Field> = F extends Flag
  ? boolean
  : F extends OneOf<infer V>
    ? V
    : F extends IdField<infer D>
      ? Id<D>
      : F extends OptionalId<infer D>
        ? Id<D> | null
        : F extends IdSetField<infer D>
          ? IdSet<D>
          : F extends Count
            ? number
            : F extends RecordField<infer R>
              ? { -readonly [K in ValueKeys<R>]: Draft<R[K]> } & {
                  readonly [K in Exclude<keyof R, ValueKeys<R>>]: Draft<R[K]>;
                }
              : F extends TableField<infer D, infer R>
                ? Table<D, Draft<R>>
                : never;

/** True or false; false at first. */
export const flag = (): Flag => ({ kind: 'flag' });

/** One of some words; the first one at first. */
export const oneOf = <const V extends string>(...values: readonly V[]): OneOf<V> => ({
  kind: 'oneOf',
  values,
});

/** A member of a domain; the first one at first. */
export const id = <D extends string>(of: Domain<D>): IdField<D> => ({ kind: 'id', of });

/** A member of a domain or `null`; `null` at first. */
export const optionalId = <D extends string>(of: Domain<D>): OptionalId<D> => ({
  kind: 'optionalId',
  of,
});

/** A set of members of a domain of at most 32; empty at first. */
export const idSet = <D extends string>(of: Domain<D>): IdSetField<D> => ({ kind: 'idSet', of });

/** A whole number from 0 to `max`; 0 at first. `numbers`: what it is the number of, if of a thing. */
export const count = <const W extends string = never>(max: number, numbers?: W): Count<W> =>
  numbers === undefined ? { kind: 'count', max } : { kind: 'count', max, numbers };

/** Some named fields. */
export const record = <F extends Fields>(fields: F): RecordField<F> => ({ kind: 'record', fields });

/** One record for every member of a domain. */
export const table = <D extends string, F extends Fields>(
  over: Domain<D>,
  fields: F,
): TableField<D, RecordField<F>> => ({ kind: 'table', over, row: record(fields) });

/** The field where a design has this variable; else one that keeps its first value. */
export const usedIf = <L extends Leaf>(isUsed: boolean, leaf: L): L =>
  isUsed ? leaf : { ...leaf, unused: true };

/** The field with a limit to its reach. */
export const reach = <L extends Leaf>(limit: Reach, leaf: L): L => ({ ...leaf, reach: limit });

/** How many values a leaf can have; a set counts its members, since it takes a bit for each. */
export function valuesOf(leaf: Leaf): number {
  if (leaf.unused === true) return 1;
  switch (leaf.kind) {
    case 'flag':
      return 2;
    case 'oneOf':
      return leaf.values.length;
    case 'id':
      return leaf.of.ids.length;
    case 'optionalId':
      return leaf.of.ids.length + 1;
    case 'idSet':
      return 2 ** leaf.of.ids.length;
    case 'count':
      return leaf.max + 1;
  }
}
