/*
 * The design of the mail, every step interleaved, in Promela: specs/mail/interleaved.yaml, and with
 * -DMENDED=1 specs/mail/mended.yaml, which puts a lock around the copy and around test and add.
 *
 * Written for SPIN's speed. Control flow carries what svscheck has in `mode`, `at` and `saved`: a
 * CPU is a process, a location is a control state, and a handler has one control state on top of
 * each that it can interrupt. Memory that CPUs share is packed into a byte a record; what is a
 * CPU's own alone is a bit field of its process. The register `loaded` is true at add-slot and
 * nowhere else, so control flow carries it too.
 *
 * Checked, each once a state, by an option that is only enabled where a claim is false:
 * kernel-unreachable, user-on-user-tables, no-foreign-slots, kernel-on-kernel-tables, and
 * user-slots-complete, which here takes any walk for the process as its exception. updir-locked is
 * checked once a step. SPIN's check for invalid end states stands for no-deadlock.
 */

#ifndef CPUS
#define CPUS 2		/* at most 4 */
#endif
#ifndef PMAPS
#define PMAPS 2		/* at most 3 */
#endif
#ifndef SLOTS
#define SLOTS 1		/* at most 3 */
#endif
#ifndef NESTING
#define NESTING 1	/* 0: no interrupts */
#endif
#ifndef MENDED
#define MENDED 1
#endif
#ifndef CLAIMS
#define CLAIMS MENDED	/* the design as posted is violated */
#endif

/* A pmap: the CPUs that have it loaded; the slots that are set; the holder of pm_lock, plus one. */
#if 3 + CPUS + SLOTS <= 8
#define PMAP	byte
#else
#define PMAP	short
#endif
#if CPUS == 1
#define ALL_CPUS	1
#elif CPUS == 2
#define ALL_CPUS	3
#elif CPUS == 3
#define ALL_CPUS	7
#else
#define ALL_CPUS	15
#endif
#if PMAPS == 1
PMAP pm[PMAPS] = { ALL_CPUS };
#elif PMAPS == 2
PMAP pm[PMAPS] = { ALL_CPUS, 0 };
#else
PMAP pm[PMAPS] = { ALL_CPUS, 0, 0 };
#endif
#define LOADED_BY(p, c)	(pm[p] >> (c) & 1)
#define HAS(p, s)	(pm[p] >> (CPUS + (s)) & 1)
#define SLOTS_OF(p)	(pm[p] >> CPUS & ((1 << SLOTS) - 1))
#define PM_LOCK(p)	(pm[p] >> (CPUS + SLOTS))
#define PM_LOCK_BY(c)	(((c) + 1) << (CPUS + SLOTS))
#define PM_UNLOCKED	((1 << (CPUS + SLOTS)) - 1)

/* A per-CPU page: whose memory each slot maps, plus one; the holder of its lock, plus one. */
#if 3 + 2 * SLOTS <= 8
byte updir[CPUS];
#else
short updir[CPUS];
#endif
#define OWNER(c, s)	(updir[c] >> (2 * (s)) & 3)
#define SET_OWNER(c, s, o)	updir[c] = updir[c] & ~(3 << (2 * (s))) | (o) << (2 * (s))
#define LOCK(c)		(updir[c] >> (2 * SLOTS))
#define LOCK_BY(c)	(((c) + 1) << (2 * SLOTS))
#define UNLOCKED	((1 << (2 * SLOTS)) - 1)

/* CR3: the L4 page of a pmap, or the CPU's own page. */
#define UPDIR	PMAPS
byte cr3[CPUS] = UPDIR;

/* A TLB: four kernel areas, of which the first is the secret one; then each pmap's slots. */
#define PTE	1
#define CARRIED	14
#define AREAS	15
#if 4 + PMAPS * SLOTS <= 8
byte tlb[CPUS] = CARRIED;
#else
short tlb[CPUS] = CARRIED;
#endif
#define CACHED(p, s)	(16 << ((p) * SLOTS + (s)))
#define CACHED_OF(p)	(((1 << SLOTS) - 1) << (4 + (p) * SLOTS))

/* What a page maps is what a CR3 load leaves in the TLB. */
#define MAPPED_PMAP(p)	(AREAS | SLOTS_OF(p) << (4 + (p) * SLOTS))
#define MAPPED_SLOT(c, s)	(OWNER(c, s) -> CACHED(OWNER(c, s) - 1, s) : 0)
#if SLOTS == 1
#define MAPPED_UPDIR(c)	(CARRIED | MAPPED_SLOT(c, 0))
#elif SLOTS == 2
#define MAPPED_UPDIR(c)	(CARRIED | MAPPED_SLOT(c, 0) | MAPPED_SLOT(c, 1))
#else
#define MAPPED_UPDIR(c)	(CARRIED | MAPPED_SLOT(c, 0) | MAPPED_SLOT(c, 1) | MAPPED_SLOT(c, 2))
#endif

/* What the loaded page maps is in the TLB. */
#define FOREIGN	(tlb[_pid] & ~(AREAS | CACHED_OF(pmap)))
#define COMPLETE	(PM_LOCK(pmap) != 0 || (MAPPED_UPDIR(_pid) & CACHED_OF(pmap)) >> (4 + pmap * SLOTS) == SLOTS_OF(pmap))

#if CLAIMS
#define ALWAYS(claim)	:: !(claim) -> assert(false)
#define LOCKED(c)	assert(LOCK(c) == _pid + 1)
#else
#define ALWAYS(claim)
#define LOCKED(c)	skip
#endif
#define ON_KERNEL_TABLES	ALWAYS(cr3[_pid] == kpdirpa)
#define BETWEEN_PMAPS	ALWAYS(cr3[_pid] != UPDIR)

/* An interrupt on top of kernel code, and its return: neither changes anything. */
#if NESTING
#define INTERRUPT	:: true -> true
#else
#define INTERRUPT
#endif

#define USER_ACCESS(s)	:: OWNER(_pid, s) == pmap + 1

#define CONTEXT_SWITCH(p) \
	:: d_step { pmap != p -> pm[pmap] = pm[pmap] & ~(1 << _pid); to = p } -> goto join_new_pmap

#define L4_ALLOCATE(s) \
	:: d_step { !HAS(pmap, s) && PM_LOCK(pmap) == 0 -> \
		pm[pmap] = pm[pmap] | PM_LOCK_BY(_pid); slot = s } -> goto set_slot \
	:: d_step { !HAS(pmap, s) && PM_LOCK(pmap) != 0 -> slot = s } -> goto lock_pmap

/* A page is written, or a pmap: who has it loaded may cache it. */
#define REFILL_IF(c, p)	if :: cr3[c] == p -> tlb[c] = tlb[c] | CACHED(p, slot) :: else fi

active [CPUS] proctype cpu()
{
	unsigned pmap : 2;	/* ci_pmap */
	unsigned kpdirpa : 2;
	unsigned to : 2;	/* context-switch: the pmap that is switched to, until it is joined */
	unsigned slot : 2;	/* l4-allocate: its slot; context-switch: the slot that is copied */
	unsigned other : 3;	/* l4-allocate: the CPU that the walk is at */
	unsigned entry : 1;	/* the L4 entry that was read is set */

user:
	do
	USER_ACCESS(0)
#if SLOTS > 1
	USER_ACCESS(1)
#endif
#if SLOTS > 2
	USER_ACCESS(2)
#endif
	ALWAYS(cr3[_pid] == UPDIR && kpdirpa == pmap)
	ALWAYS(!(tlb[_pid] & PTE))
	ALWAYS(!FOREIGN)
	ALWAYS(COMPLETE)
	:: true -> break	/* hardware-entry */
	od;

load_kpdirpa:
	if :: d_step { cr3[_pid] = kpdirpa; tlb[_pid] = MAPPED_PMAP(kpdirpa) } fi;

rest:
	do
	:: d_step { cr3[_pid] = UPDIR; tlb[_pid] = MAPPED_UPDIR(_pid) } -> break	/* load-updirpa */
	CONTEXT_SWITCH(0)
#if PMAPS > 1
	CONTEXT_SWITCH(1)
#endif
#if PMAPS > 2
	CONTEXT_SWITCH(2)
#endif
	L4_ALLOCATE(0)
#if SLOTS > 1
	L4_ALLOCATE(1)
#endif
#if SLOTS > 2
	L4_ALLOCATE(2)
#endif
	INTERRUPT
	ON_KERNEL_TABLES
	od;

iret:
	true -> goto user;

join_new_pmap:
	do
	:: d_step { pm[to] = pm[to] | 1 << _pid; pmap = to; to = 0 } -> break
	INTERRUPT
	BETWEEN_PMAPS
	od;

publish_kpdirpa:
	do
	:: kpdirpa = pmap -> break
	INTERRUPT
	BETWEEN_PMAPS
	od;

#if MENDED
lock_own_updir:
	do
	:: d_step { LOCK(_pid) == 0 -> updir[_pid] = updir[_pid] | LOCK_BY(_pid) } -> break
	INTERRUPT
	BETWEEN_PMAPS
	od;
#endif

read_slot:
	do
	:: entry = HAS(pmap, slot) -> break
	INTERRUPT
	BETWEEN_PMAPS
	od;

write_slot:
	/* This CPU has a pmap's page loaded, so that its TLB does not see its own page. */
	do
	:: d_step { slot < SLOTS - 1 -> LOCKED(_pid);
		SET_OWNER(_pid, slot, entry * (pmap + 1)); entry = 0; slot = slot + 1 } -> goto read_slot
	:: d_step { slot == SLOTS - 1 -> LOCKED(_pid);
		SET_OWNER(_pid, slot, entry * (pmap + 1)); entry = 0; slot = 0 } -> break
	INTERRUPT
	BETWEEN_PMAPS
	od;

#if MENDED
unlock_own_updir:
	do
	:: updir[_pid] = updir[_pid] & UNLOCKED -> break
	INTERRUPT
	BETWEEN_PMAPS
	od;
#endif

load_new_l4:
	do
	:: d_step { cr3[_pid] = pmap; tlb[_pid] = MAPPED_PMAP(pmap) } -> goto rest
	INTERRUPT
	BETWEEN_PMAPS
	od;

lock_pmap:
	do
	:: d_step { PM_LOCK(pmap) == 0 -> pm[pmap] = pm[pmap] | PM_LOCK_BY(_pid) } -> break
	INTERRUPT
	ON_KERNEL_TABLES
	od;

set_slot:
	do
	:: d_step {
		pm[pmap] = pm[pmap] | 1 << (CPUS + slot);
		REFILL_IF(0, pmap);
#if CPUS > 1
		REFILL_IF(1, pmap);
#endif
#if CPUS > 2
		REFILL_IF(2, pmap);
#endif
#if CPUS > 3
		REFILL_IF(3, pmap);
#endif
	} -> break
	INTERRUPT
	ON_KERNEL_TABLES
	od;

#if MENDED
lock_updir:
	do
	:: d_step { LOCK(other) == 0 -> updir[other] = updir[other] | LOCK_BY(_pid) } -> break
	INTERRUPT
	ON_KERNEL_TABLES
	od;
#endif

test_cpu:
	do
	:: LOADED_BY(pmap, other) -> break
#if MENDED
	:: !LOADED_BY(pmap, other) -> goto unlock_updir
#else
	:: d_step { !LOADED_BY(pmap, other) && other < CPUS - 1 -> other = other + 1 }
	:: d_step { !LOADED_BY(pmap, other) && other == CPUS - 1 -> other = 0 } -> goto unlock_pmap
#endif
	INTERRUPT
	ON_KERNEL_TABLES
	od;

#if MENDED
add_slot:
	do
	:: d_step {
		LOCKED(other);
		SET_OWNER(other, slot, pmap + 1);
		if :: cr3[other] == UPDIR -> tlb[other] = tlb[other] | CACHED(pmap, slot) :: else fi
	} -> break
	INTERRUPT
	ON_KERNEL_TABLES
	od;

unlock_updir:
	do
	:: d_step { other < CPUS - 1 -> updir[other] = updir[other] & UNLOCKED; other = other + 1 } -> goto lock_updir
	:: d_step { other == CPUS - 1 -> updir[other] = updir[other] & UNLOCKED; other = 0 } -> break
	INTERRUPT
	ON_KERNEL_TABLES
	od;
#else
add_slot:
	do
	:: d_step { other < CPUS - 1 ->
		SET_OWNER(other, slot, pmap + 1);
		if :: cr3[other] == UPDIR -> tlb[other] = tlb[other] | CACHED(pmap, slot) :: else fi;
		other = other + 1
	} -> goto test_cpu
	:: d_step { other == CPUS - 1 ->
		SET_OWNER(other, slot, pmap + 1);
		if :: cr3[other] == UPDIR -> tlb[other] = tlb[other] | CACHED(pmap, slot) :: else fi;
		other = 0
	} -> break
	INTERRUPT
	ON_KERNEL_TABLES
	od;
#endif

unlock_pmap:
	do
	:: d_step { pm[pmap] = pm[pmap] & PM_UNLOCKED; slot = 0 } -> goto rest
	INTERRUPT
	ON_KERNEL_TABLES
	od
}
