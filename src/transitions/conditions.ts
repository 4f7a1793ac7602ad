/**
 * Conditions that a step can be limited to: what a CPU can tell of itself, and of what is constant.
 *
 * A step in a list may have some; an edit can add one (`limit`). They are tested when the step is
 * taken, and speak only of what no other CPU writes, so that testing is no access of its own.
 */
import type { Id } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { Scope } from '../state/scope.js';

interface Condition {
  readonly name: string;
  readonly says: string;
  /** It tells one member of this domain from the others. */
  readonly names?: 'cpu';
  test(m: Machine, cpu: Id<'cpu'>, scope: Scope): boolean;
}

/** Whose thread runs on a CPU; a design without threads runs that of the loaded pmap. */
export const threadOf = (m: Machine, cpu: Id<'cpu'>): Id<'pmap'> =>
  m.cpus[cpu].thread ?? m.cpus[cpu].pmap;

/** Whether the thread that runs is to be kept from the kernel's memory. */
export const isIsolated = (m: Machine, cpu: Id<'cpu'>, scope: Scope): boolean =>
  scope.isolated.has(threadOf(m, cpu)) && !m.patching.done;

const onUserTables: Condition['test'] = (m, cpu, scope) =>
  scope.l4Page[m.cpus[cpu].cr3].kind === 'updir';

const rows = [
  {
    name: 'isolated',
    says: "the process of the CPU's thread is isolated",
    test: (m, cpu, scope) => scope.isolated.has(threadOf(m, cpu)),
  },
  {
    name: 'not-isolated',
    says: "the process of the CPU's thread has opted out of isolation",
    test: (m, cpu, scope) => !scope.isolated.has(threadOf(m, cpu)),
  },
  {
    name: 'pmap-isolated',
    says: 'the loaded pmap is that of an isolated process',
    test: (m, cpu, scope) => scope.isolated.has(m.cpus[cpu].pmap),
  },
  {
    name: 'lstar-svs',
    says: 'LSTAR and TSS.rsp0 are those of an isolated process',
    test: (m, cpu) => m.cpus[cpu].tssRsp0 === 'rsp0',
  },
  {
    name: 'svs-entry',
    says: 'the same, where some process is not isolated',
    test: (m, cpu, { isolated, pmaps }) =>
      isolated.ids.length === pmaps.ids.length || m.cpus[cpu].tssRsp0 === 'rsp0',
  },
  { name: 'on-user-tables', says: 'the loaded page is a per-CPU page', test: onUserTables },
  {
    name: 'on-kernel-tables',
    says: "the loaded page is a pmap's own, or pmap_kernel's",
    test: (m, cpu, scope) => !onUserTables(m, cpu, scope),
  },
  { name: 'lazy', says: 'ci_tlbstate is LAZY', test: (m, cpu) => m.cpus[cpu].tlbstate === 'lazy' },
  {
    name: 'user-thread',
    says: 'a thread of a process runs on the CPU',
    test: (m, cpu) => m.cpus[cpu].thread !== null,
  },
  {
    name: 'kernel-thread',
    says: 'a kernel thread runs on the CPU',
    test: (m, cpu) => m.cpus[cpu].thread === null,
  },
  {
    name: 'first-cpu',
    says: 'the CPU is the first',
    names: 'cpu',
    test: (_, cpu, { cpus }) => cpu === cpus.ids[0],
  },
  {
    name: 'not-first-cpu',
    says: 'the CPU is not the first',
    names: 'cpu',
    test: (_, cpu, { cpus }) => cpu !== cpus.ids[0],
  },
  {
    name: 'enter-patched-in',
    says: 'SVS_ENTER is not patched out',
    test: (m) => !m.patching.enter,
  },
  {
    name: 'leave-patched-in',
    says: 'SVS_LEAVE is not patched out',
    test: (m) => !m.patching.leave,
  },
  {
    name: 'nmi-enter-patched-in',
    says: 'SVS_ENTER_NMI is not patched out',
    test: (m) => !m.patching.nmiEnter,
  },
  {
    name: 'nmi-leave-patched-in',
    says: 'SVS_LEAVE_NMI is not patched out',
    test: (m) => !m.patching.nmiLeave,
  },
  { name: 'svs-enabled', says: 'svs_enabled is set', test: (m) => !m.patching.done },
] as const satisfies readonly Condition[];

export type ConditionName = (typeof rows)[number]['name'];
export const conditions: readonly (Condition & { readonly name: ConditionName })[] = rows;

const tests = new Map(conditions.map(({ name, test }) => [name, test]));

/** Whether all of some conditions are true. */
export function areTrue(
  names: readonly ConditionName[],
  m: Machine,
  cpu: Id<'cpu'>,
  scope: Scope,
): boolean {
  for (const name of names) {
    if (!(tests.get(name) as Condition['test'])(m, cpu, scope)) return false;
  }
  return true;
}
