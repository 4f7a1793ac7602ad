/**
 * A model as the packed search sees it: rows of words.
 *
 * The rules of the model are run only to learn them: once for each way through a rule, on a tape.
 * From then on a step is a walk down a decision tree and a few masks (decisions.ts). Where a tree
 * has grown too large, the rule is run each time.
 */
import type { PackedSystem, Successors } from '../explorer/system.js';
import { pack } from '../state/packed.js';
import type { Draft, RecordField } from '../state/schema.js';
import type { Tape } from '../state/tape.js';
import { Decisions, KeyedDecisions, unknown } from './decisions.js';
import { stepFailures } from './immutable-system.js';
import type { Action, Check, Family, Model, Occurrence } from './model.js';

/** What a tree says of an action whose guard is false; other results are numbers of patches. */
const disabled = 0;

/** Where a family stands, and by which look at the state: what selects its actions and checks. */
interface Place<M> {
  readonly actions: readonly Action<M>[];
  readonly checks: readonly Check<M>[];
  /** The bits that select() has found out: known in every state that comes to this place. */
  readonly known: Int32Array;
  /** The roots of the trees of the actions, one after another. */
  readonly actionRoots: number;
  /** The claims, as a bit mask, that the checks find violated. */
  readonly verdicts: KeyedDecisions;
}

export class PackedModel<S extends RecordField> implements PackedSystem {
  readonly words: number;
  readonly properties: number;
  readonly witnesses: number;
  readonly initials: readonly Uint32Array[];
  private readonly tape: Tape;
  private readonly view: Draft<S>;
  private readonly trees = new Decisions();
  private readonly patches: Patches;
  private readonly places: Place<Draft<S>>[] = [];
  private readonly familyRoots: number;
  private readonly witnessRoots: number;
  /** The witnesses that some state may show, as a bit mask. */
  private readonly showable: number;
  /** The loaded state, and the number of the place at which each family stands in it. */
  private rows: Uint32Array = new Uint32Array(0);
  private offset = 0;
  private readonly standing: Int32Array;
  /** How often a rule that is not in a tree took each of the model's steps. */
  private readonly firedUnlearned: Float64Array;

  constructor(private readonly model: Model<S>) {
    const { tape, view } = pack(model.schema);
    this.tape = tape;
    this.view = view;
    this.words = tape.words.length;
    this.properties = model.claims.length;
    this.witnesses = model.witnesses.length;
    this.patches = new Patches(this.words);
    this.standing = new Int32Array(model.families.length);
    this.familyRoots = this.trees.roots(model.families.length);
    this.witnessRoots = this.trees.roots(model.witnesses.length);
    this.showable = model.witnesses.reduce(
      (mask, { shows }, witness) => (shows === null ? mask : mask | (1 << witness)),
      0,
    );
    this.firedUnlearned = new Float64Array(model.steps.length);
    this.initials = model.initials.map((initial) => {
      tape.words.fill(0);
      initial(view);
      return tape.words.slice();
    });
  }

  /** How often each of the model's steps was taken. */
  get fired(): Float64Array {
    const fired = this.firedUnlearned.slice();
    this.patches.countFired(fired);
    return fired;
  }

  load(rows: Uint32Array, offset: number): void {
    const { trees, familyRoots, standing } = this;
    this.rows = rows;
    this.offset = offset;
    for (let family = 0; family < standing.length; family++) {
      const place = trees.find(familyRoots + family, rows, offset);
      standing[family] = place === unknown ? this.learnPlace(family) : place;
    }
  }

  failing(asked: number): number {
    const { rows, offset, places, standing } = this;
    let mask = 0;
    for (let family = 0; family < standing.length; family++) {
      const place = places[standing[family] as number] as Place<Draft<S>>;
      const failing = place.verdicts.find(rows, offset);
      mask |= failing === unknown ? this.learnChecks(place) : failing;
    }
    return mask & asked;
  }

  witnessed(asked: number): number {
    const open = asked & this.showable;
    let mask = 0;
    for (let witness = 0; open >>> witness !== 0; witness++) {
      if (((open >>> witness) & 1) === 0) continue;
      const found = this.trees.find(this.witnessRoots + witness, this.rows, this.offset);
      mask |= (found === unknown ? this.learnWitness(witness) : found) << witness;
    }
    return mask;
  }

  expand(into: Successors): void {
    const { trees, patches, rows, offset, places, standing } = this;
    for (let family = 0; family < standing.length; family++) {
      const place = places[standing[family] as number] as Place<Draft<S>>;
      const root = place.actionRoots;
      for (let a = 0; a < place.actions.length; a++) {
        const patch = trees.find(root + a, rows, offset);
        if (patch > disabled) patches.apply(patch, rows, offset, into);
        else if (patch === unknown) this.learnAction(place, a, into);
      }
    }
  }

  processOf(action: number): number {
    return (this.model.actions[action] as Action<Draft<S>>).process;
  }

  /** Puts the loaded state on the tape. */
  private look(known: Int32Array | null): void {
    this.tape.load(this.rows, this.offset);
    this.tape.record(known);
  }

  private learnPlace(index: number): number {
    const family = this.model.families[index] as Family<Draft<S>>;
    this.look(null);
    const selected = family.select(this.view);
    const { tests } = this.tape;
    const actions = family.actions[selected] ?? [];
    const place: Place<Draft<S>> = {
      actions,
      checks: family.checks[selected] ?? [],
      known: this.tape.knownBits(),
      actionRoots: this.trees.roots(actions.length),
      verdicts: new KeyedDecisions(this.trees),
    };
    const number = this.places.push(place) - 1;
    this.trees.add(this.familyRoots + index, tests, number);
    return number;
  }

  private learnChecks({ checks, known, verdicts }: Place<Draft<S>>): number {
    this.look(known);
    let mask = 0;
    for (const check of checks) {
      if (check.check(this.view) !== undefined) mask |= 1 << check.claim;
    }
    verdicts.add(this.rows, this.offset, this.tape.tests, mask);
    return mask;
  }

  private learnWitness(witness: number): number {
    this.look(null);
    const shown = this.model.witnesses[witness]?.shows?.(this.view) === true ? 1 : 0;
    this.trees.add(this.witnessRoots + witness, this.tape.tests, shown);
    return shown;
  }

  /** Takes an action by its rule, and remembers what it did. */
  private learnAction(
    { actions, known, actionRoots }: Place<Draft<S>>,
    a: number,
    into: Successors,
  ): void {
    const action = actions[a] as Action<Draft<S>>;
    const { tape, trees, patches, view, model } = this;
    this.look(known);
    if (!action.guard(view)) {
      trees.add(actionRoots + a, tape.tests, disabled);
      return;
    }
    const steps: number[] = [];
    let failing = 0;
    action.effect(view, {
      step: (before: Draft<S>, occurrence: Occurrence) => {
        steps.push(occurrence.step);
        for (const claim of stepFailures(model, before, occurrence).keys()) failing |= 1 << claim;
      },
    });
    const patch = patches.next;
    if (trees.add(actionRoots + a, tape.tests, patch)) {
      patches.add(tape, action.index, failing, steps);
      patches.apply(patch, this.rows, this.offset, into);
      return;
    }
    for (const step of steps) this.firedUnlearned[step] = (this.firedUnlearned[step] as number) + 1;
    into.push(tape.words, action.index, failing);
  }
}

/** What actions do to the words of a state: for each word the bits to keep and those to set. */
class Patches {
  /** The number of the patch that add() adds next; 0 is none. */
  next = 1;
  private masks: Int32Array;
  private actions = new Int32Array(2 ** 10);
  private failing = new Int32Array(2 ** 10);
  /** 1 for a patch that changes nothing. */
  private idle = new Uint8Array(2 ** 10);
  private uses = new Float64Array(2 ** 10);
  private readonly steps: (readonly number[])[] = [[]];

  constructor(private readonly words: number) {
    this.masks = new Int32Array(this.actions.length * words * 2);
  }

  add(tape: Tape, action: number, failing: number, steps: readonly number[]): void {
    const patch = this.next++;
    if (this.next >= this.actions.length) this.grow();
    this.actions[patch] = action;
    this.failing[patch] = failing;
    this.steps.push(steps);
    let idle = failing === 0;
    for (let word = 0; word < this.words; word++) {
      const { keep, set } = tape.patchOf(word);
      this.masks[(patch * this.words + word) * 2] = keep;
      this.masks[(patch * this.words + word) * 2 + 1] = set;
      if (keep !== -1) idle = false;
    }
    this.idle[patch] = idle ? 1 : 0;
  }

  /** Adds the successor that a patch makes of the state at `rows[offset]`. */
  apply(patch: number, rows: Uint32Array, offset: number, into: Successors): void {
    this.uses[patch] = (this.uses[patch] as number) + 1;
    if (this.idle[patch] === 1) {
      into.idle++;
      return;
    }
    const { words, masks } = this;
    const row = into.next();
    const to = into.rows;
    into.actions[row] = this.actions[patch] as number;
    into.failing[row] = this.failing[patch] as number;
    for (let word = 0, mask = patch * words * 2, at = row * words; word < words; word++) {
      const kept = (rows[offset + word] as number) & (masks[mask] as number);
      to[at + word] = kept | (masks[mask + 1] as number);
      mask += 2;
    }
  }

  countFired(fired: Float64Array): void {
    for (const [patch, steps] of this.steps.entries()) {
      for (const step of steps) {
        fired[step] = (fired[step] as number) + (this.uses[patch] as number);
      }
    }
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
    this.uses = twice(this.uses, length);
  }
}
