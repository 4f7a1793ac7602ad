/**
 * The search with partial orders against the search of every order, spec by spec: verdicts, witnesses,
 * the steps that are taken. test/modes has random designs.
 */
import { describe, expect, it } from 'vitest';
import { findSpecs } from '../../dist/index.js';
import { search } from '../../src/explorer/search.js';
import type { Outcome } from '../../src/explorer/system.js';
import { PackedModel } from '../../src/model/packed-system.js';
import { ReducedModel } from '../../src/model/reduced-system.js';
import { buildSpec } from '../../src/spec/build.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import { loadSpec, withoutReductions } from '../../src/spec/load.js';

const unreduced = ({ symmetry: _, ...model }: DesignModel): DesignModel => model;

/** What partial orders keep, by name. */
function told({ claims, witnesses, steps }: DesignModel, outcome: Outcome) {
  const named = (names: readonly (string | { readonly name: string })[], is: boolean[]) =>
    names
      .map((one) => (typeof one === 'string' ? one : one.name))
      .filter((_, index) => is[index] === true);
  return {
    violated: named(
      claims,
      outcome.verdicts.map(({ result }) => result === 'violated' || result === 'pathless'),
    ),
    reached: named(
      witnesses,
      outcome.witnesses.map((depth) => depth !== null),
    ),
    taken: named(
      steps,
      outcome.fired.map((times) => times > 0),
    ),
  };
}

/** @returns states without and with the reduction, or null for a design that is too large */
function compared(model: DesignModel, statesMax: number): [number, number] | null {
  const plain = unreduced(model);
  const full = search(new PackedModel(plain), { statesMax });
  if (full.stoppedBy !== null) return null;
  const reduced = search(new ReducedModel(model));
  expect(told(model, reduced)).toEqual(told(plain, full));
  expect(reduced.verdicts.map(({ result }) => result)).not.toContain('violated');
  expect(reduced.statesDistinct).toBeLessThanOrEqual(full.statesDistinct);
  return [full.statesDistinct, reduced.statesDistinct];
}

describe('with partial orders', () => {
  let small = 0;
  it.each(findSpecs(['specs']))('%s comes out the same', (file) => {
    if (compared(buildSpec(withoutReductions(loadSpec(file))), 30_000) !== null) small++;
  });
  it('is asked of most specs', () => expect(small).toBeGreaterThan(70));
});
