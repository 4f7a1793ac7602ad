/**
 * How hardware translates: what an L4 page maps, what CR3 loads and flushes leave in a TLB.
 *
 * Hardware may cache any translation of the loaded page at any time, in any mode. So a TLB is the
 * set of what *may* be cached: refill() adds all that the loaded page maps, and the machinery calls
 * it after every step that changes a page, a CR3 or a TLB. Reachability only grows with the set, so
 * nothing is lost by never considering a smaller one; a flush while the page still maps an entry
 * removes nothing.
 */
import type { Id, Members } from '../state/domain.js';
import { addAll, keepOnly, membersOf, toIndex } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { Scope } from '../state/scope.js';

/** Whose memory an L4 page maps at a user slot, or null. */
export function slotOwner(
  m: Machine,
  scope: Scope,
  l4: Id<'l4'>,
  slot: Id<'slot'>,
): Id<'pmap'> | null {
  const page = scope.l4Page[l4];
  if (page.kind === 'updir') return m.updirs[page.cpu].slots[slot].owner;
  return m.pmaps[page.pmap].slots.has(slot) ? page.pmap : null;
}

/**
 * The kernel areas that an L4 page maps: a pmap's all of them, a per-CPU page those that it carries.
 */
export function mappedAreas(m: Machine, scope: Scope, l4: Id<'l4'>): Members<'area'> {
  return scope.l4Page[l4].kind === 'pmap' ? scope.allAreas : carriedAreas(m, scope);
}

/**
 * The areas that the per-CPU pages carry [M2, M8]: the kernel half but for the slots at which the
 * unmapped areas are. With KASLR [M10] those slots are looked up in the placed layout, or, in the
 * variant, in the one that the kernel was linked with, where area i is at position i.
 */
function carriedAreas(m: Machine, scope: Scope): Members<'area'> {
  const { kaslr } = scope.options;
  if (kaslr === null || kaslr.layout === 'placed') return scope.carried;
  return membersOf(scope.areas, (area) => {
    const position = toIndex(m.layout[area].position);
    return !scope.unmapped.ids.some((other) => toIndex(other) === position);
  });
}

/** Loads CR3: entries that are not global are dropped. */
export function loadCr3(m: Machine, scope: Scope, cpu: Id<'cpu'>, l4: Id<'l4'>): void {
  m.cpus[cpu].cr3 = l4;
  const { tlb } = m.cpus[cpu];
  keepOnly(tlb.areas, scope.areas, scope.global);
  if (scope.userIsGlobal) return;
  for (const pmap of scope.pmaps.ids) tlb.user[pmap].slots.clear();
}

/** Drops every entry, global ones too. */
export function flushAll(m: Machine, scope: Scope, cpu: Id<'cpu'>): void {
  const { tlb } = m.cpus[cpu];
  tlb.areas.clear();
  for (const pmap of scope.pmaps.ids) tlb.user[pmap].slots.clear();
}

/** Adds to a CPU's TLB all that its loaded page maps. */
export function refill(m: Machine, scope: Scope, cpu: Id<'cpu'>): void {
  const { cr3, tlb } = m.cpus[cpu];
  addAll(tlb.areas, mappedAreas(m, scope, cr3));
  const page = scope.l4Page[cr3];
  if (page.kind === 'pmap') {
    addAll(tlb.user[page.pmap].slots, m.pmaps[page.pmap].slots);
    return;
  }
  const { slots } = m.updirs[page.cpu];
  for (const slot of scope.slots.ids) {
    const { owner } = slots[slot];
    if (owner !== null) tlb.user[owner].slots.add(slot);
  }
}
