/*
 * NetBSD in August 2022, every step interleaved, in Promela: netbsd-2022.yaml beside this file.
 *
 * Written for SPIN's speed, as mail.pml is. Control flow carries what svscheck has in `mode` and
 * `at`, and with it `rsp`, `popped`, `pcid` and the register `others`, which each location fixes.
 * The registers that outlive their use in svscheck (a step with a condition may leave them as they
 * were) do so here. What boot fixes is no state: the areas of the per-CPU pages, CR4.PCIDE.
 *
 * Checked, each once a state, by an option that is only enabled where a claim is false:
 * kernel-unreachable, user-on-user-tables, no-foreign-slots, entry-stack-current,
 * user-slots-complete with any walk for the process as its exception, and at rest
 * kernel-on-kernel-tables and kernel-reaches-own-slots. updir-locked is checked once a step.
 * SPIN's check for invalid end states stands for no-deadlock.
 */

#ifndef CPUS
#define CPUS 2		/* at most 4 */
#endif
#ifndef PMAPS
#define PMAPS 2		/* at most 2: the pmap that a load leaves has no variable */
#endif
#ifndef SLOTS
#define SLOTS 1		/* at most 2 */
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
byte pm_cpus[PMAPS] = { ALL_CPUS };
#else
PMAP pm[PMAPS] = { ALL_CPUS, 0 };
byte pm_cpus[PMAPS] = { ALL_CPUS, 0 };
#endif
#define LOADED_BY(p, c)	(pm[p] >> (c) & 1)
#define LOADED_BUT(p, c)	(pm[p] & ALL_CPUS & ~(1 << (c)))
#define HAS(p, s)	(pm[p] >> (CPUS + (s)) & 1)
#define SLOTS_OF(p)	(pm[p] >> CPUS & ((1 << SLOTS) - 1))
#define PM_LOCK(p)	(pm[p] >> (CPUS + SLOTS))
#define PM_LOCK_BY(c)	(((c) + 1) << (CPUS + SLOTS))
#define PM_UNLOCKED	((1 << (CPUS + SLOTS)) - 1)

/* A per-CPU page: whose memory each slot maps, plus one; the holder of its lock, plus one. */
byte updir[CPUS];
#define OWNER(c, s)	(updir[c] >> (2 * (s)) & 3)
#define SET_OWNER(c, s, o)	updir[c] = updir[c] & ~(3 << (2 * (s))) | (o) << (2 * (s))
#define LOCK(c)		(updir[c] >> (2 * SLOTS))
#define LOCK_BY(c)	(((c) + 1) << (2 * SLOTS))
#define UNLOCKED	((1 << (2 * SLOTS)) - 1)

/* CR3: the L4 page of a pmap, with the kernel's PCID, or the CPU's own page, with the user's. */
#define UPDIR	PMAPS
byte cr3[CPUS] = UPDIR;

/* The user slots in a TLB: those of each pmap under the kernel's PCID, then under the user's. */
byte tlb[CPUS];
#define KERNEL_BIT(p, s)	(1 << ((p) * SLOTS + (s)))
#define USER_BIT(p, s)	(1 << ((PMAPS + (p)) * SLOTS + (s)))
#define KERNEL_ALL	((1 << (PMAPS * SLOTS)) - 1)
#define USER_ALL	(KERNEL_ALL << (PMAPS * SLOTS))
#define MAPPED_PMAP(p)	(SLOTS_OF(p) << ((p) * SLOTS))
#define MAPPED_SLOT(c, s)	(OWNER(c, s) -> USER_BIT(OWNER(c, s) - 1, s) : 0)
#if SLOTS == 1
#define MAPPED_UPDIR(c)	MAPPED_SLOT(c, 0)
#else
#define MAPPED_UPDIR(c)	(MAPPED_SLOT(c, 0) | MAPPED_SLOT(c, 1))
#endif

/* Areas: pte, direct-map, kernel-image, entry, cpu-area, utls, rsp0, in this order. */
#define SECRET	7
#define GLOBAL	16	/* cpu-area */
#define KERNEL_HALF	31
#define CARRIED	120

#define ALL_SLOTS	((1 << SLOTS) - 1)
#define RUNS(p)	(thread == (p) + 1)
#define FOREIGN_TO_USER	(tlb[_pid] & USER_ALL & ~(ALL_SLOTS << ((PMAPS + pmap) * SLOTS)))
#define FOREIGN_TO_KERNEL	(tlb[_pid] & KERNEL_ALL & ~(ALL_SLOTS << (pmap * SLOTS)))
#define COMPLETE	(PM_LOCK(pmap) != 0 || MAPPED_UPDIR(_pid) == SLOTS_OF(pmap) << ((PMAPS + pmap) * SLOTS))
#define ALWAYS(claim)	:: !(claim) -> assert(false)
#define LOCKED(c)	assert(LOCK(c) == _pid + 1)

#define USER_ACCESS(s)	:: OWNER(_pid, s) == pmap + 1

#define LWP_SWITCH(p) \
	:: d_step { !RUNS(p) -> \
		if :: thread != 0 && !want -> lazy = 1 :: else fi; \
		want = 0; to = p } -> goto set_curlwp

#define L4_ALLOCATE(s) \
	:: d_step { RUNS(pmap) && !want && !HAS(pmap, s) && PM_LOCK(pmap) == 0 -> \
		pm[pmap] = pm[pmap] | PM_LOCK_BY(_pid); slot = s } -> goto set_slot \
	:: d_step { RUNS(pmap) && !want && !HAS(pmap, s) && PM_LOCK(pmap) != 0 -> \
		slot = s } -> goto lock_pmap

#define REFILL_IF(c, p)	if :: cr3[c] == p -> tlb[c] = tlb[c] | KERNEL_BIT(p, slot) :: else fi

/* The walk goes on to the next CPU but itself, or ends. */
#define LAST	(other + (other + 1 == _pid) >= CPUS - 1)
#define NEXT	other + 1 + (other + 1 == _pid)
#define FIRST	(_pid == 0)
/* svscheck keeps registers until the loop is at its last member, though a CPU passes over itself. */
#define KEEPS	(other != CPUS - 1)

active [CPUS] proctype cpu()
{
	unsigned pmap : 1;	/* ci_pmap */
	unsigned kpdirpa : 1;
	unsigned thread : 2 = 1;	/* ci_curlwp: none, or the pmap of its process, plus one */
	unsigned want : 1;	/* ci_want_pmapload */
	unsigned lazy : 1;	/* ci_tlbstate: valid, or lazy */
	unsigned stack : 1;	/* ci_svs_rsp0_pte: whose stack the rsp0 page is */
	unsigned kernel_areas : 7 = GLOBAL;	/* the TLB under the kernel's PCID */
	unsigned user_areas : 7 = CARRIED;	/* and under the user's */
	unsigned stacks : 2 = 1;	/* the TLB under the user's PCID: whose stack the rsp0 page is */
	unsigned to : 1;	/* lwp-switch: its pmap, until the thread is of it */
	unsigned slot : 1;	/* l4-allocate: its slot; pmap-load: the slot that is copied */
	unsigned other : 3;	/* l4-allocate: the CPU that the walk is at */
	unsigned entry : 1;	/* registers */
	unsigned loaded : 1;
	unsigned still : 1;

user:
	do
	USER_ACCESS(0)
#if SLOTS > 1
	USER_ACCESS(1)
#endif
	:: true -> break	/* trap/hardware-entry */
	:: true -> goto spill_scratch	/* syscall/hardware-entry */
	ALWAYS(cr3[_pid] == UPDIR && RUNS(kpdirpa) && RUNS(pmap))
	ALWAYS(!(user_areas & SECRET))
	ALWAYS(!FOREIGN_TO_USER)
	ALWAYS(COMPLETE)
	ALWAYS(stacks == 1 << pmap && stack == pmap)
	od;

	/* trap */
save_registers:
	true;
trap_load_kpdirpa:
	if
	:: d_step {
		cr3[_pid] = kpdirpa;
		kernel_areas = kernel_areas | KERNEL_HALF;
		tlb[_pid] = tlb[_pid] | MAPPED_PMAP(kpdirpa)
	} fi;
trap_set_krsp:
	true -> goto rest;

	/* syscall */
spill_scratch:
	true;
build_frame:
	true;
syscall_load_kpdirpa:
	if
	:: d_step {
		cr3[_pid] = kpdirpa;
		kernel_areas = kernel_areas | KERNEL_HALF;
		tlb[_pid] = tlb[_pid] | MAPPED_PMAP(kpdirpa)
	} fi;
syscall_set_krsp:
	true;
read_cpu_info:
	true;

rest:
	do
	:: thread != 0 && want	/* return/test-want-pmapload: a load is owed */
	:: thread != 0 && !want -> goto set_ursp
	LWP_SWITCH(0)
#if PMAPS > 1
	LWP_SWITCH(1)
#endif
	:: d_step { thread != 0 ->	/* lwp-switch-kernel/deactivate */
		if :: !want -> lazy = 1 :: else fi;
		want = 0 } -> goto set_curlwp_kernel
	:: d_step { want && thread != 0 && !RUNS(pmap) ->	/* pmap-load/leave-pm-cpus */
		pm_cpus[pmap] = pm_cpus[pmap] & ~(1 << _pid) } -> goto leave_pm_kernel_cpus
	:: d_step { want && RUNS(pmap) -> lazy = 0 } -> goto test_own_bit	/* pmap-reactivate/set-valid */
	L4_ALLOCATE(0)
#if SLOTS > 1
	L4_ALLOCATE(1)
#endif
	ALWAYS(cr3[_pid] == kpdirpa)
	ALWAYS(thread == 0 || want || RUNS(pmap) && !FOREIGN_TO_KERNEL)
	od;

	/* return */
set_ursp:
	true;
load_updirpa:
	if
	:: d_step {
		cr3[_pid] = UPDIR;
		user_areas = user_areas | CARRIED;
		stacks = stacks | 1 << stack;
		tlb[_pid] = tlb[_pid] | MAPPED_UPDIR(_pid)
	} fi;
restore_registers:
	true;
iret:
	true -> goto user;

	/* lwp-switch */
set_curlwp:
	if :: d_step { thread = to + 1; to = 0 } fi;
remap_rsp0:
	stack = thread - 1;
flush_rsp0:
	stacks = 0;
activate:
	want = 1 -> goto rest;

set_curlwp_kernel:
	thread = 0 -> goto rest;

	/* pmap-load */
leave_pm_kernel_cpus:
	pm[pmap] = pm[pmap] & ~(1 << _pid);
set_valid:
	lazy = 0;
join_pm_cpus:
	pm_cpus[thread - 1] = pm_cpus[thread - 1] | 1 << _pid;
join_pm_kernel_cpus:
	pm[thread - 1] = pm[thread - 1] | 1 << _pid;
set_ci_pmap:
	pmap = thread - 1;
publish_kpdirpa:
	kpdirpa = pmap;
lock_own_updir:
	if :: d_step { LOCK(_pid) == 0 -> updir[_pid] = updir[_pid] | LOCK_BY(_pid) } fi;
read_slot:
	entry = HAS(pmap, slot);
write_slot:
	if
	:: d_step { slot < SLOTS - 1 -> LOCKED(_pid);
		SET_OWNER(_pid, slot, entry * (pmap + 1)); slot = slot + 1 } -> goto read_slot
	:: d_step { slot == SLOTS - 1 -> LOCKED(_pid);
		SET_OWNER(_pid, slot, entry * (pmap + 1)); entry = 0; slot = 0 }
	fi;
unlock_own_updir:
	updir[_pid] = updir[_pid] & UNLOCKED;
flush_user_pcid:
	if :: d_step { user_areas = GLOBAL; stacks = 0; tlb[_pid] = tlb[_pid] & KERNEL_ALL } fi;
load_new_l4:
	if
	:: d_step {
		cr3[_pid] = pmap;
		kernel_areas = KERNEL_HALF;
		tlb[_pid] = tlb[_pid] & USER_ALL | MAPPED_PMAP(pmap)
	} fi;
clear_want:
	want = 0 -> goto rest;

	/* pmap-reactivate */
test_own_bit:
	if
	:: pm_cpus[pmap] >> _pid & 1 -> goto reactivate_clear_want
	:: !(pm_cpus[pmap] >> _pid & 1)
	fi;
rejoin_pm_cpus:
	pm_cpus[pmap] = pm_cpus[pmap] | 1 << _pid;
flush_tlb:
	if
	:: d_step {
		user_areas = GLOBAL;
		stacks = 0;
		kernel_areas = KERNEL_HALF;
		tlb[_pid] = MAPPED_PMAP(pmap)
	} fi;
reactivate_clear_want:
	want = 0 -> goto rest;

	/* l4-allocate */
lock_pmap:
	if
	:: d_step { PM_LOCK(pmap) == 0 && !HAS(pmap, slot) -> pm[pmap] = pm[pmap] | PM_LOCK_BY(_pid) }
	:: d_step { PM_LOCK(pmap) == 0 && HAS(pmap, slot) -> slot = 0 } -> goto rest
	fi;
set_slot:
	if
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
	} fi;
sync_lock_own_updir:
	if :: d_step { LOCK(_pid) == 0 -> updir[_pid] = updir[_pid] | LOCK_BY(_pid) } fi;
read_own_entry:
	entry = HAS(pmap, slot);
write_own_entry:
	if :: d_step { LOCKED(_pid); SET_OWNER(_pid, slot, entry * (pmap + 1)) } fi;
sync_unlock_own_updir:
	updir[_pid] = updir[_pid] & UNLOCKED;
test_others:
	if
	:: d_step { LOADED_BUT(pmap, _pid) != 0 -> other = FIRST }
	:: d_step { LOADED_BUT(pmap, _pid) == 0 -> entry = 0 } -> goto unlock_pmap
	fi;
test_cpu:
	if
	:: d_step { LOADED_BY(pmap, other) -> loaded = 1; still = 1 }
	:: d_step { !LOADED_BY(pmap, other) && !LAST -> loaded = 0; still = 0; other = NEXT } -> goto test_cpu
	:: d_step { !LOADED_BY(pmap, other) && LAST -> loaded = 0; still = 0; other = 0; entry = 0 } -> goto unlock_pmap
	fi;
lock_updir:
	if :: d_step { LOCK(other) == 0 -> updir[other] = updir[other] | LOCK_BY(_pid) } fi;
retest_cpu:
	if
	:: LOADED_BY(pmap, other)
	:: d_step { !LOADED_BY(pmap, other) -> still = 0; entry = entry && KEEPS } -> goto unlock_updir
	fi;
read_entry:
	entry = HAS(pmap, slot);
write_entry:
	if
	:: d_step {
		LOCKED(other);
		SET_OWNER(other, slot, entry * (pmap + 1));
		if
		:: entry && cr3[other] == UPDIR -> tlb[other] = tlb[other] | USER_BIT(pmap, slot)
		:: else
		fi;
		still = KEEPS;
		entry = entry && KEEPS
	} fi;
unlock_updir:
	if
	:: d_step { !LAST -> updir[other] = updir[other] & UNLOCKED; other = NEXT } -> goto test_cpu
	:: d_step { LAST -> updir[other] = updir[other] & UNLOCKED; other = 0;
		loaded = 0; still = 0; entry = 0 }
	fi;
unlock_pmap:
	if :: d_step { pm[pmap] = pm[pmap] & PM_UNLOCKED; slot = 0 } -> goto rest fi
}
