/** What a search has found of properties and witnesses, level by level. */
import type { Mark } from './archive.js';
import type { Crew } from './crew.js';
import { at } from './crew.js';
import type { PackedSystem, StopRule } from './system.js';

export class Findings {
  /** By property: the least depth at which it is violated, or null. */
  readonly violated: (number | null)[];
  /** By witness: the least depth at which it was seen, or null. */
  readonly witnesses: (number | null)[];

  constructor({ properties, witnesses }: PackedSystem) {
    this.violated = new Array(properties).fill(null);
    this.witnesses = new Array(witnesses).fill(null);
  }

  /** What the first level is asked: everything. */
  ask(crew: Crew): void {
    crew.set(at.askedProperties, 2 ** this.violated.length - 1);
    crew.set(at.askedWitnesses, 2 ** this.witnesses.length - 1);
  }

  /** Goes on from what an earlier search had found. */
  adopt({ violated, witnesses }: Pick<Mark, 'violated' | 'witnesses'>, crew: Crew): void {
    const open = (found: readonly (number | null)[]): number =>
      found.reduce<number>((mask, depth, bit) => (depth === null ? mask | (1 << bit) : mask), 0);
    for (const [index, depth] of violated.entries()) this.violated[index] = depth;
    for (const [index, depth] of witnesses.entries()) this.witnesses[index] = depth;
    crew.set(at.askedProperties, open(violated));
    crew.set(at.askedWitnesses, open(witnesses));
  }

  /** Whether as many properties are violated as a rule asks; `true` asks for any. */
  meet(rule: true | StopRule): boolean {
    const { violated } = this;
    const isFound = (property: number): boolean => typeof violated[property] === 'number';
    if (rule === true) return violated.some((level) => level !== null);
    return rule.violated === 'any' ? rule.of.some(isFound) : rule.of.every(isFound);
  }

  /**
   * What the states of a level have shown, and the steps to them; and what the next one is asked. The
   * depth is all that is kept of a violation: see `targetOf()`.
   */
  takeNotes(crew: Crew, depth: number): void {
    const { violated, witnesses } = this;
    const failing = crew.get(at.failing) & crew.get(at.askedProperties);
    const shown = crew.get(at.shown) & crew.get(at.askedWitnesses);
    for (let i = 0; i < violated.length; i++) if ((failing >>> i) & 1) violated[i] ??= depth;
    for (let i = 0; i < witnesses.length; i++) if ((shown >>> i) & 1) witnesses[i] ??= depth;
    // No later level can be shorter.
    crew.set(at.askedProperties, crew.get(at.askedProperties) & ~failing);
    crew.set(at.askedWitnesses, crew.get(at.askedWitnesses) & ~shown);
    crew.set(at.failing, 0);
    crew.set(at.shown, 0);
  }
}
