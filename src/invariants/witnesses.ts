/**
 * What must be reachable: a claim that is true because nothing ever happens is worth nothing.
 *
 * Each claim names the witness that it rests on. A claim whose witness is not reachable in a scope
 * does not apply there; a witness that no spec of a suite reaches is a failure of the suite.
 */
import type { Witness } from '../model/model.js';
import type { Id } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import { atRest } from '../transitions/actions.js';
import { threadOf } from '../transitions/conditions.js';
import { isDrained, isFull } from '../transitions/memory.js';
import type { Operation } from '../transitions/operation.js';
import { isHandler, stepsOf } from '../transitions/operation.js';
import { slotOwner } from '../transitions/translation.js';
import type { Design } from './design.js';
import { hasLock } from './design.js';

interface WitnessRow {
  readonly name: string;
  readonly claim: string;
  /** Whether a scope and its protocol leave room for it; what a suite must reach goes by this. */
  possible(design: Design): boolean;
  /** Whether a design has the variables that it speaks of; else no state shows it. */
  applies?(design: Design): boolean;
  /** It reads nothing but what its CPU alone writes; held to whenever it is learned. */
  readonly ownOnly?: true;
  /** Whether some CPU shows it. */
  build(design: Design): (m: Machine, cpu: Id<'cpu'>) => boolean;
}

const allocates = (operation: Operation): boolean =>
  operation.event === undefined && stepsOf(operation).some(({ writesPdir }) => writesPdir);
const always = () => true;
const inSteps = ({ scope }: Design) => scope.options.interleaving === 'step';
const hasTwoCpus = ({ scope }: Design) => scope.options.cpus > 1;
const hasHandlers = ({ scope, program }: Design) =>
  scope.options.nesting > 0 && program.protocol.operations.some(isHandler);

const rows = [
  {
    name: 'user-mode-again',
    claim:
      'A CPU is in user mode with a slot allocated, or while another is in user mode on another pmap.',
    possible: always,
    // No pmap is told from another: which one the CPUs started on is only a name.
    build:
      ({ scope }) =>
      (m, cpu) =>
        m.cpus[cpu].mode === 'user' &&
        (scope.pmaps.ids.some((pmap) => m.pmaps[pmap].slots.size > 0) ||
          scope.cpus.ids.some(
            (other) => m.cpus[other].mode === 'user' && m.cpus[other].pmap !== m.cpus[cpu].pmap,
          )),
  },
  {
    name: 'kernel-mode',
    claim: 'A CPU is in the kernel, at rest, with a kernel L4 loaded.',
    possible: always,
    ownOnly: true,
    build:
      ({ scope }) =>
      (m, cpu) =>
        m.cpus[cpu].mode === 'kernel' &&
        m.cpus[cpu].at === atRest &&
        scope.l4Page[m.cpus[cpu].cr3].kind === 'pmap',
  },
  {
    name: 'user-slot-used',
    claim: 'A CPU in user mode reaches a slot that was allocated, on the page that is loaded.',
    possible: always,
    build:
      ({ scope }) =>
      (m, cpu) =>
        m.cpus[cpu].mode === 'user' &&
        scope.slots.ids.some(
          (slot) => slotOwner(m, scope, m.cpus[cpu].cr3, slot) === m.cpus[cpu].pmap,
        ),
  },
  {
    name: 'shared-pmap',
    claim: 'Two CPUs run threads of one process in user mode, with a slot allocated.',
    possible: hasTwoCpus,
    build:
      ({ scope }) =>
      (m, cpu) =>
        m.cpus[cpu].mode === 'user' &&
        m.pmaps[m.cpus[cpu].pmap].slots.size > 0 &&
        scope.cpus.ids.some(
          (other) =>
            cpu !== other &&
            m.cpus[other].mode === 'user' &&
            m.cpus[cpu].pmap === m.cpus[other].pmap,
        ),
  },
  {
    name: 'two-pmaps-in-user-mode',
    claim: 'A CPU runs one process in user mode while another process has a slot allocated.',
    possible: ({ scope }) => scope.options.pmaps > 1,
    build:
      ({ scope }) =>
      (m, cpu) =>
        m.cpus[cpu].mode === 'user' &&
        scope.pmaps.ids.some((pmap) => pmap !== m.cpus[cpu].pmap && m.pmaps[pmap].slots.size > 0),
  },
  {
    name: 'user-mode-during-walk',
    claim: 'A CPU is in user mode while an allocation for its process is under way on another.',
    possible: (design) => hasTwoCpus(design) && inSteps(design),
    build: ({ scope, program }) => {
      const open = program.watched(program.locationsIn(allocates));
      return (m, cpu) =>
        m.cpus[cpu].mode === 'user' &&
        scope.cpus.ids.some(
          (walker) =>
            cpu !== walker &&
            m.cpus[cpu].pmap === m.cpus[walker].pmap &&
            program.isOpen(m, walker, open),
        );
    },
  },
  {
    name: 'nested-handler',
    claim: 'A handler has interrupted the kernel with a kernel L4 loaded.',
    possible: (design) => hasHandlers(design) && inSteps(design),
    ownOnly: true,
    build:
      ({ scope, program }) =>
      (m, cpu) =>
        program.depthOf(m, cpu) > 0 && scope.l4Page[m.cpus[cpu].cr3].kind !== 'updir',
  },
  {
    name: 'waiting',
    claim: 'A CPU waits for a lock.',
    possible: (design) => hasTwoCpus(design) && inSteps(design),
    build:
      ({ program }) =>
      (m, cpu) =>
        program.isHeldUp(m, cpu),
  },
  {
    name: 'updir-lock-held',
    claim: 'The lock on a per-CPU page is held.',
    possible: (design) => hasLock(design, 'updir-lock') && inSteps(design),
    build: () => (m, cpu) => m.updirs[cpu].lock !== null,
  },
  {
    name: 'kernel-thread',
    claim: 'A kernel thread runs on a CPU, on the pmap of a process.',
    applies: ({ scope }) => scope.has.threads,
    possible: ({ scope }) => scope.options.events.includes('kernel-thread'),
    build: () => (m, cpu) => m.cpus[cpu].mode === 'kernel' && m.cpus[cpu].thread === null,
  },
  {
    name: 'shootdowns-left',
    claim: 'A lazy CPU has left the set of CPUs that want shootdowns, with the pmap loaded.',
    applies: ({ scope }) => scope.has.threads,
    possible: (design) =>
      hasTwoCpus(design) &&
      inSteps(design) &&
      design.scope.has.free &&
      design.scope.options.events.includes('kernel-thread'),
    build: () => (m, cpu) => m.cpus[cpu].tlbstate === 'stale',
  },
  {
    name: 'slot-freed',
    claim:
      'A slot was cleared whose page is yet to be given back, or a process is gone and its pmap with it.',
    applies: ({ scope }) => scope.has.free || scope.has.lifetime,
    possible: always,
    build:
      ({ scope }) =>
      (m) => {
        for (const pmap of scope.pmaps.ids) {
          const { deferred, exited, references } = m.pmaps[pmap];
          if (deferred.size > 0 || (exited && references.size === 0)) return true;
        }
        return false;
      },
  },
  {
    name: 'unisolated-in-user-mode',
    claim: 'A CPU is in user mode in a process that is not isolated.',
    applies: ({ scope }) => scope.isolated.ids.length < scope.pmaps.ids.length,
    possible: always,
    build:
      ({ scope }) =>
      (m, cpu) =>
        m.cpus[cpu].mode === 'user' && !scope.isolated.has(threadOf(m, cpu)),
  },
  {
    name: 'grown',
    claim: 'The kernel has grown by a slot.',
    applies: ({ scope }) => scope.has.growth,
    possible: always,
    build: () => (m) => m.kernel.grown,
  },
  {
    name: 'disabled-in-user-mode',
    claim: 'A CPU is in user mode after isolation was disabled.',
    applies: ({ scope }) => scope.has.patching,
    possible: always,
    build: () => (m, cpu) => m.cpus[cpu].mode === 'user' && m.patching.done,
  },
  {
    name: 'store-waits',
    claim: 'A store waits in a store buffer.',
    applies: ({ scope }) => scope.stores !== null,
    possible: always,
    build:
      ({ scope }) =>
      (m, cpu) =>
        !isDrained(m, scope, cpu),
  },
  {
    name: 'store-buffer-full',
    claim: 'A store buffer is full: with a larger one there may be more states.',
    applies: ({ scope }) => scope.stores !== null,
    possible: always,
    build:
      ({ scope }) =>
      (m, cpu) =>
        isFull(m, scope, cpu),
  },
] as const satisfies readonly WitnessRow[];

export type WitnessName = (typeof rows)[number]['name'];
export const witnessRows: readonly (WitnessRow & { readonly name: WitnessName })[] = rows;

/** Whether a spec with this design has room for a witness: what a suite must reach goes by it. */
export const hasRoomFor = (row: WitnessRow, design: Design): boolean =>
  (row.applies?.(design) ?? true) && row.possible(design);

export function witnessOf(row: WitnessRow, design: Design): Witness<Machine> {
  const { name, claim } = row;
  if (row.applies?.(design) === false) return { name, claim, shows: null };
  const shows = row.build(design);
  const cpus = design.scope.cpus.ids;
  return {
    name,
    claim,
    shows: (m) => cpus.some((cpu) => shows(m, cpu)),
    ...(row.ownOnly ? { ownParts: cpus.map((cpu) => (m: Machine) => shows(m, cpu)) } : {}),
  };
}
