-- The design of mail.m with its loops in any order, over scalar sets, for the symmetry reduction of
-- Rumur: specs/mail/mended-any-order.yaml, and with MENDED = 0 the design as posted.
--
-- What is a number in mail.m is an array of flags here, since the members of a scalar set have no
-- order. There is an initial state for each pmap; each is reached from each. Checked as in mail.m.

-- run.js writes these six.
const
  CPUS: 2;
  PMAPS: 2;
  SLOTS: 1;
  NESTING: 1; -- 0: no interrupts
  MENDED: 1;
  CLAIMS: 1; -- the design as posted is violated

  CARRIED: 14; -- the areas of a per-CPU page
  AREAS: 15; -- those of a pmap

type
  cpu: scalarset(CPUS);
  pmap: scalarset(PMAPS);
  slot: scalarset(SLOTS);

  place: enum {
    user, load_kpdirpa, rest, iret,
    join_new_pmap, publish_kpdirpa, lock_own_updir, copy_slots, write_slot,
    unlock_own_updir, load_new_l4,
    lock_pmap, set_slot, walk_cpus, lock_updir, test_cpu, add_slot, unlock_updir, unlock_pmap
  };

var
  cpus: array [cpu] of record
    at: place;
    handler: boolean; -- an interrupt came
    pmap: pmap; -- ci_pmap
    kpdirpa: pmap;
    cr3: pmap; -- the L4 page of a pmap; undefined: the own page of the CPU
    areas: CARRIED .. AREAS; -- the TLB: four kernel areas
    cached: array [pmap] of array [slot] of boolean; -- and the slots of each pmap
    next: pmap; -- context-switch: the pmap that is switched to, until it is joined
    slot: slot; -- l4-allocate: its slot; context-switch: the slot that is copied
    other: cpu; -- l4-allocate: the CPU that the walk is at
    entry: boolean; -- the L4 entry that was read is set
    slots_left: array [slot] of boolean; -- what the copy has yet to visit
    cpus_left: array [cpu] of boolean; -- what the walk has yet to visit
  end;

  updirs: array [cpu] of record
    lock: cpu;
    owners: array [slot] of pmap;
  end;

  pmaps: array [pmap] of record
    lock: cpu;
    loaded: array [cpu] of boolean; -- the CPUs that have it loaded
    slots: array [slot] of boolean;
  end;

procedure load_pmap(i: cpu; p: pmap);
begin
  cpus[i].cr3 := p;
  cpus[i].areas := AREAS;
  for q: pmap do
    for s: slot do
      cpus[i].cached[q][s] := q = p & pmaps[p].slots[s];
    end;
  end;
end;

procedure load_updir(i: cpu);
begin
  undefine cpus[i].cr3;
  cpus[i].areas := CARRIED;
  for q: pmap do
    for s: slot do
      cpus[i].cached[q][s] := !isundefined(updirs[i].owners[s]) & updirs[i].owners[s] = q;
    end;
  end;
end;

procedure write_updir(me: cpu; i: cpu; s: slot; p: pmap);
begin
  if MENDED = 1 & CLAIMS = 1 then
    assert !isundefined(updirs[i].lock) & updirs[i].lock = me "updir-locked";
  end;
  updirs[i].owners[s] := p;
  if isundefined(cpus[i].cr3) then
    cpus[i].cached[p][s] := true;
  end;
end;

procedure next_cpu(i: cpu);
begin
  undefine cpus[i].other;
  if exists j: cpu do cpus[i].cpus_left[j] end then
    cpus[i].at := walk_cpus;
  else
    cpus[i].at := unlock_pmap;
  end;
end;

procedure test(i: cpu);
begin
  if pmaps[cpus[i].pmap].loaded[cpus[i].other] then
    cpus[i].at := add_slot;
  elsif MENDED = 1 then
    cpus[i].at := unlock_updir;
  else
    next_cpu(i);
  end;
end;

ruleset first: pmap do
  startstate begin
    for i: cpu do
      cpus[i].at := user;
      cpus[i].handler := false;
      cpus[i].pmap := first;
      cpus[i].kpdirpa := first;
      cpus[i].areas := CARRIED;
      for p: pmap do
        for s: slot do
          cpus[i].cached[p][s] := false;
        end;
      end;
      for s: slot do
        cpus[i].slots_left[s] := false;
      end;
      for j: cpu do
        cpus[i].cpus_left[j] := false;
      end;
    end;
    for p: pmap do
      for i: cpu do
        pmaps[p].loaded[i] := p = first;
      end;
      for s: slot do
        pmaps[p].slots[s] := false;
      end;
    end;
  end;
end;

ruleset i: cpu do
  alias me: cpus[i]; own: updirs[i] do

    rule "step"
      me.at != rest & !me.handler & me.at != copy_slots & me.at != walk_cpus
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
          load_pmap(i, me.kpdirpa);
          me.at := rest;

        -- return
        case iret:
          me.at := user;

        -- context-switch
        case join_new_pmap:
          me.pmap := me.next;
          pmaps[me.pmap].loaded[i] := true;
          undefine me.next;
          me.at := publish_kpdirpa;
        case publish_kpdirpa:
          me.kpdirpa := me.pmap;
          if MENDED = 1 then
            me.at := lock_own_updir;
          else
            for s: slot do
              me.slots_left[s] := true;
            end;
            me.at := copy_slots;
          end;
        case lock_own_updir:
          own.lock := i;
          for s: slot do
            me.slots_left[s] := true;
          end;
          me.at := copy_slots;
        case write_slot:
          if me.entry then
            write_updir(i, i, me.slot, me.pmap);
          else
            undefine own.owners[me.slot];
          end;
          undefine me.entry;
          undefine me.slot;
          if exists s: slot do me.slots_left[s] end then
            me.at := copy_slots;
          elsif MENDED = 1 then
            me.at := unlock_own_updir;
          else
            me.at := load_new_l4;
          end;
        case unlock_own_updir:
          undefine own.lock;
          me.at := load_new_l4;
        case load_new_l4:
          load_pmap(i, me.pmap);
          me.at := rest;

        -- l4-allocate
        case lock_pmap:
          pmaps[me.pmap].lock := i;
          me.at := set_slot;
        case set_slot:
          pmaps[me.pmap].slots[me.slot] := true;
          for j: cpu do
            if !isundefined(cpus[j].cr3) & cpus[j].cr3 = me.pmap then
              cpus[j].cached[me.pmap][me.slot] := true;
            end;
            me.cpus_left[j] := true;
          end;
          me.at := walk_cpus;
        case lock_updir:
          updirs[me.other].lock := i;
          me.at := test_cpu;
        case test_cpu:
          test(i);
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

    ruleset s: slot do
      rule "copy-slots/read-slot"
        me.at = copy_slots & !me.handler & me.slots_left[s]
      ==>
      begin
        me.slots_left[s] := false;
        me.slot := s;
        me.entry := pmaps[me.pmap].slots[s];
        me.at := write_slot;
      end;
    end;

    ruleset j: cpu do
      rule "walk-cpus, its first step or to its lock"
        me.at = walk_cpus & !me.handler & me.cpus_left[j]
      ==>
      begin
        me.cpus_left[j] := false;
        me.other := j;
        if MENDED = 0 then
          test(i);
        elsif isundefined(updirs[j].lock) then
          updirs[j].lock := i;
          me.at := test_cpu;
        else
          me.at := lock_updir;
        end;
      end;
    end;

    rule "return/load-updirpa"
      me.at = rest & !me.handler
    ==>
    begin
      load_updir(i);
      me.at := iret;
    end;

    ruleset p: pmap do
      rule "context-switch/leave-old-pmap"
        me.at = rest & !me.handler & me.pmap != p
      ==>
      begin
        pmaps[me.pmap].loaded[i] := false;
        me.next := p;
        me.at := join_new_pmap;
      end;
    end;

    ruleset s: slot do
      rule "l4-allocate, to the lock or past it"
        me.at = rest & !me.handler & !pmaps[me.pmap].slots[s]
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

ruleset i: cpu do
  alias me: cpus[i] do
    invariant "user-on-user-tables, kernel-unreachable, no-foreign-slots, user-slots-complete"
      CLAIMS = 1 & me.at = user ->
        isundefined(me.cr3) & me.kpdirpa = me.pmap
        & me.areas = CARRIED
        & (forall p: pmap do p = me.pmap | forall s: slot do !me.cached[p][s] end end)
        & (!isundefined(pmaps[me.pmap].lock)
           | forall s: slot do
               pmaps[me.pmap].slots[s] ->
                 !isundefined(updirs[i].owners[s]) & updirs[i].owners[s] = me.pmap
             end);
    invariant "kernel-on-kernel-tables"
      CLAIMS = 1 ->
        (isundefined(me.cr3)
         ? me.at = user | me.at = iret | me.at = load_kpdirpa
         : me.cr3 = me.kpdirpa
           | me.at = publish_kpdirpa | me.at = lock_own_updir | me.at = copy_slots
           | me.at = write_slot | me.at = unlock_own_updir
           | me.at = load_new_l4 | me.at = join_new_pmap);
  end;
end;
