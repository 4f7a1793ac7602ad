/**
 * Claims about the machine and the protocol: that states are well formed, and that kernel code runs
 * where, and writes what, it should.
 */
import type { Id, IdSet } from '../state/domain.js';
import { hasAll, toIndex } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import { isDrained } from '../transitions/memory.js';
import type { LockName, Operation } from '../transitions/operation.js';
import { isHandler, savesCr3 } from '../transitions/operation.js';
import type { Areas } from '../transitions/translation.js';
import { mappedAreas, slotOwner } from '../transitions/translation.js';
import { aheadOf, failure, hasLock, isAnyAhead, isStepNode } from './design.js';
import type { ClaimRow, Cpu } from './row.js';
import { anywhere, inStub, inUserMode, waiting } from './row.js';

/*
 * The checks run on every state. None of them captures its arguments in a closure, not even on the
 * path that fails: V8 would then allocate a context on every call.
 */

const missing = (scope: Scope, areas: Areas, from: IdSet<'area'>): Id<'area'>[] =>
  scope.areas.ids.filter((area) => areas.has(area) && !from.has(area));

export const wellFormed: ClaimRow = {
  name: 'well-formed',
  claim:
    'A TLB may-set contains all that the loaded page maps, and user code runs in no operation.',
  source: 'model: what transitions/translation.ts promises',
  witness: 'user-mode-again',
  on: 'states',
  of: anywhere,
  build: ({ scope, program }) => {
    const failed = (conjunct: string, m: Machine, cpu: Cpu, field: string, more = {}) => {
      const page = scope.l4s.label(m.cpus[cpu].cr3);
      const values = { cpu: scope.cpus.label(cpu), page, ...more };
      return failure(conjunct, values, ['cpus', toIndex(cpu), field]);
    };
    return (m, cpu) => {
      const { cr3, mode, pcid } = m.cpus[cpu];
      const tlb = m.cpus[cpu].tlb[pcid];
      const page = scope.l4Page[cr3];
      const mapped = mappedAreas(m, scope, cr3);
      if (!hasAll(tlb.areas, mapped)) {
        const more = { area: missing(scope, mapped, tlb.areas).map(scope.areas.label).join(', ') };
        return failed('the may-set lacks an area that the loaded page maps', m, cpu, 'tlb', more);
      }
      if (page.kind !== 'pmap' || !hasAll(tlb.user[page.pmap].slots, m.pmaps[page.pmap].slots)) {
        for (const slot of scope.slots.ids) {
          const owner = slotOwner(m, scope, cr3, slot);
          if (owner === null || tlb.user[owner].slots.has(slot)) continue;
          const more = { slot: scope.slots.label(slot), maps: scope.pmaps.label(owner) };
          return failed('the may-set lacks a slot that the loaded page maps', m, cpu, 'tlb', more);
        }
      }
      if (mode === 'kernel' || program.isAtRest(m, cpu)) return undefined;
      return failed('user code runs inside an operation', m, cpu, 'at');
    };
  },
};

/** Whether CR3 may be another than kpdirpa says while an operation is under way. */
const mayDiffer = (operation: Operation): boolean =>
  operation.switchesPmap === true || savesCr3(operation);

export const kernelOnKernelTables: ClaimRow = {
  name: 'kernel-on-kernel-tables',
  claim:
    'Outside the entry and exit stubs kernel code runs with a kernel L4 loaded; unless the CPU is between two pmaps, or in an NMI that gives CR3 back, it is the one that kpdirpa names.',
  source: '[M3]; [M4]',
  witness: 'kernel-mode',
  on: 'states',
  of: (standing) => !inUserMode(standing) && !inStub(standing),
  ownOnly: true,
  build: ({ scope, program }) => {
    const differing = program.locationsIn(mayDiffer);
    const failed = (conjunct: string, m: Machine, cpu: Cpu, ...fields: string[]) => {
      const { cr3, kpdirpa } = m.cpus[cpu];
      const values = {
        cpu: scope.cpus.label(cpu),
        cr3: scope.l4s.label(cr3),
        kpdirpa: scope.pmaps.label(kpdirpa),
      };
      return failure(conjunct, values, ...fields.map((field) => ['cpus', toIndex(cpu), field]));
    };
    return (m, cpu) => {
      const { cr3, kpdirpa } = m.cpus[cpu];
      const page = scope.l4Page[cr3];
      if (page.kind === 'updir') {
        return failed('kernel code runs on a per-CPU page', m, cpu, 'at', 'cr3');
      }
      // With SVS disabled nothing keeps kpdirpa, and nothing reads it.
      if (page.pmap === kpdirpa || !scope.options.svs) return undefined;
      if (program.isOpen(m, cpu, differing)) return undefined;
      return failed('CR3 is not the L4 page that kpdirpa names', m, cpu, 'at', 'kpdirpa');
    };
  },
};

export const kernelToKernelFree: ClaimRow = {
  name: 'kernel-to-kernel-free',
  claim:
    'A trap or interrupt taken in kernel mode with a kernel L4 loaded writes no CR3 on entry or return; an NMI that gives CR3 back may.',
  source: '[M4]; [M9]',
  witness: 'kernel-mode',
  inapplicable: ({ program, scope }) =>
    program.protocol.operations.some(isHandler) && scope.options.nesting > 0
      ? null
      : 'nothing interrupts the kernel in this spec',
  on: 'steps',
  build: ({ scope, program }) => ({
    watches: program.stepsWhere(
      ({ operation, step }) => isHandler(operation) && !savesCr3(operation) && !!step.loadsCr3,
    ),
    check: (before, { step, bindings }) => {
      const cpu = bindings.cpu as Cpu;
      const { cr3 } = before.cpus[cpu];
      if (scope.l4Page[cr3].kind === 'updir') return undefined;
      const values = {
        cpu: scope.cpus.label(cpu),
        step: program.steps[step]?.name ?? '',
        cr3: scope.l4s.label(cr3),
      };
      return failure('a handler loads CR3 over a kernel L4', values);
    },
  }),
};

export const updirLocked: ClaimRow = {
  name: 'updir-locked',
  claim: 'A per-CPU page is written only by the holder of its lock.',
  source: 'x86/svs.c 1.5: ci_svs_mtx',
  witness: 'updir-lock-held',
  inapplicable: (design) =>
    hasLock(design, 'updir-lock') ? null : 'the protocol has no lock on the per-CPU pages',
  on: 'steps',
  build: ({ scope, program }) => ({
    watches: program.stepsWhere(({ step }) => step.writesUpdir !== undefined),
    check: (before, { step, bindings }) => {
      const cpu = bindings.cpu as Cpu;
      const written = bindings[program.steps[step]?.step.writesUpdir ?? 'cpu'] as Cpu;
      const { lock } = before.updirs[written];
      if (lock === cpu) return undefined;
      const values = {
        cpu: scope.cpus.label(cpu),
        page: scope.l4s.label(scope.updirOf[written]),
        holder: lock === null ? 'none' : scope.cpus.label(lock),
      };
      return failure('a page is written without its lock', values, [
        'updirs',
        toIndex(written),
        'lock',
      ]);
    },
  }),
};

export const noDeadlock: ClaimRow = {
  name: 'no-deadlock',
  claim:
    'No CPU waits for what can come only through a cycle of waiting CPUs, for a lock whose holder has left the operation that gives it, or for what no handler gives.',
  source: 'x86/svs.c 1.5: lock order, as its comments state it',
  witness: 'waiting',
  on: 'states',
  of: waiting,
  build: (design) => {
    const { scope, program } = design;
    /** Where some step that releases a lock of this name lies ahead. */
    const releasesAhead = (lock: LockName) =>
      program.nodes
        .filter(isStepNode)
        .filter(({ step }) => step.releases === lock)
        .map((node) => aheadOf(design, node));
    const ahead = {
      'pmap-lock': releasesAhead('pmap-lock'),
      'updir-lock': releasesAhead('updir-lock'),
    };
    /** Whether a CPU waits, over any number of others, for itself. */
    const isInCycle = (m: Machine, cpu: Cpu): boolean => {
      let reached = 0;
      for (let before = -1, from = 1 << toIndex(cpu); reached !== before; from = reached) {
        before = reached;
        for (const one of scope.cpus.ids) {
          if (((from >>> toIndex(one)) & 1) === 0) continue;
          for (const other of scope.cpus.ids) {
            if (program.awaits(m, one, other)) reached |= 1 << toIndex(other);
          }
        }
      }
      return ((reached >>> toIndex(cpu)) & 1) === 1;
    };
    return (m, cpu) => {
      const holder = program.waitsFor(m, cpu);
      if (holder === null) return undefined;
      const step = program.waitingStep(m, cpu)?.step;
      const lock = step?.acquires;
      // Under TSO the release may have been stored, and wait in the holder's buffer.
      const left =
        lock !== undefined &&
        !isAnyAhead(design, ahead[lock], m, holder) &&
        isDrained(m, scope, holder);
      const unserved = step?.waitsForHandler === true && !program.servesWaits;
      if (!left && !unserved && !isInCycle(m, cpu)) return undefined;
      const conjunct = left
        ? 'the holder has left the operation that releases the lock'
        : unserved
          ? 'no handler gives what it waits for'
          : 'the waiting CPUs form a cycle';
      const values = {
        cpu: scope.cpus.label(cpu),
        'waits for': lock ?? 'a guard',
        holder: scope.cpus.label(holder),
      };
      const places = [holder, cpu].map((place) => ['cpus', toIndex(place), 'at']);
      return failure(conjunct, values, ...places);
    };
  },
};
