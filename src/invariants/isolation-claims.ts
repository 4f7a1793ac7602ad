/**
 * Claims about isolation: what user code reaches, and what it must reach. As in
 * protocol-claims.ts, no check captures its arguments in a closure.
 */
import type { Id } from '../state/domain.js';
import { toIndex } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import { isIsolated, threadOf } from '../transitions/conditions.js';
import { isWaiting } from '../transitions/memory.js';
import { mappedAreas, slotOwner } from '../transitions/translation.js';
import { aheadOf, failure, isAnyAhead, isStepNode } from './design.js';
import type { ClaimRow, Cpu } from './row.js';
import { atRestInKernel, inUserMode } from './row.js';

export const kernelUnreachable: ClaimRow = {
  name: 'kernel-unreachable',
  claim: 'In user mode no secret kernel area is reachable, unless the process is not isolated.',
  source: '[M2]; [M8]',
  witness: 'user-mode-again',
  inapplicable: ({ scope }) =>
    scope.secret.ids.length > 0 ? null : 'the spec names no secret area',
  on: 'states',
  of: inUserMode,
  build:
    ({ scope }) =>
    (m, cpu) => {
      const { cr3, pcid } = m.cpus[cpu];
      if (!isIsolated(m, cpu, scope)) return undefined;
      const cached = m.cpus[cpu].tlb[pcid].areas;
      const mapped = mappedAreas(m, scope, cr3);
      for (const area of scope.secret.ids) {
        const isMapped = mapped.has(area);
        if (!isMapped && !cached.has(area)) continue;
        const values = {
          cpu: scope.cpus.label(cpu),
          area: scope.areas.label(area),
          page: scope.l4s.label(cr3),
        };
        const own = ['cpus', toIndex(cpu)];
        return isMapped
          ? failure('the loaded page maps a secret area', values, [...own, 'mode'])
          : failure('the TLB may hold a secret area', values, [...own, 'tlb', toIndex(pcid)]);
      }
      return undefined;
    },
};

export const userOnUserTables: ClaimRow = {
  name: 'user-on-user-tables',
  claim:
    "In user mode CR3 is this CPU's updirpa, or the own L4 of a process that is not isolated, and kpdirpa names its pmap.",
  source: '[M3]; [M4]',
  witness: 'user-mode-again',
  on: 'states',
  of: inUserMode,
  build:
    ({ scope }) =>
    (m, cpu) => {
      const { cr3, pcid, kpdirpa } = m.cpus[cpu];
      const thread = threadOf(m, cpu);
      const isolated = isIsolated(m, cpu, scope);
      const onOwnPage = cr3 === (isolated ? scope.updirOf[cpu] : scope.l4OfPmap[thread]);
      const onOwnPcid = pcid === (isolated ? scope.userPcid : scope.kernelPcid);
      if (onOwnPage && onOwnPcid && kpdirpa === thread) return undefined;
      const values = {
        cpu: scope.cpus.label(cpu),
        pmap: scope.pmaps.label(thread),
        cr3: scope.l4s.label(cr3),
        kpdirpa: scope.pmaps.label(kpdirpa),
      };
      const own = ['cpus', toIndex(cpu)];
      if (!onOwnPage) {
        const page = isolated ? "this CPU's updirpa" : "the process's own L4";
        return failure(`CR3 is not ${page}`, values, [...own, 'mode']);
      }
      return onOwnPcid
        ? failure('kpdirpa does not name the pmap of the thread', values, [...own, 'kpdirpa'])
        : failure("the PCID is not the user's", values, [...own, 'pcid']);
    },
};

export const userSlotsComplete: ClaimRow = {
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
    const nodes = program.nodes.filter(isStepNode);
    const setters = nodes.filter(({ step }) => step.writesPdir === true);
    const walkers = nodes.filter(
      ({ step, instance }) =>
        step.writesUpdir !== undefined && setters.some((setter) => setter.instance === instance),
    );
    /**
     * By walking CPU, slot and visited CPU: where the slot is yet to be set, and where it is yet to
     * be written to that CPU's page. An edit that drops one of these steps leaves no exception, so
     * the claim only grows stronger.
     */
    const walks = scope.cpus.ids.map((walker) =>
      scope.slots.ids.map((slot) => {
        const set = setters
          .filter(({ bindings }) => bindings.slot === slot)
          .map((node) => aheadOf(design, node));
        return scope.cpus.ids.map((visited) => {
          const writes = walkers.filter(({ bindings, updir }) => {
            const target = updir === 'cpu' ? walker : bindings[updir ?? ''];
            return bindings.slot === slot && target === visited;
          });
          return { set, write: writes.map((node) => aheadOf(design, node)) };
        });
      }),
    );
    const underWay = (m: Machine, slot: Id<'slot'>, visited: Cpu, pmap: Id<'pmap'>): boolean => {
      for (const walker of scope.cpus.ids) {
        const walk = walks[toIndex(walker)]?.[toIndex(slot)]?.[toIndex(visited)];
        if (walk === undefined || !isAnyAhead(design, walk.write, m, walker)) continue;
        if (m.cpus[walker].pmap !== pmap) continue;
        if (!isAnyAhead(design, walk.set, m, walker)) return true;
      }
      const { stores } = scope;
      return stores !== null && isWaiting(m, scope, stores.updir(visited, slot, pmap));
    };
    return (m, cpu) => {
      const pmap = threadOf(m, cpu);
      if (!isIsolated(m, cpu, scope)) return undefined;
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

/** The first slot of another process that a CPU reaches, as a failure. */
function foreignSlot(
  scope: Parameters<typeof slotOwner>[1],
  m: Machine,
  cpu: Cpu,
): ReturnType<typeof failure> | undefined {
  const { cr3, pcid, tlb } = m.cpus[cpu];
  const thread = threadOf(m, cpu);
  for (const slot of scope.slots.ids) {
    const mapped = slotOwner(m, scope, cr3, slot);
    for (const owner of scope.pmaps.ids) {
      if (owner === thread) continue;
      if (mapped !== owner && !tlb[pcid].user[owner].slots.has(slot)) continue;
      const values = {
        cpu: scope.cpus.label(cpu),
        slot: scope.slots.label(slot),
        runs: scope.pmaps.label(thread),
        reaches: scope.pmaps.label(owner),
      };
      const written = ['updirs', toIndex(cpu), 'slots', toIndex(slot), 'owner'];
      const cached = ['cpus', toIndex(cpu), 'tlb', toIndex(pcid), 'user', toIndex(owner), 'slots'];
      return mapped === owner
        ? failure("the loaded page maps another process's slot", values, written)
        : failure("the TLB may hold another process's slot", values, cached);
    }
  }
  return undefined;
}

export const noForeignSlots: ClaimRow = {
  name: 'no-foreign-slots',
  claim: 'In user mode no slot of another process is reachable.',
  source: '[M2]; [M5]; [M7a]',
  witness: 'two-pmaps-in-user-mode',
  on: 'states',
  of: inUserMode,
  build:
    ({ scope }) =>
    (m, cpu) =>
      foreignSlot(scope, m, cpu),
};

export const kernelReachesOwnSlots: ClaimRow = {
  name: 'kernel-reaches-own-slots',
  claim:
    'At rest in the kernel, on behalf of a process whose pmap is loaded, no slot of another process is reachable.',
  source: 'x86/pmap.c Feb 2018: pmap_load, lcr3',
  witness: 'two-pmaps-in-user-mode',
  inapplicable: ({ scope }) =>
    scope.has.threads ? null : 'the protocol does not tell threads from pmaps',
  on: 'states',
  of: atRestInKernel,
  build:
    ({ scope }) =>
    (m, cpu) => {
      const { thread, wantPmapload } = m.cpus[cpu];
      return thread === null || wantPmapload ? undefined : foreignSlot(scope, m, cpu);
    },
};
