/**
 * The load of a pmap (pmap_load, cpu_load_pmap, svs_pdir_switch): [M7a] as NetBSD came to do it.
 * Done with IF=1 and without the lock of the new pmap, when a thread is about to return to user mode.
 */
import type { Id } from '../../state/domain.js';
import type { Machine } from '../../state/machine.js';
import { copySlots, loadNewL4, publishKpdirpa } from '../context-switch.js';
import { lockOwnUpdir, unlockOwnUpdir } from '../extras.js';
import { unlockPmap as storeUnlock } from '../memory.js';
import type { Item, Operation, Step } from '../operation.js';
import { operation, step } from '../operation.js';
import { flushPcid } from '../translation.js';

const load = 'x86/pmap.c Feb 2018: pmap_load';

export const takeReference = step({
  name: 'take-reference',
  variables: ['lifetime'],
  neededFor: 'a pmap that ends while it is loaded: the event exit',
  source: load,
  event: 'exit',
  needs: { pmap: 'pmap' },
  fences: true,
  effect: (m, { cpu, pmap }) => {
    m.pmaps[pmap].references.add(cpu);
  },
});

const leavePmCpus = step({
  name: 'leave-pm-cpus',
  neededFor:
    "shootdowns of a process's own addresses, which go to pm_cpus alone; here all go to both sets",
  source: load,
  needs: { old: 'pmap' },
  fences: true,
  effect: (m, { cpu, old }) => {
    m.pmaps[old].cpus.delete(cpu);
  },
});

const leavePmKernelCpus = step({
  name: 'leave-pm-kernel-cpus',
  neededFor: 'a second CPU, whose syncs and shootdowns go by the set',
  source: load,
  needs: { old: 'pmap' },
  fences: true,
  effect: (m, { cpu, old }) => {
    m.pmaps[old].kernelCpus.delete(cpu);
  },
});

const setValid = step({
  name: 'set-valid',
  neededFor:
    "shootdowns of a process's own addresses, which go to pm_cpus alone; here all go to both sets",
  source: load,
  effect: (m, { cpu }) => {
    m.cpus[cpu].tlbstate = 'valid';
  },
});

const joinPmCpus = step({
  name: 'join-pm-cpus',
  neededFor:
    "shootdowns of a process's own addresses, which go to pm_cpus alone; here all go to both sets",
  source: load,
  needs: { pmap: 'pmap' },
  fences: true,
  effect: (m, { cpu, pmap }) => {
    m.pmaps[pmap].cpus.add(cpu);
  },
});

const joinPmKernelCpus = step({
  name: 'join-pm-kernel-cpus',
  neededFor: 'a second CPU, whose syncs and shootdowns go by the set',
  source: `[M7b]; ${load}`,
  needs: { pmap: 'pmap' },
  fences: true,
  effect: (m, { cpu, pmap }) => {
    m.pmaps[pmap].kernelCpus.add(cpu);
  },
});

const setCiPmap = step({
  name: 'set-ci-pmap',
  source: load,
  needs: { pmap: 'pmap' },
  effect: (m, { cpu, pmap }) => {
    m.cpus[cpu].pmap = pmap;
  },
});

/** The CPU's own copy of the process's LDT, which the per-CPU page maps. */
export const copyLdt = step({
  name: 'copy-ldt',
  source: 'x86/svs.c 1.16: svs_ldt_sync',
  event: 'ldt',
  variables: ['ldt'],
  needs: { pmap: 'pmap' },
  writesLdt: 'cpu',
  effect: (m, { cpu, pmap }) => {
    m.updirs[cpu].ldt.owner = pmap;
    m.updirs[cpu].ldt.edited = m.pmaps[pmap].ldtEdited;
  },
});

const clearWant = step({
  name: 'clear-want',
  neededFor: 'progress, which is not checked: without it every return loads the pmap again',
  source: load,
  effect: (m, { cpu }) => {
    m.cpus[cpu].wantPmapload = false;
  },
});

/** The last reference destroys the pmap of a process that has exited. */
export function destroyUnused(m: Machine, pmap: Id<'pmap'>): void {
  const { exited, references, slots } = m.pmaps[pmap];
  if (exited && references.size === 0) slots.clear();
}

export const dropReference = step({
  name: 'drop-reference',
  variables: ['lifetime'],
  source: `${load}; x86/pmap.c Feb 2018: pmap_destroy`,
  event: 'exit',
  needs: { old: 'pmap' },
  fences: true,
  changes: 'all',
  effect: (m, { cpu, old }) => {
    m.pmaps[old].references.delete(cpu);
    destroyUnused(m, old);
  },
});

/** With two PCIDs for all processes, the user's holds what the page mapped before. */
export const flushUserPcid = step({
  name: 'flush-user-pcid',
  repairs: 'flush',
  source: 'x86/svs.c 1.41: svs_pdir_switch, INVPCID of a single context',
  fences: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => flushPcid(m, scope, cpu, scope.userPcid),
});

/** Only the pages of isolated processes are copied. */
const limited = ({ body, ...loop }: typeof copySlots): typeof copySlots => ({
  ...loop,
  body: body.map((one) => ({ ...one, only: ['pmap-isolated'] as const })),
});

/** 3.7 of svs_pdir_switch and of what is around it, from the leaving of the old pmap to lcr3. */
const switchTo = (flush: readonly Step[], drop: Step | null): Item[] => [
  takeReference,
  leavePmCpus,
  leavePmKernelCpus,
  setValid,
  joinPmCpus,
  joinPmKernelCpus,
  setCiPmap,
  copyLdt,
  publishKpdirpa,
  lockOwnUpdir,
  limited(copySlots),
  unlockOwnUpdir,
  ...flush,
  loadNewL4,
  ...(drop === null ? [] : [drop]),
];

/** @param flush what 2022 flushes because it has PCIDs; nothing in 2018 */
export const pmapLoad = (flush: readonly Step[]): Operation =>
  operation({
    name: 'pmap-load',
    source: `[M7a]; ${load}`,
    over: { old: 'pmap', pmap: 'pmap' },
    variables: ['threads'],
    starts: 'kernel',
    switchesPmap: true,
    enabled: {
      says: 'the first pmap is loaded, and the thread is owed a load of the second',
      test: (m, { cpu, old, pmap }) => {
        const { thread, wantPmapload, pmap: loaded } = m.cpus[cpu];
        return wantPmapload && thread === pmap && loaded === old && old !== pmap;
      },
    },
    steps: [...switchTo(flush, null), clearWant, dropReference],
  });

const testOwnBit = step({
  name: 'test-own-bit',
  source: 'x86/pmap.c Feb 2018: pmap_reactivate',
  sets: ['loaded'],
  effect: (m, { cpu }) => {
    m.cpus[cpu].registers.loaded = m.pmaps[m.cpus[cpu].pmap].cpus.has(cpu);
  },
});

const rejoin = step({
  name: 'rejoin-pm-cpus',
  neededFor:
    "shootdowns of a process's own addresses, which go to pm_cpus alone; here all go to both sets",
  source: 'x86/pmap.c Feb 2018: pmap_reactivate',
  uses: ['loaded'],
  when: ({ loaded }) => !loaded,
  fences: true,
  effect: (m, { cpu }) => {
    m.pmaps[m.cpus[cpu].pmap].cpus.add(cpu);
  },
});

/** `tlbflush()`: shootdowns may have been missed. */
const flushTlb = step({
  name: 'flush-tlb',
  neededFor:
    "shootdowns of a process's own addresses, which go to pm_cpus alone; here all go to both sets",
  source: 'x86/pmap.c Feb 2018: pmap_reactivate',
  uses: ['loaded'],
  when: ({ loaded }) => !loaded,
  fences: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => {
    for (const pcid of scope.pcids.ids) flushPcid(m, scope, cpu, pcid);
  },
});

/** The pmap is loaded still: a kernel thread borrowed it. The per-CPU page is not copied again. */
export const pmapReactivate = operation({
  name: 'pmap-reactivate',
  variables: ['threads'],
  source: 'x86/pmap.c Feb 2018: pmap_reactivate',
  starts: 'kernel',
  enabled: {
    says: 'the thread is owed a pmap load, and its own pmap is the one that is loaded',
    test: (m, { cpu }) => m.cpus[cpu].wantPmapload && m.cpus[cpu].thread === m.cpus[cpu].pmap,
  },
  steps: [setValid, testOwnBit, rejoin, flushTlb, clearWant],
});

const map = 'x86/pmap.c 2020: pmap_map_ptes';
const unmap = 'x86/pmap.c 2020: pmap_unmap_ptes';

const lockForeign = step({
  name: 'lock-foreign',
  source: map,
  needs: { pmap: 'pmap' },
  acquires: 'pmap-lock',
  fences: true,
  waits: (m, { pmap }) => m.pmaps[pmap].lock,
  effect: (m, { cpu, pmap }) => {
    m.pmaps[pmap].lock = cpu;
  },
});

const leaveLazy = step({
  name: 'leave-lazy',
  source: unmap,
  effect: (m, { cpu }) => {
    m.cpus[cpu].tlbstate = 'lazy';
    m.cpus[cpu].wantPmapload = m.cpus[cpu].thread !== null;
  },
});

const unlockForeign = step({
  name: 'unlock-foreign',
  source: unmap,
  needs: { pmap: 'pmap' },
  releases: 'pmap-lock',
  stores: true,
  effect: (m, { cpu, pmap }, scope) => storeUnlock(m, scope, cpu, pmap),
});

/** Loads the pmap of another process to edit its tables, and leaves it loaded. */
export const borrow = (flush: readonly Step[]): Operation =>
  operation({
    name: 'borrow',
    source: `${map}; ${unmap}`,
    event: 'borrow',
    variables: ['threads'],
    over: { old: 'pmap', pmap: 'pmap' },
    starts: 'kernel',
    switchesPmap: true,
    enabled: {
      says: 'the first pmap is loaded, the second is another, and its process has not exited',
      test: (m, { cpu, old, pmap }) =>
        m.cpus[cpu].pmap === old && old !== pmap && !m.pmaps[pmap].exited,
    },
    steps: [lockForeign, ...switchTo(flush, dropReference), leaveLazy, unlockForeign],
  });
