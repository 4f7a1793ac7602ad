/**
 * Renaming by the schema, on immutable states: slow and plain, and the oracle of the packed form.
 * The canonical state of an orbit is here the one with the least key.
 */
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

/** The least key of an orbit. */
export const leastKey = (orbit: ReadonlySet<string>): string => [...orbit].sort()[0] as string;
