/** Claims about entry and exit: that what they touch is there, and is what it should be. */
import { toIndex } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import { isIsolated, threadOf } from '../transitions/conditions.js';
import type { Touched } from '../transitions/operation.js';
import { isMapped } from '../transitions/translation.js';
import { aheadOf, failure, isAnyAhead, isStepNode } from './design.js';
import type { ClaimRow, Cpu } from './row.js';
import { inUserMode } from './row.js';

export const entryMapped: ClaimRow = {
  name: 'entry-mapped',
  claim:
    'Whatever a step of hardware or of the kernel is known to touch is mapped on the page that is loaded, and a stack has room.',
  source: '[M8]; amd64/amd64_trap.S 1.50: every entry; x86/svs.c 1.5: what the user tree carries',
  witness: 'user-mode-again',
  on: 'steps',
  build: ({ scope, program }) => ({
    watches: program.stepsWhere(({ step }) =>
      (step.touches ?? []).some((touched) => mayBeUnmapped(scope, touched)),
    ),
    check: (before, { step, bindings }) => {
      const cpu = bindings.cpu as Cpu;
      const taken = program.steps[step];
      for (const touched of taken?.step.touches ?? []) {
        if (isMapped(before, scope, cpu, touched)) continue;
        const { cr3, rsp } = before.cpus[cpu];
        const values = {
          cpu: scope.cpus.label(cpu),
          step: taken?.name ?? '',
          touches: touchedText(before, cpu, touched, scope.options.entryCode),
          page: scope.l4s.label(cr3),
          ...(scope.has.stacks ? { rsp } : {}),
        };
        const own = ['cpus', toIndex(cpu)];
        const [conjunct, field] =
          touched === 'stack'
            ? ['a frame is pushed where there is no stack', 'rsp']
            : ['a step touches what the loaded page does not map', 'cr3'];
        return failure(conjunct, values, [...own, field]);
      }
      return undefined;
    },
  }),
};

/** Whether some page may lack it: a copied kernel half has all that it is said to carry. */
function mayBeUnmapped(scope: Scope, touched: Touched): boolean {
  if (scope.has.template || scope.options.kaslr?.layout === 'link-time') return true;
  const area = touched === 'entry-code' ? scope.area(scope.options.entryCode) : undefined;
  return area === undefined || !scope.carried.has(area);
}

function touchedText(m: Machine, cpu: Cpu, touched: Touched, entryCode: string): string {
  if (touched === 'entry-code') return entryCode;
  if (touched === 'rsp0-stack') return `the stack of TSS.rsp0 (${m.cpus[cpu].tssRsp0})`;
  return touched === 'stack' ? 'the stack of RSP' : touched;
}

export const entryStackCurrent: ClaimRow = {
  name: 'entry-stack-current',
  claim:
    "In user mode the rsp0 page, as it is mapped and as it may be cached, is the running thread's stack.",
  source: 'x86/svs.c 1.5: svs_lwp_switch',
  witness: 'user-mode-again',
  inapplicable: ({ scope }) =>
    scope.has.stacks ? null : 'the protocol has no rsp0 page for each thread',
  on: 'states',
  of: inUserMode,
  build:
    ({ scope }) =>
    (m, cpu) => {
      const thread = threadOf(m, cpu);
      if (!isIsolated(m, cpu, scope)) return undefined;
      const { pcid } = m.cpus[cpu];
      const { stack } = m.updirs[cpu];
      const { stacks } = m.cpus[cpu].tlb[pcid];
      for (const owner of scope.pmaps.ids) {
        if (owner === thread || (stack !== owner && !stacks.has(owner))) continue;
        const values = {
          cpu: scope.cpus.label(cpu),
          runs: scope.pmaps.label(thread),
          'stack of': scope.pmaps.label(owner),
        };
        return stack === owner
          ? failure("the rsp0 page is another thread's stack", values, [
              'updirs',
              toIndex(cpu),
              'stack',
            ])
          : failure("the TLB may hold another thread's rsp0 page", values, [
              'cpus',
              toIndex(cpu),
              'tlb',
              toIndex(pcid),
              'stacks',
            ]);
      }
      return undefined;
    },
};

export const guardUnmapped: ClaimRow = {
  name: 'guard-unmapped',
  claim: 'The red zone below the entry stack is not mapped.',
  source: 'x86/svs.c 1.5: ci_svs_rsp0_pte, the first of two pages',
  witness: 'user-mode-again',
  inapplicable: ({ scope }) =>
    scope.has.template && scope.area('guard') !== undefined
      ? null
      : 'the scope has no area `guard`',
  on: 'states',
  of: inUserMode,
  build: ({ scope }) => {
    const guard = scope.area('guard');
    return (m, cpu) => {
      if (guard === undefined || !m.updirs[cpu].areas.has(guard)) return undefined;
      const values = { cpu: scope.cpus.label(cpu), page: scope.l4s.label(scope.updirOf[cpu]) };
      return failure('the per-CPU page maps the red zone', values, ['updirs', toIndex(cpu)]);
    };
  },
};

export const ldtCurrent: ClaimRow = {
  name: 'ldt-current',
  claim:
    "In user mode the CPU's copy of the LDT is that of the process, with its edit, except while the edit has yet to reach this CPU.",
  source: 'x86/svs.c 1.16: svs_ldt_sync',
  witness: 'user-mode-again',
  inapplicable: ({ scope }) => (scope.has.ldt ? null : 'no process has an LDT in this spec'),
  on: 'states',
  of: inUserMode,
  build: (design) => {
    const { scope, program } = design;
    /** By visited CPU: where its copy is yet to be refreshed. */
    const refreshes = scope.cpus.ids.map((visited) =>
      program.nodes
        .filter(isStepNode)
        .filter(({ step, bindings }) => {
          return step.writesLdt !== undefined && bindings[step.writesLdt] === visited;
        })
        .map((node) => aheadOf(design, node)),
    );
    return (m, cpu) => {
      const thread = threadOf(m, cpu);
      const { owner, edited } = m.updirs[cpu].ldt;
      if (owner === thread && edited === m.pmaps[thread].ldtEdited) return undefined;
      const ahead = refreshes[toIndex(cpu)] ?? [];
      for (const editor of scope.cpus.ids) {
        if (owner === thread && isAnyAhead(design, ahead, m, editor)) return undefined;
      }
      const values = {
        cpu: scope.cpus.label(cpu),
        runs: scope.pmaps.label(thread),
        'copy of': scope.pmaps.label(owner),
      };
      const conjunct =
        owner === thread
          ? "the CPU's copy of the LDT lacks the edit"
          : "the CPU's copy of the LDT is another process's";
      return failure(conjunct, values, ['updirs', toIndex(cpu), 'ldt']);
    };
  },
};
