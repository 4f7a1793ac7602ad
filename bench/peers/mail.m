-- The design of the mail, every step interleaved, in Murphi for Rumur: specs/mail/interleaved.yaml,
-- and with MENDED = 1 specs/mail/mended.yaml, which puts a lock around the copy and around test and
-- add.
--
-- Written for the speed of Rumur. It tests every guard in every state, so steps that leave no
-- choice are one rule, a switch on the place. Sets are numbers, for one read each. "None" is the
-- undefined value, which costs nothing. A frame that is saved is the place that a CPU had, so that a
-- flag will do. The register loaded is true at add-slot and nowhere else, so the place carries it.
--
-- Checked: kernel-unreachable, user-on-user-tables, no-foreign-slots, kernel-on-kernel-tables and
-- user-slots-complete, which here takes any walk for the process as its exception; updir-locked,
-- once a step. The check of Rumur for states that are stuck stands for no-deadlock.

-- run.js writes these six.
const
  CPUS: 2;
  PMAPS: 2;
  SLOTS: 1;
  NESTING: 1; -- 0: no interrupts
  MENDED: 1;
  CLAIMS: 1; -- the design as posted is violated

  PTE: 1; -- the secret area
  CARRIED: 14; -- the areas of a per-CPU page
  AREAS: 15; -- those of a pmap

type
  cpu: 0 .. CPUS - 1;
  pmap: 0 .. PMAPS - 1;
  slot: 0 .. SLOTS - 1;

  place: enum {
    user, load_kpdirpa, rest, iret,
    join_new_pmap, publish_kpdirpa, lock_own_updir, read_slot, write_slot, unlock_own_updir,
    load_new_l4,
    lock_pmap, set_slot, lock_updir, test_cpu, add_slot, unlock_updir, unlock_pmap
  };

var
  cpus: array [cpu] of record
    at: place;
    handler: boolean; -- an interrupt came
    pmap: pmap; -- ci_pmap
    kpdirpa: pmap;
    cr3: pmap; -- the L4 page of a pmap; undefined: the own page of the CPU
    tlb: 0 .. (16 << (PMAPS * SLOTS)) - 1; -- four areas, then the slots of each pmap
    next: pmap; -- context-switch: the pmap that is switched to, until it is joined
    slot: slot; -- l4-allocate: its slot; context-switch: the slot that is copied
    other: cpu; -- l4-allocate: the CPU that the walk is at
    entry: boolean; -- the L4 entry that was read is set
  end;

  updirs: array [cpu] of record
    lock: cpu;
    owners: array [slot] of pmap;
  end;

  pmaps: array [pmap] of record
    lock: cpu;
    loaded: 0 .. (1 << CPUS) - 1; -- the CPUs that have it loaded
    slots: 0 .. (1 << SLOTS) - 1;
  end;

function mapped_by_pmap(p: pmap): 0 .. (16 << (PMAPS * SLOTS)) - 1;
begin
  return AREAS + (pmaps[p].slots << (4 + p * SLOTS));
end;

function mapped_by_updir(i: cpu): 0 .. (16 << (PMAPS * SLOTS)) - 1;
var
  tlb: 0 .. (16 << (PMAPS * SLOTS)) - 1;
begin
  tlb := CARRIED;
  for s: slot do
    if !isundefined(updirs[i].owners[s]) then
      tlb := tlb | (16 << (updirs[i].owners[s] * SLOTS + s));
    end;
  end;
  return tlb;
end;

procedure write_updir(me: cpu; i: cpu; s: slot; p: pmap);
begin
  if MENDED = 1 & CLAIMS = 1 then
    assert !isundefined(updirs[i].lock) & updirs[i].lock = me "updir-locked";
  end;
  updirs[i].owners[s] := p;
  if isundefined(cpus[i].cr3) then
    cpus[i].tlb := cpus[i].tlb | (16 << (p * SLOTS + s));
  end;
end;

procedure next_cpu(i: cpu);
begin
  if cpus[i].other = CPUS - 1 then
    undefine cpus[i].other;
    cpus[i].at := unlock_pmap;
  else
    cpus[i].other := cpus[i].other + 1;
    if MENDED = 1 then
      cpus[i].at := lock_updir;
    else
      cpus[i].at := test_cpu;
    end;
  end;
end;

startstate begin
  for i: cpu do
    cpus[i].at := user;
    cpus[i].handler := false;
    cpus[i].pmap := 0;
    cpus[i].kpdirpa := 0;
    cpus[i].tlb := CARRIED;
  end;
  for p: pmap do
    pmaps[p].loaded := 0;
    pmaps[p].slots := 0;
  end;
  pmaps[0].loaded := (1 << CPUS) - 1;
end;

ruleset i: cpu do
  alias me: cpus[i]; own: updirs[i] do

    rule "step"
      me.at != rest & !me.handler
      & (me.at != lock_own_updir | isundefined(own.lock))
      & (me.at != lock_pmap | isundefined(pmaps[me.pmap].lock))
      & (me.at != lock_updir | isundefined(updirs[me.other].lock))
    ==>
    begin
      switch me.at
        -- trap
        case user: -- hardware-entry
          me.at := load_kpdirpa;
        case load_kpdirpa:
          me.cr3 := me.kpdirpa;
          me.tlb := mapped_by_pmap(me.kpdirpa);
          me.at := rest;

        -- return
        case iret:
          me.at := user;

        -- context-switch
        case join_new_pmap:
          me.pmap := me.next;
          pmaps[me.pmap].loaded := pmaps[me.pmap].loaded | (1 << i);
          undefine me.next;
          me.at := publish_kpdirpa;
        case publish_kpdirpa:
          me.kpdirpa := me.pmap;
          me.slot := 0;
          if MENDED = 1 then
            me.at := lock_own_updir;
          else
            me.at := read_slot;
          end;
        case lock_own_updir:
          own.lock := i;
          me.at := read_slot;
        case read_slot:
          me.entry := ((pmaps[me.pmap].slots >> me.slot) & 1) = 1;
          me.at := write_slot;
        case write_slot:
          if me.entry then
            write_updir(i, i, me.slot, me.pmap);
          else
            undefine own.owners[me.slot];
          end;
          undefine me.entry;
          if me.slot < SLOTS - 1 then
            me.slot := me.slot + 1;
            me.at := read_slot;
          else
            undefine me.slot;
            if MENDED = 1 then
              me.at := unlock_own_updir;
            else
              me.at := load_new_l4;
            end;
          end;
        case unlock_own_updir:
          undefine own.lock;
          me.at := load_new_l4;
        case load_new_l4:
          me.cr3 := me.pmap;
          me.tlb := mapped_by_pmap(me.pmap);
          me.at := rest;

        -- l4-allocate
        case lock_pmap:
          pmaps[me.pmap].lock := i;
          me.at := set_slot;
        case set_slot:
          pmaps[me.pmap].slots := pmaps[me.pmap].slots | (1 << me.slot);
          for j: cpu do
            if !isundefined(cpus[j].cr3) & cpus[j].cr3 = me.pmap then
              cpus[j].tlb := cpus[j].tlb | (16 << (me.pmap * SLOTS + me.slot));
            end;
          end;
          me.other := 0;
          if MENDED = 1 then
            me.at := lock_updir;
          else
            me.at := test_cpu;
          end;
        case lock_updir:
          updirs[me.other].lock := i;
          me.at := test_cpu;
        case test_cpu:
          if ((pmaps[me.pmap].loaded >> me.other) & 1) = 1 then
            me.at := add_slot;
          elsif MENDED = 1 then
            me.at := unlock_updir;
          else
            next_cpu(i);
          end;
        case add_slot:
          write_updir(i, me.other, me.slot, me.pmap);
          if MENDED = 1 then
            me.at := unlock_updir;
          else
            next_cpu(i);
          end;
        case unlock_updir:
          undefine updirs[me.other].lock;
          next_cpu(i);
        case unlock_pmap:
          undefine pmaps[me.pmap].lock;
          undefine me.slot;
          me.at := rest;
      end;
    end;

    rule "return/load-updirpa"
      me.at = rest & !me.handler
    ==>
    begin
      undefine me.cr3;
      me.tlb := mapped_by_updir(i);
      me.at := iret;
    end;

    ruleset p: pmap do
      rule "context-switch/leave-old-pmap"
        me.at = rest & !me.handler & me.pmap != p
      ==>
      begin
        pmaps[me.pmap].loaded := pmaps[me.pmap].loaded - (1 << i);
        me.next := p;
        me.at := join_new_pmap;
      end;
    end;

    ruleset s: slot do
      rule "l4-allocate, to the lock or past it"
        me.at = rest & !me.handler & ((pmaps[me.pmap].slots >> s) & 1) = 0
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

    rule "interrupt-entry, or interrupt-return"
      NESTING = 1 & (me.handler | (me.at != user & me.at != load_kpdirpa & me.at != iret))
    ==>
    begin
      me.handler := !me.handler;
    end;
  end;
end;

-- Rumur tests invariants after every step, so those of one place are one.
ruleset i: cpu do
  alias me: cpus[i] do
    invariant "user-on-user-tables, kernel-unreachable, no-foreign-slots, user-slots-complete"
      CLAIMS = 1 & me.at = user ->
        isundefined(me.cr3) & me.kpdirpa = me.pmap
        & (me.tlb & PTE) = 0
        & (me.tlb >> 4 & ~(((1 << SLOTS) - 1) << (me.pmap * SLOTS))) = 0
        & (!isundefined(pmaps[me.pmap].lock)
           | forall s: slot do
               ((pmaps[me.pmap].slots >> s) & 1) = 1 ->
                 !isundefined(updirs[i].owners[s]) & updirs[i].owners[s] = me.pmap
             end);
    invariant "kernel-on-kernel-tables"
      CLAIMS = 1 ->
        (isundefined(me.cr3)
         ? me.at = user | me.at = iret | me.at = load_kpdirpa
         : me.cr3 = me.kpdirpa
           | me.at = publish_kpdirpa | me.at = lock_own_updir | me.at = read_slot
           | me.at = write_slot | me.at = unlock_own_updir | me.at = load_new_l4
           | me.at = join_new_pmap);
  end;
end;
