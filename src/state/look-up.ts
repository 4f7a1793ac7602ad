/**
 * A number field looked up in a constant table.
 *
 * To read a field is to depend on its value, and the search then tells apart all states that differ
 * in it. A rule or claim that wants one fact of a number (does this location lie in an operation?)
 * looks it up instead, and depends on the fact alone.
 */
import { lookUpIn } from './packed.js';

/** What a table says of each value of a number field, from 0 on. Made once, with the model. */
export class LookUp<T> {
  /** By value: the number of its class; values that the table says the same of are of one class. */
  readonly classes: Int32Array;
  private readonly meanings: readonly T[];

  constructor(private readonly table: readonly T[]) {
    this.meanings = [...new Set(table)];
    // A power of two, because a field's bits can spell more numbers than it has values.
    this.classes = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(table.length, 1))));
    for (const [value, meaning] of table.entries()) {
      this.classes[value] = this.meanings.indexOf(meaning);
    }
  }

  at(value: number): T {
    return this.table[value] as T;
  }

  /** What the table says of a row's field. Pure. */
  of<K extends string>(row: { readonly [key in K]: number }, field: K): T {
    const packed = row as { [lookUpIn]?: (name: string, classes: Int32Array) => number };
    if (packed[lookUpIn] === undefined) return this.table[row[field]] as T;
    return this.meanings[packed[lookUpIn](field, this.classes)] as T;
  }
}
