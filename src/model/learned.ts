/**
 * The rules of a model as they are learned: each is run once for each way through it, on a tape, and
 * remembered as tests and masks (decisions.ts, patches.ts).
 *
 * All methods speak of the state at `rows[offset]`.
 */
import { pack } from '../state/packed.js';
import type { Draft, RecordField } from '../state/schema.js';
import type { Tape } from '../state/tape.js';
import { Decisions, unknown } from './decisions.js';
import { stepFailures } from './immutable-system.js';
import type { Action, Check, Family, Model, Occurrence } from './model.js';
import { Patches } from './patches.js';
import { Reaches } from './reach.js';

/** What way() says where there is no patch: the guard is false. */
export const disabled = 0;
/** The same, and the guard read nothing that another process can change. */
export const shut = 1;
/** The action was taken by its rule, and could not be remembered. */
export const unlearned = unknown;

/** Where a family stands, and by which look at the state: what selects its actions and checks. */
interface Place<M> {
  readonly actions: readonly Action<M>[];
  readonly checks: readonly Check<M>[];
  /** The bits that select() has found out: known in every state that comes to this place. */
  readonly known: Int32Array;
}

/** Where the numbers of a place lie among those of all: see `LearnedRules.at`. */
const [rootsAt, countAt, verdictsAt] = [0, 1, 2];
const numbersOfPlace = 3;

export class LearnedRules<S extends RecordField> {
  readonly tape: Tape;
  readonly patches: Patches;
  private readonly view: Draft<S>;
  private readonly trees = new Decisions();
  private readonly reaches: Reaches<S>;
  private readonly places: Place<Draft<S>>[] = [];
  /**
   * By place: the roots of the trees of its actions, one after another; how many they are; the trees
   * by key that tell what its checks find violated.
   */
  private at = new Int32Array(2 ** 8);
  private readonly familyRoots: number;
  private readonly witnessRoots: number;
  /** How often a rule that could not be remembered took each of the model's steps. */
  private readonly firedUnlearned: Float64Array;
  /** After way() said `unlearned`: what the step violates; the successor is on the tape. */
  failing = 0;

  /** @param marksQuiet whether steps are to be told that no other process and no claim sees */
  constructor(
    private readonly model: Model<S>,
    private readonly marksQuiet: boolean,
  ) {
    const { tape, view } = pack(model.schema);
    this.tape = tape;
    this.view = view;
    this.patches = new Patches(tape.words.length, shut + 1);
    this.reaches = new Reaches(model);
    this.familyRoots = this.trees.roots(model.families.length);
    this.witnessRoots = this.trees.roots(model.witnesses.length);
    this.firedUnlearned = new Float64Array(model.steps.length);
  }

  /** The initial states. */
  initials(): Uint32Array[] {
    return this.model.initials.map((initial) => {
      this.tape.load(new Uint32Array(this.tape.words.length), 0);
      initial(this.view);
      return this.tape.words.slice();
    });
  }

  /** How often each of the model's steps was taken. */
  fired(): Float64Array {
    const fired = this.firedUnlearned.slice();
    this.patches.countFired(fired);
    return fired;
  }

  /** How many actions a place has. */
  actionsAt(place: number): number {
    return this.at[place * numbersOfPlace + countAt] as number;
  }

  /** The index in the model of an action of a place. */
  actionAt(place: number, action: number): number {
    return this.places[place]?.actions[action]?.index ?? -1;
  }

  /** The number of the place at which a family stands. */
  placeOf(family: number, rows: Uint32Array, offset: number): number {
    const place = this.trees.find(this.familyRoots + family, rows, offset);
    return place === unknown ? this.learnPlace(family, rows, offset) : place;
  }

  /** The claims, as a bit mask, that the checks of a place find violated. */
  failingAt(place: number, rows: Uint32Array, offset: number): number {
    const verdicts = this.at[place * numbersOfPlace + verdictsAt] as number;
    const failing = this.trees.findByKey(verdicts, rows, offset);
    return failing === unknown ? this.learnChecks(place, rows, offset) : failing;
  }

  /** Whether the state shows a witness: 0 or 1. */
  shows(witness: number, rows: Uint32Array, offset: number): number {
    const found = this.trees.find(this.witnessRoots + witness, rows, offset);
    return found === unknown ? this.learnWitness(witness, rows, offset) : found;
  }

  /** What an action of a place comes to: the number of a patch, or one of the words above. */
  way(place: number, action: number, rows: Uint32Array, offset: number): number {
    const roots = this.at[place * numbersOfPlace + rootsAt] as number;
    const patch = this.trees.find(roots + action, rows, offset);
    return patch === unknown ? this.learnAction(place, action, rows, offset) : patch;
  }

  private record(rows: Uint32Array, offset: number, known: Int32Array | null): void {
    this.tape.load(rows, offset);
    this.tape.record(known);
  }

  private learnPlace(index: number, rows: Uint32Array, offset: number): number {
    const family = this.model.families[index] as Family<Draft<S>>;
    this.record(rows, offset, null);
    const selected = family.select(this.view);
    this.reaches.holdSelect(index, this.tape.tests);
    const actions = family.actions[selected] ?? [];
    const place: Place<Draft<S>> = {
      actions,
      checks: family.checks[selected] ?? [],
      known: this.tape.knownBits(),
    };
    const number = this.places.push(place) - 1;
    if ((number + 1) * numbersOfPlace > this.at.length) {
      const { at } = this;
      this.at = new Int32Array(at.length * 2);
      this.at.set(at);
    }
    const roots = this.trees.roots(actions.length);
    this.at.set([roots, actions.length, this.trees.keyed()], number * numbersOfPlace);
    this.trees.add(this.familyRoots + index, this.tape.tests, number);
    return number;
  }

  private learnChecks(number: number, rows: Uint32Array, offset: number): number {
    const place = this.places[number] as Place<Draft<S>>;
    this.record(rows, offset, place.known);
    let mask = 0;
    for (const check of place.checks) {
      if (check.check(this.view) !== undefined) mask |= 1 << check.claim;
    }
    const verdicts = this.at[number * numbersOfPlace + verdictsAt] as number;
    this.trees.addByKey(verdicts, rows, offset, this.tape.tests, mask);
    for (const one of place.checks) {
      this.hold(one.ownOf, (m) => one.check(m), rows, offset);
    }
    return mask;
  }

  private learnWitness(witness: number, rows: Uint32Array, offset: number): number {
    const { shows = null, ownParts } = this.model.witnesses[witness] ?? {};
    this.record(rows, offset, null);
    const shown = shows?.(this.view) === true ? 1 : 0;
    this.trees.add(this.witnessRoots + witness, this.tape.tests, shown);
    if (ownParts !== undefined) {
      for (const [process, part] of ownParts.entries()) this.hold(process, part, rows, offset);
    } else if (shows !== null) this.hold(null, shows, rows, offset);
    return shown;
  }

  /** Holds what a claim or a witness reads against the schema: all that it reads, so by itself. */
  private hold(
    ownOf: number | null,
    reads: (m: Draft<S>) => unknown,
    rows: Uint32Array,
    offset: number,
  ): void {
    if (!this.reaches.areTold) return;
    this.record(rows, offset, null);
    reads(this.view);
    this.reaches.holdClaim(ownOf, this.tape.tests);
  }

  private learnAction(place: number, index: number, rows: Uint32Array, offset: number): number {
    const { actions, known } = this.places[place] as Place<Draft<S>>;
    const root = (this.at[place * numbersOfPlace + rootsAt] as number) + index;
    const action = actions[index] as Action<Draft<S>>;
    const { tape, trees, patches, reaches, view, model } = this;
    this.record(rows, offset, known);
    if (!action.guard(view)) {
      reaches.holdAction(action, tape);
      const way = reaches.isOwnWay(action.process, tape.tests) ? shut : disabled;
      trees.add(root, tape.tests, way);
      return way;
    }
    const seen = this.marksQuiet ? reaches.observe(view, action.process) : null;
    const steps: number[] = [];
    let failing = 0;
    action.effect(view, {
      step: (before: Draft<S>, occurrence: Occurrence) => {
        steps.push(occurrence.step);
        for (const claim of stepFailures(model, before, occurrence).keys()) failing |= 1 << claim;
      },
    });
    reaches.holdAction(action, tape);
    // What is observed is read on the tape as well, so it is the same wherever this way is taken.
    const isQuiet =
      seen !== null &&
      reaches.isUnseen(seen, reaches.observe(view, action.process)) &&
      reaches.isOwnStep(action.process, tape);
    const patch = patches.next;
    if (trees.add(root, tape.tests, patch)) {
      patches.add(tape, { action: action.index, failing, steps, isQuiet });
      return patch;
    }
    for (const step of steps) this.firedUnlearned[step] = (this.firedUnlearned[step] as number) + 1;
    this.failing = failing;
    return unlearned;
  }
}
