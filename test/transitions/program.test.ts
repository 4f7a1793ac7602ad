/** What the machinery makes of lists of steps. */
import { describe, expect, it } from 'vitest';
import { search } from '../../src/explorer/search.js';
import { ImmutableModel } from '../../src/model/immutable-system.js';
import { PackedModel } from '../../src/model/packed-system.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import { layoutOf } from '../../src/state/layout.js';
import type { Machine } from '../../src/state/machine.js';
import { mend, modelOf } from './designs.js';

/** Takes actions by their labels; gives the state after them. */
function walk(model: DesignModel, ...labels: string[]): { m: Machine; enabled: string[] } {
  const system = new ImmutableModel(model);
  let state = system.initials[0] as Machine;
  for (const label of labels) {
    const action = system.enabled(state).find((candidate) => candidate.label === label);
    if (action === undefined) {
      const enabled = system.enabled(state).map((candidate) => candidate.label);
      throw new Error(`${label} is not enabled; these are: ${enabled.join('; ')}`);
    }
    state = system.take(state, action).state;
  }
  return { m: state, enabled: system.enabled(state).map(({ label }) => label) };
}
const cpu0 = (m: Machine) => Object.values(m.cpus)[0] as Machine['cpus'][keyof Machine['cpus']];

describe('a state', () => {
  it.each([
    [{}, 3],
    [{ cpus: 3, userSlots: 2 }, 4],
    [{ cpus: 2, pmaps: 3, userSlots: 3 }, 6],
    [{ cpus: 4, pmaps: 4, userSlots: 4, nesting: 2 }, 12],
  ])('of the mended design at %o takes %i words', (options, words) => {
    expect(layoutOf(modelOf(options, mend).schema).words).toBe(words);
  });
});

describe('an operation', () => {
  it('is one action when it is atomic, and an action for each step when it is not', () => {
    const switched = ['cpu 0: trap', 'cpu 0: context-switch(pmap 1)'];
    const whole = walk(modelOf({ interleaving: 'operation' }), ...switched);
    expect(cpu0(whole.m)).toMatchObject({ at: 0, kpdirpa: 1, pmap: 1 });
    const parts = walk(modelOf(), 'cpu 0: trap', 'cpu 0: trap/load-kpdirpa', switched[1] as string);
    expect(cpu0(parts.m)).toMatchObject({ kpdirpa: 0, pmap: 0 });
    expect(cpu0(parts.m).at).toBeGreaterThan(0);
    expect(parts.enabled.filter((label) => label.startsWith('cpu 0'))).toEqual([
      'cpu 0: context-switch(pmap 1)/join-new-pmap',
      'cpu 0: interrupt',
    ]);
  });

  it('waits where a guard is false, and goes on when it is true', () => {
    const model = modelOf({}, mend);
    const enter = (cpu: string) => [`${cpu}: trap`, `${cpu}: trap/load-kpdirpa`];
    const locked = [...enter('cpu 0'), ...enter('cpu 1'), 'cpu 0: l4-allocate(slot 0)'];
    const first = walk(model, ...locked);
    // The first step of the allocation takes the lock; the other CPU's allocation cannot take it.
    expect(first.enabled).not.toContain('cpu 1: l4-allocate(slot 0)/lock-pmap');
    const other = walk(model, ...locked, 'cpu 1: l4-allocate(slot 0)');
    expect(other.enabled.filter((label) => label.startsWith('cpu 1'))).toEqual([
      'cpu 1: interrupt',
    ]);
  });

  it('leaves no trace of its registers', () => {
    const { m } = walk(
      modelOf(),
      'cpu 0: trap',
      'cpu 0: trap/load-kpdirpa',
      'cpu 0: l4-allocate(slot 0)',
      'cpu 0: l4-allocate(slot 0)/set-slot',
      'cpu 0: l4-allocate(slot 0)/walk-cpus[cpu 0]/test-cpu',
      'cpu 0: l4-allocate(slot 0)/walk-cpus[cpu 0]/add-slot',
      'cpu 0: l4-allocate(slot 0)/walk-cpus[cpu 1]/test-cpu',
      'cpu 0: l4-allocate(slot 0)/walk-cpus[cpu 1]/add-slot',
      'cpu 0: l4-allocate(slot 0)/unlock-pmap',
    );
    expect(cpu0(m)).toMatchObject({ at: 0, registers: { entry: null, loaded: false } });
  });
});

describe('a handler', () => {
  it('runs in a frame on top of what it interrupted, and gives it back', () => {
    const model = modelOf();
    const before = ['cpu 0: trap', 'cpu 0: trap/load-kpdirpa', 'cpu 0: context-switch(pmap 1)'];
    const at = cpu0(walk(model, ...before).m).at;
    const during = walk(model, ...before, 'cpu 0: interrupt');
    expect(cpu0(during.m).saved).toEqual([{ at, rsp: 'kernel' }]);
    expect(during.enabled.filter((label) => label.startsWith('cpu 0'))).toEqual([
      'cpu 0: interrupt/interrupt-return',
    ]);
    const after = walk(model, ...before, 'cpu 0: interrupt', 'cpu 0: interrupt/interrupt-return');
    expect(after.m).toEqual(walk(model, ...before).m);
  });

  it('of an interrupt does not come into the stubs, that of an NMI does', () => {
    const into = (event: 'interrupt' | 'nmi') =>
      walk(modelOf({ events: [event] }), 'cpu 0: trap').enabled.includes(`cpu 0: ${event}`);
    expect([into('interrupt'), into('nmi')]).toEqual([false, true]);
  });

  it('of an NMI does not come on top of itself, that of an interrupt does while there is a frame', () => {
    const nested = (event: 'interrupt' | 'nmi', nesting: number) => {
      const model = modelOf({ events: [event], nesting });
      const entered = ['cpu 0: trap', 'cpu 0: trap/load-kpdirpa', `cpu 0: ${event}`];
      return walk(model, ...entered).enabled.includes(`cpu 0: ${event}`);
    };
    expect(nested('interrupt', 1)).toBe(false);
    expect(nested('interrupt', 2)).toBe(true);
    expect(nested('nmi', 2)).toBe(false);
  });
});

describe('a loop in any order', () => {
  it('visits each member once, in each order', () => {
    const model = modelOf({ loops: 'any-order', userSlots: 2, events: [] });
    const entered = [
      'cpu 0: trap',
      'cpu 0: trap/load-kpdirpa',
      'cpu 0: context-switch(pmap 1)',
      'cpu 0: context-switch(pmap 1)/join-new-pmap',
      'cpu 0: context-switch(pmap 1)/publish-kpdirpa',
    ];
    const own = ({ enabled }: { enabled: string[] }) =>
      enabled.filter((label) => label.startsWith('cpu 0'));
    expect(own(walk(model, ...entered))).toEqual([
      'cpu 0: context-switch(pmap 1)/copy-slots[slot 0]',
      'cpu 0: context-switch(pmap 1)/copy-slots[slot 1]',
    ]);
    const second = [
      ...entered,
      'cpu 0: context-switch(pmap 1)/copy-slots[slot 1]',
      'cpu 0: context-switch(pmap 1)/copy-slots[slot 1]/write-slot',
    ];
    expect(own(walk(model, ...second))).toEqual([
      'cpu 0: context-switch(pmap 1)/copy-slots[slot 0]',
    ]);
    const done = [
      ...second,
      'cpu 0: context-switch(pmap 1)/copy-slots[slot 0]',
      'cpu 0: context-switch(pmap 1)/copy-slots[slot 0]/write-slot',
    ];
    expect(own(walk(model, ...done))).toEqual(['cpu 0: context-switch(pmap 1)/load-new-l4']);
  });

  it('reaches at least what an ordered one does', () => {
    const states = (loops: 'ordered' | 'any-order') =>
      search(new PackedModel(modelOf({ loops, userSlots: 2, cpus: 1, events: [] }))).statesDistinct;
    expect([states('ordered'), states('any-order')]).toEqual([480, 576]);
  });
});
