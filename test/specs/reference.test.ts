/**
 * The packed search against its oracle, spec by spec: verdicts, depths, paths, witnesses, fire
 * counts, states and transitions.
 *
 * The oracle takes some 30,000 transitions a second, so a spec of more than `most` states is
 * compared to the depth at which it has about that many. `npm run test:long` compares all in full.
 */
import { describe, expect, it } from 'vitest';
import { findSpecs } from '../../dist/index.js';
import { explore } from '../../src/explorer/reference.js';
import { search } from '../../src/explorer/search.js';
import type { Limits, Outcome } from '../../src/explorer/system.js';
import { ImmutableModel } from '../../src/model/immutable-system.js';
import { PackedModel } from '../../src/model/packed-system.js';
import { buildSpec } from '../../src/spec/build.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import { loadSpec, withoutReductions } from '../../src/spec/load.js';

const most = process.env.SVSCHECK_LONG === '1' ? Number.POSITIVE_INFINITY : 3_000;

function packed(model: DesignModel, limits: Limits = {}): Outcome {
  const { bytes, load, workers, notices, tracesStoppedBy, ...outcome } = search(
    new PackedModel(model),
    limits,
  );
  return outcome;
}

describe('packed search and reference agree on', () => {
  it.each(findSpecs(['specs']))('%s', (file) => {
    // The oracle looks at every state; test/symmetry has the searches that do not.
    const model = buildSpec(withoutReductions(loadSpec(file)));
    const { stoppedBy, depth } = packed(model, { statesMax: most });
    const limits = stoppedBy === null ? {} : { depthMax: depth - 1 };
    const reference = explore(new ImmutableModel(model), limits.depthMax);
    expect(packed(model, limits)).toEqual(reference);
    expect(reference.statesDistinct).toBeGreaterThan(50);
  });
});
