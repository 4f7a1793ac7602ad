/**
 * Random edits of random designs at random small scopes: the packed rules against the immutable
 * ones, the search against the reference. The share that holds is asserted.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/explorer/reference.js';
import { search } from '../../src/explorer/search.js';
import { ImmutableModel } from '../../src/model/immutable-system.js';
import { replayPacked } from '../../src/model/packed-replay.js';
import { PackedModel } from '../../src/model/packed-system.js';
import { mend, modelOf } from './designs.js';
import { designs, mailScope } from './random-designs.js';

describe('random edits of good designs', () => {
  it.each(designs)(
    'of %s come out the same by the packed search and by the reference',
    (_, design) => {
      let runs = 0;
      let held = 0;
      let finished = 0;
      fc.assert(
        fc.property(design, (model) => {
          const { stoppedBy, depth } = search(new PackedModel(model), { statesMax: 1500 });
          const limits = stoppedBy === null ? {} : { depthMax: depth - 1 };
          const { bytes, load, workers, notices, ...packed } = search(
            new PackedModel(model),
            limits,
          );
          expect(packed).toEqual(explore(new ImmutableModel(model), limits.depthMax));
          runs++;
          if (packed.verdicts.every(({ result }) => result !== 'violated')) held++;
          if (packed.stoppedBy === null) finished++;
        }),
        { numRuns: 90 },
      );
      expect(held).toBeGreaterThan(runs * 0.08);
      expect(held).toBeLessThan(runs * 0.9);
      expect(finished).toBeGreaterThan(runs * 0.08);
    },
  );

  it('take random walks through the same states by packed and by immutable rules', () => {
    const large = { cpus: 3, pmaps: 3, userSlots: 3, nesting: 2 };
    const choices = fc.array(fc.nat(1000), { minLength: 100, maxLength: 200 });
    let steps = 0;
    fc.assert(
      fc.property(mailScope, choices, (options, chosen) => {
        const model = modelOf({ ...options, ...large }, mend);
        const system = new ImmutableModel(model);
        const initial = (chosen[0] as number) % system.initials.length;
        let state = system.initials[initial] as (typeof system.initials)[number];
        const actions: number[] = [];
        for (const choice of chosen) {
          const enabled = system.enabled(state);
          const action = enabled[choice % enabled.length];
          if (action === undefined) break;
          actions.push(action.index);
          state = system.take(state, action).state;
        }
        const path = { initial, actions };
        expect(replayPacked(model, path)).toEqual(system.replay(path));
        steps += actions.length;
      }),
      { numRuns: 30 },
    );
    expect(steps).toBeGreaterThan(30 * 90);
  });
});
