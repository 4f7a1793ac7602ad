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
  private readonly tables = new Map<Int32Array, number>();

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
      const word = rows[offset + (head & 0xff)] as number;
      const kind = head >>> 16;
      // A shift goes by its low five bits.
      if (kind === 0) cell = cells[cell + 2 + ((word >>> (head >>> 8)) & mask)] as number;
      else if (kind === 1) cell = cells[cell + 2 + ((word & mask) === mask ? 1 : 0)] as number;
      else {
        const found = cells[(cells[cell + 2] as number) + ((word >>> (head >>> 8)) & mask)];
        cell = cells[cell + 3 + (found as number)] as number;
      }
    }
    // The complement of a result is negative, and that of 0 is -1, as `unknown` is.
    return ~cell;
  }

  /** Adds a way and its result; false when the tree is as large as it may get. */
  add(root: number, tests: readonly Test[], result: number): boolean {
    const known = this.results.get(root) ?? 0;
    if (known >= resultsMax || this.used > cellsMax) return false;
    this.results.set(root, known + 1);
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
    const head = test.word | (shift << 8) | (kinds[test.kind] << 16);
    if (test.kind !== 'class') {
      const node = this.take(2 + (test.kind === 'all' ? 2 : test.mask + 1));
      this.cells[node] = head;
      this.cells[node + 1] = test.mask;
      return node;
    }
    const table = this.tableOf(test.classes);
    const node = this.take(3 + Math.max(...test.classes) + 1);
    this.cells.set([head, test.mask, table], node);
    return node;
  }

  private isOf(node: number, test: Test): boolean {
    const shift = test.kind === 'all' ? 0 : test.shift;
    const head = test.word | (shift << 8) | (kinds[test.kind] << 16);
    return this.cells[node] === head && this.cells[node + 1] === test.mask;
  }

  private tableOf(classes: Int32Array): number {
    let table = this.tables.get(classes);
    if (table === undefined) {
      table = this.take(classes.length);
      this.cells.set(classes, table);
      this.tables.set(classes, table);
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
}

/**
 * Trees by key, for a rule that reads much: all bits that it reads before its first look at a class
 * make one key, so that most of the way is one look-up. Each key has a tree for the rest of the way.
 */
export class KeyedDecisions {
  /** The words that have bits in the key, and those bits. */
  private keyWords = new Int32Array(0);
  private keyMasks = new Int32Array(0);
  /** Open addressing: the words of a key, then the root of its tree, 0 for none. */
  private entries = new Int32Array(1);
  private bits = 0;
  private count = 0;

  constructor(private readonly trees: Decisions) {}

  /** What the rule comes to on the state at `rows[offset]`: 0 or more, or `unknown`. */
  find(rows: Uint32Array, offset: number): number {
    const root = this.entries[this.placeOf(rows, offset) + this.keyWords.length] as number;
    return root === 0 ? unknown : this.trees.find(root, rows, offset);
  }

  /** Adds the way that the state at `rows[offset]` takes, and its result. */
  add(rows: Uint32Array, offset: number, tests: readonly Test[], result: number): void {
    const first = tests.findIndex(({ kind }) => kind === 'class');
    const keyed = first < 0 ? tests : tests.slice(0, first);
    this.lengthen(keyed);
    while ((this.count + 1) * 2 > 1 << this.bits) this.grow();
    const length = this.keyWords.length;
    const place = this.placeOf(rows, offset);
    if (this.entries[place + length] === 0) {
      this.count++;
      for (let part = 0; part < length; part++) {
        this.entries[place + part] = this.partOf(rows, offset, part);
      }
      this.entries[place + length] = this.trees.roots(1);
    }
    const root = this.entries[place + length] as number;
    this.trees.add(root, tests.slice(keyed.length), result);
  }

  /** Puts what some tests look at into the key. What was known by a shorter key is learned again. */
  private lengthen(tests: readonly Test[]): void {
    const masks = new Map<number, number>();
    for (const [part, word] of this.keyWords.entries()) {
      masks.set(word, this.keyMasks[part] as number);
    }
    const before = [...masks.values()].join();
    for (const test of tests) {
      const bits = test.mask << (test.kind === 'all' ? 0 : test.shift);
      masks.set(test.word, (masks.get(test.word) ?? 0) | bits);
    }
    if ([...masks.values()].join() === before) return;
    this.keyWords = Int32Array.from(masks.keys());
    this.keyMasks = Int32Array.from(masks.values());
    this.entries = new Int32Array((masks.size + 1) << this.bits);
    this.count = 0;
  }

  private partOf(rows: Uint32Array, offset: number, part: number): number {
    const word = rows[offset + (this.keyWords[part] as number)] as number;
    return word & (this.keyMasks[part] as number);
  }

  /** The entry of a state's key, or the empty one where it belongs. */
  private placeOf(rows: Uint32Array, offset: number): number {
    const { entries, keyWords } = this;
    const length = keyWords.length;
    let hash = 0;
    for (let part = 0; part < length; part++) {
      hash = Math.imul(hash ^ this.partOf(rows, offset, part), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const last = (1 << this.bits) - 1;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const place = slot * (length + 1);
      if (entries[place + length] === 0) return place;
      let part = 0;
      while (part < length && entries[place + part] === this.partOf(rows, offset, part)) part++;
      if (part === length) return place;
    }
  }

  private grow(): void {
    const old = this.entries;
    const length = this.keyWords.length;
    this.bits++;
    this.entries = new Int32Array((length + 1) << this.bits);
    const state = new Uint32Array(Math.max(...this.keyWords, 0) + 1);
    for (let at = 0; at < old.length; at += length + 1) {
      if (old[at + length] === 0) continue;
      for (const [part, word] of this.keyWords.entries()) state[word] = old[at + part] as number;
      const place = this.placeOf(state, 0);
      this.entries.set(old.subarray(at, at + length + 1), place);
    }
  }
}
