/**
 * Entry and exit as NetBSD's stubs do them (amd64_trap.S, locore.S, frameasm.h): each kind of entry
 * with its own rule for CR3 and for the stack, and what it touches while the user's tables are
 * loaded.
 *
 * Between hardware's entry and the load of kpdirpa, and between the load of updirpa and iret, the
 * CPU is in kernel mode on the per-CPU page, with IF=0.
 */
import type { Operation, Step } from '../operation.js';
import { operation, step } from '../operation.js';
import { loadKpdirpa, loadUpdirpa, iret as returnByIret } from '../user-kernel.js';

/** An interrupt, a trap or a fault from user mode: hardware goes to the stack of TSS.rsp0. */
const trapEntry = step({
  name: 'hardware-entry',
  source: '[M4]; amd64/frameasm.h 1.40: INTRENTRY',
  by: 'hardware',
  touches: ['idt', 'cpu-area', 'rsp0-stack'],
  fences: true,
  effect: (m, { cpu }) => {
    m.cpus[cpu].mode = 'kernel';
    m.cpus[cpu].rsp = m.cpus[cpu].tssRsp0;
  },
});

const saveRegisters = step({
  name: 'save-registers',
  neededFor: 'general registers, which are not modelled',
  source: 'amd64/frameasm.h 1.40: INTRENTRY',
  interrupts: 'off',
  stub: true,
  touches: ['entry', 'rsp0-stack'],
  effect: () => {},
});

/** SVS_ENTER c: until here RSP is an address that the kernel's tables do not map. */
const setKrsp = step({
  name: 'set-krsp',
  source: 'amd64/frameasm.h 1.40: SVS_ENTER',
  interrupts: 'off',
  only: ['enter-patched-in'],
  effect: (m, { cpu }) => {
    m.cpus[cpu].rsp = 'kernel';
  },
});

/** `syscall` leaves RSP as it is: the user's. */
const syscallEntry = step({
  name: 'hardware-entry',
  source: '[M4]; amd64/locore.S 2019: Xsyscall_svs',
  by: 'hardware',
  touches: ['entry'],
  fences: true,
  effect: (m, { cpu }) => {
    m.cpus[cpu].mode = 'kernel';
  },
});

/** Also reads from the page what TSS.rsp0 is. LSTAR names another routine when SVS is off. */
const spillScratch = step({
  name: 'spill-scratch',
  neededFor: 'general registers, which are not modelled',
  source: 'amd64/locore.S 2019: Xsyscall_svs',
  interrupts: 'off',
  stub: true,
  touches: ['entry', 'utls'],
  only: ['lstar-svs'],
  effect: () => {},
});

const buildFrame = step({
  name: 'build-frame',
  neededFor: 'what pushes a frame in the stub: the event mce',
  source: 'amd64/locore.S 2019: Xsyscall_svs',
  interrupts: 'off',
  stub: true,
  touches: ['rsp0-stack'],
  effect: (m, { cpu }) => {
    m.cpus[cpu].rsp = m.cpus[cpu].tssRsp0;
  },
});

/** The first of what the C code reads: it is in no table but the kernel's. */
const readCpuInfo = step({
  name: 'read-cpu-info',
  neededFor:
    'what comes after it: it is the first of the C code, and touches what only the kernel maps',
  source: 'amd64/locore.S 2019: handle_syscall',
  interrupts: 'off',
  touches: ['kernel-image'],
  effect: () => {},
});

/** With IF=0: a pmap load that is owed comes first, and then the return again from its start. */
const testWant = step({
  name: 'test-want-pmapload',
  source: 'amd64/amd64_trap.S 1.50: intrfastexit; amd64/locore.S 2019: syscall_sysret',
  interrupts: 'off',
  effect: () => {},
  leaves: (m, { cpu }) => m.cpus[cpu].wantPmapload,
});

/** SVS_LEAVE a: from here RSP is an address that the kernel's tables do not map. */
export const setUrsp = step({
  name: 'set-ursp',
  neededFor: 'what pushes a frame in the stub: the events iret-fault, segment-fault, mce',
  source: 'amd64/frameasm.h 1.40: SVS_LEAVE',
  interrupts: 'off',
  only: ['isolated', 'leave-patched-in'],
  effect: (m, { cpu }) => {
    m.cpus[cpu].rsp = 'rsp0';
  },
});

const leaveOnlyIf = ['isolated', 'leave-patched-in'] as const;

/** Pops the trap frame: the page has room for one, and a fault from here on pushes another. */
const restoreRegisters = step({
  name: 'restore-registers',
  neededFor: 'what pushes a second frame: the events iret-fault, segment-fault',
  source: 'amd64/amd64_trap.S 1.50: intrfastexit',
  interrupts: 'off',
  stub: true,
  touches: ['entry', 'rsp0-stack'],
  effect: (m, { cpu }) => {
    m.cpus[cpu].popped = true;
  },
});

/** The 32-bit return loads es, ds, fs and gs: each may fault. */
const loadSegments = step({
  name: 'load-segments',
  source: 'amd64/amd64_trap.S 1.50: intrfastexit, COMPAT_NETBSD32',
  interrupts: 'off',
  stub: true,
  touches: ['entry', 'cpu-area', 'ldt'],
  effect: () => {},
});

const iret: Step = {
  ...returnByIret,
  source: '[M4]; amd64/amd64_trap.S 1.50: intrfastexit; amd64/locore.S 2019: syscall_sysret',
  touches: ['entry', 'rsp0-stack'],
  effect: (m, { cpu }) => {
    m.cpus[cpu].mode = 'user';
    m.cpus[cpu].rsp = 'user';
    m.cpus[cpu].popped = false;
  },
};

/** A fault in kernel mode has hardware push on the stack that is in use. */
const kernelEntry = (name: string, source: string): Step =>
  step({
    name,
    source,
    by: 'hardware',
    interrupts: 'off',
    stub: true,
    touches: ['idt', 'stack'],
    fences: true,
    effect: () => {},
  });

/** An entry that has a stack of its own, in the interrupt stack table. */
export const istEntry = (name: string, source: string): Step =>
  step({
    name,
    source,
    by: 'hardware',
    interrupts: 'off',
    stub: true,
    touches: ['idt', 'cpu-area', 'ist'],
    fences: true,
    effect: (m, { cpu }) => {
      m.cpus[cpu].rsp = 'ist';
    },
  });

/** What a handler does in C, before it returns: it needs the kernel's tables. */
export const handlerBody = (name: string, source: string): Step =>
  step({
    name,
    source,
    neededFor: 'what it stands for: C code, which only the kernel maps',
    interrupts: 'off',
    touches: ['kernel-image'],
    effect: () => {},
  });

/** Back to what was interrupted, whatever is loaded. */
export const handlerReturn = (name: string, source: string): Step =>
  step({
    name,
    source,
    by: 'hardware',
    interrupts: 'off',
    stub: true,
    fences: true,
    effect: () => {},
  });

/** How CR3 is loaded: 2018 without PCIDs, 2022 with two and NOFLUSH. */
export interface Loads {
  readonly kpdirpa: Step;
  readonly updirpa: Step;
}

export const loads2018: Loads = {
  kpdirpa: { ...loadKpdirpa, touches: ['entry', 'utls'], only: ['svs-entry', 'enter-patched-in'] },
  updirpa: { ...loadUpdirpa, interrupts: 'off', only: leaveOnlyIf },
};

const runsProcess: NonNullable<Operation['enabled']> = {
  says: 'a thread of a process runs on the CPU',
  test: (m, { cpu }) => m.cpus[cpu].thread !== null,
};

/** From user mode, and back. */
export function entriesOf(loads: Loads): Operation[] {
  return [
    operation({
      name: 'trap',
      source: '[M4]; amd64/frameasm.h 1.40: INTRENTRY',
      variables: ['stacks'],
      starts: 'user',
      steps: [trapEntry, saveRegisters, loads.kpdirpa, setKrsp],
    }),
    operation({
      name: 'syscall',
      source: '[M4]; amd64/locore.S 2019: Xsyscall_svs',
      variables: ['stacks'],
      starts: 'user',
      steps: [syscallEntry, spillScratch, buildFrame, loads.kpdirpa, setKrsp, readCpuInfo],
    }),
    operation({
      name: 'return',
      source: '[M4]; amd64/amd64_trap.S 1.50: intrfastexit',
      variables: ['stacks'],
      starts: 'kernel',
      enabled: runsProcess,
      steps: [testWant, setUrsp, loads.updirpa, restoreRegisters, iret],
    }),
    operation({
      name: 'return-32',
      source: 'amd64/amd64_trap.S 1.50: intrfastexit, COMPAT_NETBSD32',
      event: 'segment-fault',
      variables: ['stacks'],
      starts: 'kernel',
      enabled: runsProcess,
      steps: [testWant, setUrsp, loads.updirpa, restoreRegisters, loadSegments, iret],
    }),
  ];
}

/** A fault on the way out, in kernel mode on the user's tables: a normal user entry after all. */
const reenter = step({
  name: 'reenter',
  neededFor: 'what pushes a frame after it; RSP is that of the outer frame already',
  source: 'amd64/amd64_trap.S 1.50: kernuser_reenter',
  interrupts: 'off',
  stub: true,
  touches: ['entry', 'rsp0-stack'],
  effect: (m, { cpu }) => {
    m.cpus[cpu].rsp = m.cpus[cpu].tssRsp0;
    m.cpus[cpu].popped = false;
  },
});

/** What comes of hardware's own accord while the kernel runs. */
export function interruptionsOf(loads: Loads): Operation[] {
  return [
    operation({
      name: 'interrupt',
      source: '[M4]; amd64/frameasm.h 1.40: INTRENTRY, from kernel mode',
      event: 'interrupt',
      variables: ['stacks'],
      starts: 'interruptible',
      steps: [
        kernelEntry('interrupt-entry', '[M4]; amd64/frameasm.h 1.40: INTRENTRY'),
        handlerBody('interrupt-body', '[M4]'),
        handlerReturn('interrupt-return', '[M4]; amd64/amd64_trap.S 1.50: intrfastexit'),
      ],
    }),
    operation({
      name: 'iret-fault',
      source: 'amd64/amd64_trap.S 1.50: kernuser_reenter, #GP at iretq',
      event: 'iret-fault',
      variables: ['stacks'],
      starts: { before: 'return/iret' },
      ends: 'rest',
      steps: [
        kernelEntry('fault-entry', 'amd64/amd64_trap.S 1.50: kernuser_reenter'),
        reenter,
        loads.kpdirpa,
        setKrsp,
      ],
    }),
    operation({
      name: 'segment-fault',
      source: 'amd64/amd64_trap.S 1.50: kernuser_reenter, #NP and #SS at a segment load',
      event: 'segment-fault',
      variables: ['stacks'],
      starts: { before: 'return-32/load-segments' },
      ends: 'rest',
      steps: [
        kernelEntry('fault-entry', 'amd64/amd64_trap.S 1.50: kernuser_reenter'),
        reenter,
        loads.kpdirpa,
        setKrsp,
      ],
    }),
    operation({
      name: 'mce',
      source: 'amd64/amd64_trap.S 1.50: trap18, a gate without a stack of its own',
      event: 'mce',
      variables: ['stacks'],
      starts: 'anywhere',
      steps: [
        kernelEntry('mce-entry', 'amd64/amd64_trap.S 1.50: trap18'),
        handlerBody('mce-body', 'amd64/amd64_trap.S 1.50: trap18'),
        handlerReturn('mce-return', 'amd64/amd64_trap.S 1.50: trap18'),
      ],
    }),
    operation({
      name: 'double-fault',
      source: "amd64/amd64_trap.S 1.50: #DF, loads CR3 if the saved CS is the user's",
      event: 'double-fault',
      variables: ['stacks'],
      starts: 'anywhere',
      steps: [
        istEntry('df-entry', 'amd64/amd64_trap.S 1.50: #DF'),
        handlerBody('df-body', 'amd64/amd64_trap.S 1.50: #DF'),
        handlerReturn('df-return', 'amd64/amd64_trap.S 1.50: #DF'),
      ],
    }),
    operation({
      name: 'debug-trap',
      source: 'amd64/amd64_trap.S 1.50: trap01, after MOV SS, CVE-2018-8897',
      event: 'debug-trap',
      variables: ['stacks'],
      starts: { before: 'syscall/spill-scratch' },
      steps: [
        istEntry('db-entry', 'amd64/amd64_trap.S 1.50: trap01'),
        handlerReturn('db-ignore', "amd64/amd64_trap.S 1.50: trap01, GSBASE is the user's"),
      ],
    }),
  ];
}
