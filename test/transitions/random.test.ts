/** Random designs: each could stand in a spec file; packed and immutable rules take the same walks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImmutableModel } from '../../src/model/immutable-system.js';
import { replayPacked } from '../../src/model/packed-replay.js';
import { loadSpec } from '../../src/spec/load.js';
import { inFolder } from '../cli/run.js';
import { mend, modelOf } from './designs.js';
import { designs, mailScope } from './random-designs.js';
import { specOf } from './spec-text.js';

describe('random edits of good designs', () => {
  it.each(designs)('of %s are those of the spec that a test shows', async (_, design) => {
    await fc.assert(
      fc.asyncProperty(design, async (one) => {
        await inFolder({ 'random.yaml': specOf(one) }, (folder) => {
          expect(loadSpec(`${folder}/random.yaml`).design).toEqual(plain(one));
        });
      }),
      { numRuns: 30 },
    );
  });

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

/** Without what shows it in a test. */
const plain = <T>(design: T): T => JSON.parse(JSON.stringify(design));
