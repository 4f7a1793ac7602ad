/** What a violation says: the conjunct that is false, the values, the step to blame. */
import { describe, expect, it } from 'vitest';
import { search } from '../../src/explorer/search.js';
import { PackedModel } from '../../src/model/packed-system.js';
import { tellViolation } from '../../src/report/trace.js';
import { buildSpec } from '../../src/spec/build.js';
import { loadSpec } from '../../src/spec/load.js';
import { modelOf } from '../transitions/designs.js';

/** `conjunct (value; value) <- blamed step` */
function told(file: string, property: string): string {
  const model = buildSpec(loadSpec(`specs/mail/${file}.yaml`));
  const claim = model.claims.findIndex(({ name }) => name === property);
  const verdict = search(new PackedModel(model), { stopAtFirst: false }).verdicts[claim];
  if (verdict?.result !== 'violated') return verdict?.result ?? 'no such property';
  const { conjunct, values: wrong, blamed, actions } = tellViolation(model, verdict.path, claim);
  const action = blamed === null ? null : actions[blamed];
  const step = action ? `${action.cpu}: ${action.operation}/${action.label}` : 'the initial state';
  const values = Object.entries(wrong ?? {}).map(([name, value]) => `${name}: ${value}`);
  return `${conjunct} (${values.join('; ')}) <- ${step}`;
}

describe('a violation tells', () => {
  const cases: [file: string, property: string, text: string][] = [
    [
      'ill-formed',
      'well-formed',
      'the may-set lacks an area that the loaded page maps (cpu: cpu 0; page: L4 of pmap 0; area: pte, direct-map, kernel-image, entry) <- cpu 0: trap/forget-tlb',
    ],
    [
      'nmi',
      'kernel-on-kernel-tables',
      'kernel code runs on a per-CPU page (cpu: cpu 0; cr3: updir of cpu 0; kpdirpa: pmap 0) <- cpu 0: nmi/nmi-entry',
    ],
    [
      'without-switch-load',
      'kernel-on-kernel-tables',
      'CR3 is not the L4 page that kpdirpa names (cpu: cpu 0; cr3: L4 of pmap 0; kpdirpa: pmap 1) <- cpu 0: context-switch(pmap 1)/unlock-own-updir',
    ],
    [
      'kernel-to-kernel-load',
      'kernel-to-kernel-free',
      'a handler loads CR3 over a kernel L4 (cpu: cpu 0; step: interrupt/reload-kpdirpa; cr3: L4 of pmap 0) <- cpu 0: interrupt/reload-kpdirpa',
    ],
    [
      'copy-unlocked',
      'updir-locked',
      'a page is written without its lock (cpu: cpu 0; page: updir of cpu 0; holder: none) <- cpu 0: context-switch(pmap 1)/copy-slots[slot 0]/write-slot',
    ],
    [
      'lock-never-released',
      'no-deadlock',
      'the holder has left the operation that releases the lock (cpu: cpu 0; waits for: updir-lock; holder: cpu 1) <- cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/lock-updir',
    ],
    [
      'all-secret',
      'kernel-unreachable',
      'the loaded page maps a secret area (cpu: cpu 0; area: direct-map; page: updir of cpu 0) <- the initial state',
    ],
    [
      'global-direct-map',
      'kernel-unreachable',
      'the TLB may hold a secret area (cpu: cpu 0; area: direct-map; page: updir of cpu 0) <- cpu 0: return/load-updirpa, iret',
    ],
    [
      'without-return-load',
      'user-on-user-tables',
      "CR3 is not this CPU's updirpa (cpu: cpu 0; pmap: pmap 0; cr3: L4 of pmap 0; kpdirpa: pmap 0) <- cpu 0: return/iret",
    ],
    [
      'interleaved',
      'user-slots-complete',
      'a slot of the process is not in the per-CPU page (cpu: cpu 0; slot: slot 0; page: updir of cpu 0; should map: pmap 0) <- cpu 0: context-switch(pmap 0)/copy-slots[slot 0]/write-slot',
    ],
    [
      'interleaved',
      'no-foreign-slots',
      "the loaded page maps another process's slot (cpu: cpu 0; slot: slot 0; runs: pmap 1; reaches: pmap 0) <- cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/add-slot",
    ],
    [
      'global-user',
      'no-foreign-slots',
      "the TLB may hold another process's slot (cpu: cpu 1; slot: slot 0; runs: pmap 1; reaches: pmap 0) <- cpu 1: trap/load-kpdirpa",
    ],
    [
      'stage-wrong-order',
      'entry-mapped',
      'a step touches what the loaded page does not map (cpu: cpu 0; step: trap/hardware-entry; touches: kernel-image; page: updir of cpu 0) <- cpu 0: trap/hardware-entry, load-kpdirpa',
    ],
    ['mended', 'no-foreign-slots', 'holds'],
  ];
  it.each(cases)('in %s of %s', (file, property, text) => {
    expect(told(file, property)).toBe(text);
  });
});

describe('a lock that a handler holds', () => {
  it('is still to be given back while the handler runs', () => {
    // An interrupt takes and gives back the lock of its CPU's page; nothing else takes it but walks.
    const model = modelOf({ pmaps: 1 }, [
      { insert: 'lock-own-updir', after: 'interrupt/interrupt-entry' },
      { insert: 'unlock-own-updir', before: 'interrupt/interrupt-return' },
      { insert: 'lock-updir', before: 'l4-allocate/test-cpu' },
      { insert: 'unlock-updir', after: 'l4-allocate/add-slot' },
    ]);
    const claim = model.claims.findIndex(({ name }) => name === 'no-deadlock');
    const verdict = search(new PackedModel(model)).verdicts[claim];
    if (verdict?.result !== 'violated') throw new Error('an interrupt on a walk must deadlock');
    const trace = tellViolation(model, verdict.path, claim);
    // The walk locks its own CPU's page, is interrupted, and waits for itself: a cycle of one.
    expect(trace).toMatchObject({
      conjunct: 'the waiting CPUs form a cycle',
      values: { cpu: 'cpu 0', 'waits for': 'updir-lock', holder: 'cpu 0' },
    });
  });
});
