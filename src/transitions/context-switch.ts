/**
 * [M7a] The context switch: ci_svs_kpdirpa comes to name the new pmap, and the pmap's user slots are
 * copied into the per-CPU page.
 *
 * The mail names those two steps. The ones around them are pmap_load's, in its order: they are what
 * "the new pmap" and "has the pmap loaded" [M7b] rest on.
 */
import { readPdir, writeKpdirpa, writeUpdir } from './memory.js';
import { each, operation, step } from './operation.js';
import { loadCr3 } from './translation.js';

const leaveOldPmap = step({
  name: 'leave-old-pmap',
  source: 'x86/pmap.c Feb 2018: pmap_load',
  fences: true,
  effect: (m, { cpu }) => {
    m.pmaps[m.cpus[cpu].pmap].kernelCpus.delete(cpu);
  },
});

/** Joins the set of CPUs that have the pmap loaded, which allocations walk [M7b]. */
const joinNewPmap = step({
  name: 'join-new-pmap',
  source: '[M7b]; x86/pmap.c Feb 2018: pmap_load',
  needs: { pmap: 'pmap' },
  fences: true,
  effect: (m, { cpu, pmap }) => {
    m.pmaps[pmap].kernelCpus.add(cpu);
    m.cpus[cpu].pmap = pmap;
  },
});

export const publishKpdirpa = step({
  name: 'publish-kpdirpa',
  source: '[M7a]; x86/svs.c 1.5: svs_pdir_switch',
  needs: { pmap: 'pmap' },
  svs: true,
  stores: true,
  effect: (m, { cpu, pmap }, scope) => {
    writeKpdirpa(m, scope, cpu, pmap);
  },
});

export const readSlot = step({
  name: 'read-slot',
  source: '[M7a]; x86/svs.c 1.5: svs_pdir_switch',
  needs: { pmap: 'pmap', slot: 'slot' },
  svs: true,
  sets: ['entry'],
  effect: (m, { cpu, pmap, slot }, scope) => {
    m.cpus[cpu].registers.entry = readPdir(m, scope, cpu, pmap, slot) ? pmap : null;
  },
});

export const writeSlot = step({
  name: 'write-slot',
  source: '[M7a]; x86/svs.c 1.5: svs_pdir_switch',
  needs: { slot: 'slot' },
  svs: true,
  uses: ['entry'],
  writesUpdir: 'cpu',
  stores: true,
  changes: 'all',
  effect: (m, { cpu, slot }, scope) => {
    writeUpdir(m, scope, cpu, cpu, slot, m.cpus[cpu].registers.entry);
  },
});

export const loadNewL4 = step({
  name: 'load-new-l4',
  source: 'x86/pmap.c Feb 2018: pmap_load, lcr3',
  needs: { pmap: 'pmap' },
  fences: true,
  loadsCr3: true,
  changes: 'own',
  effect: (m, { cpu, pmap }, scope) => {
    loadCr3(m, scope, cpu, scope.l4OfPmap[pmap]);
  },
});

export const copySlots = each({
  loop: 'copy-slots',
  source: '[M7a]; x86/svs.c 1.5: svs_pdir_switch',
  over: { slot: 'slot' },
  body: [readSlot, writeSlot],
});

/** Moves this CPU to a thread of another process. */
export const contextSwitch = operation({
  name: 'context-switch',
  source: '[M7a]; x86/pmap.c Feb 2018: pmap_load',
  over: { pmap: 'pmap' },
  starts: 'kernel',
  switchesPmap: true,
  enabled: {
    says: 'another pmap is loaded',
    test: (m, { cpu, pmap }) => m.cpus[cpu].pmap !== pmap,
  },
  steps: [leaveOldPmap, joinNewPmap, publishKpdirpa, copySlots, loadNewL4],
});
