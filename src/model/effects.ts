/**
 * Which steps can change what a claim finds: a claim is asked again only after one that does.
 *
 * A place's claims look at some bits of a state, and at the classes of some numbers in it. A step that
 * changes none of these bits, and no class, leaves the way that the claims take, and what they find,
 * as it was. Looks that are learned later are of ways that were not taken before, so what was said
 * of the ways that were stays true.
 */
import type { Tape, Test } from '../state/tape.js';

/** What is known of a state before a step and after it. */
interface Change {
  /** By word: the bits that the step changes, those known before it, and their values. */
  readonly changed: Int32Array;
  readonly known: Int32Array;
  readonly before: Int32Array;
  readonly after: Int32Array;
}

type ClassTest = Test & { readonly kind: 'class' };

/** All that claims have looked at in one place. */
interface Looks {
  readonly masks: Int32Array;
  readonly classes: ClassTest[];
}

const [open, no, yes] = [0, 1, 2];

export class Effects {
  private readonly changes: Change[] = [];
  private readonly looks: Looks[] = [];
  /** By patch and place: whether the one changes what claims see in the other. */
  private table = new Uint8Array(0);
  private placeBits = 6;

  constructor(private readonly words: number) {}

  /** Notes the step on a tape, which has the number of a patch. */
  addPatch(patch: number, tape: Tape): void {
    const changed = Int32Array.from({ length: this.words }, (_, word) => ~tape.patchOf(word).keep);
    this.changes[patch] = {
      changed,
      known: tape.knownBits(),
      before: tape.wordsBefore(),
      after: Int32Array.from(tape.words),
    };
    const length = (patch + 1) << this.placeBits;
    if (length > this.table.length) this.resize(length * 2);
  }

  /** Notes what claims have looked at in a place; `known` are the bits that led there. */
  addLooks(place: number, known: Int32Array, tests: readonly Test[]): void {
    if (place >= 1 << this.placeBits) {
      this.placeBits = 32 - Math.clz32(place);
      this.table = new Uint8Array(this.changes.length << this.placeBits);
    }
    this.looks[place] ??= { masks: known.slice(), classes: [] };
    const { masks, classes } = this.looks[place] as Looks;
    for (const test of tests) {
      if (test.kind !== 'class') {
        const bits = test.mask << (test.kind === 'all' ? 0 : test.shift);
        masks[test.word] = (masks[test.word] as number) | bits;
      } else if (!classes.some((known) => isSameLook(known, test))) classes.push(test);
    }
    for (let at = place; at < this.table.length; at += 1 << this.placeBits) this.table[at] = open;
  }

  /** Whether a step can change what claims find that were asked in a place before it. */
  reaches(patch: number, place: number): boolean {
    const at = (patch << this.placeBits) + place;
    let known = this.table[at] as number;
    if (known === open) {
      known = this.compare(this.changes[patch] as Change, this.looks[place] as Looks) ? yes : no;
      this.table[at] = known;
    }
    return known === yes;
  }

  private compare({ changed, known, before, after }: Change, { masks, classes }: Looks): boolean {
    if (masks.some((mask, word) => (mask & (changed[word] as number)) !== 0)) return true;
    return classes.some((look) => {
      const bits = look.mask << look.shift;
      if ((bits & (changed[look.word] as number)) === 0) return false;
      if ((bits & ~(known[look.word] as number)) !== 0) return true;
      const classOf = (words: Int32Array): number | undefined =>
        look.classes[((words[look.word] as number) >>> look.shift) & look.mask];
      return classOf(before) !== classOf(after);
    });
  }

  private resize(length: number): void {
    const table = new Uint8Array(length);
    table.set(this.table);
    this.table = table;
  }
}

const isSameLook = (one: ClassTest, other: ClassTest): boolean =>
  one.word === other.word && one.shift === other.shift && one.classes === other.classes;
