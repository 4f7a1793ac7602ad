/**
 * Domains: the finite sets of things that a state talks about (CPUs, pmaps, slots).
 *
 * An id is opaque to the type checker and a small number at run time. Its type is a union of two
 * strings, because TypeScript lets a mapped type be indexed by a string union without adding
 * `undefined`, and because the ids of two domains must not be exchangeable. No such string exists
 * at run time.
 */
export type Id<D extends string> = `${D}#a` | `${D}#b`;

/** A table that has one row for every member of a domain; at run time an array. */
export type Table<D extends string, Row> = { readonly [K in Id<D>]: Row };

/** A set of ids. A plain `Set` in the immutable form, a view on some bits in the packed form. */
export interface IdSet<D extends string> {
  has(id: Id<D>): boolean;
  add(id: Id<D>): unknown;
  delete(id: Id<D>): unknown;
  clear(): void;
  readonly size: number;
}

/** Some members of a domain, fixed when the model is built. */
export interface Members<D extends string> {
  readonly ids: readonly Id<D>[];
  has(id: Id<D>): boolean;
  /** Bit i is set when the member of index i is in it: for the packed form alone. */
  readonly mask: number;
}

/** A named finite set, its members numbered from 0. */
export interface Domain<D extends string = string> {
  readonly name: D;
  /** All members, in their one order. */
  readonly ids: readonly Id<D>[];
  /** What a trace calls a member. */
  label(id: Id<D>): string;
}

/**
 * A domain of `size` members.
 *
 * @param labels what traces call the members, by index; `name 0`, `name 1`, ... unless given
 */
export function domain<D extends string>(
  name: D,
  size: number,
  labels?: readonly string[],
): Domain<D> {
  const ids = Array.from({ length: size }, (_, index) => toId<D>(index));
  return { name, ids, label: (id) => labels?.[toIndex(id)] ?? `${name} ${toIndex(id)}` };
}

/** The members of a domain of at most 32 that pass a test. */
export function membersOf<D extends string>(
  of: Domain<D>,
  test: (id: Id<D>) => boolean,
): Members<D> {
  const ids = of.ids.filter(test);
  const mask = ids.reduce((bits, id) => bits | (1 << toIndex(id)), 0);
  return { ids, has: (id) => ids.includes(id), mask };
}

/** Members that are fixed, or those of another set of the same domain and form. */
type Some<D extends string> = Members<D> | IdSet<D>;

/** What a packed set can do at once, and a plain `Set` member by member. */
interface BulkSet<D extends string> extends IdSet<D> {
  addAll?(some: Some<D>): void;
  keepOnly?(some: Some<D>): void;
  hasAll?(some: Some<D>): boolean;
}

/** Adds all of `some` to a set. */
export function addAll<D extends string>(set: BulkSet<D>, some: Some<D>): void {
  if (set.addAll !== undefined) set.addAll(some);
  else for (const id of idsOf(some)) set.add(id);
}

/** Drops from a set what is not in `some`; `of` is the set's domain. */
export function keepOnly<D extends string>(set: BulkSet<D>, of: Domain<D>, some: Some<D>): void {
  if (set.keepOnly !== undefined) set.keepOnly(some);
  else for (const id of of.ids) if (!some.has(id)) set.delete(id);
}

/** Whether all of `some` are in a set. Pure. */
export function hasAll<D extends string>(set: BulkSet<D>, some: Some<D>): boolean {
  if (set.hasAll !== undefined) return set.hasAll(some);
  for (const id of idsOf(some)) if (!set.has(id)) return false;
  return true;
}

/** Of plain sets only: a packed one never comes here. */
const idsOf = <D extends string>(some: Some<D>): Iterable<Id<D>> =>
  'ids' in some ? some.ids : (some as unknown as Iterable<Id<D>>);

/** The one place where a number becomes an id. */
export function toId<D extends string>(index: number): Id<D> {
  return index as unknown as Id<D>;
}

/** The one place where an id becomes a number: its 0-based index in the domain. */
export function toIndex<D extends string>(id: Id<D>): number {
  return id as unknown as number;
}

/** A table that is constant in a scope: one row for each member of a domain. */
export function tableOf<D extends string, Row>(
  over: Domain<D>,
  row: (id: Id<D>) => Row,
): Table<D, Row> {
  return over.ids.map(row) as unknown as Table<D, Row>;
}
