/** What a search has found of properties and witnesses, level by level. */
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

  /** Whether properties are violated by a depth as a rule asks; `true` asks for any. */
  meet(rule: true | StopRule, depth: number): boolean {
    const { violated } = this;
    const isFound = (level: number | null | undefined): boolean =>
      typeof level === 'number' && level <= depth;
    if (rule === true) return violated.some(isFound);
    const found = rule.of.filter((property) => isFound(violated[property]));
    return rule.violated === 'any' ? found.length > 0 : found.length === rule.of.length;
  }

  /**
   * What a level, or the part of it before a limit, has shown, and what the next one is asked. The
   * depth is all that is kept of a violation: see `targetOf()`.
   */
  takeNotes(crew: Crew, depth: number): void {
    const { violated, witnesses } = this;
    const asked = crew.get(at.askedProperties);
    const note = (mask: number, level: number): void => {
      for (let property = 0; property < violated.length; property++) {
        if (((mask & asked) >>> property) & 1) violated[property] ??= level;
      }
    };
    note(crew.get(at.failingStates), depth);
    note(crew.get(at.failingSteps), depth + 1);
    const shown = crew.get(at.shown);
    for (let i = 0; i < witnesses.length; i++) if ((shown >>> i) & 1) witnesses[i] ??= depth;
    crew.set(at.askedWitnesses, crew.get(at.askedWitnesses) & ~shown);
    // Violated by a state of this level, or by a step into it: no later level can be shorter.
    let left = asked;
    for (const [property, level] of violated.entries()) {
      if (level !== null && level <= depth) left &= ~(1 << property);
    }
    crew.set(at.askedProperties, left);
  }
}
