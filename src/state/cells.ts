/**
 * The fields of a packed state one by one, and where a permutation takes each: to a field of the
 * same name in another row, and what is in it to another value.
 */
import type { RecordLayout } from './layout.js';
import type { Leaf, RecordField } from './schema.js';
import type { Renaming } from './symmetry.js';
import { movesOf, rowMoves } from './symmetry.js';

/** One field of one row that takes bits. */
export interface Cell {
  /** The field's names, without the rows; two cells of one name hold the same kind of value. */
  readonly name: string;
  /** The rows that it is in, the outermost first: over which domains, and which. */
  readonly over: readonly string[];
  readonly rows: readonly number[];
  readonly word: number;
  readonly bit: number;
  readonly bits: number;
  readonly leaf: Leaf;
}

/** All cells of a layout, in the order of the schema. */
export function cellsOf(schema: RecordField, layout: RecordLayout): Cell[] {
  const cells: Cell[] = [];
  const walk = (
    { fields }: RecordField,
    row: RecordLayout,
    at: { name: string; over: readonly string[]; rows: readonly number[] },
    word: number,
    bit: number,
  ): void => {
    for (const place of row.fields) {
      const name = `${at.name}.${place.name}`;
      const field = fields[place.name];
      if (place.kind === 'leaf') {
        if (place.bits === 0) continue;
        const { bits, leaf } = place;
        cells.push({ ...at, name, word: word + place.word, bit: bit + place.bit, bits, leaf });
      } else if (field?.kind === 'record') {
        const [first = { word: 0, bit: 0 }] = place.places;
        walk(field, place.row, { ...at, name }, word + first.word, bit + first.bit);
      } else if (field?.kind === 'table') {
        for (const [index, to] of place.places.entries()) {
          const inner = { name, over: [...at.over, field.over.name], rows: [...at.rows, index] };
          walk(field.row, place.row, inner, word + to.word, bit + to.bit);
        }
      }
    }
  };
  walk(schema, layout, { name: '', over: [], rows: [] }, 0, 0);
  return cells;
}

/** Finds the cell of the same field in the rows that a permutation takes a cell's rows to. */
export function cellFinder(cells: readonly Cell[]): (cell: Cell, renaming: Renaming) => Cell {
  const keyOf = (name: string, rows: readonly number[]) => `${name}[${rows.join()}]`;
  const byKey = new Map(cells.map((cell) => [keyOf(cell.name, cell.rows), cell]));
  return ({ name, over, rows }, renaming) => {
    const to = rows.map((row, level) => rowMoves(over[level] as string, renaming)[row] as number);
    const found = byKey.get(keyOf(name, to));
    if (found === undefined) throw new Error(`${name} has no counterpart under other names`);
    return found;
  };
}

/** A cell's bits under other names. `kind`: what the members of a loop are, if it holds some. */
export function renamedBits(
  { leaf }: Cell,
  bits: number,
  renaming: Renaming,
  kind: number,
): number {
  const moves = movesOf(leaf, renaming, kind);
  if (moves === null) return bits;
  switch (leaf.kind) {
    case 'optionalId':
      return bits === 0 ? 0 : 1 + (moves[bits - 1] as number);
    case 'idSet': {
      let renamed = 0;
      for (let member = 0; member < leaf.of.ids.length; member++) {
        if ((bits >>> member) & 1) renamed |= 1 << (moves[member] as number);
      }
      return renamed >>> 0;
    }
    default:
      return moves[bits] as number;
  }
}
