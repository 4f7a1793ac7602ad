/**
 * [M7b] Allocation of an L4 slot: the allocating CPU walks over the CPUs that have the process's
 * pmap loaded, and adds the new slot to the page of each.
 *
 * The mail speaks of the *other* CPUs. The allocating CPU's own page is taken to be meant too;
 * walkOtherCpus is the sentence to the letter.
 */
import type { Id } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import { readPdir, unlockPmap as storeUnlock, writePdir, writeUpdir } from './memory.js';
import { each, operation, step } from './operation.js';

export const ownPmap = (m: Machine, cpu: Id<'cpu'>) => m.pmaps[m.cpus[cpu].pmap];

export const lockPmap = step({
  name: 'lock-pmap',
  neededFor: 'the tables below L4, which are not modelled: two CPUs would edit them at once',
  source: 'x86/pmap.c Feb 2018: pmap_get_ptp, pm_lock',
  acquires: 'pmap-lock',
  fences: true,
  waits: (m, { cpu }) => ownPmap(m, cpu).lock,
  effect: (m, { cpu }) => {
    ownPmap(m, cpu).lock = cpu;
  },
});

export const setSlot = step({
  name: 'set-slot',
  source: '[M7b]; x86/pmap.c Feb 2018: pmap_get_ptp',
  needs: { slot: 'slot' },
  writesPdir: true,
  stores: true,
  changes: 'all',
  effect: (m, { cpu, slot }, scope) => {
    writePdir(m, scope, cpu, m.cpus[cpu].pmap, slot, true);
  },
});

const testCpu = step({
  name: 'test-cpu',
  source: '[M7b]; x86/svs.c 1.5: svs_pmap_sync',
  needs: { other: 'cpu' },
  svs: true,
  sets: ['loaded'],
  effect: (m, { cpu, other }) => {
    m.cpus[cpu].registers.loaded = ownPmap(m, cpu).kernelCpus.has(other);
  },
});

const addSlot = step({
  name: 'add-slot',
  source: '[M7b]; x86/svs.c 1.5: svs_pmap_sync',
  needs: { other: 'cpu', slot: 'slot' },
  svs: true,
  uses: ['loaded'],
  when: ({ loaded }) => loaded,
  writesUpdir: 'other',
  stores: true,
  changes: 'all',
  effect: (m, { cpu, other, slot }, scope) => {
    writeUpdir(m, scope, cpu, other, slot, m.cpus[cpu].pmap);
  },
});

export const unlockPmap = step({
  name: 'unlock-pmap',
  neededFor: 'a second CPU, or a second edit, that waits for the lock',
  source: 'x86/pmap.c Feb 2018: pmap_get_ptp, pm_lock',
  releases: 'pmap-lock',
  stores: true,
  effect: (m, { cpu }, scope) => {
    storeUnlock(m, scope, cpu, m.cpus[cpu].pmap);
  },
});

const walkCpus = each({
  loop: 'walk-cpus',
  source: '[M7b]',
  over: { other: 'cpu' },
  body: [testCpu, addSlot],
});

/** The same walk over the *other* CPUs alone, to the letter of [M7b]. */
export const walkOtherCpus = each({
  ...walkCpus,
  loop: 'walk-other-cpus',
  except: ({ cpu, other }) => cpu === other,
});

/** A user thread needs one more L4 slot. */
export const l4Allocate = operation({
  name: 'l4-allocate',
  source: '[M7b]; x86/pmap.c Feb 2018: pmap_get_ptp',
  over: { slot: 'slot' },
  starts: 'kernel',
  enabled: {
    says: 'the loaded pmap has no entry at the slot',
    test: (m, { cpu, slot }, scope) => !readPdir(m, scope, cpu, m.cpus[cpu].pmap, slot),
  },
  steps: [lockPmap, setSlot, walkCpus, unlockPmap],
});
