/**
 * Renamings: permutations of the members of some domains, as they act on a state.
 *
 * A model whose steps and claims never tell one member from another behaves the same under other
 * names. The states that differ in names alone are an *orbit*, and one of them, the canonical one
 * (canonical.ts), stands for all.
 */
import type {
  Count,
  IdField,
  IdSetField,
  Leaf,
  OptionalId,
  RecordField,
  TableField,
} from './schema.js';

/** The names of all domains that a schema speaks of. */
export type DomainsOf<F> =
  F extends TableField<infer D, infer R>
    ? D | DomainsOf<R>
    : F extends RecordField<infer Fs>
      ? { [K in keyof Fs]: DomainsOf<Fs[K]> }[keyof Fs]
      : F extends IdField<infer D>
        ? D
        : F extends OptionalId<infer D>
          ? D
          : F extends IdSetField<infer D>
            ? D
            : never;

/** What its counts are numbers of; a count of nothing in particular is `never`. */
export type NumbersOf<F> =
  F extends TableField<string, infer R>
    ? NumbersOf<R>
    : F extends RecordField<infer Fs>
      ? { [K in keyof Fs]: NumbersOf<Fs[K]> }[keyof Fs]
      : F extends Count<infer W>
        ? W
        : never;

/** Where each member of a domain goes, by index. */
export type Moves = readonly number[];

/** One permutation. Each domain of the schema has its moves: none can be forgotten. */
export interface Renaming<D extends string = string, W extends string = string> {
  readonly domains: Readonly<Record<Exclude<D, 'member'>, Moves>>;
  readonly numbers: Readonly<Record<W, Moves>>;
  /**
   * Of the domain `member`, whose members are those of another domain, which depends on the
   * location: by what Symmetry.members() says of it.
   */
  readonly members: readonly Moves[];
}

/** A group of permutations that a model is symmetric under. */
export interface Symmetry {
  /** The domains whose members have no names of their own, as a spec calls them. */
  readonly of: readonly string[];
  /** All permutations, the one that changes nothing first. */
  readonly group: readonly Renaming[];
  /** The domain whose members are the processes of the model. */
  readonly processes: string;
  /**
   * By location: which of a renaming's `members` a set of the domain `member` goes by; or -1, where
   * the location that is saved below it tells.
   */
  readonly memberKinds: readonly number[];
}

/** Which `members` go for a row that has these locations, the one that runs first. */
export function memberKind({ memberKinds }: Symmetry, locations: readonly number[]): number {
  for (const location of locations) {
    const kind = memberKinds[location] as number;
    if (kind >= 0) return kind;
  }
  return 0;
}

/** Where the members of a field's domain go, or the numbers that a count has; null when it stays. */
export function movesOf(leaf: Leaf, renaming: Renaming, kind: number): Moves | null {
  const { domains, numbers, members } = renaming;
  switch (leaf.kind) {
    case 'flag':
    case 'oneOf':
      return null;
    case 'count': {
      const moves = leaf.numbers === undefined ? undefined : numbers[leaf.numbers];
      return moves ?? unknown(`a count of ${leaf.numbers ?? 'nothing that is named'}`);
    }
    default: {
      const moves = leaf.of.name === 'member' ? members[kind] : domains[leaf.of.name];
      return moves ?? unknown(`the domain '${leaf.of.name}'`);
    }
  }
}

/** Where the row of a table goes. */
export function rowMoves(domain: string, { domains }: Renaming): Moves {
  return domains[domain] ?? unknown(`a table over '${domain}'`);
}

function unknown(what: string): never {
  throw new Error(`nothing says how a permutation acts on ${what}`);
}

/** Every order of the numbers from 0 to below `size`, the natural one first. */
export function permutationsOf(size: number): Moves[] {
  const extend = (taken: number[]): number[][] => {
    if (taken.length === size) return [taken];
    const rest = Array.from({ length: size }, (_, i) => i).filter((i) => !taken.includes(i));
    return rest.flatMap((next) => extend([...taken, next]));
  };
  return extend([]);
}

/** Moves that move nothing. */
export const inPlace = (size: number): Moves => Array.from({ length: size }, (_, i) => i);
