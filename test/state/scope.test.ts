/** What is constant in a scope: its domains, the pages that CR3 names, areas, plain stores. */
import { describe, expect, it } from 'vitest';
import { domain, membersOf, tableOf, toId, toIndex } from '../../src/state/domain.js';
import type { ScopeOptions, VariableGroup } from '../../src/state/scope.js';
import { areaNames, none, scopeOf, variableGroups } from '../../src/state/scope.js';
import type { Store } from '../../src/state/stores.js';
import { storesOf } from '../../src/state/stores.js';
import { someOptions } from './options.js';

const options: ScopeOptions = {
  ...someOptions,
  kernelAreas: ['pte', 'direct-map', 'entry', 'grown', 'utls', 'rsp0', 'guard'],
  unmapped: ['direct-map', 'pte'],
  secret: ['direct-map', 'heap'],
  global: ['entry'],
};
const scope = (change: Partial<ScopeOptions> = {}, ...groups: VariableGroup[]) =>
  scopeOf({ ...options, ...change }, new Set(groups));

describe('a scope', () => {
  it('has an L4 page for each pmap, for each CPU and for pmap_kernel', () => {
    const { l4s, l4Page, l4OfPmap, updirOf, l4OfKernel, pmaps, cpus } = scope();
    expect(l4s.ids.map(l4s.label)).toEqual([
      'L4 of pmap 0',
      'L4 of pmap 1',
      'L4 of pmap 2',
      'updir of cpu 0',
      'updir of cpu 1',
      'L4 of pmap_kernel',
    ]);
    for (const pmap of pmaps.ids) {
      expect(l4Page[l4OfPmap[pmap]]).toEqual({ kind: 'pmap', pmap, cpu: null });
    }
    for (const cpu of cpus.ids) {
      expect(l4Page[updirOf[cpu]]).toEqual({ kind: 'updir', pmap: null, cpu });
    }
    expect(l4Page[l4OfKernel]).toEqual({ kind: 'kernel', pmap: null, cpu: null });
  });

  it('says which areas which pages map', () => {
    const { areas, ...rest } = scope();
    const names = (ids: readonly Parameters<typeof areas.label>[0][]) => ids.map(areas.label);
    expect(names(areas.ids)).toEqual(options.kernelAreas);
    expect(names(rest.kernelHalf.ids)).toEqual(['pte', 'direct-map', 'entry', 'grown']);
    expect(names(rest.kernelHalfAtBoot.ids)).toEqual(['pte', 'direct-map', 'entry', 'grown']);
    expect(names(rest.carried.ids)).toEqual(['entry', 'grown']);
    expect(names(rest.unmapped.ids)).toEqual(['pte', 'direct-map']);
    expect(names(rest.secret.ids)).toEqual(['direct-map']);
    expect(names(rest.global.ids)).toEqual(['entry']);
    expect(areas.ids.map((area) => rest.areaName[area])).toEqual(options.kernelAreas);
    const entry = rest.area('entry');
    expect(entry !== undefined && areas.label(entry)).toBe('entry');
    expect(rest.area('heap')).toBeUndefined();
    const { kernelHalfAtBoot, kernelHalf } = scope({}, 'growth');
    expect(names(kernelHalfAtBoot.ids)).toEqual(['pte', 'direct-map', 'entry']);
    expect(names(kernelHalf.ids)).toEqual(['pte', 'direct-map', 'entry', 'grown']);
    expect(new Set(areaNames).size).toBe(15);
  });

  it('has two PCIDs, positions and stores only where a design has', () => {
    const plain = scope();
    expect(plain.pcids.ids.length).toBe(1);
    expect(plain.userPcid).toBe(plain.kernelPcid);
    expect([plain.positions.ids.length, plain.stores]).toEqual([0, null]);
    const full = scope({ memory: 'tso', kaslr: { positions: 4, layout: 'placed' } }, 'pcid');
    expect(full.pcids.ids.map(full.pcids.label)).toEqual(['PCID_KERN', 'PCID_USER']);
    expect([full.kernelPcid, full.userPcid]).toEqual(full.pcids.ids);
    expect(full.positions.ids.map(full.positions.label)).toEqual([
      'position 0',
      'position 1',
      'position 2',
      'position 3',
    ]);
    expect(full.stores?.domain.ids.length).toBe(2 * 2 * 4 + 3 * 2 * 2 + 2 * 3 + 2 + 3);
  });

  it('has the groups of variables that it is told', () => {
    const { has } = scope({}, 'threads', 'ldt');
    expect(Object.keys(has)).toEqual(variableGroups);
    expect(variableGroups.filter((group) => has[group])).toEqual(['threads', 'ldt']);
  });

  it('knows who is isolated, and whether user slots are global', () => {
    const { isolated, userIsGlobal } = scope();
    expect([isolated.ids.map(toIndex), userIsGlobal]).toEqual([[0, 1, 2], false]);
    const other = scope({ unisolated: [1], global: ['user'] });
    expect(other.isolated.ids.map(toIndex)).toEqual([0, 2]);
    expect([other.userIsGlobal, other.global.ids]).toEqual([true, []]);
  });
});

describe('a domain', () => {
  it('calls its members by labels, or by its own name', () => {
    const cpus = domain('cpu', 3, ['boot']);
    expect(cpus.ids.map(cpus.label)).toEqual(['boot', 'cpu 1', 'cpu 2']);
    expect(cpus.ids.map(toIndex)).toEqual([0, 1, 2]);
    expect(none(cpus)).toMatchObject({ name: 'cpu', ids: [] });
    expect(none(cpus).label(toId(0))).toBe('boot');
  });

  it('has members that pass a test, and tables', () => {
    const slots = domain('slot', 32);
    const some = membersOf(slots, (slot) => toIndex(slot) % 31 === 0);
    expect(some.ids.map(toIndex)).toEqual([0, 31]);
    expect(some.mask >>> 0).toBe(0x8000_0001);
    expect(slots.ids.filter(some.has)).toEqual(some.ids);
    const squares = tableOf(slots, (slot) => toIndex(slot) ** 2);
    expect(squares[toId<'slot'>(5)]).toBe(25);
  });
});

describe('plain stores', () => {
  const [cpus, pmaps, slots] = [domain('cpu', 2), domain('pmap', 3), domain('slot', 2)];
  const stores = storesOf(cpus, pmaps, slots);

  it('are numbered, each by what it writes', () => {
    const numberOf = (store: Store) => {
      switch (store.kind) {
        case 'updir':
          return stores.updir(store.updir, store.slot, store.owner);
        case 'pdir':
          return stores.pdir(store.pmap, store.slot, store.present);
        case 'kpdirpa':
          return stores.kpdirpa(store.cpu, store.pmap);
        case 'unlock-updir':
          return stores.unlockUpdir(store.updir);
        case 'unlock-pmap':
          return stores.unlockPmap(store.pmap);
      }
    };
    const all = stores.domain.ids.map(stores.get);
    expect(all.map(numberOf)).toEqual(stores.domain.ids);
    expect(new Set(all.map((store) => JSON.stringify(store))).size).toBe(39);
    const kinds = all.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'updir').length).toBe(16);
    expect(kinds.filter((kind) => kind === 'pdir').length).toBe(12);
    expect(kinds.filter((kind) => kind === 'kpdirpa').length).toBe(6);
    expect(kinds.slice(-5)).toEqual([
      'unlock-updir',
      'unlock-updir',
      'unlock-pmap',
      'unlock-pmap',
      'unlock-pmap',
    ]);
  });

  it('are called by the place and the value', () => {
    const { domain } = stores;
    const [cpu, pmap, slot] = [toId<'cpu'>(1), toId<'pmap'>(2), toId<'slot'>(0)];
    expect(
      [
        stores.updir(cpu, slot, null),
        stores.updir(cpu, slot, pmap),
        stores.pdir(pmap, slot, true),
        stores.pdir(pmap, slot, false),
        stores.kpdirpa(cpu, pmap),
        stores.unlockUpdir(cpu),
        stores.unlockPmap(pmap),
      ].map(domain.label),
    ).toEqual([
      'updir of cpu 1 slot 0 := none',
      'updir of cpu 1 slot 0 := pmap 2',
      'pmap 2 slot 0 := set',
      'pmap 2 slot 0 := none',
      'kpdirpa of cpu 1 := pmap 2',
      'lock of updir of cpu 1 := free',
      'lock of pmap 2 := free',
    ]);
  });
});
