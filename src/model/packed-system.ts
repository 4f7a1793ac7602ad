/** A model as the packed search sees it: rows of words. */

import type { PackedSystem, Successors } from '../explorer/system.js';
import { copyRow } from '../explorer/system.js';
import { CanonicalForm } from '../state/canonical.js';
import { pack } from '../state/packed.js';
import type { Draft, RecordField } from '../state/schema.js';
import type { Action, Check, Family, Model, Observer, Occurrence, StepClaim } from './model.js';

export class PackedModel<S extends RecordField> implements PackedSystem, Observer<Draft<S>> {
  readonly words: number;
  readonly properties: number;
  readonly witnesses: number;
  readonly initials: readonly Uint32Array[];
  readonly orbits?: CanonicalForm;
  /** How often each of the model's steps was taken. */
  readonly fired: Float64Array;
  private readonly current: Uint32Array;
  private readonly loaded: Uint32Array;
  private readonly view: Draft<S>;
  /** By family: what the loaded state selects. */
  private readonly selected: number[];
  private readonly families: readonly Family<Draft<S>>[];
  private readonly actions: readonly Action<Draft<S>>[];
  /** By step: the claims that watch it. */
  private readonly stepClaims: readonly { bit: number; claim: StepClaim<Draft<S>> }[][];
  private readonly watched: Uint8Array;
  /** The witnesses that some state may show. */
  private readonly shown: readonly { bit: number; shows(m: Draft<S>): boolean }[];
  /** The step claims that the action being taken has violated so far. */
  private violated = 0;

  constructor(model: Model<S>) {
    const { words, view } = pack(model.schema);
    if (model.symmetry !== undefined) this.orbits = new CanonicalForm(model.schema, model.symmetry);
    this.words = words.length;
    this.current = words;
    this.view = view;
    this.loaded = new Uint32Array(words.length);
    this.properties = model.claims.length;
    this.witnesses = model.witnesses.length;
    this.shown = model.witnesses.flatMap(({ shows }, index) =>
      shows === null ? [] : [{ bit: 1 << index, shows }],
    );
    this.families = model.families;
    this.selected = model.families.map(() => 0);
    this.actions = model.actions;
    this.fired = new Float64Array(model.steps.length);
    this.stepClaims = model.steps.map((_, step) =>
      model.claims.flatMap((claim, index) =>
        claim.on === 'steps' && claim.watches.has(step) ? [{ bit: 1 << index, claim }] : [],
      ),
    );
    this.watched = Uint8Array.from(this.stepClaims, (claims) => claims.length);
    this.initials = model.initials.map((initial) => {
      words.fill(0);
      initial(view);
      return words.slice();
    });
  }

  load(rows: Uint32Array, offset: number): void {
    copyRow(rows, offset, this.loaded, 0, this.words);
    this.restore();
    for (let f = 0; f < this.families.length; f++) {
      this.selected[f] = (this.families[f] as Family<Draft<S>>).select(this.view);
    }
  }

  failing(asked: number): number {
    const { view, families } = this;
    let mask = 0;
    for (let f = 0; f < families.length; f++) {
      const family = families[f] as Family<Draft<S>>;
      const checks = family.checks[this.selected[f] as number] as readonly Check<Draft<S>>[];
      for (let c = 0; c < checks.length; c++) {
        const check = checks[c] as Check<Draft<S>>;
        const bit = 1 << check.claim;
        if ((asked & bit) !== 0 && check.check(view) !== undefined) mask |= bit;
      }
    }
    return mask;
  }

  witnessed(asked: number): number {
    let mask = 0;
    for (let index = 0; index < this.shown.length; index++) {
      const witness = this.shown[index] as PackedModel<S>['shown'][number];
      if ((asked & witness.bit) !== 0 && witness.shows(this.view)) mask |= witness.bit;
    }
    return mask;
  }

  expand(into: Successors): void {
    const { view, families } = this;
    for (let f = 0; f < families.length; f++) {
      const family = families[f] as Family<Draft<S>>;
      const actions = family.actions[this.selected[f] as number] as readonly Action<Draft<S>>[];
      for (let a = 0; a < actions.length; a++) {
        const action = actions[a] as Action<Draft<S>>;
        if (!action.guard(view)) continue;
        this.violated = 0;
        action.effect(view, this);
        into.push(this.current, action.index, this.violated);
        this.restore();
      }
    }
  }

  processOf(action: number): number {
    return (this.actions[action] as Action<Draft<S>>).process;
  }

  step(before: Draft<S>, occurrence: Occurrence): void {
    const { step } = occurrence;
    this.fired[step] = (this.fired[step] as number) + 1;
    if (this.watched[step] === 0) return;
    const claims = this.stepClaims[step] as { bit: number; claim: StepClaim<Draft<S>> }[];
    for (let index = 0; index < claims.length; index++) {
      const { bit, claim } = claims[index] as { bit: number; claim: StepClaim<Draft<S>> };
      if (claim.check(before, occurrence) !== undefined) this.violated |= bit;
    }
  }

  private restore(): void {
    copyRow(this.loaded, 0, this.current, 0, this.words);
  }
}
