/**
 * TLB shootdown: an IPI to the CPUs that may have a translation, and their acknowledgements. Only
 * then is the page-table page behind a freed slot given back.
 */
import type { Id } from '../../state/domain.js';
import type { Machine } from '../../state/machine.js';
import type { Scope } from '../../state/scope.js';
import type { Operation, Step } from '../operation.js';
import { operation, step, waitsForAll } from '../operation.js';
import { flushSlot } from '../translation.js';

const shootnow = 'x86/x86_tlb.c 2018: shootnow';
const handler = 'x86/x86_tlb.c 2018: the handler of the IPI';

/** Waits for the one packet that there is, then sends to all of some CPUs but itself. */
const sender = (
  name: string,
  source: string,
  targets: (m: Machine, cpu: Id<'cpu'>, other: Id<'cpu'>) => boolean,
): Step =>
  step({
    name,
    source,
    needs: { slot: 'slot' },
    variables: ['free'],
    fences: true,
    waits: (m) => m.shootdown.sender,
    effect: (m, { cpu, slot }, scope) => {
      m.shootdown.sender = cpu;
      m.shootdown.slot = slot;
      for (const other of scope.cpus.ids) {
        if (other !== cpu && targets(m, cpu, other)) m.shootdown.pending.add(other);
      }
    },
  });

const inPmCpus = (m: Machine, cpu: Id<'cpu'>, other: Id<'cpu'>): boolean =>
  m.pmaps[m.cpus[cpu].pmap].cpus.has(other);
const inPmKernelCpus = (m: Machine, cpu: Id<'cpu'>, other: Id<'cpu'>): boolean =>
  m.pmaps[m.cpus[cpu].pmap].kernelCpus.has(other);

/** A VA in the recursive PTE window is the kernel's: it targets both sets. */
const sendIpis = sender(
  'send-ipis',
  shootnow,
  (m, cpu, other) => inPmCpus(m, cpu, other) || inPmKernelCpus(m, cpu, other),
);

/** What the packet says: the walk by the freed slot, in one PCID or in both. */
const flushes = (name: string, source: string, isPcid: boolean): Step =>
  step({
    name,
    source,
    interrupts: 'off',
    fences: true,
    changes: 'own',
    effect: (m, { cpu }, scope) => flushPacket(m, scope, cpu, isPcid),
  });

function flushPacket(m: Machine, scope: Scope, cpu: Id<'cpu'>, isPcid: boolean): void {
  const { slot } = m.shootdown;
  if (slot === null) return;
  for (const pcid of isPcid ? scope.pcids.ids : [m.cpus[cpu].pcid]) {
    flushSlot(m, scope, cpu, pcid, slot);
  }
}

const waitAcks = step({
  name: 'wait-acks',
  source: shootnow,
  ...waitsForAll((m, _, other) => m.shootdown.pending.has(other)),
  waitsForHandler: true,
  fences: true,
  effect: (m) => {
    m.shootdown.sender = null;
    m.shootdown.slot = null;
  },
});

const freePage = step({
  name: 'free-page',
  neededFor: 'memory alone: without it the page is never given back',
  source: 'x86/pmap.c Feb 2018: pmap_update',
  needs: { slot: 'slot' },
  effect: (m, { cpu, slot }) => {
    m.pmaps[m.cpus[cpu].pmap].deferred.delete(slot);
  },
});

/** @param isPcid whether a flush is of both PCIDs; a source that says so was not found */
export const freeingSteps = (isPcid: boolean): Step[] => [
  sendIpis,
  { ...flushes('flush-local', shootnow, isPcid), interrupts: 'on' },
  waitAcks,
  freePage,
];

const ipiEntry = step({
  name: 'ipi-entry',
  source: handler,
  by: 'hardware',
  interrupts: 'off',
  touches: ['idt', 'stack'],
  fences: true,
  effect: () => {},
});

/** A lazy CPU wants no more of them: it says so once, and reloads the set when it reactivates. */
const leaveIfLazy = step({
  name: 'leave-if-lazy',
  neededFor: 'speed alone: a lazy CPU is spared further shootdowns',
  source: handler,
  interrupts: 'off',
  only: ['lazy'],
  fences: true,
  effect: (m, { cpu }) => {
    m.pmaps[m.cpus[cpu].pmap].cpus.delete(cpu);
    m.cpus[cpu].tlbstate = 'stale';
  },
});

const acknowledge = step({
  name: 'acknowledge',
  servesWait: true,
  source: handler,
  interrupts: 'off',
  fences: true,
  effect: (m, { cpu }) => {
    m.shootdown.pending.delete(cpu);
  },
});

/** The IPI is outside SPL: a CPU that spins for a lock with IF=1 serves it. */
export const tlbIpi = (isPcid: boolean): Operation =>
  operation({
    name: 'tlb-ipi',
    source: handler,
    event: 'free',
    variables: ['free', 'threads'],
    starts: 'interruptible',
    enabled: {
      says: 'an IPI is pending for the CPU',
      test: (m, { cpu }) => m.shootdown.pending.has(cpu),
    },
    steps: [ipiEntry, flushes('flush-packet', handler, isPcid), leaveIfLazy, acknowledge],
  });

/** Variants, for edits. */
export const shootdownExports: readonly Step[] = [
  sender('send-ipis-pm-cpus', 'model: as for a VA of the user', inPmCpus),
  sender(
    'send-ipis-not-lazy',
    'Linux 2ff6ddf19c0e: lazy CPUs and freed page tables',
    (m, cpu, other) => inPmKernelCpus(m, cpu, other) && m.cpus[other].tlbstate === 'valid',
  ),
  flushes('flush-loaded-pcid', 'model: INVLPG, which leaves the PCID that is not loaded', false),
  step({
    name: 'flush-nothing',
    source: 'model: the flush leaves out the window of the recursive slot',
    interrupts: 'off',
    effect: () => {},
  }),
];
