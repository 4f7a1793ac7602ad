/** Paths by the names of their actions, taken on the design that they are of and on changed ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimRows } from '../../src/invariants/claims.js';
import { ImmutableModel } from '../../src/model/immutable-system.js';
import { parsePath } from '../../src/report/trace.js';
import { buildDesign } from '../../src/spec/build.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import type { Followed } from '../../src/spec/follow.js';
import { follow } from '../../src/spec/follow.js';
import { immutableWalk, packedWalk } from '../../src/spec/walk.js';
import type { Edit } from '../../src/transitions/edit.js';
import { positionsOf } from '../../src/transitions/edit.js';
import { mail } from '../../src/transitions/mail.js';
import { mend, modelOf } from '../transitions/designs.js';
import { designs } from '../transitions/random-designs.js';

const foreign = claimRows.findIndex(({ name }) => name === 'no-foreign-slots');

/** The 16 steps in which the design as posted violates no-foreign-slots. */
const posted = modelOf();
const path = parsePath('0:44.86.49.73.75.0.42.4.17.19.21.23.25.2.43.77');
const labels = (path?.actions ?? []).map((action) => posted.actions[action]?.label ?? '');

/** By both forms, which must agree. */
function followed(model: DesignModel, names = labels, claim = foreign): Followed {
  const told = follow(model, immutableWalk(model, 0), names, claim);
  expect(follow(model, packedWalk(model, 0), names, claim)).toEqual(told);
  return told;
}

describe('a path', () => {
  it('is taken as it is on the design that it is of', () => {
    const { result, position, actions, gained, states } = followed(posted);
    expect({ result, position, actions, gained }).toEqual({
      result: 'breaks',
      position: 16,
      actions: path?.actions,
      gained: [],
    });
    expect(states.length).toBe(17);
  });

  it('of any design is taken as it is on that', () => {
    const choices = fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 });
    for (const [, design] of designs) {
      fc.assert(
        fc.property(design, choices, (drawn, chosen) => {
          const model = buildDesign(drawn);
          const system = new ImmutableModel(model);
          let state = system.initials[0] as (typeof system.initials)[number];
          const taken = chosen.flatMap((choice) => {
            const enabled = system.enabled(state);
            const action = enabled[choice % enabled.length];
            if (action === undefined) return [];
            state = system.take(state, action).state;
            return [action];
          });
          const { result, actions, gained } = followed(
            model,
            taken.map(({ label }) => label),
            -1,
          );
          expect({ result, actions, gained }).toEqual({
            result: 'gone',
            actions: taken.map(({ index }) => index),
            gained: [],
          });
        }),
        { numRuns: 8 },
      );
    }
  });

  it('outlives a step that has nothing to do with it, wherever that is', () => {
    // Before hardware's entry the CPU is in user mode, where there are no steps of the kernel's.
    const places = positionsOf(mail)
      .flatMap((position): Edit[] => [
        { insert: 'fence', before: position },
        { insert: 'fence', after: position },
      ])
      .filter((edit) => !('before' in edit && edit.before === 'trap/hardware-entry'));
    const results = places.map((edit) => followed(modelOf({}, [edit])));
    const changed = places.filter((_, index) => {
      const { result, position } = results[index] as Followed;
      return result !== 'breaks' || position !== 16;
    });
    expect(changed).toEqual([]);
    expect(results.filter(({ gained }) => gained.length > 0).length).toBe(28);
    expect(places.length).toBe(47);
  });

  it('outlives a larger machine', () => {
    const { result, position, gained } = followed(modelOf({ cpus: 3, userSlots: 2 }));
    expect({ result, position, gained }).toEqual({
      result: 'breaks',
      position: 16,
      gained: [
        'cpu 0: context-switch(pmap 1)/copy-slots[slot 1]/read-slot',
        'cpu 0: context-switch(pmap 1)/copy-slots[slot 1]/write-slot',
      ],
    });
  });

  it('has a CPU give back a lock that another waits for, where the design has gained both', () => {
    const useless: Edit[] = [
      { insert: 'lock-own-updir', before: 'context-switch/copy-slots' },
      { insert: 'unlock-own-updir', after: 'context-switch/copy-slots' },
      { insert: 'lock-updir', before: 'l4-allocate/test-cpu' },
      { insert: 'unlock-updir', after: 'l4-allocate/test-cpu' },
    ];
    const { result, position, gained } = followed(modelOf({}, useless));
    expect({ result, position, gained }).toEqual({
      result: 'breaks',
      position: 16,
      gained: [
        'cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/lock-updir',
        'cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/unlock-updir',
        'cpu 0: context-switch(pmap 1)/lock-own-updir',
        'cpu 0: context-switch(pmap 1)/unlock-own-updir',
      ],
    });
  });

  it('has store buffers drained where a gained fence or lock asks for it', () => {
    const locked: Edit[] = [
      { insert: 'lock-updir', before: 'l4-allocate/test-cpu' },
      { insert: 'unlock-updir', after: 'l4-allocate/test-cpu' },
    ];
    const before = labels.slice(0, 5);
    expect(followed(modelOf({ memory: 'tso' }, locked), before).gained).toEqual([
      'cpu 1: store-buffer/drain',
      'cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/lock-updir',
    ]);
  });

  it('is blocked by the lock that mends the design', () => {
    const { result, position, gained, refusals, violated } = followed(modelOf({}, mend));
    expect({ result, position, gained, violated }).toEqual({
      result: 'blocked',
      position: 11,
      gained: ['cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/lock-updir'],
      violated: new Map(),
    });
    expect(refusals).toEqual([
      { kind: 'elsewhere', mode: 'kernel', before: 'context-switch(pmap 1)/lock-own-updir' },
      { kind: 'waits', awaited: [1], lock: 'updir-lock' },
    ]);
  });

  it('is blocked by a step that it names and that now comes first', () => {
    const swapped: Edit[] = [
      { swap: 'context-switch/join-new-pmap', with: 'context-switch/publish-kpdirpa' },
    ];
    const { result, position, refusals } = followed(modelOf({}, swapped));
    expect({ result, position }).toEqual({ result: 'blocked', position: 9 });
    const before = 'context-switch(pmap 1)/publish-kpdirpa';
    expect(refusals).toEqual([{ kind: 'elsewhere', mode: 'kernel', before }]);
  });

  it('is blocked where two CPUs wait for each other', () => {
    const unreleased: Edit[] = [
      { insert: 'lock-updir', before: 'l4-allocate/test-cpu' },
      { insert: 'unlock-updir', after: 'l4-allocate/add-slot' },
      { drop: 'l4-allocate/unlock-updir' },
    ];
    const walk = (cpu: number, at: number) =>
      `cpu ${cpu}: l4-allocate(slot 0)/walk-cpus[cpu ${at}]`;
    const enters = (cpu: number) => [`cpu ${cpu}: trap`, `cpu ${cpu}: trap/load-kpdirpa`];
    const names = [
      ...enters(0),
      ...enters(1),
      'cpu 1: context-switch(pmap 1)',
      ...[0, 1].map((cpu) => `cpu ${cpu}: l4-allocate(slot 0)`),
      ...[walk(0, 0), `${walk(0, 0)}/test-cpu`, walk(1, 1), `${walk(1, 1)}/test-cpu`],
      ...[walk(0, 1), walk(1, 0), `${walk(0, 1)}/test-cpu`],
    ];
    const { result, position, refusals } = followed(
      modelOf({ loops: 'any-order' }, unreleased),
      names,
    );
    expect({ result, position }).toEqual({ result: 'blocked', position: names.length });
    expect(refusals).toEqual([
      { kind: 'elsewhere', mode: 'kernel', before: walk(0, 1).slice(7).concat('/lock-updir') },
      { kind: 'waits', awaited: [1], lock: 'updir-lock' },
    ]);
  });

  it('breaks its property where that is violated first', () => {
    expect(followed(posted, [...labels, 'cpu 0: trap'])).toMatchObject({
      result: 'breaks',
      position: 16,
      actions: path?.actions,
    });
  });

  it('breaks its property by a step that it does not name, on the way to one that it does', () => {
    const late = [...labels.slice(0, 14), ...labels.slice(15), 'cpu 0: trap'];
    expect(followed(posted, late.slice(0, 15)).result).toBe('gone');
    const { result, position, gained } = followed(posted, late);
    expect({ result, position, gained }).toEqual({
      result: 'breaks',
      position: 16,
      gained: ['cpu 0: return/iret'],
    });
  });
});
