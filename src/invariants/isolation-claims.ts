/**
 * Claims about isolation: what user code reaches, and what it must reach. As in
 * protocol-claims.ts, no check captures its arguments in a closure.
 */
import type { Id } from '../state/domain.js';
import { toIndex } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import { mappedAreas, slotOwner } from '../transitions/translation.js';
import { aheadOf, failure, isAnyAhead, isStepNode } from './design.js';
import type { ClaimRow, Cpu } from './row.js';
import { inUserMode } from './row.js';

export const kernelUnreachable: ClaimRow = {
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

export const userOnUserTables: ClaimRow = {
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

export const noForeignSlots: ClaimRow = {
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

export const noStaleSlots: ClaimRow = {
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

export const noFreedWalk: ClaimRow = {
  name: 'no-freed-walk',
  claim: 'No CPU in kernel mode reaches a page-table page after it is freed.',
  source: 'x86/pmap.c Feb 2018: pmap_free_ptp, pmap_destroy',
  witness: 'kernel-mode',
  inapplicable: nothingFreed,
  on: 'states',
  of: () => false,
  build: () => () => undefined,
};

export const entryMapped: ClaimRow = {
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
