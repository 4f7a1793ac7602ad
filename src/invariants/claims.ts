/**
 * The claims, one a row: a name, one English sentence, its source, the witness that shows that it
 * is not true of nothing, where it applies, and the expression. In the order well-formed, protocol,
 * isolation. The README's table and `svscheck list` are printed from these rows.
 */
import type { Check, Claim, Failure, StepClaim } from '../model/model.js';
import type { Id, IdSet, Members } from '../state/domain.js';
import { hasAll, toIndex } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { LockName } from '../transitions/operation.js';
import { isHandler } from '../transitions/operation.js';
import type { Node, Standing } from '../transitions/program.js';
import { mappedAreas, slotOwner } from '../transitions/translation.js';
import type { Design } from './design.js';
import { aheadOf, failure, hasLock, isAnyAhead, isStepNode } from './design.js';
import type { WitnessName } from './witnesses.js';

type Cpu = Id<'cpu'>;

interface RowSlots {
  readonly name: string;
  readonly claim: string;
  readonly source: string;
  /** What must be reachable for the claim to say anything. */
  readonly witness: WitnessName;
  /** Why the claim says nothing of a design, or null when it applies. */
  readonly inapplicable?: (design: Design) => string | null;
}
/** A claim about each CPU in every state. */
interface StateRow extends RowSlots {
  readonly on: 'states';
  /** Where a CPU must be for the claim to say something of it. */
  readonly of: (standing: Standing) => boolean;
  build(design: Design): (m: Machine, cpu: Cpu) => Failure | undefined;
}
/** A claim about every step that is taken. */
interface StepRow extends RowSlots {
  readonly on: 'steps';
  build(design: Design): Pick<StepClaim<Machine>, 'watches' | 'check'>;
}
export type ClaimRow = StateRow | StepRow;

const anywhere = () => true;
const inUserMode = (standing: Standing) => standing === 'user';
const isNode = (standing: Standing): standing is Node =>
  standing !== 'user' && standing !== 'kernel';
const inStub = (standing: Standing) =>
  isNode(standing) && isStepNode(standing) && standing.step.stub === true;
const waiting = (standing: Standing) =>
  isNode(standing) && isStepNode(standing) && standing.waits !== null;

/*
 * The checks run on every state. None of them captures its arguments in a closure, not even on the
 * path that fails: V8 would then allocate a context on every call.
 */

const missing = (members: Members<'area'>, from: IdSet<'area'>) =>
  members.ids.filter((area) => !from.has(area));

const wellFormed: ClaimRow = {
  name: 'well-formed',
  claim:
    'A TLB may-set contains all that the loaded page maps, and user code runs in no operation.',
  source: 'model: what transitions/translation.ts promises',
  witness: 'user-mode-again',
  on: 'states',
  of: anywhere,
  build: ({ scope }) => {
    const failed = (conjunct: string, m: Machine, cpu: Cpu, field: string, more = {}) => {
      const page = scope.l4s.label(m.cpus[cpu].cr3);
      const values = { cpu: scope.cpus.label(cpu), page, ...more };
      return failure(conjunct, values, ['cpus', toIndex(cpu), field]);
    };
    return (m, cpu) => {
      const { tlb, cr3, at, mode } = m.cpus[cpu];
      const page = scope.l4Page[cr3];
      const mapped = mappedAreas(m, scope, cr3);
      if (!hasAll(tlb.areas, mapped)) {
        const more = { area: missing(mapped, tlb.areas).map(scope.areas.label).join(', ') };
        return failed('the may-set lacks an area that the loaded page maps', m, cpu, 'tlb', more);
      }
      if (page.kind === 'updir' || !hasAll(tlb.user[page.pmap].slots, m.pmaps[page.pmap].slots)) {
        for (const slot of scope.slots.ids) {
          const owner = slotOwner(m, scope, cr3, slot);
          if (owner === null || tlb.user[owner].slots.has(slot)) continue;
          const more = { slot: scope.slots.label(slot), maps: scope.pmaps.label(owner) };
          return failed('the may-set lacks a slot that the loaded page maps', m, cpu, 'tlb', more);
        }
      }
      if (mode === 'kernel' || at === 0) return undefined;
      return failed('user code runs inside an operation', m, cpu, 'at');
    };
  },
};

const kernelOnKernelTables: ClaimRow = {
  name: 'kernel-on-kernel-tables',
  claim:
    'Outside the entry and exit stubs kernel code runs with a kernel L4 loaded; unless a context switch or an NMI frame is open on that CPU, it is the one that kpdirpa names.',
  source: '[M3]; [M4]',
  witness: 'kernel-mode',
  on: 'states',
  of: (standing) => !inUserMode(standing) && !inStub(standing),
  build: ({ scope, program }) => {
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
      if (page.kind !== 'pmap') {
        return failed('kernel code runs on a per-CPU page', m, cpu, 'at', 'cr3');
      }
      // With SVS disabled nothing keeps kpdirpa, and nothing reads it.
      if (page.pmap === kpdirpa || !scope.options.svs) return undefined;
      if (program.isOpen(m, cpu, 'context-switch') || program.isOpen(m, cpu, 'nmi')) {
        return undefined;
      }
      return failed('CR3 is not the L4 page that kpdirpa names', m, cpu, 'at', 'kpdirpa');
    };
  },
};

const kernelToKernelFree: ClaimRow = {
  name: 'kernel-to-kernel-free',
  claim:
    'A trap or interrupt taken in kernel mode with a kernel L4 loaded writes no CR3 on entry or return.',
  source: '[M4]; [M9]',
  witness: 'kernel-mode',
  inapplicable: ({ program, scope }) =>
    program.protocol.operations.some(isHandler) && scope.options.nesting > 0
      ? null
      : 'nothing interrupts the kernel in this spec',
  on: 'steps',
  build: ({ scope, program }) => ({
    watches: program.stepsWhere(({ operation, step }) => isHandler(operation) && !!step.loadsCr3),
    check: (before, { step, bindings }) => {
      const cpu = bindings.cpu as Cpu;
      const { cr3 } = before.cpus[cpu];
      if (scope.l4Page[cr3].kind !== 'pmap') return undefined;
      const values = {
        cpu: scope.cpus.label(cpu),
        step: program.steps[step]?.name ?? '',
        cr3: scope.l4s.label(cr3),
      };
      return failure('a handler loads CR3 over a kernel L4', values);
    },
  }),
};

const updirLocked: ClaimRow = {
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

const noDeadlock: ClaimRow = {
  name: 'no-deadlock',
  claim:
    'No CPU waits for a lock that can come only through a cycle of waiting CPUs, or whose holder has left the operation that gives it.',
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
    const isInCycle = (m: Machine, cpu: Cpu): boolean => {
      let end = program.waitsFor(m, cpu);
      for (let hops = 1; end !== null && end !== cpu && hops < scope.cpus.ids.length; hops++) {
        end = program.waitsFor(m, end);
      }
      return end === cpu;
    };
    return (m, cpu) => {
      const holder = program.waitsFor(m, cpu);
      if (holder === null) return undefined;
      const node = program.locations[m.cpus[cpu].at];
      const lock = node?.kind === 'step' ? node.step.acquires : undefined;
      const left = lock !== undefined && !isAnyAhead(design, ahead[lock], m, holder);
      if (!left && !isInCycle(m, cpu)) return undefined;
      const conjunct = left
        ? 'the holder has left the operation that releases the lock'
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

const kernelUnreachable: ClaimRow = {
  name: 'kernel-unreachable',
  claim: 'In user mode no secret kernel area is reachable.',
  source: '[M2]; [M8]',
  witness: 'user-mode-again',
  inapplicable: ({ scope }) =>
    scope.secret.ids.length > 0 ? null : 'the spec names no secret area',
  on: 'states',
  of: inUserMode,
  build:
    ({ scope }) =>
    (m, cpu) => {
      const { cr3, tlb } = m.cpus[cpu];
      const mapped = mappedAreas(m, scope, cr3);
      for (const area of scope.secret.ids) {
        const isMapped = mapped.has(area);
        if (!isMapped && !tlb.areas.has(area)) continue;
        const values = {
          cpu: scope.cpus.label(cpu),
          area: scope.areas.label(area),
          page: scope.l4s.label(cr3),
        };
        const own = ['cpus', toIndex(cpu)];
        return isMapped
          ? failure('the loaded page maps a secret area', values, [...own, 'mode'])
          : failure('the TLB may hold a secret area', values, [...own, 'tlb', 'areas']);
      }
      return undefined;
    },
};

const userOnUserTables: ClaimRow = {
  name: 'user-on-user-tables',
  claim: "In user mode CR3 is this CPU's updirpa, and kpdirpa names its pmap.",
  source: '[M3]; [M4]',
  witness: 'user-mode-again',
  on: 'states',
  of: inUserMode,
  build:
    ({ scope }) =>
    (m, cpu) => {
      const { cr3, kpdirpa, pmap } = m.cpus[cpu];
      const onOwnPage = cr3 === scope.updirOf[cpu];
      if (onOwnPage && kpdirpa === pmap) return undefined;
      const values = {
        cpu: scope.cpus.label(cpu),
        pmap: scope.pmaps.label(pmap),
        cr3: scope.l4s.label(cr3),
        kpdirpa: scope.pmaps.label(kpdirpa),
      };
      const own = ['cpus', toIndex(cpu)];
      return onOwnPage
        ? failure('kpdirpa does not name the pmap of the thread', values, [...own, 'kpdirpa'])
        : failure("CR3 is not this CPU's updirpa", values, [...own, 'mode']);
    },
};

const userSlotsComplete: ClaimRow = {
  name: 'user-slots-complete',
  claim:
    'In user mode every L4 slot of the process is in the per-CPU page, except while a walk for that slot has yet to pass this CPU.',
  source: '[M2]; [M6]; [M7b]',
  witness: 'user-slot-used',
  inapplicable: ({ scope }) =>
    scope.options.svs ? null : 'with SVS disabled there is no per-CPU page',
  on: 'states',
  of: inUserMode,
  build: (design) => {
    const { scope, program } = design;
    /**
     * By slot and visited CPU: where the slot is yet to be set, and where it is yet to be added to
     * that CPU's page. An edit that drops one of these steps leaves no exception, so the claim only
     * grows stronger.
     */
    const walks = scope.slots.ids.map((slot) =>
      scope.cpus.ids.map((other) => {
        const ahead = (name: string) =>
          program.nodes
            .filter(isStepNode)
            .filter(
              ({ step, instance }) =>
                step.name === name && instance.operation.name === 'l4-allocate',
            )
            .filter(({ bindings }) => bindings.slot === slot && (bindings.other ?? other) === other)
            .map((node) => aheadOf(design, node));
        return { set: ahead('set-slot'), add: ahead('add-slot') };
      }),
    );
    const underWay = (m: Machine, slot: Id<'slot'>, other: Cpu, pmap: Id<'pmap'>): boolean => {
      const walk = walks[toIndex(slot)]?.[toIndex(other)];
      return scope.cpus.ids.some(
        (walker) =>
          m.cpus[walker].pmap === pmap &&
          walk !== undefined &&
          isAnyAhead(design, walk.add, m, walker) &&
          !isAnyAhead(design, walk.set, m, walker),
      );
    };
    return (m, cpu) => {
      const { pmap } = m.cpus[cpu];
      const { slots } = m.pmaps[pmap];
      for (const slot of scope.slots.ids) {
        if (!slots.has(slot) || m.updirs[cpu].slots[slot].owner === pmap) continue;
        if (underWay(m, slot, cpu, pmap)) continue;
        const values = {
          cpu: scope.cpus.label(cpu),
          slot: scope.slots.label(slot),
          page: scope.l4s.label(scope.updirOf[cpu]),
          'should map': scope.pmaps.label(pmap),
        };
        const written = ['updirs', toIndex(cpu), 'slots', toIndex(slot), 'owner'];
        const allocated = ['pmaps', toIndex(pmap), 'slots'];
        return failure(
          'a slot of the process is not in the per-CPU page',
          values,
          written,
          allocated,
        );
      }
      return undefined;
    };
  },
};

const noForeignSlots: ClaimRow = {
  name: 'no-foreign-slots',
  claim: 'In user mode no slot of another process is reachable.',
  source: '[M2]; [M5]; [M7a]',
  witness: 'two-pmaps-in-user-mode',
  on: 'states',
  of: inUserMode,
  build:
    ({ scope }) =>
    (m, cpu) => {
      const { cr3, pmap, tlb } = m.cpus[cpu];
      for (const slot of scope.slots.ids) {
        const mapped = slotOwner(m, scope, cr3, slot);
        for (const owner of scope.pmaps.ids) {
          if (owner === pmap) continue;
          if (mapped !== owner && !tlb.user[owner].slots.has(slot)) continue;
          const values = {
            cpu: scope.cpus.label(cpu),
            slot: scope.slots.label(slot),
            runs: scope.pmaps.label(pmap),
            reaches: scope.pmaps.label(owner),
          };
          const written = ['updirs', toIndex(cpu), 'slots', toIndex(slot), 'owner'];
          const cached = ['cpus', toIndex(cpu), 'tlb', 'user', toIndex(owner), 'slots'];
          return mapped === owner
            ? failure("the loaded page maps another process's slot", values, written)
            : failure("the TLB may hold another process's slot", values, cached);
        }
      }
      return undefined;
    },
};

const nothingFreed = () => 'the protocol frees nothing';

const noStaleSlots: ClaimRow = {
  name: 'no-stale-slots',
  claim:
    'No CPU in user mode reaches a page-table page after it is freed, and no kpdirpa or CR3 names a destroyed pmap.',
  source: 'x86/pmap.c Feb 2018: pmap_free_ptp, pmap_destroy',
  witness: 'user-mode-again',
  inapplicable: nothingFreed,
  on: 'states',
  of: () => false,
  build: () => () => undefined,
};

const noFreedWalk: ClaimRow = {
  name: 'no-freed-walk',
  claim: 'No CPU in kernel mode reaches a page-table page after it is freed.',
  source: 'x86/pmap.c Feb 2018: pmap_free_ptp, pmap_destroy',
  witness: 'kernel-mode',
  inapplicable: nothingFreed,
  on: 'states',
  of: () => false,
  build: () => () => undefined,
};

const entryMapped: ClaimRow = {
  name: 'entry-mapped',
  claim:
    'What hardware and the entry stub touch before the CR3 load is mapped in the page that user code runs on.',
  source: '[M8]',
  witness: 'user-mode-again',
  on: 'states',
  of: inUserMode,
  build: ({ scope }) => {
    const needed = scope.areas.ids.filter((id) => scope.areaName[id] === scope.options.entryCode);
    return (m, cpu) => {
      const { cr3 } = m.cpus[cpu];
      const mapped = mappedAreas(m, scope, cr3);
      for (const area of needed) {
        if (mapped.has(area)) continue;
        const values = {
          cpu: scope.cpus.label(cpu),
          area: scope.areas.label(area),
          page: scope.l4s.label(cr3),
        };
        return failure('the area of the entry code is not mapped', values, [
          'cpus',
          toIndex(cpu),
          'cr3',
        ]);
      }
      return undefined;
    };
  },
};

export const claimRows: readonly ClaimRow[] = [
  wellFormed,
  kernelOnKernelTables,
  kernelToKernelFree,
  updirLocked,
  noDeadlock,
  kernelUnreachable,
  userOnUserTables,
  userSlotsComplete,
  noForeignSlots,
  noStaleSlots,
  noFreedWalk,
  entryMapped,
];

/** A row's claim about one design. */
export function claimOf(row: ClaimRow, design: Design): Claim<Machine> {
  const { name, claim, source } = row;
  if (row.on === 'states') return { name, claim, source, on: 'states' };
  if (row.inapplicable?.(design)) {
    return { name, claim, source, on: 'steps', watches: new Set(), check: () => undefined };
  }
  return { name, claim, source, on: 'steps', ...row.build(design) };
}

/** A claim's test of one CPU. A class, and no closure: V8 inlines a method that all checks share. */
class CpuCheck implements Check<Machine> {
  constructor(
    readonly claim: number,
    private readonly test: ReturnType<StateRow['build']>,
    private readonly cpu: Cpu,
  ) {}

  check(m: Machine): Failure | undefined {
    return this.test(m, this.cpu);
  }
}

/** What the claims about states say of one CPU, for each place where it can be. */
export function checksOf(design: Design, cpu: Cpu): Check<Machine>[][] {
  const built = claimRows.flatMap((row, claim) => {
    // A claim that does not apply is not evaluated: it must not come out as violated.
    if (row.on !== 'states' || row.inapplicable?.(design)) return [];
    return [{ of: row.of, check: new CpuCheck(claim, row.build(design), cpu) }];
  });
  return design.program.standings.map((standing) =>
    built.filter(({ of }) => of(standing)).map(({ check }) => check),
  );
}
