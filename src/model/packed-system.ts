/** A model as the packed search sees it: rows of words. Its rules are learned (learned.ts). */
import type { PackedSystem, Successors } from '../explorer/system.js';
import { CanonicalForm } from '../state/canonical.js';
import type { Draft, RecordField } from '../state/schema.js';
import { LearnedRules, shut, unlearned } from './learned.js';
import type { Action, Model } from './model.js';

export class PackedModel<S extends RecordField> implements PackedSystem {
  readonly words: number;
  readonly properties: number;
  readonly witnesses: number;
  readonly steps: number;
  readonly initials: readonly Uint32Array[];
  readonly orbits?: CanonicalForm;
  protected readonly rules: LearnedRules<S>;
  /** The loaded state, and the place at which each family stands in it. */
  private rows: Uint32Array = new Uint32Array(0);
  private offset = 0;
  protected readonly families: number;
  /** The places at which the families stand in the loaded state. */
  private readonly standing: Int32Array;
  /** The witnesses that some state may show, as a bit mask. */
  private readonly showable: number;

  constructor(
    protected readonly model: Model<S>,
    marksQuiet = false,
  ) {
    this.rules = new LearnedRules(model, marksQuiet);
    this.initials = this.rules.initials();
    if (model.symmetry !== undefined) this.orbits = new CanonicalForm(model.schema, model.symmetry);
    this.words = this.rules.tape.words.length;
    this.properties = model.claims.length;
    this.witnesses = model.witnesses.length;
    this.steps = model.steps.length;
    this.families = model.families.length;
    this.standing = new Int32Array(this.families);
    this.showable = model.witnesses.reduce(
      (mask, { shows }, witness) => (shows === null ? mask : mask | (1 << witness)),
      0,
    );
  }

  /** How often each of the model's steps was taken. */
  get fired(): Float64Array {
    return this.rules.fired();
  }

  load(rows: Uint32Array, offset: number): void {
    const { rules, standing, families } = this;
    this.rows = rows;
    this.offset = offset;
    for (let family = 0; family < families; family++) {
      standing[family] = rules.placeOf(family, rows, offset);
    }
  }

  failing(rows: Uint32Array, offset: number, asked: number): number {
    const { rules, families } = this;
    let mask = 0;
    for (let family = 0; family < families; family++) {
      mask |= rules.failingAt(rules.placeOf(family, rows, offset), rows, offset);
    }
    return mask & asked;
  }

  witnessed(rows: Uint32Array, offset: number, asked: number): number {
    const open = asked & this.showable;
    let mask = 0;
    for (let witness = 0; open >>> witness !== 0; witness++) {
      if (((open >>> witness) & 1) === 0) continue;
      mask |= this.rules.shows(witness, rows, offset) << witness;
    }
    return mask;
  }

  expand(into: Successors): void {
    const { rules, rows, offset, families, standing } = this;
    const { patches } = rules;
    for (let family = 0; family < families; family++) {
      const place = standing[family] as number;
      const actions = rules.actionsAt(place);
      for (let action = 0; action < actions; action++) {
        const way = rules.way(place, action, rows, offset);
        if (way > shut) patches.apply(way, rows, offset, into);
        else if (way === unlearned) {
          into.push(rules.tape.words, rules.actionAt(place, action), rules.failing);
        }
      }
    }
  }

  processOf(action: number): number {
    return (this.model.actions[action] as Action<Draft<S>>).process;
  }
}
