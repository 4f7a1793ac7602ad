/**
 * Steps that the mail does not take, for edits to insert: the lock that it does not name, the flush
 * that [M5] would need, and one that breaks the machine on purpose.
 */
import { readKpdirpa, unlockUpdir as storeUnlock } from './memory.js';
import { step } from './operation.js';
import { flushAll, loadCr3 } from './translation.js';

/** Takes the lock on this CPU's own page. */
export const lockOwnUpdir = step({
  name: 'lock-own-updir',
  neededFor: 'a second CPU that writes the page',
  source: 'x86/svs.c 1.5: svs_pdir_switch, ci_svs_mtx',
  svs: true,
  acquires: 'updir-lock',
  fences: true,
  waits: (m, { cpu }) => m.updirs[cpu].lock,
  effect: (m, { cpu }) => {
    m.updirs[cpu].lock = cpu;
  },
});

export const unlockOwnUpdir = step({
  name: 'unlock-own-updir',
  neededFor: 'a second CPU that writes the page',
  source: 'x86/svs.c 1.5: svs_pdir_switch, ci_svs_mtx',
  svs: true,
  releases: 'updir-lock',
  stores: true,
  effect: (m, { cpu }, scope) => {
    storeUnlock(m, scope, cpu, cpu);
  },
});

/** Takes the lock on the page of the CPU that a walk is at. */
export const lockUpdir = step({
  name: 'lock-updir',
  neededFor: 'a second CPU that writes the page',
  source: 'x86/svs.c 1.5: svs_pmap_sync, ci_svs_mtx',
  needs: { other: 'cpu' },
  svs: true,
  acquires: 'updir-lock',
  fences: true,
  waits: (m, { other }) => m.updirs[other].lock,
  effect: (m, { cpu, other }) => {
    m.updirs[other].lock = cpu;
  },
});

export const unlockUpdir = step({
  name: 'unlock-updir',
  neededFor: 'a second CPU that writes the page',
  source: 'x86/svs.c 1.5: svs_pmap_sync, ci_svs_mtx',
  needs: { other: 'cpu' },
  svs: true,
  releases: 'updir-lock',
  stores: true,
  effect: (m, { cpu, other }, scope) => {
    storeUnlock(m, scope, cpu, other);
  },
});

/** The same two for a walk that tests outside the lock: only taken when the test said yes. */
const lockUpdirIfLoaded = step({
  ...lockUpdir,
  name: 'lock-updir-if-loaded',
  source: 'model: the test outside the lock, not repeated',
  uses: ['loaded'],
  when: ({ loaded }) => loaded,
});

const unlockUpdirIfLoaded = step({
  ...unlockUpdir,
  name: 'unlock-updir-if-loaded',
  source: 'model: the test outside the lock, not repeated',
  uses: ['loaded'],
  when: ({ loaded }) => loaded,
});

/** Drops global entries too, as toggling CR4.PGE does. */
const flushGlobal = step({
  name: 'flush-global',
  source: '[M5]',
  repairs: 'flush',
  fences: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => flushAll(m, scope, cpu),
});

/** A CR3 load where none is needed: what a kernel->kernel transition should not pay for [M9]. */
const reloadKpdirpa = step({
  name: 'reload-kpdirpa',
  source: 'model: the cost that [M9] says is absent',
  fences: true,
  loadsCr3: true,
  changes: 'own',
  effect: (m, { cpu }, scope) => {
    loadCr3(m, scope, cpu, scope.l4OfPmap[readKpdirpa(m, scope, cpu)]);
  },
});

/** A flush that does not say that it changes translations: the machinery does not refill. */
const forgetTlb = step({
  name: 'forget-tlb',
  source: 'model: a rule that breaks the may-set, to show that well-formed sees it',
  effect: (m, { cpu }, scope) => flushAll(m, scope, cpu),
});

/** Waits until what was stored is in memory. */
export const fence = step({
  name: 'fence',
  source: 'model: MFENCE, or any locked operation',
  repairs: 'fence',
  fences: true,
  effect: () => {},
});

export const extras = [
  fence,
  lockOwnUpdir,
  unlockOwnUpdir,
  lockUpdir,
  unlockUpdir,
  lockUpdirIfLoaded,
  unlockUpdirIfLoaded,
  flushGlobal,
  reloadKpdirpa,
  forgetTlb,
];
