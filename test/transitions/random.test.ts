/**
 * Random edits of random designs at random small scopes: the packed rules against the immutable
 * ones, the search against the reference.
 *
 * Random edits of random designs are violated nine times in ten, often in the first steps, and show
 * little. So the designs are good ones, the edits few, and the share that holds is asserted.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/explorer/reference.js';
import { search } from '../../src/explorer/search.js';
import { ImmutableModel } from '../../src/model/immutable-system.js';
import { replayPacked } from '../../src/model/packed-replay.js';
import { PackedModel } from '../../src/model/packed-system.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import type { ScopeOptions } from '../../src/state/scope.js';
import { areaNames } from '../../src/state/scope.js';
import type { Edit } from '../../src/transitions/edit.js';
import { EditError, positionsOf } from '../../src/transitions/edit.js';
import { mail } from '../../src/transitions/mail.js';
import { nameOf } from '../../src/transitions/operation.js';
import { mend, modelOf } from './designs.js';

const position = fc.constantFrom(...positionsOf(mail));
const exported = fc.constantFrom(...mail.exports.map(nameOf));
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ drop: position }),
  fc.record({ move: position, after: position }),
  fc.record({ move: position, before: position }),
  fc.record({ swap: position, with: position }),
  fc.record({ insert: exported, after: position }),
  fc.record({ replace: position, with: exported }),
);

const anyOf = <T>(values: readonly T[]) => fc.subarray([...values]);
const scope: fc.Arbitrary<Partial<ScopeOptions>> = fc
  .record({
    machine: fc.constantFrom(
      { cpus: 1, pmaps: 1, userSlots: 1 },
      { cpus: 1, pmaps: 2, userSlots: 2 },
      { cpus: 1, pmaps: 3, userSlots: 1 },
      { cpus: 2, pmaps: 1, userSlots: 1 },
      { cpus: 2, pmaps: 2, userSlots: 1 },
    ),
    nesting: fc.constantFrom(0, 1, 1, 2),
    events: anyOf(['user-access', 'interrupt', 'nmi'] as const),
    interleaving: fc.constantFrom('operation', 'step', 'step' as const),
    loops: fc.constantFrom('ordered', 'any-order' as const),
    global: fc.oneof(fc.constant([]), anyOf([...areaNames, 'user'] as const)),
    unmapped: fc.constantFrom(['pte'], ['pte', 'direct-map'], [] as const),
    kaslr: fc.constantFrom(null, null, { positions: 5, layout: 'placed' } as const),
  })
  .map(({ machine, unmapped, ...rest }) => {
    const options = { ...machine, ...rest, unmapped, secret: unmapped };
    // One initial state for each of the placements of fewer areas: enough to tell them apart.
    if (rest.kaslr === null) return options;
    return {
      ...options,
      kernelAreas: ['pte', 'direct-map', 'kernel-image'],
      kaslr: { ...rest.kaslr, positions: 4 },
      global: [],
    } as Partial<ScopeOptions>;
  }) as fc.Arbitrary<Partial<ScopeOptions>>;

const design = fc
  .tuple(scope, fc.constantFrom(mend, mend, []), fc.array(edit, { maxLength: 2 }))
  .map(([options, good, edits]): DesignModel | null => {
    try {
      return modelOf(options, [...good, ...edits]);
    } catch (error) {
      if (error instanceof EditError) return null;
      throw error;
    }
  })
  .filter((model) => model !== null);

describe('random edits of good designs', () => {
  it('come out the same by the packed search and by the reference', () => {
    let runs = 0;
    let held = 0;
    let finished = 0;
    fc.assert(
      fc.property(design, (model) => {
        const { stoppedBy, depth } = search(new PackedModel(model), { statesMax: 1500 });
        const limits = stoppedBy === null ? {} : { depthMax: depth - 1 };
        const { bytes, load, ...packed } = search(new PackedModel(model), limits);
        expect(packed).toEqual(explore(new ImmutableModel(model), limits.depthMax));
        runs++;
        if (packed.verdicts.every(({ result }) => result !== 'violated')) held++;
        if (packed.stoppedBy === null) finished++;
      }),
      { numRuns: 150 },
    );
    expect(held).toBeGreaterThan(runs * 0.2);
    expect(held).toBeLessThan(runs * 0.9);
    expect(finished).toBeGreaterThan(runs * 0.3);
  });

  it('take random walks through the same states by packed and by immutable rules', () => {
    const large = { cpus: 3, pmaps: 3, userSlots: 3, nesting: 2 };
    const choices = fc.array(fc.nat(1000), { minLength: 100, maxLength: 200 });
    let steps = 0;
    fc.assert(
      fc.property(scope, choices, (options, chosen) => {
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
