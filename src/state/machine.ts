/**
 * The variables page: every variable of the machine, the kernel's name for it, who writes it, and
 * under which lock.
 *
 * Constants are in scope.ts (`ci_svs_updirpa` is one). What the machine has and this page lacks is
 * in docs/abstractions.md. A variable of a group that no step of the design is in keeps its first
 * value and takes no bits.
 */
import { domain } from './domain.js';
import type { Draft } from './schema.js';
import {
  count,
  flag,
  id,
  idSet,
  oneOf,
  optionalId,
  reach,
  record,
  table,
  usedIf,
} from './schema.js';
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
  const { cpus, pmaps, slots, areas, l4s, pcids, positions, options, has, stores } = scope;
  const levels = domain('level', options.nesting);
  const anyOrder = options.loops === 'any-order';
  const most = Math.max(options.cpus, options.userSlots, has.growth ? options.pmaps : 0);
  const members = domain('member', anyOrder ? most : 0);
  const entries = domain('entry', stores === null ? 0 : options.storeBuffer);
  /** Where RSP points: a kernel stack, the user's, the top page through `ci_svs_rsp0`, an IST. */
  const rsp = usedIf(has.stacks, oneOf('kernel', 'user', 'rsp0', 'ist'));
  return record({
    cpus: table(cpus, {
      /** The privilege level. Written by hardware: entry, iret. */
      mode: reach('own', oneOf('user', 'kernel')),
      /** Where the CPU is in what it does (program.ts). Written by the machinery alone. */
      at: reach('hidden', count(bounds.locations - 1, 'location')),
      /** What interrupts and NMIs interrupted, the latest first. Written by the machinery alone. */
      saved: table(levels, {
        at: reach('hidden', count(Math.max(bounds.savable - 1, 0), 'location')),
        rsp: reach('hidden', rsp),
      }),

      /** `ci_pmap`: which pmap is loaded. Written by this CPU, in a context switch. */
      pmap: reach('own', id(pmaps)),
      /** `%cr3`: the loaded L4 page. Written by this CPU. */
      cr3: reach('own-writes', id(l4s)),
      /** The PCID that is loaded with it. */
      pcid: reach('own-writes', usedIf(has.pcid, id(pcids))),
      /** `ci_svs_kpdirpa` [M3], as the pmap whose L4 page it is the address of. Written by this CPU. */
      kpdirpa: reach('own', id(pmaps)),

      /** `ci_curlwp`: whose thread runs; null for a kernel thread. Without threads: that of `pmap`. */
      thread: reach('own-writes', usedIf(has.threads, optionalId(pmaps))),
      /** `ci_want_pmapload`: the thread's pmap is yet to be loaded. Written by this CPU. */
      wantPmapload: reach('own', usedIf(has.threads, flag())),
      /** `ci_tlbstate`: interest in shootdowns. Written by this CPU. */
      tlbstate: reach('own-writes', usedIf(has.threads, oneOf('valid', 'lazy', 'stale'))),

      /** `%rsp`, as what it points to. */
      rsp: reach('hidden', rsp),
      /** The trap frame has been popped from the rsp0 page, which has room for one. */
      popped: reach('hidden', usedIf(has.stacks, flag())),
      /** `TSS.rsp0`: on which stack hardware enters from user mode. */
      tssRsp0: reach('own', usedIf(has.isolation, oneOf('rsp0', 'kernel'))),
      /** `nmistore.scratch`: the CR3 that an NMI interrupted. Written by the NMI handler. */
      nmistore: record({
        cr3: reach('hidden', usedIf(has.nmiStore, optionalId(l4s))),
        pcid: reach('hidden', usedIf(has.nmiStore, id(pcids))),
      }),
      /** `CR4.PCIDE`, set at boot. */
      pcide: reach('own', usedIf(has.pcid, flag())),

      /** The store buffer, the oldest store first. Written by plain stores, drained by hardware. */
      buffer: table(entries, {
        store: reach('own-writes', optionalId(stores?.domain ?? none(domain('store', 0)))),
      }),

      /**
       * The TLB as a may-set for each PCID: every translation that hardware may have cached. That of
       * the loaded PCID always contains all that the loaded page maps; a global entry is in all.
       * Added to by the machinery, cleared by CR3 loads and flushes.
       */
      tlb: table(pcids, {
        /** Kernel areas. Whether an entry is global is a constant of the area. */
        areas: idSet(areas),
        /** Whose stack the rsp0 page is. */
        stacks: usedIf(has.stacks, idSet(pmaps)),
        /** Whose user slots: with PG_G two processes' entries for one slot can both be there. */
        user: table(pmaps, { slots: idSet(slots) }),
      }),

      /** Registers of the operation that is under way: set and used by its steps, else zero. */
      registers: record({
        /** An L4 entry that was read and is yet to be written: whose memory it maps. */
        entry: reach('hidden', optionalId(pmaps)),
        /** Whether the CPU that a walk is at has the pmap loaded. */
        loaded: reach('hidden', flag()),
        /** The same, tested again under the lock on its page. */
        still: reach('hidden', usedIf(has.threads, flag())),
        /** Whether any other CPU has it loaded. */
        others: reach('hidden', usedIf(has.threads, flag())),
        /** What a loop in any order has yet to visit. Written by the machinery alone. */
        remaining: reach('own', idSet(members)),
      }),
    }),

    /** The per-CPU L4 pages [M2], `ci_svs_updir`, one row for the page of each CPU. */
    updirs: table(cpus, {
      /** `ci_svs_mtx`, which the mail does not name: its holder. */
      lock: optionalId(bounds.updirLocks ? cpus : none(cpus)),
      /** User slots: whose memory each maps. Written by context switches and allocations. */
      slots: table(slots, { owner: optionalId(pmaps) }),
      /** The kernel half, where it is built area by area. Written at boot. */
      areas: reach('own-writes', usedIf(has.template, idSet(areas))),
      /** The CPU's own areas that the kernel has set up, at boot; nothing once booting is over. */
      ready: reach('own-writes', usedIf(has.template, idSet(areas))),
      /** `ci_svs_rsp0_pte`: whose stack the rsp0 page is. Written by this CPU, in an LWP switch. */
      stack: reach('own-writes', usedIf(has.stacks, id(pmaps))),
      /** The CPU's copy of an LDT: whose, and whether with its edit. Written by its LDT steps. */
      ldt: record({
        owner: usedIf(has.ldt, id(pmaps)),
        edited: usedIf(has.ldt, flag()),
      }),
    }),

    pmaps: table(pmaps, {
      /** `pm_lock`: its holder. */
      lock: optionalId(cpus),
      /** `pm_kernel_cpus`: CPUs that have this pmap loaded. Each writes its own bit, unlocked. */
      kernelCpus: idSet(cpus),
      /** `pm_cpus`: CPUs that want its shootdowns. Each writes its own bit, unlocked. */
      cpus: usedIf(has.threads, idSet(cpus)),
      /** `pm_pdir`, user half: the slots that are in use. Written under the lock. */
      slots: idSet(slots),
      /** Slots that were cleared and whose page-table page is yet to be given back. */
      deferred: usedIf(has.free, idSet(slots)),
      /** Whether the process has exited. */
      exited: usedIf(has.lifetime, flag()),
      /** References that CPUs hold, which keep the pmap from being destroyed. */
      references: usedIf(has.lifetime, idSet(cpus)),
      /** `pm_pdir`, kernel half: whether the slot that the kernel grew by is in it. */
      grown: usedIf(has.growth, flag()),
      /** Whether the process has edited its LDT. */
      ldtEdited: usedIf(has.ldt, flag()),
    }),
    /** pmap_kernel. */
    kernel: record({ grown: usedIf(has.growth, flag()) }),

    /** The TLB shootdown that is under way: one at a time. Written by its sender, bits by targets. */
    shootdown: record({
      sender: usedIf(has.free, optionalId(cpus)),
      pending: usedIf(has.free, idSet(cpus)),
      slot: usedIf(has.free, optionalId(slots)),
    }),

    /** Disabling at run time. Written by the CPU that disables, bits by the others. */
    patching: record({
      /** The CPU that disables; it stays named when it is done. */
      sender: usedIf(has.patching, optionalId(cpus)),
      /** CPUs that are held at the barrier. */
      arrived: usedIf(has.patching, idSet(cpus)),
      /** Code that is patched out: SVS_ENTER, SVS_LEAVE and their NMI pair. */
      enter: usedIf(has.patching, flag()),
      leave: usedIf(has.patching, flag()),
      nmiEnter: usedIf(has.patching, flag()),
      nmiLeave: usedIf(has.patching, flag()),
      /** `svs_enabled` is clear, and CPUs may leave the barrier. */
      done: usedIf(has.patching, flag()),
    }),

    /** With KASLR: where the boot put each area. Constant through a run. */
    layout: table(options.kaslr === null ? none(areas) : areas, { position: id(positions) }),
  });
}

export type MachineSchema = ReturnType<typeof machineSchema>;

/** The machine as rules see it: a draft of either form. */
export type Machine = Draft<MachineSchema>;

export type RegisterName = keyof Machine['cpus'][keyof Machine['cpus']]['registers'];

export const registerNames: readonly RegisterName[] = [
  'entry',
  'loaded',
  'still',
  'others',
  'remaining',
];
