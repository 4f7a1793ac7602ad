/**
 * The search up to symmetry against the search of every state, spec by spec: verdicts, depths and the
 * very traces, witnesses. test/modes has random designs.
 */
import { describe, expect, it } from 'vitest';
import { findSpecs, loadSpec } from '../../dist/index.js';
import { search } from '../../src/explorer/search.js';
import type { Limits } from '../../src/explorer/system.js';
import { PackedModel } from '../../src/model/packed-system.js';
import { AsymmetryError, buildDesign } from '../../src/spec/build.js';
import type { DesignModel } from '../../src/spec/design-model.js';

const unreduced = ({ symmetry: _, ...model }: DesignModel): DesignModel => model;

/** What is the same with and without symmetry. */
const told = (model: DesignModel, limits: Limits) => {
  const { verdicts, witnesses, stoppedBy } = search(new PackedModel(model), limits);
  return { verdicts, witnesses, stoppedBy };
};

/** Every spec, in any order where it must be, with what of the symmetry it has. */
function symmetricModelOf(file: string): DesignModel | null {
  const { design } = loadSpec(file);
  const { loops, interleaving } = design.options;
  const anyOrder = interleaving === 'step' ? 'any-order' : loops;
  for (const symmetry of [['cpus', 'pmaps', 'user-slots'], ['pmaps', 'user-slots'], ['pmaps']]) {
    const reductions = { symmetry: symmetry as ['pmaps'], por: false };
    try {
      return buildDesign({
        ...design,
        options: { ...design.options, loops: anyOrder },
        reductions,
      });
    } catch (error) {
      if (!(error instanceof AsymmetryError)) throw error;
    }
  }
  return null;
}

describe('every spec that is symmetric in something', () => {
  const statesMax = 3000;
  let compared = 0;
  it.each(findSpecs(['specs']))('%s comes out the same', (file) => {
    const model = symmetricModelOf(file);
    if (model === null) return;
    compared++;
    const { stoppedBy, depth } = search(new PackedModel(unreduced(model)), { statesMax });
    const limits = stoppedBy === null ? {} : { depthMax: depth - 1 };
    const full = told(unreduced(model), limits);
    const reduced = told(model, limits);
    // Where all states were seen in fewer steps the limit of depth was not met.
    expect({ ...reduced, stoppedBy: null, verdicts: reduced.verdicts.map(verdictOf) }).toEqual({
      ...full,
      stoppedBy: null,
      verdicts: full.verdicts.map(verdictOf),
    });
  });
  it('is most of them', () => expect(compared).toBeGreaterThan(90));
});

/** A search that a limit of depth ended is unfinished, even where there was nothing left. */
const verdictOf = (verdict: { result: string }) =>
  verdict.result === 'violated' ? verdict : 'not violated';
