/**
 * [M4] Between user and kernel mode: on the way in the stub loads ci_svs_kpdirpa into CR3, on the
 * way out ci_svs_updirpa.
 */
import { readKpdirpa } from './memory.js';
import { operation, step } from './operation.js';
import { loadCr3 } from './translation.js';

/** Hardware takes a trap, a system call or an interrupt: kernel mode, still on the user's tables. */
const hardwareEntry = step({
  name: 'hardware-entry',
  source: '[M4]; amd64/frameasm.h 1.40: INTRENTRY',
  by: 'hardware',
  touches: ['entry-code'],
  fences: true,
  effect: (m, { cpu }) => {
    m.cpus[cpu].mode = 'kernel';
  },
});

export const loadKpdirpa = step({
  name: 'load-kpdirpa',
  source: '[M4]; amd64/frameasm.h 1.40: SVS_ENTER',
  interrupts: 'off',
  stub: true,
  svs: true,
  touches: ['entry-code'],
  fences: true,
  loadsCr3: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => {
    loadCr3(m, scope, cpu, scope.l4OfPmap[readKpdirpa(m, scope, cpu)]);
  },
});

export const loadUpdirpa = step({
  name: 'load-updirpa',
  source: '[M4]; amd64/frameasm.h 1.40: SVS_LEAVE',
  svs: true,
  fences: true,
  loadsCr3: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => {
    loadCr3(m, scope, cpu, scope.updirOf[cpu], scope.userPcid);
  },
});

export const iret = step({
  name: 'iret',
  source: '[M4]; amd64/amd64_trap.S 1.50: intrfastexit',
  by: 'hardware',
  interrupts: 'off',
  stub: true,
  touches: ['entry-code'],
  fences: true,
  effect: (m, { cpu }) => {
    m.cpus[cpu].mode = 'user';
  },
});

/** User to kernel. */
export const trap = operation({
  name: 'trap',
  source: '[M4]',
  starts: 'user',
  steps: [hardwareEntry, loadKpdirpa],
});

/** Kernel to user. */
export const returnToUser = operation({
  name: 'return',
  source: '[M4]',
  starts: 'kernel',
  steps: [loadUpdirpa, iret],
});
