/**
 * The scope: all that is constant through a run. How many CPUs, pmaps and L4 slots there are, which
 * kernel areas there are, what is secret, what is global, which variables the protocol uses.
 *
 * What is constant is not state, so none of it takes bits.
 */
import type { Domain, Id, Members, Table } from './domain.js';
import { domain, membersOf, tableOf, toId } from './domain.js';
import type { Stores } from './stores.js';
import { storesOf } from './stores.js';

/** The kernel's areas of the address space, each an L4 slot of its own (an abstraction). */
export const areaNames = [
  /** The recursive slot. */
  'pte',
  'direct-map',
  /** Text, data and bss but for the entry code. */
  'kernel-image',
  /** `.text.user`: the entry and exit code. */
  'entry',
  'heap',
  /** A kernel L4 slot that is allocated after boot. */
  'grown',
  /** The image's pages that are given back after boot. */
  'init',
  'idt',
  /** GDT and TSS of the CPU. */
  'cpu-area',
  /** What shares the TSS's page. */
  'neighbours',
  /** The stacks of NMI, #DF and #DB. */
  'ist',
  /** The CPU's copy of the process's LDT. */
  'ldt',
  /** The page that both tables show: kpdirpa, scratch, rsp0. */
  'utls',
  /** The top page of the thread's kernel stack, where entry pushes. */
  'rsp0',
  /** The red zone below it. */
  'guard',
] as const;
export type AreaName = (typeof areaNames)[number];

/** Areas at which a pmap's own L4 page maps nothing: they exist in the per-CPU pages alone. */
const updirAreas: readonly AreaName[] = ['utls', 'rsp0', 'guard'];

/** What may happen beside what threads do: hardware's events, and the kernel's rarer operations. */
export const eventNames = [
  'user-access',
  'interrupt',
  'nmi',
  'nested-nmi',
  'mce',
  'double-fault',
  'debug-trap',
  'iret-fault',
  'segment-fault',
  'kernel-thread',
  'free',
  'exit',
  'borrow',
  'grow',
  'ldt',
  'disable',
] as const;
export type EventName = (typeof eventNames)[number];

/** Groups of variables that only some designs have: the others' states take no bits for them. */
export const variableGroups = [
  'threads',
  'stacks',
  'nmiStore',
  'template',
  'free',
  'lifetime',
  'growth',
  'ldt',
  'patching',
  'isolation',
  'pcid',
] as const;
export type VariableGroup = (typeof variableGroups)[number];

/** The bounds and constants of a run, as a spec names them. */
export interface ScopeOptions {
  readonly cpus: number;
  readonly pmaps: number;
  readonly userSlots: number;
  /** Frames that may be saved on one CPU at a time. */
  readonly nesting: number;
  readonly kernelAreas: readonly AreaName[];
  /** Areas that the per-CPU pages do not carry [M8]; of use when they are a copy of the kernel half. */
  readonly unmapped: readonly AreaName[];
  /** Areas that no user may reach. */
  readonly secret: readonly AreaName[];
  /** What is mapped with PG_G [M5]: kernel areas, and `user` for all user slots. */
  readonly global: readonly (AreaName | 'user')[];
  /** The area in which the entry code and what it touches lie [M8], where a step says just that. */
  readonly entryCode: AreaName;
  /** Two areas that share one L4 slot: a page that maps the one maps the other. */
  readonly sharedSlot: readonly AreaName[];
  /** Processes that opted out of isolation: in user mode they run on their own L4 page. */
  readonly unisolated: readonly number[];
  /** Whether SVS is enabled [M11]. */
  readonly svs: boolean;
  /** Where the areas are put at boot [M10], or null for the link-time layout always. */
  readonly kaslr: { readonly positions: number; readonly layout: 'placed' | 'link-time' } | null;
  readonly events: readonly EventName[];
  readonly interleaving: 'operation' | 'step';
  readonly loops: 'ordered' | 'any-order';
  /** Sequential consistency, or x86's total store order with a FIFO of plain stores for each CPU. */
  readonly memory: 'sc' | 'tso';
  /** Stores that a CPU's FIFO holds; of use under TSO. */
  readonly storeBuffer: number;
}

/** What an L4 page is: of a pmap, of a CPU behind its `ci_svs_updirpa`, or pmap_kernel's. */
export type L4Page =
  | { readonly kind: 'pmap'; readonly pmap: Id<'pmap'>; readonly cpu: null }
  | { readonly kind: 'updir'; readonly pmap: null; readonly cpu: Id<'cpu'> }
  | { readonly kind: 'kernel'; readonly pmap: null; readonly cpu: null };

export interface Scope {
  readonly options: ScopeOptions;
  /** Whether a design has the variables of a group. */
  readonly has: Readonly<Record<VariableGroup, boolean>>;
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
  readonly l4OfKernel: Id<'l4'>;
  /** PCIDs: one that is always loaded, or the kernel's and the user's. */
  readonly pcids: Domain<'pcid'>;
  readonly kernelPcid: Id<'pcid'>;
  readonly userPcid: Id<'pcid'>;
  /** Under TSO the plain stores that can wait in a FIFO, else null. */
  readonly stores: Stores | null;
  readonly areaName: Table<'area', AreaName>;
  /** What a pmap's L4 page maps, once the kernel has grown and before. */
  readonly kernelHalf: Members<'area'>;
  readonly kernelHalfAtBoot: Members<'area'>;
  readonly unmapped: Members<'area'>;
  /** What the per-CPU pages carry when they are a copy of the kernel half. */
  readonly carried: Members<'area'>;
  readonly secret: Members<'area'>;
  readonly global: Members<'area'>;
  readonly userIsGlobal: boolean;
  readonly isolated: Members<'pmap'>;
  /** The area of a name, or undefined when the scope leaves it out. */
  area(name: AreaName): Id<'area'> | undefined;
}

export function scopeOf(options: ScopeOptions, variables: ReadonlySet<VariableGroup>): Scope {
  const cpus = domain('cpu', options.cpus);
  const pmaps = domain('pmap', options.pmaps);
  const slots = domain('slot', options.userSlots);
  const areas = domain('area', options.kernelAreas.length, options.kernelAreas);
  const pages = [
    ...pmaps.ids.map((pmap): L4Page => ({ kind: 'pmap', pmap, cpu: null })),
    ...cpus.ids.map((cpu): L4Page => ({ kind: 'updir', pmap: null, cpu })),
    { kind: 'kernel', pmap: null, cpu: null } as const,
  ];
  const l4Label = ({ kind, pmap, cpu }: L4Page): string => {
    if (kind === 'kernel') return 'L4 of pmap_kernel';
    return kind === 'pmap' ? `L4 of ${pmaps.label(pmap)}` : `updir of ${cpus.label(cpu)}`;
  };
  const l4s = domain('l4', pages.length, pages.map(l4Label));
  const pcids = domain('pcid', variables.has('pcid') ? 2 : 1, ['PCID_KERN', 'PCID_USER']);
  const areaName = tableOf(areas, (area) => areas.label(area) as AreaName);
  const areaOf = new Map(areas.ids.map((area) => [areaName[area], area]));
  const areasIn = (names: readonly string[]) =>
    membersOf(areas, (area) => names.includes(areaName[area]));
  const kernelHalf = membersOf(areas, (area) => !updirAreas.includes(areaName[area]));
  const later = variables.has('growth') ? ['grown'] : [];
  return {
    options,
    has: Object.fromEntries(
      variableGroups.map((group) => [group, variables.has(group)]),
    ) as Scope['has'],
    cpus,
    pmaps,
    slots,
    areas,
    positions: domain('position', options.kaslr?.positions ?? 0),
    l4s,
    l4Page: tableOf(l4s, (l4) => pages[l4s.ids.indexOf(l4)] as L4Page),
    l4OfPmap: tableOf(pmaps, (pmap) => toId<'l4'>(pmaps.ids.indexOf(pmap))),
    updirOf: tableOf(cpus, (cpu) => toId<'l4'>(options.pmaps + cpus.ids.indexOf(cpu))),
    l4OfKernel: toId<'l4'>(pages.length - 1),
    pcids,
    kernelPcid: pcids.ids[0] as Id<'pcid'>,
    userPcid: pcids.ids.at(-1) as Id<'pcid'>,
    stores: options.memory === 'tso' ? storesOf(cpus, pmaps, slots) : null,
    areaName,
    kernelHalf,
    kernelHalfAtBoot: membersOf(
      areas,
      (area) => kernelHalf.has(area) && !later.includes(areaName[area]),
    ),
    unmapped: areasIn(options.unmapped),
    carried: membersOf(
      areas,
      (area) => kernelHalf.has(area) && !options.unmapped.includes(areaName[area]),
    ),
    secret: areasIn(options.secret),
    global: areasIn(options.global),
    userIsGlobal: options.global.includes('user'),
    isolated: membersOf(pmaps, (pmap) => !options.unisolated.includes(pmaps.ids.indexOf(pmap))),
    area: (name) => areaOf.get(name),
  };
}

/** An empty copy of a domain: a field over it takes no bits, a table over it has no rows. */
export function none<D extends string>(of: Domain<D>): Domain<D> {
  return { ...of, ids: [] };
}
