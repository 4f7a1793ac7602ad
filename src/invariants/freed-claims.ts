/** Claims about what is freed: that no CPU reaches a page-table page that was given back. */
import type { Failure } from '../model/model.js';
import { toIndex } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import { isWaiting } from '../transitions/memory.js';
import { isAllocated, slotOwner } from '../transitions/translation.js';
import type { Design } from './design.js';
import { failure } from './design.js';
import type { ClaimRow, Cpu } from './row.js';
import { inUserMode } from './row.js';

const nothingFreed = ({ scope }: Design): string | null =>
  scope.has.free || scope.has.lifetime ? null : 'the protocol frees nothing';

/** A page that was freed and that a CPU reaches, as a failure. */
function freedPage(scope: Scope, m: Machine, cpu: Cpu): Failure | undefined {
  const { cr3, kpdirpa, pcid, tlb } = m.cpus[cpu];
  const own = ['cpus', toIndex(cpu)];
  const { stores } = scope;
  if (scope.has.lifetime) {
    const page = scope.l4Page[cr3];
    for (const pmap of page.kind === 'pmap' ? [page.pmap, kpdirpa] : [kpdirpa]) {
      if (!m.pmaps[pmap].exited || m.pmaps[pmap].references.size > 0) continue;
      const values = { cpu: scope.cpus.label(cpu), pmap: scope.pmaps.label(pmap) };
      const isLoaded = page.pmap === pmap;
      return failure(`${isLoaded ? 'CR3' : 'kpdirpa'} names a destroyed pmap`, values, [
        'pmaps',
        toIndex(pmap),
      ]);
    }
  }
  for (const slot of scope.slots.ids) {
    const mapped = slotOwner(m, scope, cr3, slot);
    for (const owner of scope.pmaps.ids) {
      if (mapped !== owner && !tlb[pcid].user[owner].slots.has(slot)) continue;
      if (isAllocated(m, owner, slot)) continue;
      if (stores !== null && isWaiting(m, scope, stores.pdir(owner, slot, true))) continue;
      const values = {
        cpu: scope.cpus.label(cpu),
        slot: scope.slots.label(slot),
        'page of': scope.pmaps.label(owner),
      };
      const freed = ['pmaps', toIndex(owner)];
      return mapped === owner
        ? failure('the loaded page leads to a page that was freed', values, freed)
        : failure('the TLB may hold a walk to a page that was freed', values, freed, own);
    }
  }
  return undefined;
}

export const noStaleSlots: ClaimRow = {
  name: 'no-stale-slots',
  claim:
    'No CPU in user mode reaches a page-table page after it is freed, and no kpdirpa or CR3 names a destroyed pmap.',
  source: 'x86/pmap.c Feb 2018: pmap_free_ptp, pmap_destroy',
  witness: 'slot-freed',
  inapplicable: nothingFreed,
  on: 'states',
  of: inUserMode,
  build:
    ({ scope }) =>
    (m, cpu) =>
      freedPage(scope, m, cpu),
};

export const noFreedWalk: ClaimRow = {
  name: 'no-freed-walk',
  claim:
    'No CPU in kernel mode reaches a page-table page after it is freed, and no kpdirpa or CR3 names a destroyed pmap.',
  source: 'x86/pmap.c Feb 2018: pmap_free_ptp, pmap_destroy',
  witness: 'slot-freed',
  inapplicable: nothingFreed,
  on: 'states',
  of: (standing) => !inUserMode(standing),
  build:
    ({ scope }) =>
    (m, cpu) =>
      freedPage(scope, m, cpu),
};
