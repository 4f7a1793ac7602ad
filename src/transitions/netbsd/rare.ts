/** What happens rarely: the kernel half grows, a process edits its LDT, isolation is disabled. */

import { ownPmap } from '../l4-allocate.js';
import type { Operation, Step } from '../operation.js';
import { each, operation, step, waitsForAll } from '../operation.js';
import { flushAll } from '../translation.js';

const grow = 'x86/pmap.c 2020: pmap_growkernel';

/** A new kernel L4 slot, first into the pmap that is loaded, then into pmap_kernel and all others. */
export const growKernel = operation({
  name: 'grow-kernel',
  source: grow,
  event: 'grow',
  variables: ['growth'],
  starts: 'kernel',
  enabled: {
    says: 'the kernel half has not grown',
    test: (m, { cpu }, scope) => {
      if (m.kernel.grown) return false;
      for (const pmap of scope.pmaps.ids) if (m.pmaps[pmap].grown) return false;
      return m.cpus[cpu].mode === 'kernel';
    },
  },
  steps: [
    step({
      name: 'grow-loaded',
      source: grow,
      changes: 'all',
      effect: (m, { cpu }) => {
        ownPmap(m, cpu).grown = true;
      },
    }),
    step({
      name: 'grow-pmap-kernel',
      source: grow,
      changes: 'all',
      effect: (m) => {
        m.kernel.grown = true;
      },
    }),
    each({
      loop: 'grow-pmaps',
      source: grow,
      over: { pmap: 'pmap' },
      body: [
        step({
          name: 'grow-pmap',
          source: grow,
          needs: { pmap: 'pmap' },
          changes: 'all',
          effect: (m, { pmap }) => {
            m.pmaps[pmap].grown = true;
          },
        }),
      ],
    }),
  ],
});

/** A process edits its LDT: the master, and then the copies of the CPUs that have it loaded. */
export const ldtEdit = operation({
  name: 'ldt-edit',
  source: 'x86/svs.c 1.16: svs_ldt_sync; model: when the copies of other CPUs are refreshed',
  event: 'ldt',
  variables: ['ldt', 'threads'],
  starts: 'kernel',
  enabled: {
    says: "the thread's own pmap is loaded, and its LDT has not been edited",
    test: (m, { cpu }) =>
      m.cpus[cpu].thread === m.cpus[cpu].pmap &&
      !m.cpus[cpu].wantPmapload &&
      !ownPmap(m, cpu).ldtEdited,
  },
  steps: [
    step({
      name: 'write-ldt',
      source: 'model: the master of the LDT',
      effect: (m, { cpu }) => {
        ownPmap(m, cpu).ldtEdited = true;
      },
    }),
    each({
      loop: 'refresh-cpus',
      source: 'model: the copies of the CPUs that have the pmap loaded',
      over: { other: 'cpu' },
      body: [
        step({
          name: 'refresh-ldt',
          source: 'x86/svs.c 1.16: svs_ldt_sync',
          needs: { other: 'cpu' },
          writesLdt: 'other',
          effect: (m, { cpu, other }) => {
            const { pmap } = m.cpus[cpu];
            if (m.updirs[other].ldt.owner === pmap) m.updirs[other].ldt.edited = true;
          },
        }),
      ],
    }),
  ],
});

const disable = 'x86/svs.c 1.16: the sysctl that disables';

/** What each CPU undoes for itself. */
const resetCpu = step({
  name: 'reset-cpu',
  source: `${disable}; model: TSS.rsp0 must leave the rsp0 page`,
  interrupts: 'off',
  fences: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => {
    m.cpus[cpu].tssRsp0 = 'kernel';
    flushAll(m, scope, cpu);
  },
});

const patches = (name: string, site: 'enter' | 'leave' | 'nmiEnter' | 'nmiLeave'): Step =>
  step({
    name,
    source: disable,
    interrupts: 'off',
    variables: ['patching'],
    fences: true,
    effect: (m) => {
      m.patching[site] = true;
    },
  });

/** The CPU that disables waits until all others are held, patches, and lets them go. */
export const svsDisable = operation({
  name: 'svs-disable',
  source: disable,
  event: 'disable',
  variables: ['patching', 'isolation'],
  starts: 'kernel',
  enabled: {
    says: 'no CPU has begun to disable isolation',
    test: (m) => m.patching.sender === null,
  },
  steps: [
    step({
      name: 'call-others',
      source: disable,
      fences: true,
      effect: (m, { cpu }) => {
        m.patching.sender = cpu;
      },
    }),
    step({
      name: 'await-others',
      source: `${disable}, barrier 1`,
      interrupts: 'off',
      fences: true,
      ...waitsForAll((m, cpu, other) => other !== cpu && !m.patching.arrived.has(other)),
      effect: () => {},
    }),
    step({
      name: 'clear-enabled',
      source: disable,
      interrupts: 'off',
      fences: true,
      effect: (m) => {
        m.patching.done = true;
      },
    }),
    patches('patch-enter', 'enter'),
    patches('patch-leave', 'leave'),
    resetCpu,
    step({
      name: 'release-others',
      source: `${disable}, barrier 2`,
      interrupts: 'off',
      fences: true,
      effect: (m) => {
        m.patching.arrived.clear();
      },
    }),
  ],
});

/** A cross-call, which runs in a thread of the kernel's. */
export const rendezvous = operation({
  name: 'rendezvous',
  source: disable,
  event: 'disable',
  variables: ['patching', 'isolation'],
  starts: 'kernel',
  enabled: {
    says: 'another CPU disables isolation, and still waits for this one',
    test: (m, { cpu }) => {
      const { sender, arrived, done } = m.patching;
      return sender !== null && sender !== cpu && !done && !arrived.has(cpu);
    },
  },
  steps: [
    step({
      name: 'arrive',
      source: `${disable}, barrier 1`,
      fences: true,
      effect: (m, { cpu }) => {
        m.patching.arrived.add(cpu);
      },
    }),
    step({
      name: 'await-release',
      source: `${disable}, barrier 2`,
      interrupts: 'off',
      fences: true,
      waits: (m, { cpu }) => (m.patching.arrived.has(cpu) ? m.patching.sender : null),
      effect: () => {},
    }),
    resetCpu,
  ],
});

/** With IF=1 the clock interrupts the wait, and another thread runs. */
export const preempt: Operation = operation({
  name: 'preempt',
  source: 'model: a thread of the kernel that waits with IF=1 can be preempted',
  event: 'disable',
  starts: { before: 'rendezvous/await-release', interrupts: 'on' },
  ends: 'rest',
  steps: [
    step({
      name: 'preempted',
      source: 'model: the clock interrupts',
      by: 'hardware',
      fences: true,
      effect: () => {},
    }),
  ],
});

/** The patching of the NMI pair, which no version did on a running system. */
export const patchExports: readonly Step[] = [
  patches('patch-nmi-enter', 'nmiEnter'),
  patches('patch-nmi-leave', 'nmiLeave'),
];
