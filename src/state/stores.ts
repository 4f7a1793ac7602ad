/**
 * The plain stores of a scope, numbered: what a CPU's store buffer can hold.
 *
 * A store is a place and a value. Both are finite, so a store is a member of a domain, and a FIFO of
 * them is a short table of ids.
 */
import type { Domain, Id } from './domain.js';
import { domain, toId, toIndex } from './domain.js';

/** What a plain store writes. A lock is released by a plain store; it is taken by a locked one. */
export type Store =
  | {
      readonly kind: 'updir';
      readonly updir: Id<'cpu'>;
      readonly slot: Id<'slot'>;
      readonly owner: Id<'pmap'> | null;
    }
  | {
      readonly kind: 'pdir';
      readonly pmap: Id<'pmap'>;
      readonly slot: Id<'slot'>;
      readonly present: boolean;
    }
  | { readonly kind: 'kpdirpa'; readonly cpu: Id<'cpu'>; readonly pmap: Id<'pmap'> }
  | { readonly kind: 'unlock-updir'; readonly updir: Id<'cpu'> }
  | { readonly kind: 'unlock-pmap'; readonly pmap: Id<'pmap'> };

export interface Stores {
  readonly domain: Domain<'store'>;
  get(id: Id<'store'>): Store;
  updir(updir: Id<'cpu'>, slot: Id<'slot'>, owner: Id<'pmap'> | null): Id<'store'>;
  pdir(pmap: Id<'pmap'>, slot: Id<'slot'>, present: boolean): Id<'store'>;
  kpdirpa(cpu: Id<'cpu'>, pmap: Id<'pmap'>): Id<'store'>;
  unlockUpdir(updir: Id<'cpu'>): Id<'store'>;
  unlockPmap(pmap: Id<'pmap'>): Id<'store'>;
}

export function storesOf(
  cpus: Domain<'cpu'>,
  pmaps: Domain<'pmap'>,
  slots: Domain<'slot'>,
): Stores {
  const all: Store[] = [];
  const labels: string[] = [];
  const add = (store: Store, label: string): void => {
    all.push(store);
    labels.push(label);
  };
  for (const updir of cpus.ids) {
    for (const slot of slots.ids) {
      for (const owner of [null, ...pmaps.ids]) {
        const place = `updir of ${cpus.label(updir)} ${slots.label(slot)}`;
        const value = owner === null ? 'none' : pmaps.label(owner);
        add({ kind: 'updir', updir, slot, owner }, `${place} := ${value}`);
      }
    }
  }
  const pdirs = all.length;
  for (const pmap of pmaps.ids) {
    for (const slot of slots.ids) {
      for (const present of [false, true]) {
        const label = `${pmaps.label(pmap)} ${slots.label(slot)} := ${present ? 'set' : 'none'}`;
        add({ kind: 'pdir', pmap, slot, present }, label);
      }
    }
  }
  const kpdirpas = all.length;
  for (const cpu of cpus.ids) {
    for (const pmap of pmaps.ids) {
      const label = `kpdirpa of ${cpus.label(cpu)} := ${pmaps.label(pmap)}`;
      add({ kind: 'kpdirpa', cpu, pmap }, label);
    }
  }
  const updirLocks = all.length;
  for (const updir of cpus.ids) {
    add({ kind: 'unlock-updir', updir }, `lock of updir of ${cpus.label(updir)} := free`);
  }
  const pmapLocks = all.length;
  for (const pmap of pmaps.ids) {
    add({ kind: 'unlock-pmap', pmap }, `lock of ${pmaps.label(pmap)} := free`);
  }
  const [slotCount, pmapCount] = [slots.ids.length, pmaps.ids.length];
  return {
    domain: domain('store', all.length, labels),
    get: (id) => all[toIndex(id)] as Store,
    updir: (updir, slot, owner) => {
      const place = toIndex(updir) * slotCount + toIndex(slot);
      return toId(place * (pmapCount + 1) + (owner === null ? 0 : 1 + toIndex(owner)));
    },
    pdir: (pmap, slot, present) => {
      const place = toIndex(pmap) * slotCount + toIndex(slot);
      return toId(pdirs + place * 2 + (present ? 1 : 0));
    },
    kpdirpa: (cpu, pmap) => toId(kpdirpas + toIndex(cpu) * pmapCount + toIndex(pmap)),
    unlockUpdir: (updir) => toId(updirLocks + toIndex(updir)),
    unlockPmap: (pmap) => toId(pmapLocks + toIndex(pmap)),
  };
}
