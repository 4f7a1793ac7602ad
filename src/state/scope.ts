/**
 * The scope: all that is constant through a run. How many CPUs, pmaps and L4 slots there are, which
 * kernel areas the per-CPU pages carry, what is secret, what is global.
 *
 * What is constant is not state, so none of it takes bits.
 */
import type { Domain, Id, Members, Table } from './domain.js';
import { domain, membersOf, tableOf, toId } from './domain.js';

/** The kernel's areas of the address space, each an L4 slot of its own (an abstraction). */
export const areaNames = ['pte', 'direct-map', 'kernel-image', 'entry'] as const;
export type AreaName = (typeof areaNames)[number];

/** Hardware events that a spec may have beside the entries that user code makes. */
export const eventNames = ['user-access', 'interrupt', 'nmi', 'iret-fault'] as const;
export type EventName = (typeof eventNames)[number];

/** The bounds and constants of a run, as a spec names them. */
export interface ScopeOptions {
  readonly cpus: number;
  readonly pmaps: number;
  readonly userSlots: number;
  /** Frames that may be saved on one CPU at a time. */
  readonly nesting: number;
  readonly kernelAreas: readonly AreaName[];
  /** Areas that the per-CPU pages do not carry [M8]. */
  readonly unmapped: readonly AreaName[];
  /** Areas that no user may reach. */
  readonly secret: readonly AreaName[];
  /** What is mapped with PG_G [M5]: kernel areas, and `user` for all user slots. */
  readonly global: readonly (AreaName | 'user')[];
  /** The area in which the entry code and what it touches lie [M8]. */
  readonly entryCode: AreaName;
  /** Whether SVS is enabled [M11]. */
  readonly svs: boolean;
  /** Where the areas are put at boot [M10], or null for the link-time layout always. */
  readonly kaslr: { readonly positions: number; readonly layout: 'placed' | 'link-time' } | null;
  readonly events: readonly EventName[];
  readonly interleaving: 'operation' | 'step';
  readonly loops: 'ordered' | 'any-order';
}

/** What an L4 page is: the one of a pmap, or the one of a CPU, behind its `ci_svs_updirpa`. */
export type L4Page =
  | { readonly kind: 'pmap'; readonly pmap: Id<'pmap'>; readonly cpu: null }
  | { readonly kind: 'updir'; readonly pmap: null; readonly cpu: Id<'cpu'> };

export interface Scope {
  readonly options: ScopeOptions;
  readonly cpus: Domain<'cpu'>;
  readonly pmaps: Domain<'pmap'>;
  /** The user L4 slots; kernel areas have slots of their own. */
  readonly slots: Domain<'slot'>;
  readonly areas: Domain<'area'>;
  /** Places in the kernel half of an L4 page at which an area can be put. */
  readonly positions: Domain<'position'>;
  /** Every L4 page there is; CR3 names one. */
  readonly l4s: Domain<'l4'>;
  readonly l4Page: Table<'l4', L4Page>;
  readonly l4OfPmap: Table<'pmap', Id<'l4'>>;
  /** `ci_svs_updirpa` of each CPU: allocated when the CPU is set up, the same ever after [M3]. */
  readonly updirOf: Table<'cpu', Id<'l4'>>;
  readonly areaName: Table<'area', AreaName>;
  readonly allAreas: Members<'area'>;
  readonly unmapped: Members<'area'>;
  /** What the per-CPU pages carry: all that is not unmapped. */
  readonly carried: Members<'area'>;
  readonly secret: Members<'area'>;
  readonly global: Members<'area'>;
  readonly userIsGlobal: boolean;
}

export function scopeOf(options: ScopeOptions): Scope {
  const cpus = domain('cpu', options.cpus);
  const pmaps = domain('pmap', options.pmaps);
  const areas = domain('area', options.kernelAreas.length, options.kernelAreas);
  const pages = [
    ...pmaps.ids.map((pmap): L4Page => ({ kind: 'pmap', pmap, cpu: null })),
    ...cpus.ids.map((cpu): L4Page => ({ kind: 'updir', pmap: null, cpu })),
  ];
  const l4s = domain(
    'l4',
    pages.length,
    pages.map((page) =>
      page.kind === 'pmap' ? `L4 of ${pmaps.label(page.pmap)}` : `updir of ${cpus.label(page.cpu)}`,
    ),
  );
  const areaName = tableOf(areas, (area) => areas.label(area) as AreaName);
  const l4Page = tableOf(l4s, (l4) => pages[l4s.ids.indexOf(l4)] as L4Page);
  return {
    options,
    cpus,
    pmaps,
    slots: domain('slot', options.userSlots, undefined),
    areas,
    positions: domain('position', options.kaslr?.positions ?? 0),
    l4s,
    l4Page,
    l4OfPmap: tableOf(pmaps, (pmap) => toId<'l4'>(pmaps.ids.indexOf(pmap))),
    updirOf: tableOf(cpus, (cpu) => toId<'l4'>(options.pmaps + cpus.ids.indexOf(cpu))),
    areaName,
    allAreas: membersOf(areas, () => true),
    unmapped: membersOf(areas, (area) => options.unmapped.includes(areaName[area])),
    carried: membersOf(areas, (area) => !options.unmapped.includes(areaName[area])),
    secret: membersOf(areas, (area) => options.secret.includes(areaName[area])),
    global: membersOf(areas, (area) => options.global.includes(areaName[area])),
    userIsGlobal: options.global.includes('user'),
  };
}

/** An empty copy of a domain: a field over it takes no bits, a table over it has no rows. */
export function none<D extends string>(of: Domain<D>): Domain<D> {
  return { ...of, ids: [] };
}
