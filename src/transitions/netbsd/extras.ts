/** Steps that neither version takes, for edits to insert or to put in place of one that is. */
import { loadNewL4, writeSlot } from '../context-switch.js';
import { fence, lockOwnUpdir, lockUpdir, unlockOwnUpdir, unlockUpdir } from '../extras.js';
import { readKpdirpa, setPdir, writePdir } from '../memory.js';
import type { Item, Step } from '../operation.js';
import { step } from '../operation.js';
import { flushAll, flushPcid, loadCr3, mapArea, mappedAreas } from '../translation.js';
import type { Loads } from './entry.js';
import { handlerBody, loads2018, setUrsp } from './entry.js';
import { retestPmCpus, testPmCpus, writeEntry } from './l4-slots.js';
import { shootdownExports } from './shootdown.js';

/** Both values of CR3 carry a PCID and NOFLUSH: the load drops nothing. */
export const loads2022: Loads = {
  kpdirpa: step({
    ...loads2018.kpdirpa,
    source: '[M4]; amd64/frameasm.h 1.55: SVS_ENTER',
    usesPcid: true,
    effect: (m, { cpu }, scope) => {
      const l4 = scope.l4OfPmap[readKpdirpa(m, scope, cpu)];
      loadCr3(m, scope, cpu, l4, scope.kernelPcid, true);
    },
  }),
  updirpa: step({
    ...loads2018.updirpa,
    source: '[M4]; amd64/frameasm.h 1.55: SVS_LEAVE',
    usesPcid: true,
    effect: (m, { cpu }, scope) => {
      loadCr3(m, scope, cpu, scope.updirOf[cpu], scope.userPcid, true);
    },
  }),
};

/** A step without the conditions that it is limited to. */
const always = ({ only, name, ...rest }: Step): Step => ({
  ...rest,
  name: `${name}-always`,
  source: 'model: the test of whether the process is isolated left out',
});

/** A locked swap in place of the plain store. */
const setSlotLocked = step({
  name: 'set-slot-locked',
  source: 'model: as pmap_free_ptp clears a slot',
  needs: { slot: 'slot' },
  writesPdir: true,
  fences: true,
  changes: 'all',
  effect: (m, { cpu, slot }) => setPdir(m, m.cpus[cpu].pmap, slot, true),
});

/** A plain store in place of the locked swap. */
const clearSlotPlain = step({
  name: 'clear-slot-plain',
  source: 'model: as pmap_get_ptp sets a slot',
  needs: { slot: 'slot' },
  variables: ['free'],
  writesPdir: true,
  stores: true,
  changes: 'all',
  effect: (m, { cpu, slot }, scope) => {
    const { pmap } = m.cpus[cpu];
    writePdir(m, scope, cpu, pmap, slot, false);
    m.pmaps[pmap].deferred.add(slot);
  },
});

/** The copy as it first was in the tree: every L4 slot that is not named is copied. */
const copyKernelHalf = step({
  name: 'copy-kernel-half',
  source: 'amd64/machdep.c Jan 2018: svs_pdir_switch, all 512 slots',
  needs: { pmap: 'pmap' },
  changes: 'all',
  effect: (m, { cpu, pmap }, scope) => {
    const mapped = mappedAreas(m, scope, scope.l4OfPmap[pmap]);
    for (const area of scope.areas.ids) {
      const name = scope.areaName[area];
      if (name === 'pte' || name === 'direct-map') continue;
      if (mapped.has(area)) mapArea(m, scope, cpu, name);
    }
  },
});

const loadNewL4NoFlush = step({
  ...loadNewL4,
  name: 'load-new-l4-noflush',
  source: 'FreeBSD rS332450: the kernel half has entries of the process before',
  usesPcid: true,
  effect: (m, { cpu, pmap }, scope) => {
    const l4 = scope.l4OfPmap[pmap as keyof typeof scope.l4OfPmap];
    loadCr3(m, scope, cpu, l4, scope.kernelPcid, true);
  },
});

/** The two halves of a load that is not one instruction. */
const setUserPcid = step({
  name: 'set-user-pcid',
  source: 'model: the PCID changes before the table',
  interrupts: 'off',
  fences: true,
  loadsCr3: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => {
    loadCr3(m, scope, cpu, m.cpus[cpu].cr3, scope.userPcid, true);
  },
});

const flushNonglobal = step({
  name: 'flush-nonglobal',
  repairs: 'flush',
  source: 'Intel SDM: INVPCID of all contexts but for global entries',
  interrupts: 'off',
  stub: true,
  fences: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => {
    for (const pcid of scope.pcids.ids) flushPcid(m, scope, cpu, pcid);
  },
});

const flushGlobal = step({
  name: 'flush-global',
  repairs: 'flush',
  source: 'Intel SDM: INVPCID of all contexts, or a toggle of CR4.PGE',
  interrupts: 'off',
  stub: true,
  fences: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => flushAll(m, scope, cpu),
});

/** @param loads how the version loads CR3 */
export const netbsdExports = (loads: Loads): Item[] => [
  lockOwnUpdir,
  unlockOwnUpdir,
  lockUpdir,
  unlockUpdir,
  testPmCpus,
  retestPmCpus,
  fence,
  setSlotLocked,
  clearSlotPlain,
  copyKernelHalf,
  always(loads.updirpa),
  always(setUrsp),
  always(writeEntry),
  always(writeSlot),
  loadNewL4NoFlush,
  setUserPcid,
  flushNonglobal,
  flushGlobal,
  handlerBody('touch-kernel', "model: C code that runs before the kernel's tables are loaded"),
  ...shootdownExports,
];
