/**
 * [M7a] The context switch: ci_svs_kpdirpa comes to name the new pmap, and the pmap's user slots are
 * copied into the per-CPU page.
 *
 * The mail names those two steps. The ones around them are pmap_load's, in its order: they are what
 * "the new pmap" and "has the pmap loaded" [M7b] rest on.
 */
import { each, operation, step } from './operation.js';
import { loadCr3 } from './translation.js';

const leaveOldPmap = step({
  name: 'leave-old-pmap',
  source: 'x86/pmap.c Feb 2018: pmap_load',
  effect: (m, { cpu }) => {
    m.pmaps[m.cpus[cpu].pmap].cpus.delete(cpu);
  },
});

/** Joins the set of CPUs that have the pmap loaded, which allocations walk [M7b]. */
const joinNewPmap = step({
  name: 'join-new-pmap',
  source: '[M7b]; x86/pmap.c Feb 2018: pmap_load',
  needs: { pmap: 'pmap' },
  effect: (m, { cpu, pmap }) => {
    m.pmaps[pmap].cpus.add(cpu);
    m.cpus[cpu].pmap = pmap;
  },
});

const publishKpdirpa = step({
  name: 'publish-kpdirpa',
  source: '[M7a]; x86/svs.c 1.5: svs_pdir_switch',
  needs: { pmap: 'pmap' },
  svs: true,
  effect: (m, { cpu, pmap }) => {
    m.cpus[cpu].kpdirpa = pmap;
  },
});

const readSlot = step({
  name: 'read-slot',
  source: '[M7a]; x86/svs.c 1.5: svs_pdir_switch',
  needs: { pmap: 'pmap', slot: 'slot' },
  svs: true,
  sets: ['entry'],
  effect: (m, { cpu, pmap, slot }) => {
    m.cpus[cpu].registers.entry = m.pmaps[pmap].slots.has(slot) ? pmap : null;
  },
});

const writeSlot = step({
  name: 'write-slot',
  source: '[M7a]; x86/svs.c 1.5: svs_pdir_switch',
  needs: { slot: 'slot' },
  svs: true,
  uses: ['entry'],
  writesUpdir: 'cpu',
  changes: 'all',
  effect: (m, { cpu, slot }) => {
    m.updirs[cpu].slots[slot].owner = m.cpus[cpu].registers.entry;
  },
});

const loadNewL4 = step({
  name: 'load-new-l4',
  source: 'x86/pmap.c Feb 2018: pmap_load, lcr3',
  needs: { pmap: 'pmap' },
  loadsCr3: true,
  changes: 'own',
  effect: (m, { cpu, pmap }, scope) => {
    loadCr3(m, scope, cpu, scope.l4OfPmap[pmap]);
  },
});

/** Moves this CPU to a thread of another process. */
export const contextSwitch = operation({
  name: 'context-switch',
  source: '[M7a]; x86/pmap.c Feb 2018: pmap_load',
  over: { pmap: 'pmap' },
  starts: 'kernel',
  enabled: (m, { cpu, pmap }) => m.cpus[cpu].pmap !== pmap,
  steps: [
    leaveOldPmap,
    joinNewPmap,
    publishKpdirpa,
    each({
      loop: 'copy-slots',
      source: '[M7a]',
      over: { slot: 'slot' },
      body: [readSlot, writeSlot],
    }),
    loadNewL4,
  ],
});
