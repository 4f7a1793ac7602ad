/** What actions do to the words of a state: for each word the bits to keep and those to set. */
import type { Successors } from '../explorer/system.js';
import type { Tape } from '../state/tape.js';

/** What is known of a patch beside its masks. */
export interface PatchSlots {
  /** Index of the action. */
  readonly action: number;
  /** The claims, as a bit mask, that the step violates. */
  readonly failing: number;
  /** The steps that are taken, as indices in the model's `steps`. */
  readonly steps: readonly number[];
  /** The step reads and writes what is its process's own, and no claim sees it. */
  readonly isQuiet: boolean;
}

/** Bits of a patch's flags: it changes nothing and violates nothing; it is quiet. */
const idle = 1;
const quiet = 2;
/** Where a patch's masks begin: after its action, what it violates, and its flags. */
const masksAt = 3;

/** Patches by number, kept in one array. */
export class Patches {
  private readonly stride: number;
  private records: Int32Array;
  private uses = new Float64Array(2 ** 8);
  private readonly steps: (readonly number[])[] = [];

  /** @param next the number of the patch that add() adds first */
  constructor(
    private readonly words: number,
    public next: number,
  ) {
    this.stride = masksAt + 2 * words;
    this.records = new Int32Array(this.uses.length * this.stride);
  }

  /** Adds what the rule on a tape has done. */
  add(tape: Tape, { action, failing, steps, isQuiet }: PatchSlots): void {
    const patch = this.next++;
    if (this.next >= this.uses.length) this.grow();
    this.steps[patch] = steps;
    const at = patch * this.stride;
    let isIdle = failing === 0;
    for (let word = 0; word < this.words; word++) {
      const { keep, set } = tape.patchOf(word);
      this.records[at + masksAt + 2 * word] = keep;
      this.records[at + masksAt + 2 * word + 1] = set;
      if (keep !== -1) isIdle = false;
    }
    this.records.set([action, failing, (isIdle ? idle : 0) | (isQuiet ? quiet : 0)], at);
  }

  isQuiet(patch: number): boolean {
    return ((this.records[patch * this.stride + 2] as number) & quiet) !== 0;
  }

  failingOf(patch: number): number {
    return this.records[patch * this.stride + 1] as number;
  }

  /** Writes to `to[base]` what a patch makes of the state at `rows[offset]`. */
  write(patch: number, rows: Uint32Array, offset: number, to: Uint32Array, base: number): void {
    this.uses[patch] = (this.uses[patch] as number) + 1;
    const { words, records } = this;
    let mask = patch * this.stride + masksAt;
    for (let word = 0; word < words; word++, mask += 2) {
      const kept = (rows[offset + word] as number) & (records[mask] as number);
      to[base + word] = kept | (records[mask + 1] as number);
    }
  }

  /** Adds the successor that a patch makes of the state at `rows[offset]`. */
  apply(patch: number, rows: Uint32Array, offset: number, into: Successors): void {
    const { records } = this;
    const at = patch * this.stride;
    if (((records[at + 2] as number) & idle) !== 0) {
      this.uses[patch] = (this.uses[patch] as number) + 1;
      into.idle++;
      return;
    }
    const row = into.next();
    into.actions[row] = records[at] as number;
    into.failing[row] = records[at + 1] as number;
    this.write(patch, rows, offset, into.rows, row * this.words);
  }

  /** Adds to `fired` how often each step was taken. */
  countFired(fired: Float64Array): void {
    // A sparse array: forEach() passes over the numbers below the first patch.
    this.steps.forEach((steps, patch) => {
      for (const step of steps) {
        fired[step] = (fired[step] as number) + (this.uses[patch] as number);
      }
    });
  }

  private grow(): void {
    const [records, uses] = [this.records, this.uses];
    this.records = new Int32Array(records.length * 2);
    this.records.set(records);
    this.uses = new Float64Array(uses.length * 2);
    this.uses.set(uses);
  }
}
