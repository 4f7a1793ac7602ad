/**
 * Threads and processes: the switch from one LWP to another, which loads no pmap, and the ends and
 * beginnings of processes.
 */
import type { Operation, Step } from '../operation.js';
import { operation, step } from '../operation.js';
import { destroyUnused } from './pmap-load.js';

/** A pmap that is loaded stays so, but its shootdowns are of no more interest. */
const deactivate = step({
  name: 'deactivate',
  neededFor: 'speed alone: a lazy CPU leaves the set that shootdowns go to',
  source: 'x86/pmap.c Feb 2018: pmap_deactivate',
  effect: (m, { cpu }) => {
    const state = m.cpus[cpu];
    if (state.thread !== null && !state.wantPmapload) state.tlbstate = 'lazy';
    state.wantPmapload = false;
  },
});

const setCurlwp = step({
  name: 'set-curlwp',
  source: 'amd64/locore.S 2019: cpu_switchto',
  needs: { pmap: 'pmap' },
  effect: (m, { cpu, pmap }) => {
    m.cpus[cpu].thread = pmap;
  },
});

/** The L1 slot through which the user's tables show the top page of the thread's kernel stack. */
const remapRsp0 = step({
  name: 'remap-rsp0',
  source: 'x86/svs.c 1.5: svs_lwp_switch',
  needs: { pmap: 'pmap' },
  only: ['isolated'],
  effect: (m, { cpu, pmap }) => {
    m.updirs[cpu].stack = pmap;
  },
});

/** With PCIDs the reload of CR3 does not drop the old translation. */
export const flushRsp0 = step({
  name: 'flush-rsp0',
  neededFor:
    'two threads of one process on a CPU: their switch loads no pmap, whose flush would do',
  repairs: 'flush',
  source: 'x86/svs.c 1.41: svs_lwp_switch, INVPCID of an address',
  fences: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => {
    if (!scope.options.global.includes('rsp0')) m.cpus[cpu].tlb[scope.userPcid].stacks.clear();
  },
});

/** Which stack hardware enters on: the one that the tables show which it finds loaded. */
const setTssRsp0 = step({
  name: 'set-tss-rsp0',
  source:
    'amd64/locore.S 2019: cpu_switchto; model: a process that is not isolated enters on its own stack',
  event: 'mixed-isolation',
  variables: ['isolation'],
  effect: (m, { cpu }, scope) => {
    const { thread } = m.cpus[cpu];
    m.cpus[cpu].tssRsp0 = thread !== null && scope.isolated.has(thread) ? 'rsp0' : 'kernel';
  },
});

const activate = step({
  name: 'activate',
  source: 'x86/pmap.c Feb 2018: pmap_activate',
  effect: (m, { cpu }) => {
    m.cpus[cpu].wantPmapload = true;
  },
});

/** @param flush what 2022 flushes because it has PCIDs; nothing in 2018 */
export const lwpSwitch = (flush: readonly Step[]): Operation =>
  operation({
    name: 'lwp-switch',
    source: 'amd64/locore.S 2019: cpu_switchto',
    over: { pmap: 'pmap' },
    variables: ['threads'],
    starts: 'kernel',
    enabled: {
      says: 'another thread runs on the CPU, and the process has not exited',
      test: (m, { cpu, pmap }) => m.cpus[cpu].thread !== pmap && !m.pmaps[pmap].exited,
    },
    steps: [deactivate, setCurlwp, remapRsp0, ...flush, setTssRsp0, activate],
  });

const setCurlwpKernel = step({
  name: 'set-curlwp',
  source: 'amd64/locore.S 2019: cpu_switchto',
  effect: (m, { cpu }) => {
    m.cpus[cpu].thread = null;
  },
});

/** To a kernel thread: it borrows the pmap that is loaded. */
export const kernelThread = operation({
  name: 'lwp-switch-kernel',
  source: 'amd64/locore.S 2019: cpu_switchto; x86/svs.c 1.5: svs_lwp_switch, a system LWP',
  event: 'kernel-thread',
  variables: ['threads'],
  starts: 'kernel',
  enabled: {
    says: 'a thread of a process runs on the CPU',
    test: (m, { cpu }) => m.cpus[cpu].thread !== null,
  },
  steps: [deactivate, setCurlwpKernel],
});

const dropProcess = step({
  name: 'drop-process',
  source: 'x86/pmap.c Feb 2018: pmap_destroy',
  needs: { pmap: 'pmap' },
  fences: true,
  changes: 'all',
  effect: (m, { pmap }) => {
    m.pmaps[pmap].exited = true;
    destroyUnused(m, pmap);
  },
});

/** The last thread of a process ends, on the pmap of its process still. */
export const exit = operation({
  name: 'exit',
  source: 'x86/pmap.c Feb 2018: pmap_deactivate, pmap_destroy',
  event: 'exit',
  over: { pmap: 'pmap' },
  variables: ['lifetime', 'threads'],
  starts: 'kernel',
  enabled: {
    says: 'the only thread of the process runs on the CPU, which owes it no pmap load',
    test: (m, { cpu, pmap }, scope) => {
      if (m.cpus[cpu].thread !== pmap || m.cpus[cpu].wantPmapload) return false;
      for (const other of scope.cpus.ids) {
        if (other !== cpu && m.cpus[other].thread === pmap) return false;
      }
      return true;
    },
  },
  steps: [deactivate, setCurlwpKernel, dropProcess],
});

/** A new process gets the pmap of one that is gone. */
export const create = operation({
  name: 'create',
  source: 'model: a pmap is made, or made again',
  event: 'exit',
  over: { pmap: 'pmap' },
  variables: ['lifetime'],
  starts: 'kernel',
  enabled: {
    says: 'the process has exited, and no CPU holds a reference to its pmap',
    test: (m, { pmap }) => m.pmaps[pmap].exited && m.pmaps[pmap].references.size === 0,
  },
  steps: [
    step({
      name: 'create-pmap',
      source: 'model: a pmap is made, or made again',
      needs: { pmap: 'pmap' },
      effect: (m, { pmap }) => {
        m.pmaps[pmap].exited = false;
      },
    }),
  ],
});
