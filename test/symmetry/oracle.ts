/** Renaming by the schema, on immutable states: slow and plain, and the oracle of the packed form. */
import { ImmutableModel } from '../../src/model/immutable-system.js';
import type { Model } from '../../src/model/model.js';
import type { State } from '../../src/state/immutable.js';
import { keyOf } from '../../src/state/immutable.js';
import type { Field, RecordField } from '../../src/state/schema.js';
import type { Renaming, Symmetry } from '../../src/state/symmetry.js';
import { memberKind, movesOf, rowMoves } from '../../src/state/symmetry.js';

/** A state under other names. */
export function renamed<S extends RecordField>(
  schema: S,
  symmetry: Symmetry,
  renaming: Renaming,
  state: State<S>,
): State<S> {
  const rename = (field: Field, value: unknown, kind: number): unknown => {
    if (field.kind === 'record') {
      const values = value as Record<string, unknown>;
      const { at, saved } = values as { at?: number; saved?: { at: number }[] };
      const own =
        at === undefined ? kind : memberKind(symmetry, [at, ...(saved ?? []).map((s) => s.at)]);
      const inner = saved === undefined ? kind : own;
      return Object.fromEntries(
        Object.entries(field.fields).map(([name, of]) => [name, rename(of, values[name], inner)]),
      );
    }
    if (field.kind === 'table') {
      const moves = rowMoves(field.over.name, renaming);
      const rows: unknown[] = [];
      for (const [index, row] of (value as unknown[]).entries()) {
        rows[moves[index] as number] = rename(field.row, row, kind);
      }
      return rows;
    }
    if (field.unused || value === null) return value;
    if ('of' in field && field.of.ids.length === 0) return value;
    const moves = movesOf(field, renaming, kind);
    if (moves === null) return value;
    if (field.kind === 'idSet') return new Set([...(value as Set<number>)].map((id) => moves[id]));
    return moves[value as number];
  };
  return rename(schema, state, 0) as State<S>;
}

/** The keys of all states of an orbit. */
export function orbitOf<S extends RecordField>(
  schema: S,
  symmetry: Symmetry,
  state: State<S>,
): Set<string> {
  return new Set(
    symmetry.group.map((renaming) => keyOf(schema, renamed(schema, symmetry, renaming, state))),
  );
}

/** The immutable rules up to symmetry: two states of one orbit are the same to whoever explores it. */
export class Orbits<S extends RecordField> extends ImmutableModel<S> {
  /** By the key of a state: the least one of its orbit. */
  private readonly leastKeys = new Map<string, string>();

  constructor(
    private readonly of: Model<S>,
    private readonly symmetry: Symmetry,
  ) {
    super(of);
  }

  override key(state: State<S>): string {
    const known = this.leastKeys.get(super.key(state));
    if (known !== undefined) return known;
    const keys = [...orbitOf(this.of.schema, this.symmetry, state)].sort();
    const [least = ''] = keys;
    for (const key of keys) this.leastKeys.set(key, least);
    return least;
  }
}
