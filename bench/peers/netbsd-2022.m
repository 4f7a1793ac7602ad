-- NetBSD in August 2022, every step interleaved, in Murphi for Rumur: netbsd-2022.yaml beside this
-- file. Written as mail.m is.
--
-- The place carries what svscheck has in mode, rsp, popped, pcid and the register others. Registers
-- that outlive their use in svscheck do so here. What boot fixes is no state: the areas of the
-- per-CPU pages, CR4.PCIDE.
--
-- Checked: kernel-unreachable, user-on-user-tables, no-foreign-slots, entry-stack-current,
-- user-slots-complete with any walk for the process as its exception, and at rest
-- kernel-on-kernel-tables and kernel-reaches-own-slots; updir-locked, once a step. The check of
-- Rumur for states that are stuck stands for no-deadlock.

-- run.js writes these three.
const
  CPUS: 2;
  PMAPS: 2; -- at most 2: the pmap that a load leaves has no variable
  SLOTS: 1;

  -- Areas: pte, direct-map, kernel-image, entry, cpu-area, utls, rsp0, from bit 0.
  SECRET: 7;
  GLOBAL: 16;
  KERNEL_HALF: 31;
  CARRIED: 120;

type
  cpu: 0 .. CPUS - 1;
  pmap: 0 .. PMAPS - 1;
  slot: 0 .. SLOTS - 1;

  place: enum {
    user, save_registers, trap_load_kpdirpa, trap_set_krsp,
    spill_scratch, build_frame, syscall_load_kpdirpa, syscall_set_krsp, read_cpu_info,
    rest, set_ursp, load_updirpa, restore_registers, iret,
    set_curlwp, remap_rsp0, flush_rsp0, activate, set_curlwp_kernel,
    leave_pm_kernel_cpus, set_valid, join_pm_cpus, join_pm_kernel_cpus, set_ci_pmap,
    publish_kpdirpa, lock_own_updir, read_slot, write_slot, unlock_own_updir, flush_user_pcid,
    load_new_l4, clear_want,
    test_own_bit, rejoin_pm_cpus, flush_tlb, reactivate_clear_want,
    lock_pmap, set_slot, sync_lock_own_updir, read_own_entry, write_own_entry,
    sync_unlock_own_updir, test_others, test_cpu, lock_updir, retest_cpu, read_entry, write_entry,
    unlock_updir, unlock_pmap
  };

var
  cpus: array [cpu] of record
    at: place;
    pmap: pmap; -- ci_pmap
    kpdirpa: pmap;
    cr3: pmap; -- the L4 page of a pmap, with the PCID of the kernel; undefined: its own page
    thread: pmap; -- ci_curlwp: undefined for a kernel thread
    want: boolean; -- ci_want_pmapload
    lazy: boolean; -- ci_tlbstate
    stack: pmap; -- ci_svs_rsp0_pte: whose stack the rsp0 page is
    -- The TLB, for each PCID: areas, slots of each pmap, and whose stack the rsp0 page is.
    kernel_areas: 0 .. 127;
    user_areas: 0 .. 127;
    kernel_tlb: 0 .. (1 << (PMAPS * SLOTS)) - 1;
    user_tlb: 0 .. (1 << (PMAPS * SLOTS)) - 1;
    stacks: 0 .. (1 << PMAPS) - 1;
    next: pmap; -- lwp-switch: its pmap, until the thread is of it
    slot: slot; -- l4-allocate: its slot; pmap-load: the slot that is copied
    other: cpu; -- l4-allocate: the CPU that the walk is at
    entry: boolean; -- registers
    loaded: boolean;
    still: boolean;
  end;

  updirs: array [cpu] of record
    lock: cpu;
    owners: array [slot] of pmap;
  end;

  pmaps: array [pmap] of record
    lock: cpu;
    loaded: 0 .. (1 << CPUS) - 1; -- pm_kernel_cpus
    cpus: 0 .. (1 << CPUS) - 1; -- pm_cpus
    slots: 0 .. (1 << SLOTS) - 1;
  end;

function runs(i: cpu; p: pmap): boolean;
begin
  return !isundefined(cpus[i].thread) & cpus[i].thread = p;
end;

function mapped_by_updir(i: cpu): 0 .. (1 << (PMAPS * SLOTS)) - 1;
var
  tlb: 0 .. (1 << (PMAPS * SLOTS)) - 1;
begin
  tlb := 0;
  for s: slot do
    if !isundefined(updirs[i].owners[s]) then
      tlb := tlb | (1 << (updirs[i].owners[s] * SLOTS + s));
    end;
  end;
  return tlb;
end;

procedure write_updir(me: cpu; i: cpu; s: slot; entry: boolean; p: pmap);
begin
  assert !isundefined(updirs[i].lock) & updirs[i].lock = me "updir-locked";
  if entry then
    updirs[i].owners[s] := p;
    if isundefined(cpus[i].cr3) then
      cpus[i].user_tlb := cpus[i].user_tlb | (1 << (p * SLOTS + s));
    end;
  else
    undefine updirs[i].owners[s];
  end;
end;

-- With NOFLUSH: nothing is dropped.
procedure enter_kernel(i: cpu);
begin
  alias me: cpus[i] do
    me.cr3 := me.kpdirpa;
    me.kernel_areas := me.kernel_areas | KERNEL_HALF;
    me.kernel_tlb := me.kernel_tlb | (pmaps[me.kpdirpa].slots << (me.kpdirpa * SLOTS));
  end;
end;

procedure to_walk(i: cpu; other: cpu);
begin
  cpus[i].other := other;
  cpus[i].at := test_cpu;
end;

-- On to the next CPU but itself, or to the end of the walk.
procedure next_cpu(i: cpu);
begin
  alias me: cpus[i] do
    if me.other + 1 < CPUS & me.other + 1 != i then
      to_walk(i, me.other + 1);
    elsif me.other + 2 < CPUS then
      to_walk(i, me.other + 2);
    else
      undefine me.other;
      me.entry := false;
      me.loaded := false;
      me.still := false;
      me.at := unlock_pmap;
    end;
  end;
end;

startstate begin
  for i: cpu do
    cpus[i].at := user;
    cpus[i].pmap := 0;
    cpus[i].kpdirpa := 0;
    cpus[i].thread := 0;
    cpus[i].want := false;
    cpus[i].lazy := false;
    cpus[i].stack := 0;
    cpus[i].kernel_areas := GLOBAL;
    cpus[i].user_areas := CARRIED;
    cpus[i].kernel_tlb := 0;
    cpus[i].user_tlb := 0;
    cpus[i].stacks := 1;
    cpus[i].entry := false;
    cpus[i].loaded := false;
    cpus[i].still := false;
  end;
  for p: pmap do
    pmaps[p].loaded := 0;
    pmaps[p].cpus := 0;
    pmaps[p].slots := 0;
  end;
  pmaps[0].loaded := (1 << CPUS) - 1;
  pmaps[0].cpus := (1 << CPUS) - 1;
end;

ruleset i: cpu do
  alias me: cpus[i]; own: updirs[i] do

    rule "step"
      me.at != rest
      & (me.at != lock_own_updir | isundefined(own.lock))
      & (me.at != sync_lock_own_updir | isundefined(own.lock))
      & (me.at != lock_pmap | isundefined(pmaps[me.pmap].lock))
      & (me.at != lock_updir | isundefined(updirs[me.other].lock))
    ==>
    begin
      switch me.at
        -- trap
        case user: me.at := save_registers; -- hardware-entry
        case save_registers: me.at := trap_load_kpdirpa;
        case trap_load_kpdirpa:
          enter_kernel(i);
          me.at := trap_set_krsp;
        case trap_set_krsp: me.at := rest;

        -- syscall
        case spill_scratch: me.at := build_frame;
        case build_frame: me.at := syscall_load_kpdirpa;
        case syscall_load_kpdirpa:
          enter_kernel(i);
          me.at := syscall_set_krsp;
        case syscall_set_krsp: me.at := read_cpu_info;
        case read_cpu_info: me.at := rest;

        -- return
        case set_ursp: me.at := load_updirpa;
        case load_updirpa:
          undefine me.cr3;
          me.user_areas := me.user_areas | CARRIED;
          me.user_tlb := me.user_tlb | mapped_by_updir(i);
          me.stacks := me.stacks | (1 << me.stack);
          me.at := restore_registers;
        case restore_registers: me.at := iret;
        case iret: me.at := user;

        -- lwp-switch
        case set_curlwp:
          me.thread := me.next;
          undefine me.next;
          me.at := remap_rsp0;
        case remap_rsp0:
          me.stack := me.thread;
          me.at := flush_rsp0;
        case flush_rsp0:
          me.stacks := 0;
          me.at := activate;
        case activate:
          me.want := true;
          me.at := rest;
        case set_curlwp_kernel:
          undefine me.thread;
          me.at := rest;

        -- pmap-load
        case leave_pm_kernel_cpus:
          pmaps[me.pmap].loaded := pmaps[me.pmap].loaded - (1 << i);
          me.at := set_valid;
        case set_valid:
          me.lazy := false;
          me.at := join_pm_cpus;
        case join_pm_cpus:
          pmaps[me.thread].cpus := pmaps[me.thread].cpus | (1 << i);
          me.at := join_pm_kernel_cpus;
        case join_pm_kernel_cpus:
          pmaps[me.thread].loaded := pmaps[me.thread].loaded | (1 << i);
          me.at := set_ci_pmap;
        case set_ci_pmap:
          me.pmap := me.thread;
          me.at := publish_kpdirpa;
        case publish_kpdirpa:
          me.kpdirpa := me.pmap;
          me.slot := 0;
          me.at := lock_own_updir;
        case lock_own_updir:
          own.lock := i;
          me.at := read_slot;
        case read_slot:
          me.entry := ((pmaps[me.pmap].slots >> me.slot) & 1) = 1;
          me.at := write_slot;
        case write_slot:
          write_updir(i, i, me.slot, me.entry, me.pmap);
          if me.slot < SLOTS - 1 then
            me.slot := me.slot + 1;
            me.at := read_slot;
          else
            undefine me.slot;
            me.entry := false;
            me.at := unlock_own_updir;
          end;
        case unlock_own_updir:
          undefine own.lock;
          me.at := flush_user_pcid;
        case flush_user_pcid:
          me.user_areas := GLOBAL;
          me.user_tlb := 0;
          me.stacks := 0;
          me.at := load_new_l4;
        case load_new_l4:
          me.cr3 := me.pmap;
          me.kernel_areas := KERNEL_HALF;
          me.kernel_tlb := pmaps[me.pmap].slots << (me.pmap * SLOTS);
          me.at := clear_want;
        case clear_want:
          me.want := false;
          me.at := rest;

        -- pmap-reactivate
        case test_own_bit:
          if ((pmaps[me.pmap].cpus >> i) & 1) = 1 then
            me.at := reactivate_clear_want;
          else
            me.at := rejoin_pm_cpus;
          end;
        case rejoin_pm_cpus:
          pmaps[me.pmap].cpus := pmaps[me.pmap].cpus | (1 << i);
          me.at := flush_tlb;
        case flush_tlb:
          me.user_areas := GLOBAL;
          me.user_tlb := 0;
          me.stacks := 0;
          me.kernel_areas := KERNEL_HALF;
          me.kernel_tlb := pmaps[me.pmap].slots << (me.pmap * SLOTS);
          me.at := reactivate_clear_want;
        case reactivate_clear_want:
          me.want := false;
          me.at := rest;

        -- l4-allocate
        case lock_pmap:
          if ((pmaps[me.pmap].slots >> me.slot) & 1) = 0 then
            pmaps[me.pmap].lock := i;
            me.at := set_slot;
          else
            undefine me.slot;
            me.at := rest;
          end;
        case set_slot:
          pmaps[me.pmap].slots := pmaps[me.pmap].slots | (1 << me.slot);
          for j: cpu do
            if !isundefined(cpus[j].cr3) & cpus[j].cr3 = me.pmap then
              cpus[j].kernel_tlb := cpus[j].kernel_tlb | (1 << (me.pmap * SLOTS + me.slot));
            end;
          end;
          me.at := sync_lock_own_updir;
        case sync_lock_own_updir:
          own.lock := i;
          me.at := read_own_entry;
        case read_own_entry:
          me.entry := ((pmaps[me.pmap].slots >> me.slot) & 1) = 1;
          me.at := write_own_entry;
        case write_own_entry:
          write_updir(i, i, me.slot, me.entry, me.pmap);
          me.at := sync_unlock_own_updir;
        case sync_unlock_own_updir:
          undefine own.lock;
          me.at := test_others;
        case test_others:
          if (pmaps[me.pmap].loaded & ~(1 << i)) = 0 then
            me.entry := false;
            me.at := unlock_pmap;
          elsif i = 0 then
            to_walk(i, 1);
          else
            to_walk(i, 0);
          end;
        case test_cpu:
          me.loaded := ((pmaps[me.pmap].loaded >> me.other) & 1) = 1;
          me.still := me.loaded;
          if me.loaded then
            me.at := lock_updir;
          else
            next_cpu(i);
          end;
        case lock_updir:
          updirs[me.other].lock := i;
          me.at := retest_cpu;
        -- svscheck keeps registers until the loop is at its last member, though a CPU passes over
        -- itself.
        case retest_cpu:
          if ((pmaps[me.pmap].loaded >> me.other) & 1) = 1 then
            me.at := read_entry;
          else
            me.still := false;
            me.entry := me.entry & me.other != CPUS - 1;
            me.at := unlock_updir;
          end;
        case read_entry:
          me.entry := ((pmaps[me.pmap].slots >> me.slot) & 1) = 1;
          me.at := write_entry;
        case write_entry:
          write_updir(i, me.other, me.slot, me.entry, me.pmap);
          me.still := me.other != CPUS - 1;
          me.entry := me.entry & me.other != CPUS - 1;
          me.at := unlock_updir;
        case unlock_updir:
          undefine updirs[me.other].lock;
          next_cpu(i);
        case unlock_pmap:
          undefine pmaps[me.pmap].lock;
          undefine me.slot;
          me.at := rest;
      end;
    end;

    rule "syscall/hardware-entry"
      me.at = user
    ==>
    begin
      me.at := spill_scratch;
    end;

    rule "return/test-want-pmapload"
      me.at = rest & !isundefined(me.thread)
    ==>
    begin
      if !me.want then
        me.at := set_ursp;
      end;
    end;

    ruleset p: pmap do
      rule "lwp-switch/deactivate"
        me.at = rest & !runs(i, p)
      ==>
      begin
        if !isundefined(me.thread) & !me.want then
          me.lazy := true;
        end;
        me.want := false;
        me.next := p;
        me.at := set_curlwp;
      end;
    end;

    rule "lwp-switch-kernel/deactivate"
      me.at = rest & !isundefined(me.thread)
    ==>
    begin
      if !me.want then
        me.lazy := true;
      end;
      me.want := false;
      me.at := set_curlwp_kernel;
    end;

    rule "pmap-load/leave-pm-cpus, or pmap-reactivate/set-valid"
      me.at = rest & me.want & !isundefined(me.thread)
    ==>
    begin
      if me.thread != me.pmap then
        pmaps[me.pmap].cpus := pmaps[me.pmap].cpus & ~(1 << i);
        me.at := leave_pm_kernel_cpus;
      else
        me.lazy := false;
        me.at := test_own_bit;
      end;
    end;

    ruleset s: slot do
      rule "l4-allocate, to the lock or past it"
        me.at = rest & !me.want & ((pmaps[me.pmap].slots >> s) & 1) = 0 & runs(i, me.pmap)
      ==>
      begin
        me.slot := s;
        if isundefined(pmaps[me.pmap].lock) then
          pmaps[me.pmap].lock := i;
          me.at := set_slot;
        else
          me.at := lock_pmap;
        end;
      end;

      rule "user-access"
        me.at = user & !isundefined(own.owners[s]) & own.owners[s] = me.pmap
      ==>
      begin
      end;
    end;
  end;
end;

-- Rumur tests invariants after every step, so those of one place are one.
ruleset i: cpu do
  alias me: cpus[i] do
    invariant "user-on-user-tables, kernel-unreachable, no-foreign-slots, entry-stack-current, user-slots-complete"
      me.at = user ->
        isundefined(me.cr3) & runs(i, me.kpdirpa) & runs(i, me.pmap)
        & (me.user_areas & SECRET) = 0
        & (me.user_tlb & ~(((1 << SLOTS) - 1) << (me.pmap * SLOTS))) = 0
        & me.stack = me.pmap & me.stacks = (1 << me.pmap)
        & (!isundefined(pmaps[me.pmap].lock)
           | forall s: slot do
               ((pmaps[me.pmap].slots >> s) & 1) = 1 ->
                 !isundefined(updirs[i].owners[s]) & updirs[i].owners[s] = me.pmap
             end);
    invariant "kernel-on-kernel-tables, kernel-reaches-own-slots"
      me.at = rest ->
        !isundefined(me.cr3) & me.cr3 = me.kpdirpa
        & (isundefined(me.thread) | me.want
           | (me.kernel_tlb & ~(((1 << SLOTS) - 1) << (me.pmap * SLOTS))) = 0);
  end;
end;
