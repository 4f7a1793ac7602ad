/**
 * Non-maskable interrupts. Until mid-2018 NetBSD decided by the saved CS, as for any trap; since then
 * the entry saves CR3 on the NMI stack, loads pmap_kernel's L4, and gives CR3 back.
 */
import type { Operation, Step } from '../operation.js';
import { operation, step } from '../operation.js';
import { loadCr3 } from '../translation.js';
import type { Loads } from './entry.js';
import { handlerBody, handlerReturn, istEntry } from './entry.js';

const by2018 = 'amd64/amd64_trap.S Feb 2018: trap02';
const enter = 'amd64/frameasm.h 1.55: SVS_ENTER_NMI';
const leave = 'amd64/frameasm.h 1.55: SVS_LEAVE_NMI';

const nmiEntry = istEntry('nmi-entry', `${by2018}; ${enter}`);
const nmiBody = handlerBody('nmi-body', `${by2018}, C code`);
const nmiReturn = handlerReturn('nmi-return', by2018);

/** The same from user mode, and back to it. */
const fromUser = (entry: Step): Step => ({
  ...entry,
  effect: (m, bindings, scope) => {
    m.cpus[bindings.cpu].mode = 'kernel';
    entry.effect(m, bindings, scope);
  },
});
const toUser = (exit: Step): Step => ({
  ...exit,
  effect: (m, bindings, scope) => {
    exit.effect(m, bindings, scope);
    const cpu = bindings.cpu;
    m.cpus[cpu].mode = 'user';
    m.cpus[cpu].rsp = 'user';
  },
});

export const saveCr3 = step({
  name: 'save-cr3',
  source: enter,
  interrupts: 'off',
  stub: true,
  variables: ['nmiStore'],
  only: ['nmi-enter-patched-in'],
  sets: ['nmi-scratch'],
  touches: ['entry', 'ist'],
  effect: (m, { cpu }) => {
    m.cpus[cpu].nmistore.cr3 = m.cpus[cpu].cr3;
    m.cpus[cpu].nmistore.pcid = m.cpus[cpu].pcid;
  },
});

/** Not the loaded pmap's: an NMI cannot know whose kpdirpa is published. */
export const loadKernelL4 = step({
  name: 'load-kernel-l4',
  source: enter,
  interrupts: 'off',
  stub: true,
  only: ['nmi-enter-patched-in'],
  touches: ['entry', 'ist'],
  fences: true,
  loadsCr3: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => {
    loadCr3(m, scope, cpu, scope.l4OfKernel);
  },
});

export const restoreCr3 = step({
  name: 'restore-cr3',
  source: leave,
  interrupts: 'off',
  variables: ['nmiStore'],
  only: ['nmi-leave-patched-in'],
  uses: ['nmi-scratch'],
  touches: ['ist'],
  fences: true,
  loadsCr3: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => {
    const { cr3, pcid } = m.cpus[cpu].nmistore;
    if (cr3 !== null) loadCr3(m, scope, cpu, cr3, pcid);
  },
});

/** The saved CR3 is of no use after the return: states do not differ in it. */
const forgetting = (exit: Step): Step => ({
  ...exit,
  effect: (m, bindings, scope) => {
    exit.effect(m, bindings, scope);
    const { nmistore } = m.cpus[bindings.cpu];
    nmistore.cr3 = null;
    nmistore.pcid = scope.kernelPcid;
  },
});

/** NMIs that decide by the saved CS: from the kernel they leave CR3 as it is. */
export function nmiByCs(loads: Loads): Operation[] {
  return [
    operation({
      name: 'nmi',
      source: by2018,
      event: 'nmi',
      variables: ['stacks'],
      starts: 'anywhere',
      steps: [nmiEntry, nmiBody, nmiReturn],
    }),
    operation({
      name: 'nmi-from-user',
      source: by2018,
      event: 'nmi',
      variables: ['stacks'],
      starts: 'user',
      steps: [fromUser(nmiEntry), loads.kpdirpa, nmiBody, loads.updirpa, toUser(nmiReturn)],
    }),
  ];
}

const saving = { source: `${enter}; ${leave}`, variables: ['stacks', 'nmiStore'] } as const;

/** NMIs that save CR3 and give it back, and never ask where they came from. */
export const nmiBySaving: readonly Operation[] = [
  operation({
    ...saving,
    name: 'nmi',
    event: 'nmi',
    starts: 'anywhere',
    steps: [nmiEntry, saveCr3, loadKernelL4, nmiBody, restoreCr3, forgetting(nmiReturn)],
  }),
  operation({
    ...saving,
    name: 'nmi-from-user',
    event: 'nmi',
    starts: 'user',
    steps: [
      fromUser(nmiEntry),
      saveCr3,
      loadKernelL4,
      nmiBody,
      restoreCr3,
      forgetting(toUser(nmiReturn)),
    ],
  }),
  operation({
    ...saving,
    name: 'nested-nmi',
    source: 'model: a fault and its iret in the body unblock NMIs',
    event: 'nested-nmi',
    starts: { before: 'nmi/nmi-body' },
    steps: [nmiEntry, saveCr3, loadKernelL4, nmiBody, restoreCr3, nmiReturn],
  }),
];
