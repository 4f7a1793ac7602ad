/** Why an action cannot be taken: each guard by itself, and that nothing else is said to refuse. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImmutableModel } from '../../src/model/immutable-system.js';
import { refusalText } from '../../src/report/refusal.js';
import { buildDesign, buildSpec } from '../../src/spec/build.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import { byLabel } from '../../src/spec/follow.js';
import { findSpecs, loadSpec } from '../../src/spec/load.js';
import type { Walk } from '../../src/spec/walk.js';
import { immutableWalk, packedWalk } from '../../src/spec/walk.js';
import type { Edit } from '../../src/transitions/edit.js';
import { netbsd2018 } from '../../src/transitions/netbsd/protocols.js';
import { refusalOf } from '../../src/transitions/refusal.js';
import { mend, modelOf } from './designs.js';
import { designs } from './random-designs.js';

/** Takes the actions of a path but the last, and says what refuses that. */
function refusedOn(model: DesignModel, walk: Walk, labels: readonly string[]): string {
  const { program, scope } = model.design;
  const actions = byLabel(model);
  for (const [index, label] of labels.entries()) {
    const refusals = (actions.get(label) ?? []).map((action) => ({
      action,
      refusal: refusalOf(program, walk.machine(), action),
    }));
    const taken = refusals.find(({ refusal }) => refusal === null);
    if (index < labels.length - 1) {
      if (taken === undefined) throw new Error(`${label} cannot be taken`);
      walk.take(taken.action);
      continue;
    }
    // Of a handler's actions the one at the place where the CPU stands has the most to tell.
    const [first] = refusals.map(({ refusal }) => refusal).filter((one) => one !== null);
    const nearest = refusals.find(({ refusal }) => refusal?.kind !== 'elsewhere')?.refusal ?? first;
    if (taken === undefined && nearest) return refusalText(scope, label.slice(0, 5), [nearest]);
  }
  return 'nothing';
}

const refused = (model: DesignModel, labels: readonly string[]): string[] => [
  refusedOn(model, immutableWalk(model, 0), labels),
  refusedOn(model, packedWalk(model, 0), labels),
];

const enter = (cpu: string) => [`${cpu}: trap`, `${cpu}: trap/load-kpdirpa`];
const allocate = 'l4-allocate(slot 0)';
const allocates = (cpu: string) => [`${cpu}: ${allocate}`, `${cpu}: ${allocate}/set-slot`];
const entered = enter('cpu 0');

/** CPU 0 adds a slot to the page of each CPU, takes it away, and sends an IPI to the others. */
const synced = [
  'test-cpu',
  'lock-updir',
  'retest-cpu',
  'read-entry',
  'write-entry',
  'unlock-updir',
];
const walked = [0, 1, 2].flatMap((cpu) => synced.map((step) => `sync-cpus[cpu ${cpu}]/${step}`));
const freeing = [
  ...['trap', 'trap/save-registers', 'trap/load-kpdirpa', 'trap/set-krsp', allocate],
  ...['set-slot', ...walked, 'unlock-pmap'].map((step) => `${allocate}/${step}`),
  'l4-free(slot 0)',
  ...['clear-slot', ...walked, 'unlock-pmap', 'send-ipis', 'flush-local', 'wait-acks'].map(
    (step) => `l4-free(slot 0)/${step}`,
  ),
].map((label) => `cpu 0: ${label}`);

const nested = (nesting: number) => modelOf({ nesting, events: ['interrupt', 'nmi'] });
const tso = modelOf({ memory: 'tso', storeBuffer: 1 });
const unreleased: readonly Edit[] = [...mend, { drop: 'context-switch/unlock-own-updir' }];
const switched = (pmap: number, last: string[]) =>
  ['', '/join-new-pmap', '/publish-kpdirpa', '/lock-own-updir', ...last].map(
    (step) => `cpu 0: context-switch(pmap ${pmap})${step}`,
  );
const copied = ['/copy-slots[slot 0]/read-slot', '/copy-slots[slot 0]/write-slot', '/load-new-l4'];

describe('what refuses an action', () => {
  it.each<[what: string, model: DesignModel, path: readonly string[], says: string]>([
    ['user mode', modelOf(), ['cpu 0: return'], 'cpu 0 is in user mode'],
    [
      'the kernel at rest',
      modelOf(),
      [...entered, 'cpu 0: trap'],
      'cpu 0 is in the kernel, in no operation',
    ],
    [
      'another step that comes first',
      modelOf(),
      ['cpu 1: trap', 'cpu 1: return'],
      'cpu 1 stands before trap/load-kpdirpa',
    ],
    [
      'IF that is 0',
      modelOf(),
      ['cpu 0: trap', 'cpu 0: interrupt'],
      'interrupts are off: cpu 0 stands before trap/load-kpdirpa',
    ],
    [
      'a handler that runs, where one frame can be saved',
      nested(1),
      [...entered, 'cpu 0: interrupt', 'cpu 0: nmi'],
      'cpu 0 has no frame left to save what it does (nesting: 1)',
    ],
    [
      'two handlers that run, where two frames can be saved',
      nested(2),
      [...entered, 'cpu 0: interrupt', 'cpu 0: nmi', 'cpu 0: interrupt'],
      'cpu 0 has no frame left to save what it does (nesting: 2)',
    ],
    [
      'the NMI that runs',
      nested(3),
      [...entered, 'cpu 0: nmi', 'cpu 0: nmi'],
      'cpu 0 is in a handler of nmi, which blocks it until it returns',
    ],
    [
      'an NMI below what runs',
      nested(3),
      [...entered, 'cpu 0: nmi', 'cpu 0: interrupt', 'cpu 0: nmi'],
      'cpu 0 is in a handler of nmi, which blocks it until it returns',
    ],
    [
      'the condition of an operation',
      modelOf(),
      [...entered, 'cpu 0: context-switch(pmap 0)'],
      'it starts only where another pmap is loaded',
    ],
    [
      'the holder of a lock of a process',
      modelOf(),
      [
        ...entered,
        ...enter('cpu 1'),
        ...allocates('cpu 0').slice(0, 1),
        `cpu 1: ${allocate}`,
        `cpu 1: ${allocate}/lock-pmap`,
      ],
      'it waits for cpu 0, which holds pm_lock',
    ],
    [
      'the lock that the CPU holds itself',
      modelOf({}, unreleased),
      [...entered, ...switched(1, copied), ...switched(0, [])],
      'it waits for cpu 0 itself, which holds ci_svs_mtx',
    ],
    [
      'two CPUs that have yet to acknowledge',
      modelOf({ cpus: 3, pmaps: 1, events: ['free'] }, [], netbsd2018),
      freeing,
      'it waits for cpu 1 and cpu 2',
    ],
    [
      'a store buffer that is not empty',
      tso,
      [...entered, ...allocates('cpu 0'), `cpu 0: interrupt`],
      'it waits until the store buffer of cpu 0 is empty',
    ],
    [
      'a store buffer that is full',
      tso,
      [
        ...entered,
        ...allocates('cpu 0'),
        `cpu 0: ${allocate}/walk-cpus[cpu 0]/test-cpu`,
        `cpu 0: ${allocate}/walk-cpus[cpu 0]/add-slot`,
      ],
      'it waits for room in the store buffer of cpu 0',
    ],
    [
      'a store buffer that is empty',
      tso,
      ['cpu 0: store-buffer/drain'],
      'the store buffer of cpu 0 is empty',
    ],
    [
      'a loop in any order that has been there',
      modelOf({ loops: 'any-order' }),
      [
        ...entered,
        ...allocates('cpu 0'),
        ...['', '/add-slot', ''].map((step) => `cpu 0: ${allocate}/walk-cpus[cpu 1]${step}`),
      ],
      'the loop has been there',
    ],
  ])('is %s', (_, model, path, says) => {
    expect(refused(model, path)).toEqual([says, says]);
  });
});

describe('a refusal', () => {
  it.each(designs)('of designs like %s is null exactly where an action is enabled', (_, design) => {
    const choices = fc.array(fc.nat(1000), { minLength: 25, maxLength: 25 });
    const kinds = new Set<string>();
    fc.assert(
      fc.property(design, choices, (drawn, chosen) => {
        const model = buildDesign(drawn);
        const system = new ImmutableModel(model);
        let state = system.initials[0] as (typeof system.initials)[number];
        for (const choice of chosen) {
          const enabled = system.enabled(state);
          const isWrong = (action: (typeof enabled)[number]): boolean => {
            const refusal = refusalOf(model.design.program, state, action);
            kinds.add(refusal?.kind ?? 'none');
            return (refusal === null) !== enabled.includes(action);
          };
          expect(model.actions.filter(isWrong)).toEqual([]);
          const action = enabled[choice % enabled.length];
          if (action === undefined) break;
          state = system.take(state, action).state;
        }
      }),
      { numRuns: 20 },
    );
    expect([...kinds]).toEqual(expect.arrayContaining(['none', 'elsewhere', 'condition']));
  });
});

describe('the names of actions', () => {
  it.each(findSpecs(['specs', 'specs-long']))(
    'tell them apart where a CPU stands in %s',
    (file) => {
      for (const { actions } of buildSpec(loadSpec(file)).families) {
        for (const offered of actions) {
          expect(new Set(offered.map(({ label }) => label)).size).toBe(offered.length);
        }
      }
    },
  );
});
