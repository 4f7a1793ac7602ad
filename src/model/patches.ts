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

/** Patches by number, kept as a few arrays. */
export class Patches {
  private masks: Int32Array;
  private actions = new Int32Array(2 ** 8);
  private failing = new Int32Array(2 ** 8);
  /** 1 for a patch that changes nothing and violates nothing. */
  private idle = new Uint8Array(2 ** 8);
  private quiet = new Uint8Array(2 ** 8);
  private uses = new Float64Array(2 ** 8);
  private readonly steps: (readonly number[])[] = [];

  /** @param next the number of the patch that add() adds first */
  constructor(
    private readonly words: number,
    public next: number,
  ) {
    this.masks = new Int32Array(this.actions.length * words * 2);
  }

  /** Adds what the rule on a tape has done. */
  add(tape: Tape, { action, failing, steps, isQuiet }: PatchSlots): void {
    const patch = this.next++;
    if (this.next >= this.actions.length) this.grow();
    this.actions[patch] = action;
    this.failing[patch] = failing;
    this.steps[patch] = steps;
    this.quiet[patch] = isQuiet ? 1 : 0;
    let isIdle = failing === 0;
    for (let word = 0; word < this.words; word++) {
      const { keep, set } = tape.patchOf(word);
      this.masks[(patch * this.words + word) * 2] = keep;
      this.masks[(patch * this.words + word) * 2 + 1] = set;
      if (keep !== -1) isIdle = false;
    }
    this.idle[patch] = isIdle ? 1 : 0;
  }

  isQuiet(patch: number): boolean {
    return this.quiet[patch] === 1;
  }

  failingOf(patch: number): number {
    return this.failing[patch] as number;
  }

  /** Writes to `to[base]` what a patch makes of the state at `rows[offset]`. */
  write(patch: number, rows: Uint32Array, offset: number, to: Uint32Array, base: number): void {
    this.uses[patch] = (this.uses[patch] as number) + 1;
    const { words, masks } = this;
    for (let word = 0, mask = patch * words * 2; word < words; word++) {
      const kept = (rows[offset + word] as number) & (masks[mask] as number);
      to[base + word] = kept | (masks[mask + 1] as number);
      mask += 2;
    }
  }

  /** Adds the successor that a patch makes of the state at `rows[offset]`. */
  apply(patch: number, rows: Uint32Array, offset: number, into: Successors): void {
    if (this.idle[patch] === 1) {
      this.uses[patch] = (this.uses[patch] as number) + 1;
      into.idle++;
      return;
    }
    const row = into.next();
    into.actions[row] = this.actions[patch] as number;
    into.failing[row] = this.failing[patch] as number;
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
    const twice = <A extends Int32Array | Uint8Array | Float64Array>(old: A, length: number): A => {
      const made = new (old.constructor as new (length: number) => A)(length);
      made.set(old);
      return made;
    };
    const length = this.actions.length * 2;
    this.masks = twice(this.masks, length * this.words * 2);
    this.actions = twice(this.actions, length);
    this.failing = twice(this.failing, length);
    this.idle = twice(this.idle, length);
    this.quiet = twice(this.quiet, length);
    this.uses = twice(this.uses, length);
  }
}
