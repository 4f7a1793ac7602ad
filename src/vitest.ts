/**
 * Matchers for Vitest: `import 'svscheck/vitest'` extends its `expect`. What it is given is a model of
 * `defineModel`, or the result of `runSpec`; a failure is told by the trace.
 *
 * Where there is no verdict (unfinished, not applicable, probable) each of them throws, so that
 * `.not` fails too: what is not known is no proof of either.
 */
import { expect } from 'vitest';
import type { Model } from './model/model.js';
import type { Outcomes } from './report/outcomes.js';
import { outcomesOfModel, outcomesOfSpec } from './report/outcomes.js';
import { counted } from './report/terminal.js';
import { plain, suggest } from './spec/errors.js';
import type { SpecResult } from './spec/run.js';

declare module 'vitest' {
  interface Matchers<T> {
    /** The property holds in every reachable state. Of a model: what `always` names. */
    toHold(property: string): void;
    /** The property is violated, with a shortest trace of so many steps where they are given. */
    toViolate(property: string, steps?: number): void;
    /** Some reachable state shows the witness. Of a model: what `sometimes` names. */
    toReach(witness: string): void;
    /** All comes out as the spec expects; of a model, all claims hold and all witnesses are reached. */
    toMeetExpectations(): void;
  }
}

expect.extend({
  toHold(subject: unknown, name: string) {
    const { result, told } = propertyOf(subject, name);
    return { pass: result === 'holds', message: () => told.join('\n') };
  },

  toViolate(subject: unknown, name: string, steps?: number) {
    if (this.isNot && steps !== undefined) {
      throw new TypeError(
        'toViolate takes no steps with .not: a violation in other steps would pass',
      );
    }
    const { result, depth, told } = propertyOf(subject, name);
    const isViolated = result === 'violated';
    const pass = isViolated && (steps === undefined || steps === depth);
    const other = isViolated && !pass ? [`Expected: in ${counted(steps ?? 0, 'step')}.`, ''] : [];
    return { pass, message: () => [...other, ...told].join('\n') };
  },

  toReach(subject: unknown, name: string) {
    const { witnesses, stoppedBy } = outcomesOf(subject);
    const { result } = named('witness', name, witnesses);
    if (result === 'unfinished') throw undecided(`${name}: unfinished`, stoppedBy);
    return { pass: result === 'reached', message: () => `${name}: ${result}` };
  },

  toMeetExpectations(subject: unknown) {
    const { status, unexpected, stoppedBy } = outcomesOf(subject);
    if (status === 'unfinished') throw undecided('the expectations: unfinished', stoppedBy);
    const told = status === 'as-expected' ? ['All came out as expected.'] : unexpected;
    return { pass: status === 'as-expected', message: () => told.join('\n').trimStart() };
  },
});

/** A property of what is given that is held or violated. */
function propertyOf(subject: unknown, name: string): Outcomes['properties'][number] {
  const { properties, stoppedBy } = outcomesOf(subject);
  const found = named('property', name, properties);
  if (found.result === 'holds' || found.result === 'violated') return found;
  const isOpen = found.result !== 'not-applicable';
  throw undecided(found.told.join('\n'), isOpen ? stoppedBy : null);
}

const undecided = (what: string, stoppedBy: string | null): Error =>
  new Error(`No verdict on ${what}${stoppedBy === null ? '' : ` (${stoppedBy})`}.`);

/** Throws for a name that there is not, which `.not` must not let pass. */
function named<N extends { readonly name: string }>(
  kind: 'property' | 'witness',
  name: string,
  all: readonly N[],
): N {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = all.map((one) => plain(one.name));
  const hint = suggest(name, names) ?? 'there is none';
  throw new TypeError(`There is no ${kind} '${plain(name)}'; ${hint}`);
}

const known = new WeakMap<object, Outcomes>();

/** Searched, and told, once. */
function outcomesOf(subject: unknown): Outcomes {
  if (typeof subject !== 'object' || subject === null) throw unfit(String(subject));
  const outcomes = known.get(subject) ?? outcomesAnew(subject);
  known.set(subject, outcomes);
  return outcomes;
}

function outcomesAnew(subject: object): Outcomes {
  if (subject instanceof Promise) throw unfit('a promise: await it first');
  if ('families' in subject) return outcomesOfModel(subject as Model);
  if ('spec' in subject && 'properties' in subject) return outcomesOfSpec(subject as SpecResult);
  throw unfit('another object');
}

const unfit = (found: string): TypeError =>
  new TypeError(`A model of defineModel or the result of runSpec is needed; this is ${found}`);
