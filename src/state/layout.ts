/**
 * Where each field of a schema lies in the words of a packed state.
 *
 * A field never crosses a word. A record of at most 32 bits never does either, so that its fields
 * keep their distances wherever it is put and one view class serves every row of a table; a larger
 * record starts at a word of its own. Rows are placed greatest first, each into the first word that
 * still has room: three CPUs of 29 bits and some small records come to four words, not seven.
 */
import type { Leaf, RecordField } from './schema.js';
import { valuesOf } from './schema.js';

/** A place relative to a record: words from its first word, bits from its first bit. */
export interface Place {
  readonly word: number;
  readonly bit: number;
}
export interface LeafLayout extends Place {
  readonly kind: 'leaf';
  readonly name: string;
  readonly leaf: Leaf;
  readonly bits: number;
}
/** A nested record (one row) or a table (a row for each member). */
export interface RowsLayout {
  readonly kind: 'record' | 'table';
  readonly name: string;
  readonly row: RecordLayout;
  readonly places: readonly Place[];
}
export interface RecordLayout {
  readonly fields: readonly (LeafLayout | RowsLayout)[];
  /** Bits taken; above 32 the record takes `words` words of its own. */
  readonly bits: number;
  readonly words: number;
}

export class LayoutError extends Error {}

/** The least number of bits that can hold a leaf; 0 when it has a single value. */
export function bitsOf(leaf: Leaf): number {
  return Math.ceil(Math.log2(valuesOf(leaf)));
}

interface Piece {
  readonly bits: number;
  readonly words: number;
  put(place: Place): void;
}

/** Lays out a record and all that it contains. Throws LayoutError for a set over 32 bits or a number over 31. */
export function layoutOf(schema: RecordField): RecordLayout {
  const pieces: Piece[] = [];
  const fields = Object.entries(schema.fields).map(([name, field]) => {
    if (!/^[A-Za-z]\w*$/.test(name)) throw new LayoutError(`'${name}' is not a field name`);
    if (field.kind === 'record' || field.kind === 'table') {
      const row = layoutOf(field.kind === 'record' ? field : field.row);
      const places: Place[] = [];
      const rows = field.kind === 'record' ? 1 : field.over.ids.length;
      for (let index = 0; index < rows; index++) {
        pieces.push({ bits: row.bits, words: row.words, put: (place) => (places[index] = place) });
      }
      return { kind: field.kind, name, row, places } as const;
    }
    const bits = bitsOf(field);
    const most = field.kind === 'idSet' ? 32 : 31;
    if (bits > most) throw new LayoutError(`'${name}' would take ${bits} bits, ${most} at most`);
    const placed = { kind: 'leaf', name, leaf: field, bits, word: 0, bit: 0 } as const;
    pieces.push({ bits, words: 1, put: (place) => Object.assign(placed, place) });
    return placed;
  });
  return { fields, ...place(pieces) };
}

/** Puts each piece into the first word with room for it, the greatest pieces first. */
function place(pieces: readonly Piece[]): { bits: number; words: number } {
  const used: number[] = [];
  // A stable sort: pieces of one size keep the order in which they are declared.
  for (const piece of [...pieces].sort((a, b) => b.bits - a.bits)) {
    if (piece.bits > 32) {
      piece.put({ word: used.length, bit: 0 });
      for (let word = 0; word < piece.words; word++) used.push(32);
      continue;
    }
    let word = used.findIndex((bits) => bits + piece.bits <= 32);
    if (word < 0) word = used.push(0) - 1;
    const bit = used[word] ?? 0;
    piece.put({ word, bit: piece.bits === 0 ? 0 : bit });
    used[word] = bit + piece.bits;
  }
  const words = Math.max(used.length, 1);
  return { words, bits: words === 1 ? (used[0] ?? 0) : words * 32 };
}
