/**
 * The variables page: every variable of the machine, the kernel's name for it, who writes it, and
 * under which lock.
 *
 * Constants are in scope.ts (`ci_svs_updirpa` is one). What the machine has and this page lacks is
 * in docs/abstractions.md.
 */
import { domain } from './domain.js';
import type { Draft } from './schema.js';
import { count, flag, id, idSet, oneOf, optionalId, record, table } from './schema.js';
import type { Scope } from './scope.js';
import { none } from './scope.js';

/** What the machine needs to know of the compiled protocol. */
export interface MachineBounds {
  /** Locations that a CPU can be at; those that can be saved in a frame are numbered first. */
  readonly locations: number;
  readonly savable: number;
  /** Whether some step takes the per-CPU page's lock. */
  readonly updirLocks: boolean;
}

export function machineSchema(scope: Scope, bounds: MachineBounds) {
  const { cpus, pmaps, slots, areas, l4s, positions, options } = scope;
  const levels = domain('level', options.nesting);
  const anyOrder = options.loops === 'any-order';
  const members = domain('member', anyOrder ? Math.max(options.cpus, options.userSlots) : 0);
  return record({
    cpus: table(cpus, {
      /** The privilege level. Written by hardware: entry, iret. */
      mode: oneOf('user', 'kernel'),
      /** Where the CPU is in what it does (program.ts). Written by the machinery alone. */
      at: count(bounds.locations - 1),
      /** What interrupts and NMIs interrupted, the latest first. Written by the machinery alone. */
      saved: table(levels, { at: count(Math.max(bounds.savable - 1, 0)) }),

      /** `ci_pmap`: whose thread runs here. Written by this CPU, in a context switch. */
      pmap: id(pmaps),
      /** `%cr3`: the loaded L4 page. Written by this CPU. */
      cr3: id(l4s),
      /** `ci_svs_kpdirpa` [M3], as the pmap whose L4 page it is the address of. Written by this CPU. */
      kpdirpa: id(pmaps),

      /**
       * The TLB as a may-set: every translation that hardware may have cached. It always contains
       * all that the loaded page maps. Added to by the machinery, cleared by CR3 loads and flushes.
       */
      tlb: record({
        /** Kernel areas. Whether an entry is global is a constant of the area. */
        areas: idSet(areas),
        /** Whose user slots: with PG_G two processes' entries for one slot can both be there. */
        user: table(pmaps, { slots: idSet(slots) }),
      }),

      /** Registers of the operation that is under way: set and used by its steps, else zero. */
      registers: record({
        /** An L4 entry that was read and is yet to be written: whose memory it maps. */
        entry: optionalId(pmaps),
        /** Whether the CPU that a walk is at has the pmap loaded. */
        loaded: flag(),
        /** What a loop in any order has yet to visit. Written by the machinery alone. */
        remaining: idSet(members),
      }),
    }),

    /** The per-CPU L4 pages [M2], `ci_svs_updir`, one row for the page of each CPU. */
    updirs: table(cpus, {
      /** `ci_svs_mtx`, which the mail does not name: its holder. */
      lock: optionalId(bounds.updirLocks ? cpus : none(cpus)),
      /** User slots: whose memory each maps. Written by context switches and allocations. */
      slots: table(slots, { owner: optionalId(pmaps) }),
    }),

    pmaps: table(pmaps, {
      /** `pm_lock`: its holder. */
      lock: optionalId(cpus),
      /** `pm_cpus`: CPUs that have this pmap loaded. Each writes its own bit, unlocked. */
      cpus: idSet(cpus),
      /** `pm_pdir`, user half: the slots that are in use. Written under the lock. */
      slots: idSet(slots),
    }),

    /** With KASLR: where the boot put each area. Constant through a run. */
    layout: table(options.kaslr === null ? none(areas) : areas, { position: id(positions) }),
  });
}

export type MachineSchema = ReturnType<typeof machineSchema>;

/** The machine as rules see it: a draft of either form. */
export type Machine = Draft<MachineSchema>;

export type RegisterName = keyof Machine['cpus'][keyof Machine['cpus']]['registers'];

export const registerNames: readonly RegisterName[] = ['entry', 'loaded', 'remaining'];
