/** Claims that speak of variants: of PCIDs, processes that opted out, a kernel half that grows. */
import { toIndex } from '../state/domain.js';
import { failure } from './design.js';
import type { ClaimRow, Cpu } from './row.js';
import { anywhere } from './row.js';

export const cr3Legal: ClaimRow = {
  name: 'cr3-legal',
  claim: 'No CR3 load carries a PCID or NOFLUSH while CR4.PCIDE is clear.',
  source: 'Intel SDM: MOV to CR3 raises #GP',
  witness: 'user-mode-again',
  inapplicable: ({ scope }) => (scope.has.pcid ? null : 'the protocol uses no PCIDs'),
  on: 'steps',
  build: ({ scope, program }) => ({
    watches: program.stepsWhere(({ step }) => step.usesPcid === true),
    check: (before, { step, bindings }) => {
      const cpu = bindings.cpu as Cpu;
      if (before.cpus[cpu].pcide) return undefined;
      const values = { cpu: scope.cpus.label(cpu), step: program.steps[step]?.name ?? '' };
      return failure('a CR3 with a PCID is loaded while PCIDE is clear', values);
    },
  }),
};

export const isolatedOnly: ClaimRow = {
  name: 'isolated-only',
  claim: 'Nothing is written to a per-CPU page on behalf of a process that is not isolated.',
  source: 'model: such a process has no user page table to write to',
  witness: 'unisolated-in-user-mode',
  inapplicable: ({ scope }) =>
    scope.isolated.ids.length < scope.pmaps.ids.length ? null : 'every process is isolated',
  on: 'steps',
  build: ({ scope, program }) => ({
    watches: program.stepsWhere(({ step }) => step.writesUpdir !== undefined),
    check: (before, { step, bindings }) => {
      const cpu = bindings.cpu as Cpu;
      const { pmap } = before.cpus[cpu];
      if (scope.isolated.has(pmap)) return undefined;
      const values = {
        cpu: scope.cpus.label(cpu),
        step: program.steps[step]?.name ?? '',
        pmap: scope.pmaps.label(pmap),
      };
      return failure('a user page table that does not exist is written', values);
    },
  }),
};

export const kernelHalfComplete: ClaimRow = {
  name: 'kernel-half-complete',
  claim: 'Unless the kernel is growing, every pmap has the kernel slots that pmap_kernel has.',
  source: 'x86/pmap.c 2020: pmap_growkernel',
  witness: 'grown',
  inapplicable: ({ scope }) => (scope.has.growth ? null : 'the kernel does not grow in this spec'),
  on: 'states',
  of: anywhere,
  build: ({ scope, program }) => {
    const growing = program.watched(program.locationsIn(({ event }) => event === 'grow'));
    return (m, cpu) => {
      const { pmap } = m.cpus[cpu];
      if (m.pmaps[pmap].grown === m.kernel.grown) return undefined;
      for (const other of scope.cpus.ids) if (program.isOpen(m, other, growing)) return undefined;
      const values = { cpu: scope.cpus.label(cpu), pmap: scope.pmaps.label(pmap) };
      return failure('the loaded pmap lacks a kernel slot', values, ['pmaps', toIndex(pmap)]);
    };
  },
};
