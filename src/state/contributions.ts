/**
 * What some bits of a state come to under each permutation: as a permutation takes each cell to one
 * cell, a permuted state is the union of what its parts come to, and each part can be looked up.
 */
import type { Cell } from './cells.js';
import { renamedBits } from './cells.js';
import { valuesOf } from './schema.js';
import type { Renaming, Symmetry } from './symmetry.js';
import { memberKind } from './symmetry.js';

/** Cells of at most this many bits have a table of what each of their values comes to. */
const tableBits = 10;

/** One cell under one permutation. */
interface Image {
  /** The index of its word among the part's targets, and its place in the word. */
  readonly target: number;
  readonly bit: number;
  /** By value of the cell, in place; by kind of member first, where it has members. */
  readonly tables: readonly (Int32Array | null)[];
}

/** Some cells that lie in one word, and what they come to. */
export class Part {
  /** The cells' bits in the word. */
  readonly mask: number;
  private readonly images: readonly (readonly Image[])[];
  private readonly locations: readonly Cell[];

  /**
   * @param cells all in one word
   * @param targetOf which of the part's targets a permutation takes a cell to, and to which bit
   * @param shift taken off the places of the cells' bits
   */
  constructor(
    private readonly symmetry: Symmetry,
    private readonly cells: readonly Cell[],
    targetOf: (cell: Cell, renaming: Renaming) => { readonly target: number; readonly bit: number },
    private readonly shift: number,
    private readonly targets: number,
  ) {
    this.mask =
      cells.reduce((mask, { bit, bits }) => mask | (ones(bits) << (bit - shift)), 0) >>> 0;
    this.locations = cells.filter(isLocation);
    this.images = symmetry.group.map((renaming) =>
      cells.map((cell): Image => {
        const { target, bit } = targetOf(cell, renaming);
        const kinds = isMembers(cell) ? renaming.members.length : 1;
        const tables = Array.from({ length: kinds }, (_, kind) =>
          tableOf(cell, renaming, kind, bit),
        );
        return { target, bit, tables };
      }),
    );
  }

  /** Whether some permutation takes a cell to a target. */
  reaches(target: number): boolean {
    return this.images.some((images) => images.some((image) => image.target === target));
  }

  /** For each permutation and each target, the bits that a value of the part comes to. */
  fill(value: number, into: Int32Array, at: number): void {
    const { symmetry, cells, images, shift, targets } = this;
    const bitsOf = (cell: Cell): number => (value >>> (cell.bit - shift)) & ones(cell.bits);
    const kind = memberKind(symmetry, this.locations.map(bitsOf));
    for (const [c, cell] of cells.entries()) {
      const bits = bitsOf(cell);
      for (let g = 0; g < images.length; g++) {
        const { target, bit, tables } = (images[g] as readonly Image[])[c] as Image;
        const table = tables[tables.length === 1 ? 0 : kind] ?? null;
        const renamed =
          table === null
            ? renamedBits(cell, bits, symmetry.group[g] as Renaming, kind) << bit
            : (table[bits] as number);
        const slot = at + g * targets + target;
        into[slot] = (into[slot] as number) | renamed;
      }
    }
  }
}

const tables = new WeakMap<Renaming, Map<string, Int32Array>>();

/** One table for all cells that move alike. */
function tableOf(cell: Cell, renaming: Renaming, kind: number, bit: number): Int32Array | null {
  if (cell.bits > tableBits) return null;
  const known = tables.get(renaming) ?? new Map<string, Int32Array>();
  tables.set(renaming, known);
  const key = `${cell.name} ${kind} ${bit}`;
  let table = known.get(key);
  if (table === undefined) {
    const values = valuesOf(cell.leaf);
    table = Int32Array.from({ length: 2 ** cell.bits }, (_, bits) =>
      bits < values ? renamedBits(cell, bits, renaming, kind) << bit : 0,
    );
    known.set(key, table);
  }
  return table;
}

export const isMembers = ({ leaf }: Cell): boolean =>
  leaf.kind === 'idSet' && leaf.of.name === 'member';
export const isLocation = ({ leaf }: Cell): boolean =>
  leaf.kind === 'count' && leaf.numbers === 'location';

/** That many ones at the low end. */
export const ones = (bits: number): number => (bits === 0 ? 0 : 0xffffffff >>> (32 - bits));
