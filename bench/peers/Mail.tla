-------------------------------- MODULE Mail --------------------------------
(* The design of the mail, every step interleaved, in TLA+ for TLC: specs/mail/interleaved.yaml,   *)
(* and with MENDED = 1 specs/mail/mended.yaml.                                                     *)
(*                                                                                                 *)
(* This module HAS NOT BEEN RUN: no TLC was at hand when it was written. It was written beside     *)
(* mail.m, step for step, and that one has the same states and transitions as svscheck. If TLC    *)
(* finds other counts, believe mail.m.                                                             *)
(*                                                                                                 *)
(* What is not in use is None. A frame that is saved is the place that a CPU had, so that a flag   *)
(* will do. The register loaded is true at add_slot and nowhere else, so the place carries it.     *)
(* TLC counts as generated every successor it computes, and the initial state: no two disjuncts of *)
(* Next may give the same step twice.                                                              *)
EXTENDS Integers

CONSTANTS
  CPUS,    \* how many there are
  PMAPS,
  SLOTS,
  NESTING, \* 0: no interrupts
  MENDED,  \* 1: with the locks
  CLAIMS   \* 1: the claims hold; not read here

Cpu  == 0 .. CPUS - 1
Pmap == 0 .. PMAPS - 1
Slot == 0 .. SLOTS - 1

None == -1   \* no CPU, no pmap, no slot
Own  == -2   \* in cr3: the CPU's own page; else the L4 page of a pmap

\* The kernel areas: the PTE area is the secret one, which per-CPU pages do not carry.
Areas   == {"pte", "direct-map", "kernel-image", "entry"}
Carried == Areas \ {"pte"}

VARIABLES
  cpu,   \* by CPU: what is a CPU's own, and its TLB
  updir, \* by CPU: its page: lock, owner of each slot
  pm     \* by pmap: lock, CPUs that have it loaded, slots that are set

vars == <<cpu, updir, pm>>

Init ==
  /\ cpu = [i \in Cpu |->
       [at |-> "user", handler |-> FALSE, pmap |-> 0, kpdirpa |-> 0, cr3 |-> Own,
        areas |-> Carried, cached |-> {}, next |-> None, slot |-> None, other |-> None,
        entry |-> FALSE]]
  /\ updir = [i \in Cpu |-> [lock |-> None, owner |-> [s \in Slot |-> None]]]
  /\ pm = [p \in Pmap |-> [lock |-> None, loaded |-> IF p = 0 THEN Cpu ELSE {}, slots |-> {}]]

\* What a page maps of user slots, as pairs of a pmap and a slot.
MappedByPmap(p)  == {<<p, s>> : s \in pm[p].slots}
MappedByUpdir(i) == {<<updir[i].owner[s], s>> : s \in {t \in Slot : updir[i].owner[t] /= None}}

At(i, place) == cpu[i].at = place /\ ~cpu[i].handler

---------------------------------------------------------------------------
\* trap
HardwareEntry(i) ==
  /\ At(i, "user")
  /\ cpu' = [cpu EXCEPT ![i].at = "load_kpdirpa"]
  /\ UNCHANGED <<updir, pm>>

LoadKpdirpa(i) ==
  /\ At(i, "load_kpdirpa")
  /\ cpu' = [cpu EXCEPT ![i].at = "rest", ![i].cr3 = cpu[i].kpdirpa, ![i].areas = Areas,
                        ![i].cached = MappedByPmap(cpu[i].kpdirpa)]
  /\ UNCHANGED <<updir, pm>>

\* return
LoadUpdirpa(i) ==
  /\ At(i, "rest")
  /\ cpu' = [cpu EXCEPT ![i].at = "iret", ![i].cr3 = Own, ![i].areas = Carried,
                        ![i].cached = MappedByUpdir(i)]
  /\ UNCHANGED <<updir, pm>>

Iret(i) ==
  /\ At(i, "iret")
  /\ cpu' = [cpu EXCEPT ![i].at = "user"]
  /\ UNCHANGED <<updir, pm>>

---------------------------------------------------------------------------
\* context-switch
LeaveOldPmap(i, p) ==
  /\ At(i, "rest")
  /\ cpu[i].pmap /= p
  /\ pm' = [pm EXCEPT ![cpu[i].pmap].loaded = @ \ {i}]
  /\ cpu' = [cpu EXCEPT ![i].at = "join_new_pmap", ![i].next = p]
  /\ UNCHANGED updir

JoinNewPmap(i) ==
  /\ At(i, "join_new_pmap")
  /\ pm' = [pm EXCEPT ![cpu[i].next].loaded = @ \union {i}]
  /\ cpu' = [cpu EXCEPT ![i].at = "publish_kpdirpa", ![i].pmap = cpu[i].next, ![i].next = None]
  /\ UNCHANGED updir

PublishKpdirpa(i) ==
  /\ At(i, "publish_kpdirpa")
  /\ cpu' = [cpu EXCEPT ![i].at = IF MENDED = 1 THEN "lock_own_updir" ELSE "read_slot",
                        ![i].kpdirpa = cpu[i].pmap, ![i].slot = 0]
  /\ UNCHANGED <<updir, pm>>

LockOwnUpdir(i) ==
  /\ At(i, "lock_own_updir")
  /\ updir[i].lock = None
  /\ updir' = [updir EXCEPT ![i].lock = i]
  /\ cpu' = [cpu EXCEPT ![i].at = "read_slot"]
  /\ UNCHANGED pm

ReadSlot(i) ==
  /\ At(i, "read_slot")
  /\ cpu' = [cpu EXCEPT ![i].at = "write_slot",
                        ![i].entry = cpu[i].slot \in pm[cpu[i].pmap].slots]
  /\ UNCHANGED <<updir, pm>>

\* A pmap's page is loaded here, so that the CPU's TLB does not see its own page.
WriteSlot(i) ==
  LET last == cpu[i].slot = SLOTS - 1 IN
  /\ At(i, "write_slot")
  /\ updir' = [updir EXCEPT ![i].owner[cpu[i].slot] = IF cpu[i].entry THEN cpu[i].pmap ELSE None]
  /\ cpu' = [cpu EXCEPT ![i].entry = FALSE,
                        ![i].slot = IF last THEN None ELSE @ + 1,
                        ![i].at = IF ~last THEN "read_slot"
                                  ELSE IF MENDED = 1 THEN "unlock_own_updir" ELSE "load_new_l4"]
  /\ UNCHANGED pm

UnlockOwnUpdir(i) ==
  /\ At(i, "unlock_own_updir")
  /\ updir' = [updir EXCEPT ![i].lock = None]
  /\ cpu' = [cpu EXCEPT ![i].at = "load_new_l4"]
  /\ UNCHANGED pm

LoadNewL4(i) ==
  /\ At(i, "load_new_l4")
  /\ cpu' = [cpu EXCEPT ![i].at = "rest", ![i].cr3 = cpu[i].pmap, ![i].areas = Areas,
                        ![i].cached = MappedByPmap(cpu[i].pmap)]
  /\ UNCHANGED <<updir, pm>>

---------------------------------------------------------------------------
\* l4-allocate: it starts by taking the lock, or by waiting for it
StartAllocate(i, s) ==
  /\ At(i, "rest")
  /\ s \notin pm[cpu[i].pmap].slots
  /\ IF pm[cpu[i].pmap].lock = None
     THEN /\ pm' = [pm EXCEPT ![cpu[i].pmap].lock = i]
          /\ cpu' = [cpu EXCEPT ![i].at = "set_slot", ![i].slot = s]
     ELSE /\ pm' = pm
          /\ cpu' = [cpu EXCEPT ![i].at = "lock_pmap", ![i].slot = s]
  /\ UNCHANGED updir

LockPmap(i) ==
  /\ At(i, "lock_pmap")
  /\ pm[cpu[i].pmap].lock = None
  /\ pm' = [pm EXCEPT ![cpu[i].pmap].lock = i]
  /\ cpu' = [cpu EXCEPT ![i].at = "set_slot"]
  /\ UNCHANGED updir

FirstOfRound == IF MENDED = 1 THEN "lock_updir" ELSE "test_cpu"

\* Whoever has the pmap's page loaded may cache the slot.
SetSlot(i) ==
  LET p == cpu[i].pmap
      s == cpu[i].slot
      seen == [j \in Cpu |->
                IF cpu[j].cr3 = p THEN [cpu[j] EXCEPT !.cached = @ \union {<<p, s>>}] ELSE cpu[j]]
  IN
  /\ At(i, "set_slot")
  /\ pm' = [pm EXCEPT ![p].slots = @ \union {s}]
  /\ cpu' = [seen EXCEPT ![i].at = FirstOfRound, ![i].other = 0]
  /\ UNCHANGED updir

LockUpdir(i) ==
  /\ At(i, "lock_updir")
  /\ updir[cpu[i].other].lock = None
  /\ updir' = [updir EXCEPT ![cpu[i].other].lock = i]
  /\ cpu' = [cpu EXCEPT ![i].at = "test_cpu"]
  /\ UNCHANGED pm

\* A CPU's record when it goes on to the next CPU of the walk, or past its end.
Onward(c) ==
  IF c.other = CPUS - 1
  THEN [c EXCEPT !.at = "unlock_pmap", !.other = None]
  ELSE [c EXCEPT !.at = FirstOfRound, !.other = @ + 1]

\* A CPU's record when the round's test or write is done.
AfterRound(c) == IF MENDED = 1 THEN [c EXCEPT !.at = "unlock_updir"] ELSE Onward(c)

TestCpu(i) ==
  /\ At(i, "test_cpu")
  /\ cpu' = [cpu EXCEPT ![i] = IF cpu[i].other \in pm[cpu[i].pmap].loaded
                               THEN [cpu[i] EXCEPT !.at = "add_slot"]
                               ELSE AfterRound(cpu[i])]
  /\ UNCHANGED <<updir, pm>>

AddSlot(i) ==
  LET p == cpu[i].pmap
      s == cpu[i].slot
      o == cpu[i].other
      seen == IF cpu[o].cr3 = Own THEN [cpu EXCEPT ![o].cached = @ \union {<<p, s>>}] ELSE cpu
  IN
  /\ At(i, "add_slot")
  /\ updir' = [updir EXCEPT ![o].owner[s] = p]
  /\ cpu' = [seen EXCEPT ![i] = AfterRound(seen[i])]
  /\ UNCHANGED pm

UnlockUpdir(i) ==
  /\ At(i, "unlock_updir")
  /\ updir' = [updir EXCEPT ![cpu[i].other].lock = None]
  /\ cpu' = [cpu EXCEPT ![i] = Onward(cpu[i])]
  /\ UNCHANGED pm

UnlockPmap(i) ==
  /\ At(i, "unlock_pmap")
  /\ pm' = [pm EXCEPT ![cpu[i].pmap].lock = None]
  /\ cpu' = [cpu EXCEPT ![i].at = "rest", ![i].slot = None]
  /\ UNCHANGED updir

---------------------------------------------------------------------------
\* What hardware does of its own accord
UserAccess(i, s) ==
  /\ At(i, "user")
  /\ updir[i].owner[s] = cpu[i].pmap
  /\ UNCHANGED vars

Interrupt(i) ==
  /\ NESTING = 1
  /\ ~cpu[i].handler
  /\ cpu[i].at \notin {"user", "load_kpdirpa", "iret"}
  /\ cpu' = [cpu EXCEPT ![i].handler = TRUE]
  /\ UNCHANGED <<updir, pm>>

InterruptReturn(i) ==
  /\ cpu[i].handler
  /\ cpu' = [cpu EXCEPT ![i].handler = FALSE]
  /\ UNCHANGED <<updir, pm>>

---------------------------------------------------------------------------
Next ==
  \E i \in Cpu :
    \/ HardwareEntry(i) \/ LoadKpdirpa(i) \/ LoadUpdirpa(i) \/ Iret(i)
    \/ \E p \in Pmap : LeaveOldPmap(i, p)
    \/ JoinNewPmap(i) \/ PublishKpdirpa(i) \/ LockOwnUpdir(i) \/ ReadSlot(i) \/ WriteSlot(i)
    \/ UnlockOwnUpdir(i) \/ LoadNewL4(i)
    \/ \E s \in Slot : StartAllocate(i, s)
    \/ LockPmap(i) \/ SetSlot(i) \/ LockUpdir(i) \/ TestCpu(i) \/ AddSlot(i) \/ UnlockUpdir(i)
    \/ UnlockPmap(i)
    \/ \E s \in Slot : UserAccess(i, s)
    \/ Interrupt(i) \/ InterruptReturn(i)

Spec == Init /\ [][Next]_vars

---------------------------------------------------------------------------
Switching == {"join_new_pmap", "publish_kpdirpa", "lock_own_updir", "read_slot", "write_slot",
              "unlock_own_updir", "load_new_l4"}

\* user-on-user-tables, kernel-unreachable, no-foreign-slots, user-slots-complete (any walk for the
\* process is its exception), kernel-on-kernel-tables
Claims ==
  \A i \in Cpu :
    /\ cpu[i].at = "user" =>
         /\ cpu[i].cr3 = Own
         /\ cpu[i].kpdirpa = cpu[i].pmap
         /\ "pte" \notin cpu[i].areas
         /\ \A pair \in cpu[i].cached : pair[1] = cpu[i].pmap
         /\ pm[cpu[i].pmap].lock = None =>
              \A s \in pm[cpu[i].pmap].slots : updir[i].owner[s] = cpu[i].pmap
    /\ cpu[i].at \notin {"user", "load_kpdirpa", "iret"} =>
         /\ cpu[i].cr3 /= Own
         /\ cpu[i].cr3 = cpu[i].kpdirpa \/ cpu[i].at \in Switching
=============================================================================
