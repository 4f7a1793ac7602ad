/**
 * What hardware does of its own accord, each kind an event that a spec may list.
 *
 * [M4] does nothing on a transition from kernel to kernel: a handler that interrupts the kernel
 * returns without having touched CR3, whatever CR3 it found.
 */
import { operation, step } from './operation.js';
import { slotOwner } from './translation.js';

/** User code reads memory at a slot that it owns. A success changes nothing that is modelled. */
export const userAccess = operation({
  name: 'user-access',
  source: 'model: shows that a mapped slot can be used',
  event: 'user-access',
  over: { slot: 'slot' },
  starts: 'user',
  enabled: {
    says: 'the loaded page maps memory of the loaded pmap at the slot',
    test: (m, { cpu, slot }, scope) =>
      slotOwner(m, scope, m.cpus[cpu].cr3, slot) === m.cpus[cpu].pmap,
  },
  steps: [
    step({
      name: 'read-memory',
      source: 'model: shows that a mapped slot can be used',
      by: 'hardware',
      effect: () => {},
    }),
  ],
});

/** Entry to a handler from kernel mode: the frame is saved, CR3 stays. */
const kernelEntry = (name: string, source: string) =>
  step({ name, source, by: 'hardware', fences: true, effect: () => {} });

/** The end of a handler: back to what was interrupted. */
const kernelReturn = (name: string, source: string) =>
  step({ name, source, by: 'hardware', fences: true, effect: () => {} });

export const interrupt = operation({
  name: 'interrupt',
  source: '[M4]',
  event: 'interrupt',
  starts: 'interruptible',
  steps: [
    kernelEntry('interrupt-entry', '[M4]; amd64/frameasm.h 1.40: INTRENTRY, from kernel mode'),
    kernelReturn('interrupt-return', '[M4]; amd64/amd64_trap.S 1.50: intrfastexit, to kernel mode'),
  ],
});

export const nmi = operation({
  name: 'nmi',
  source: '[M4]',
  event: 'nmi',
  starts: 'anywhere',
  steps: [
    kernelEntry('nmi-entry', '[M4]; amd64/amd64_trap.S Feb 2018: trap02, decides by saved CS'),
    kernelReturn('nmi-return', '[M4]; amd64/amd64_trap.S Feb 2018: trap02'),
  ],
});

export const iretFault = operation({
  name: 'iret-fault',
  source: '[M4]',
  event: 'iret-fault',
  starts: { before: 'return/iret' },
  steps: [
    kernelEntry('fault-entry', '[M4]; amd64/amd64_trap.S 1.50: kernuser_reenter, left out'),
    kernelReturn('fault-return', '[M4]'),
  ],
});
