/**
 * The words of one state as a rule reads and writes them, and a record of what it has looked at.
 *
 * A rule is a function of what it reads. While a tape records, it keeps each test of the state that
 * the rule's way through its code depends on, and each bit that the rule wrote: enough to take the
 * same way again, on any state that passes the same tests, without the rule
 * (model/decisions.ts).
 */

/** What a rule has looked at: some bits of one word of the state as it was. */
export type Test =
  /** The bits under `mask`, after a shift. */
  | { kind: 'bits'; word: number; shift: number; mask: number; found: number }
  /** Whether all bits of `mask` are set. */
  | { kind: 'all'; word: number; mask: number; found: 0 | 1 }
  /** What a number is in a table. */
  | {
      kind: 'class';
      word: number;
      shift: number;
      mask: number;
      found: number;
      classes: Int32Array;
    };

/** Bits of a word that are read at once, at most: a test has a way on for each value. */
const bitsAtOnce = 10;

export class Tape {
  /** The state, as the rule sees and changes it. */
  readonly words: Uint32Array;
  /** By word: the bits that a rule that comes this way has found out, or written itself. */
  private readonly known: Int32Array;
  /** By word: the bits that it has written. */
  private readonly written: Int32Array;
  /** By word: the bits of the state as it was that are known, and their values. */
  private readonly given: Int32Array;
  private readonly before: Int32Array;
  /** The tests since the last start, in order. */
  tests: Test[] = [];
  private records = false;

  constructor(words: number) {
    this.words = new Uint32Array(words);
    this.known = new Int32Array(words);
    this.written = new Int32Array(words);
    this.given = new Int32Array(words);
    this.before = new Int32Array(words);
  }

  /** Makes the state at `rows[offset]` the one on the tape, and records nothing. */
  load(rows: Uint32Array | Int32Array, offset: number): void {
    this.records = false;
    for (let word = 0; word < this.words.length; word++) {
      this.words[word] = rows[offset + word] as number;
    }
  }

  /** Records from here on. Bits of `known` are taken to be known without a test. */
  record(known: Int32Array | null): void {
    this.records = true;
    this.tests = [];
    this.written.fill(0);
    if (known === null) this.known.fill(0);
    else this.known.set(known);
    this.given.set(this.known);
    this.before.set(this.words);
  }

  /** By word: the bits that the rule has written, whatever they were before. */
  writtenBits(): Int32Array {
    return this.written.slice();
  }

  /** The bits that are known of the state as it was: what the tests so far have found out. */
  knownBits(): Int32Array {
    return this.given.slice();
  }

  /**
   * What the rule has done to a word: the bits that it keeps, and those that it sets. A bit that is
   * known to have had the value that was written is kept.
   */
  patchOf(word: number): { keep: number; set: number } {
    const now = this.words[word] as number;
    const same = (this.given[word] as number) & ~(now ^ (this.before[word] as number));
    const changed = (this.written[word] as number) & ~same;
    return { keep: ~changed, set: now & changed };
  }

  read(word: number, shift: number, mask: number): number {
    if (this.records) this.note(word, mask << shift);
    return ((this.words[word] as number) >>> shift) & mask;
  }

  /** Whether all bits of `mask` are set. */
  hasAll(word: number, mask: number): boolean {
    const now = this.words[word] as number;
    if (this.records) {
      const known = this.known[word] as number;
      if ((mask & known & ~now) !== 0) return false;
      const open = mask & ~known;
      if (open !== 0) {
        const found = (now & open) === open;
        this.tests.push({ kind: 'all', word, mask: open, found: found ? 1 : 0 });
        if (found) this.learn(word, open);
        return found;
      }
    }
    return (now & mask) === mask;
  }

  /** `classes[read(...)]`; a state is told apart from others by the class alone. */
  classOf(word: number, shift: number, mask: number, classes: Int32Array): number {
    const value = ((this.words[word] as number) >>> shift) & mask;
    const found = classes[value] as number;
    if (!this.records || ((mask << shift) & ~(this.known[word] as number)) === 0) return found;
    const asked = this.tests.some(
      (test) =>
        test.kind === 'class' &&
        test.word === word &&
        test.shift === shift &&
        test.classes === classes,
    );
    if (!asked) this.tests.push({ kind: 'class', word, shift, mask, found, classes });
    return found;
  }

  /** Clears the bits of `mask`, then sets those of `bits`. */
  write(word: number, mask: number, bits: number): void {
    this.words[word] = ((this.words[word] as number) & ~mask) | bits;
    if (!this.records) return;
    this.known[word] = (this.known[word] as number) | mask;
    this.written[word] = (this.written[word] as number) | mask;
  }

  /** Notes as many tests as the bits that are not known yet make. */
  private note(word: number, bits: number): void {
    for (;;) {
      const open = bits & ~(this.known[word] as number);
      if (open === 0) return;
      const shift = 31 - Math.clz32(open & -open);
      const mask = (open >>> shift) & (2 ** bitsAtOnce - 1);
      const found = ((this.words[word] as number) >>> shift) & mask;
      this.tests.push({ kind: 'bits', word, shift, mask, found });
      this.learn(word, mask << shift);
    }
  }

  private learn(word: number, bits: number): void {
    this.known[word] = (this.known[word] as number) | bits;
    this.given[word] = (this.given[word] as number) | bits;
  }
}
