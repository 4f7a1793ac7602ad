/**
 * Loads and stores of memory that CPUs share, under either memory model.
 *
 * Sequentially consistent: a store is in memory at once. Total store order: a plain store goes to
 * the end of the CPU's store buffer, hardware takes stores from its head to memory at any time, and
 * the CPU's own loads see the latest one in the buffer. What a locked operation writes is in memory
 * at once; it waits until the buffer is empty (`fences`), as do CR3 loads, flushes, iret and entries.
 */
import type { Id } from '../state/domain.js';
import { toId } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { Scope } from '../state/scope.js';

type Cpu = Id<'cpu'>;
type Pmap = Id<'pmap'>;
type Slot = Id<'slot'>;

const entryOf = (m: Machine, cpu: Cpu, index: number) => m.cpus[cpu].buffer[toId<'entry'>(index)];

export function writeUpdir(
  m: Machine,
  scope: Scope,
  cpu: Cpu,
  updir: Cpu,
  slot: Slot,
  owner: Pmap | null,
): void {
  if (scope.stores === null) m.updirs[updir].slots[slot].owner = owner;
  else append(m, scope, cpu, scope.stores.updir(updir, slot, owner));
}

export function writePdir(
  m: Machine,
  scope: Scope,
  cpu: Cpu,
  pmap: Pmap,
  slot: Slot,
  present: boolean,
): void {
  if (scope.stores === null) setPdir(m, pmap, slot, present);
  else append(m, scope, cpu, scope.stores.pdir(pmap, slot, present));
}

export function writeKpdirpa(m: Machine, scope: Scope, cpu: Cpu, pmap: Pmap): void {
  if (scope.stores === null) m.cpus[cpu].kpdirpa = pmap;
  else append(m, scope, cpu, scope.stores.kpdirpa(cpu, pmap));
}

export function unlockUpdir(m: Machine, scope: Scope, cpu: Cpu, updir: Cpu): void {
  if (scope.stores === null) m.updirs[updir].lock = null;
  else append(m, scope, cpu, scope.stores.unlockUpdir(updir));
}

export function unlockPmap(m: Machine, scope: Scope, cpu: Cpu, pmap: Pmap): void {
  if (scope.stores === null) m.pmaps[pmap].lock = null;
  else append(m, scope, cpu, scope.stores.unlockPmap(pmap));
}

/** Whether a pmap's L4 entry is present, as a CPU loads it: from its own buffer, else from memory. */
export function readPdir(m: Machine, scope: Scope, cpu: Cpu, pmap: Pmap, slot: Slot): boolean {
  const { stores } = scope;
  if (stores !== null) {
    const [absent, present] = [stores.pdir(pmap, slot, false), stores.pdir(pmap, slot, true)];
    for (let index = scope.options.storeBuffer - 1; index >= 0; index--) {
      const { store } = entryOf(m, cpu, index);
      if (store === present) return true;
      if (store === absent) return false;
    }
  }
  return m.pmaps[pmap].slots.has(slot);
}

/** `kpdirpa`, as its CPU loads it. */
export function readKpdirpa(m: Machine, scope: Scope, cpu: Cpu): Pmap {
  if (scope.stores !== null) {
    for (let index = scope.options.storeBuffer - 1; index >= 0; index--) {
      const { store } = entryOf(m, cpu, index);
      const found = store === null ? null : scope.stores.get(store);
      if (found?.kind === 'kpdirpa') return found.pmap;
    }
  }
  return m.cpus[cpu].kpdirpa;
}

/** A locked swap of a pmap's L4 entry. */
export function setPdir(m: Machine, pmap: Pmap, slot: Slot, present: boolean): void {
  if (present) m.pmaps[pmap].slots.add(slot);
  else m.pmaps[pmap].slots.delete(slot);
}

/** Whether a store waits in some CPU's buffer. */
export function isWaiting(m: Machine, scope: Scope, store: Id<'store'>): boolean {
  for (const cpu of scope.cpus.ids) {
    for (let index = 0; index < scope.options.storeBuffer; index++) {
      if (entryOf(m, cpu, index).store === store) return true;
    }
  }
  return false;
}

/** Whether a CPU's buffer is empty: always, without one. */
export function isDrained(m: Machine, scope: Scope, cpu: Cpu): boolean {
  return scope.stores === null || entryOf(m, cpu, 0).store === null;
}

/** Whether a CPU's buffer has no room for one more store. */
export function isFull(m: Machine, scope: Scope, cpu: Cpu): boolean {
  return scope.stores !== null && entryOf(m, cpu, scope.options.storeBuffer - 1).store !== null;
}

function append(m: Machine, scope: Scope, cpu: Cpu, store: Id<'store'>): void {
  for (let index = 0; index < scope.options.storeBuffer; index++) {
    const entry = entryOf(m, cpu, index);
    if (entry.store !== null) continue;
    entry.store = store;
    return;
  }
  throw new Error('a store was taken although the buffer is full');
}

/** Takes the oldest store of a CPU to memory. */
export function drainOne(m: Machine, scope: Scope, cpu: Cpu): void {
  const oldest = entryOf(m, cpu, 0).store;
  if (oldest === null || scope.stores === null) return;
  const store = scope.stores.get(oldest);
  switch (store.kind) {
    case 'updir':
      m.updirs[store.updir].slots[store.slot].owner = store.owner;
      break;
    case 'pdir':
      setPdir(m, store.pmap, store.slot, store.present);
      break;
    case 'kpdirpa':
      m.cpus[store.cpu].kpdirpa = store.pmap;
      break;
    case 'unlock-updir':
      m.updirs[store.updir].lock = null;
      break;
    case 'unlock-pmap':
      m.pmaps[store.pmap].lock = null;
      break;
  }
  const last = scope.options.storeBuffer - 1;
  for (let index = 0; index < last; index++) {
    entryOf(m, cpu, index).store = entryOf(m, cpu, index + 1).store;
  }
  entryOf(m, cpu, last).store = null;
}
