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
import { addAll, keepOnly, membersOf, toId, toIndex } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { AreaName, Scope } from '../state/scope.js';
import type { Touched } from './operation.js';

type Cpu = Id<'cpu'>;

/** Whose memory an L4 page maps at a user slot, or null. */
export function slotOwner(
  m: Machine,
  scope: Scope,
  l4: Id<'l4'>,
  slot: Id<'slot'>,
): Id<'pmap'> | null {
  const page = scope.l4Page[l4];
  if (page.kind === 'updir') return m.updirs[page.cpu].slots[slot].owner;
  if (page.kind === 'kernel') return null;
  return m.pmaps[page.pmap].slots.has(slot) ? page.pmap : null;
}

/** Some areas: those of a table that is fixed, or of a page that is state. */
export type Areas = Members<'area'> | Machine['updirs'][Cpu]['areas'];

/**
 * The kernel areas that an L4 page maps: a pmap's all that there are, a per-CPU page those that were
 * put into it, or that it carries.
 */
export function mappedAreas(m: Machine, scope: Scope, l4: Id<'l4'>): Areas {
  const page = scope.l4Page[l4];
  if (page.kind === 'updir') {
    return scope.has.template ? m.updirs[page.cpu].areas : carriedAreas(m, scope);
  }
  const { grown } = page.kind === 'pmap' ? m.pmaps[page.pmap] : m.kernel;
  return grown ? scope.kernelHalf : scope.kernelHalfAtBoot;
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

/** Puts an area into a CPU's page, and what shares its L4 slot. An area out of scope is not put. */
export function mapArea(m: Machine, scope: Scope, cpu: Cpu, name: AreaName): void {
  const { sharedSlot } = scope.options;
  for (const one of sharedSlot.includes(name) ? sharedSlot : [name]) {
    const area = scope.area(one);
    if (area !== undefined) m.updirs[cpu].areas.add(area);
  }
}

/** Whether what a step touches is mapped on the loaded page. An area out of scope is. */
export function isMapped(m: Machine, scope: Scope, cpu: Cpu, touched: Touched): boolean {
  const { cr3 } = m.cpus[cpu];
  const onUpdir = scope.l4Page[cr3].kind === 'updir';
  if (touched === 'stack') {
    const { rsp, popped } = m.cpus[cpu];
    // A kernel stack is in the heap, which the kernel's tables map. The user's is never to be used.
    if (rsp === 'kernel') return !onUpdir;
    if (rsp === 'rsp0') return popped && isMapped(m, scope, cpu, 'rsp0');
    return rsp === 'ist' && isMapped(m, scope, cpu, 'ist');
  }
  if (touched === 'rsp0-stack') {
    return m.cpus[cpu].tssRsp0 === 'kernel' ? !onUpdir : isMapped(m, scope, cpu, 'rsp0');
  }
  const area = scope.area(touched === 'entry-code' ? scope.options.entryCode : touched);
  return area === undefined || mappedAreas(m, scope, cr3).has(area);
}

/**
 * Loads CR3, with the PCID that it has to have: entries of that PCID that are not global are
 * dropped, unless the value carries NOFLUSH. Without PCIDs there is one, and no NOFLUSH.
 */
export function loadCr3(
  m: Machine,
  scope: Scope,
  cpu: Cpu,
  l4: Id<'l4'>,
  pcid: Id<'pcid'> = scope.kernelPcid,
  noFlush = false,
): void {
  m.cpus[cpu].cr3 = l4;
  m.cpus[cpu].pcid = pcid;
  if (!noFlush) flushPcid(m, scope, cpu, pcid);
}

/** Drops the entries of a PCID that are not global: INVPCID of a single context. */
export function flushPcid(m: Machine, scope: Scope, cpu: Cpu, pcid: Id<'pcid'>): void {
  const tlb = m.cpus[cpu].tlb[pcid];
  keepOnly(tlb.areas, scope.areas, scope.global);
  if (!scope.options.global.includes('rsp0')) tlb.stacks.clear();
  if (scope.userIsGlobal) return;
  for (const pmap of scope.pmaps.ids) tlb.user[pmap].slots.clear();
}

/** Drops every entry of every PCID, global ones too. */
export function flushAll(m: Machine, scope: Scope, cpu: Cpu): void {
  for (const pcid of scope.pcids.ids) {
    const tlb = m.cpus[cpu].tlb[pcid];
    tlb.areas.clear();
    tlb.stacks.clear();
    for (const pmap of scope.pmaps.ids) tlb.user[pmap].slots.clear();
  }
}

/** Drops what a PCID holds of one user slot: INVLPG, or INVPCID of an address. */
export function flushSlot(
  m: Machine,
  scope: Scope,
  cpu: Cpu,
  pcid: Id<'pcid'>,
  slot: Id<'slot'>,
): void {
  for (const pmap of scope.pmaps.ids) m.cpus[cpu].tlb[pcid].user[pmap].slots.delete(slot);
}

/** Adds to a CPU's TLB all that its loaded page maps, or may map by a store in its own buffer. */
export function refill(m: Machine, scope: Scope, cpu: Cpu): void {
  const { cr3, pcid } = m.cpus[cpu];
  const tlb = m.cpus[cpu].tlb[pcid];
  addAll(tlb.areas, mappedAreas(m, scope, cr3));
  const page = scope.l4Page[cr3];
  if (page.kind === 'pmap') addAll(tlb.user[page.pmap].slots, m.pmaps[page.pmap].slots);
  if (page.kind === 'updir') {
    const { slots } = m.updirs[page.cpu];
    for (const slot of scope.slots.ids) {
      const { owner } = slots[slot];
      if (owner !== null) tlb.user[owner].slots.add(slot);
    }
    if (scope.has.stacks && isMapped(m, scope, cpu, 'rsp0')) {
      tlb.stacks.add(m.updirs[page.cpu].stack);
    }
  }
  if (scope.stores !== null) refillFromBuffer(m, scope, cpu);
  if (scope.pcids.ids.length > 1) spreadGlobal(m, scope, cpu);
}

/** The CPU's own page walker may see a store before memory has it. */
function refillFromBuffer(m: Machine, scope: Scope, cpu: Cpu): void {
  const { cr3, pcid, buffer } = m.cpus[cpu];
  const tlb = m.cpus[cpu].tlb[pcid];
  const page = scope.l4Page[cr3];
  for (let index = 0; index < scope.options.storeBuffer; index++) {
    const { store } = buffer[toId<'entry'>(index)];
    if (store === null) return;
    const found = scope.stores?.get(store);
    if (found?.kind === 'pdir' && found.present && found.pmap === page.pmap) {
      tlb.user[found.pmap].slots.add(found.slot);
    }
    if (found?.kind === 'updir' && found.owner !== null && found.updir === page.cpu) {
      tlb.user[found.owner].slots.add(found.slot);
    }
  }
}

/** A global entry matches whatever PCID is loaded. */
function spreadGlobal(m: Machine, scope: Scope, cpu: Cpu): void {
  const { pcid, tlb } = m.cpus[cpu];
  const own = tlb[pcid];
  for (const other of scope.pcids.ids) {
    if (other === pcid) continue;
    for (const area of scope.global.ids) if (own.areas.has(area)) tlb[other].areas.add(area);
    for (const pmap of scope.userIsGlobal ? scope.pmaps.ids : []) {
      addAll(tlb[other].user[pmap].slots, own.user[pmap].slots);
    }
  }
}

/** Whether the page-table page behind a slot of a pmap is allocated: set, or cleared but not freed. */
export function isAllocated(m: Machine, pmap: Id<'pmap'>, slot: Id<'slot'>): boolean {
  return m.pmaps[pmap].slots.has(slot) || m.pmaps[pmap].deferred.has(slot);
}
