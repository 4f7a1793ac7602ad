/**
 * Decision trees: what a rule comes to, by tests of the words of a state.
 *
 * A rule is run on a state once for each way through its code, on a tape that records the tests
 * that the way depends on (state/tape.ts). The tests become a path of a tree, with what the rule
 * came to at its end. Another state that passes the same tests takes the same way, so its result is
 * found by walking the tree. All trees are integers in one array, so a walk is a few loads from it
 * and from the state.
 */
import type { Test } from '../state/tape.js';

/** What find() says of a state whose way through the rule is not in the tree yet. */
export const unknown = -1;

/** Integers that the trees may take, all told; past that nothing is added (64 MiB). */
const cellsMax = 2 ** 24;
/** Results in one tree, at most: a rule whose way depends on the whole state is no use to keep. */
const resultsMax = 2 ** 15;

const kinds = { bits: 0, all: 1, class: 2 } as const;

/**
 * A node is its head (word, shift, kind), a mask, for a class test the place of its table, and then
 * a cell for each outcome. A cell is a node's place, or the complement of a result, or 0 for none.
 */
export class Decisions {
  private cells = new Int32Array(2 ** 12);
  private used = 1;
  private readonly results = new Map<number, number>();
  private readonly classTables = new Map<Int32Array, { place: number; classes: number }>();
  private readonly keys = new Map<number, Key>();

  /** Places for `count` trees, one after another, nothing in them yet. */
  roots(count: number): number {
    return this.take(count);
  }

  /** What a tree says of the state at `rows[offset]`: 0 or more, or `unknown`. */
  find(root: number, rows: Uint32Array, offset: number): number {
    const { cells } = this;
    let cell = cells[root] as number;
    while (cell > 0) {
      const head = cells[cell] as number;
      const mask = cells[cell + 1] as number;
      const word = rows[offset + (head & 0xffff)] as number;
      const kind = head >>> 21;
      // A shift goes by its low five bits.
      if (kind === 0) cell = cells[cell + 2 + ((word >>> (head >>> 16)) & mask)] as number;
      else if (kind === 1) cell = cells[cell + 2 + ((word & mask) === mask ? 1 : 0)] as number;
      else {
        const found = cells[(cells[cell + 2] as number) + ((word >>> (head >>> 16)) & mask)];
        cell = cells[cell + 3 + (found as number)] as number;
      }
    }
    // The complement of a result is negative, and that of 0 is -1, as `unknown` is.
    return ~cell;
  }

  /** Adds a way and its result; false when the tree is as large as it may get. */
  add(root: number, tests: readonly Test[], result: number, owner = root): boolean {
    const known = this.results.get(owner) ?? 0;
    if (known >= resultsMax || this.used > cellsMax) return false;
    this.results.set(owner, known + 1);
    let place = root;
    for (const test of tests) {
      let node = this.cells[place] as number;
      if (node === 0) {
        node = this.nodeOf(test);
        this.cells[place] = node;
      } else if (!this.isOf(node, test)) throw new Error('a rule took two ways through one state');
      place = node + (test.kind === 'class' ? 3 : 2) + test.found;
    }
    if (this.cells[place] !== 0) throw new Error('a rule took two ways through one state');
    this.cells[place] = ~result;
    return true;
  }

  private nodeOf(test: Test): number {
    const shift = test.kind === 'all' ? 0 : test.shift;
    const head = test.word | (shift << 16) | (kinds[test.kind] << 21);
    if (test.kind !== 'class') {
      const node = this.take(2 + (test.kind === 'all' ? 2 : test.mask + 1));
      this.cells[node] = head;
      this.cells[node + 1] = test.mask;
      return node;
    }
    const { place, classes } = this.classTableOf(test.classes);
    const node = this.take(3 + classes);
    this.cells.set([head, test.mask, place], node);
    return node;
  }

  private isOf(node: number, test: Test): boolean {
    const shift = test.kind === 'all' ? 0 : test.shift;
    const head = test.word | (shift << 16) | (kinds[test.kind] << 21);
    return this.cells[node] === head && this.cells[node + 1] === test.mask;
  }

  private classTableOf(classes: Int32Array): { place: number; classes: number } {
    let table = this.classTables.get(classes);
    if (table === undefined) {
      table = { place: this.take(classes.length), classes: Math.max(...classes) + 1 };
      this.cells.set(classes, table.place);
      this.classTables.set(classes, table);
    }
    return table;
  }

  private take(count: number): number {
    const place = this.used;
    this.used += count;
    if (this.used > this.cells.length) {
      const cells = new Int32Array(2 ** Math.ceil(Math.log2(this.used)) * 2);
      cells.set(this.cells);
      this.cells = cells;
    }
    return place;
  }

  /** Places for a table of trees by key, nothing in it yet; for a rule that reads much. */
  keyed(): number {
    return this.take(1);
  }

  /**
   * The same as find(), of trees by key: all bits that the rule reads before its first look at a
   * class make one key, so that most of the way is one look-up. Each key has a tree for the rest.
   */
  findByKey(root: number, rows: Uint32Array, offset: number): number {
    const table = this.cells[root] as number;
    if (table === 0) return unknown;
    const place = this.entryOf(table, rows, offset) + (this.cells[table] as number);
    return this.find(place, rows, offset);
  }

  /** Adds the way that the state at `rows[offset]` takes to trees by key. */
  addByKey(
    root: number,
    rows: Uint32Array,
    offset: number,
    tests: readonly Test[],
    result: number,
  ): boolean {
    const first = tests.findIndex(({ kind }) => kind === 'class');
    const keyed = first < 0 ? tests : tests.slice(0, first);
    const known = this.keys.get(root);
    const key = { masks: new Map(known?.masks), count: known?.count ?? 0, bits: known?.bits ?? 1 };
    let isLonger = known === undefined;
    for (const test of keyed) {
      const bits = test.mask << (test.kind === 'all' ? 0 : test.shift);
      const before = key.masks.get(test.word) ?? 0;
      isLonger ||= (bits & ~before) !== 0;
      key.masks.set(test.word, before | bits);
    }
    if (isLonger) {
      // What was known by a shorter key is learned again.
      key.count = 0;
      this.setTable(root, key);
    } else if ((key.count + 1) * 2 > 1 << key.bits) {
      key.bits++;
      const old = this.cells[root] as number;
      this.moveEntries(old, this.setTable(root, key));
    }
    const parts = key.masks.size;
    const table = this.cells[root] as number;
    const place = this.entryOf(table, rows, offset);
    if (this.cells[place + parts] === 0) {
      key.count++;
      for (const [part, [word, mask]] of [...key.masks].entries()) {
        this.cells[place + part] = (rows[offset + word] as number) & mask;
      }
    }
    this.keys.set(root, key);
    return this.add(place + parts, tests.slice(keyed.length), result, root);
  }

  /** Gives a root a table for keys: how many words they have, slots minus one, words and masks. */
  private setTable(root: number, { masks, bits }: Key): number {
    const parts = masks.size;
    const table = this.take(2 + 2 * parts + ((parts + 1) << bits));
    this.cells.set([parts, (1 << bits) - 1, ...[...masks].flat()], table);
    this.cells[root] = table;
    return table;
  }

  /** The entry of a state's key, or the empty one where it belongs: the key, then a tree. */
  private entryOf(table: number, rows: Uint32Array, offset: number): number {
    const { cells } = this;
    const parts = cells[table] as number;
    const last = cells[table + 1] as number;
    const first = table + 2;
    const end = first + 2 * parts;
    let hash = 0;
    for (let part = first; part < end; part += 2) {
      const word = rows[offset + (cells[part] as number)] as number;
      hash = Math.imul(hash ^ (word & (cells[part + 1] as number)), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const entry = end + slot * (parts + 1);
      if (cells[entry + parts] === 0) return entry;
      let differs = 0;
      for (let part = 0; part < parts; part++) {
        const word = rows[offset + (cells[first + 2 * part] as number)] as number;
        const masked = word & (cells[first + 2 * part + 1] as number);
        differs |= masked ^ (cells[entry + part] as number);
      }
      if (differs === 0) return entry;
    }
  }

  private moveEntries(from: number, to: number): void {
    const parts = this.cells[from] as number;
    const first = from + 2 + 2 * parts;
    const slots = (this.cells[from + 1] as number) + 1;
    const words = Array.from({ length: parts }, (_, part) => this.cells[from + 2 + 2 * part]);
    const state = new Uint32Array(Math.max(0, ...(words as number[])) + 1);
    for (let entry = first; entry < first + slots * (parts + 1); entry += parts + 1) {
      if (this.cells[entry + parts] === 0) continue;
      for (let part = 0; part < parts; part++) {
        state[this.cells[from + 2 + 2 * part] as number] = this.cells[entry + part] as number;
      }
      const place = this.entryOf(to, state, 0);
      this.cells.set(this.cells.slice(entry, entry + parts + 1), place);
    }
  }
}

/** The bits that make a key, by word; how many keys there are, and slots, as a power of two. */
interface Key {
  readonly masks: Map<number, number>;
  count: number;
  bits: number;
}
