/**
 * L4 slots of a process: allocated, freed, and in either case brought to the page of every CPU that
 * has the pmap loaded (svs_pmap_sync) [M7b].
 *
 * Done holding pm_lock. The sync tests unlocked, takes the lock of the CPU's page, and tests again.
 */
import type { Id } from '../../state/domain.js';
import type { Machine } from '../../state/machine.js';
import { lockOwnUpdir, lockUpdir, unlockOwnUpdir, unlockUpdir } from '../extras.js';
import { lockPmap, ownPmap, setSlot, unlockPmap } from '../l4-allocate.js';
import { readPdir, setPdir, writeUpdir } from '../memory.js';
import type { Item, Operation, Step } from '../operation.js';
import { each, operation, step } from '../operation.js';
import { freeingSteps } from './shootdown.js';

const sync = 'x86/svs.c 1.16: svs_pmap_sync';

const whenLoaded = {
  uses: ['loaded'],
  when: ({ loaded }: { loaded: boolean }) => loaded,
} as const;
const whenStill = {
  uses: ['still'],
  when: ({ still }: { still: boolean }) => still,
} as const;

/** Until it tests again the walk goes by its first test. */
const testCpu = step({
  name: 'test-cpu',
  source: `[M7b]; ${sync}`,
  needs: { other: 'cpu' },
  sets: ['loaded', 'still'],
  effect: (m, { cpu, other }) => {
    const isLoaded = ownPmap(m, cpu).kernelCpus.has(other);
    m.cpus[cpu].registers.loaded = isLoaded;
    m.cpus[cpu].registers.still = isLoaded;
  },
});

const lockLoaded: Step = { ...lockUpdir, ...whenLoaded, source: `${sync}, ci_svs_mtx` };
const unlockLoaded: Step = { ...unlockUpdir, ...whenLoaded, source: `${sync}, ci_svs_mtx` };

const retestCpu = step({
  ...whenLoaded,
  name: 'retest-cpu',
  neededFor: 'a CPU that leaves between the test and the lock',
  source: sync,
  needs: { other: 'cpu' },
  sets: ['still'],
  effect: (m, { cpu, other }) => {
    m.cpus[cpu].registers.still = ownPmap(m, cpu).kernelCpus.has(other);
  },
});

const readEntry = step({
  ...whenStill,
  name: 'read-entry',
  neededFor: 'an entry that another CPU edits meanwhile, which pm_lock prevents',
  source: sync,
  needs: { slot: 'slot' },
  sets: ['entry'],
  effect: (m, { cpu, slot }, scope) => {
    const { pmap } = m.cpus[cpu];
    m.cpus[cpu].registers.entry = readPdir(m, scope, cpu, pmap, slot) ? pmap : null;
  },
});

export const writeEntry = step({
  name: 'write-entry',
  source: sync,
  needs: { other: 'cpu', slot: 'slot' },
  uses: ['still', 'entry'],
  when: ({ still }) => still,
  only: ['pmap-isolated'],
  writesUpdir: 'other',
  stores: true,
  changes: 'all',
  effect: (m, { cpu, other, slot }, scope) => {
    writeUpdir(m, scope, cpu, other, slot, m.cpus[cpu].registers.entry);
  },
});

/** 2018: every CPU of the set, itself too, in any order. */
const syncCpus = each({
  loop: 'sync-cpus',
  source: `[M7b]; ${sync}`,
  over: { other: 'cpu' },
  body: [testCpu, lockLoaded, retestCpu, readEntry, writeEntry, unlockLoaded],
});

const sync2022 = 'x86/svs.c 1.41: svs_pmap_sync';

const readOwnEntry = step({
  name: 'read-own-entry',
  source: sync2022,
  needs: { slot: 'slot' },
  sets: ['entry'],
  effect: (m, { cpu, slot }, scope) => {
    const { pmap } = m.cpus[cpu];
    m.cpus[cpu].registers.entry = readPdir(m, scope, cpu, pmap, slot) ? pmap : null;
  },
});

const writeOwnEntry = step({
  name: 'write-own-entry',
  source: sync2022,
  needs: { slot: 'slot' },
  uses: ['entry'],
  only: ['pmap-isolated'],
  writesUpdir: 'cpu',
  stores: true,
  changes: 'all',
  effect: (m, { cpu, slot }, scope) => {
    writeUpdir(m, scope, cpu, cpu, slot, m.cpus[cpu].registers.entry);
  },
});

/** Early return when no other CPU has the pmap loaded. */
const testOthers = step({
  name: 'test-others',
  source: sync2022,
  sets: ['others'],
  effect: (m, { cpu }, scope) => {
    let others = false;
    for (const other of scope.cpus.ids) {
      if (other !== cpu && ownPmap(m, cpu).kernelCpus.has(other)) others = true;
    }
    m.cpus[cpu].registers.others = others;
  },
});

const isItself = ({ cpu, other }: Readonly<Record<string, unknown>>): boolean => cpu === other;

/** 2022: its own page first, under its own lock; then the others', if there are any. */
const sync2022Steps: readonly Item[] = [
  { ...lockOwnUpdir, source: `${sync2022}, ci_svs_mtx` },
  readOwnEntry,
  writeOwnEntry,
  { ...unlockOwnUpdir, source: `${sync2022}, ci_svs_mtx` },
  testOthers,
  each({
    loop: 'sync-cpus',
    source: `[M7b]; ${sync2022}`,
    over: { other: 'cpu' },
    except: isItself,
    body: [
      {
        ...testCpu,
        source: `[M7b]; ${sync2022}`,
        uses: ['others'],
        when: ({ others }) => others,
      },
      lockLoaded,
      retestCpu,
      readEntry,
      writeEntry,
      unlockLoaded,
    ],
  }),
];

/** A user thread acts on its own pmap, which is loaded. */
const actsOnOwn = (m: Parameters<typeof ownPmap>[0], cpu: Id<'cpu'>): boolean =>
  m.cpus[cpu].thread === m.cpus[cpu].pmap && !m.cpus[cpu].wantPmapload;

/** Takes pm_lock. A slot that another CPU was faster with is left alone: the lock is given back. */
const lockUnless = (isDone: (m: Machine, pmap: Id<'pmap'>, slot: Id<'slot'>) => boolean): Step =>
  step({
    name: lockPmap.name,
    ...(lockPmap.neededFor === undefined ? {} : { neededFor: lockPmap.neededFor }),
    source: lockPmap.source,
    needs: { slot: 'slot' },
    acquires: 'pmap-lock',
    fences: true,
    waits: (m, { cpu }) => ownPmap(m, cpu).lock,
    effect: (m, { cpu, slot }) => {
      const { pmap } = m.cpus[cpu];
      if (!isDone(m, pmap, slot)) m.pmaps[pmap].lock = cpu;
    },
    leaves: (m, { cpu, slot }) => isDone(m, m.cpus[cpu].pmap, slot),
  });
const lockToSet = lockUnless((m, pmap, slot) => m.pmaps[pmap].slots.has(slot));
const lockToClear = lockUnless((m, pmap, slot) => !m.pmaps[pmap].slots.has(slot));

const allocate = (source: string, steps: readonly Item[]): Operation =>
  operation({
    name: 'l4-allocate',
    source: `[M7b]; ${source}`,
    over: { slot: 'slot' },
    variables: ['threads'],
    starts: 'kernel',
    enabled: {
      says: "the thread's own pmap is loaded, and has no entry at the slot",
      test: (m, { cpu, slot }, scope) =>
        actsOnOwn(m, cpu) && !readPdir(m, scope, cpu, m.cpus[cpu].pmap, slot),
    },
    steps: [lockToSet, setSlot, ...steps, unlockPmap],
  });

/** A locked swap: the slot is none, and its page-table page waits to be given back. */
export const clearSlot = step({
  name: 'clear-slot',
  source: 'x86/pmap.c Feb 2018: pmap_free_ptp',
  needs: { slot: 'slot' },
  variables: ['free'],
  writesPdir: true,
  fences: true,
  changes: 'all',
  effect: (m, { cpu, slot }) => {
    const { pmap } = m.cpus[cpu];
    setPdir(m, pmap, slot, false);
    m.pmaps[pmap].deferred.add(slot);
  },
});

const free = (steps: readonly Item[], isPcid: boolean): Operation =>
  operation({
    name: 'l4-free',
    source: 'x86/pmap.c Feb 2018: pmap_free_ptp, pmap_update',
    event: 'free',
    variables: ['free', 'threads'],
    over: { slot: 'slot' },
    starts: 'kernel',
    enabled: {
      says: "the thread's own pmap is loaded, and has an entry at the slot that no free has cleared",
      test: (m, { cpu, slot }) => {
        const { slots, deferred } = m.pmaps[m.cpus[cpu].pmap];
        return actsOnOwn(m, cpu) && slots.has(slot) && !deferred.has(slot);
      },
    },
    steps: [lockToClear, clearSlot, ...steps, unlockPmap, ...freeingSteps(isPcid)],
  });

export const slots2018: readonly Operation[] = [
  allocate('x86/pmap.c Feb 2018: pmap_get_ptp', [syncCpus]),
  free([syncCpus], false),
];
export const slots2022: readonly Operation[] = [
  allocate('x86/pmap.c 2020: pmap_install_ptp', sync2022Steps),
  free(sync2022Steps, true),
];

const notToBe = 'x86/svs.c 1.16: svs_pmap_sync, as its comment says not to';

/** The test of pm_cpus: a CPU that runs a kernel thread may have left that set. */
export const testPmCpus = step({
  name: 'test-pm-cpus',
  source: notToBe,
  needs: { other: 'cpu' },
  sets: ['loaded', 'still'],
  effect: (m, { cpu, other }) => {
    const isLoaded = ownPmap(m, cpu).cpus.has(other);
    m.cpus[cpu].registers.loaded = isLoaded;
    m.cpus[cpu].registers.still = isLoaded;
  },
});

export const retestPmCpus = step({
  ...whenLoaded,
  name: 'retest-pm-cpus',
  source: notToBe,
  needs: { other: 'cpu' },
  sets: ['still'],
  effect: (m, { cpu, other }) => {
    m.cpus[cpu].registers.still = ownPmap(m, cpu).cpus.has(other);
  },
});
