/** Specs that are written by a grammar that knows the format, and some of what it must not be. */
import fc from 'fast-check';
import { propertyNames, witnessNames } from '../../src/spec/format.js';
import { areaNames, eventNames } from '../../src/state/scope.js';
import { conditions } from '../../src/transitions/conditions.js';
import { positionsOf } from '../../src/transitions/edit.js';
import type { Protocol } from '../../src/transitions/operation.js';
import { nameOf, stepsOf } from '../../src/transitions/operation.js';
import { protocols } from '../../src/transitions/protocols.js';
import type { Kind } from './kinds.js';
import { caseOf, told } from './spec-case.js';
import type { Tree } from './yaml.js';
import { textOf, treeOf } from './yaml.js';

const anyOf = (names: readonly string[], maxLength = names.length) =>
  fc.subarray([...names], { maxLength: Math.min(maxLength, names.length) });

/** Small ones, now and then one of the largest that a spec can name. */
const size = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(1, 1, 1, 2) },
  { weight: 6, arbitrary: fc.constantFrom(2, 3) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 9 }) },
);

/** An edit of a protocol that can often be made. */
export function editOf(protocol: Protocol): fc.Arbitrary<object> {
  const position = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...positionsOf(protocol)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('trap/nothing', '/', '', 'constructor/__proto__', '..'),
    },
  );
  const exported = fc.constantFrom(...protocol.exports.map(nameOf));
  const needed = protocol.operations
    .flatMap(stepsOf)
    .flatMap(({ needs }) => Object.keys(needs ?? {}));
  const name = fc.constantFrom(...needed, 'slot', 'toString');
  return fc.oneof(
    fc.record({ drop: position }),
    fc.record({ move: position, after: position }),
    fc.record({ move: position, before: position }),
    fc.record({ swap: position, with: position }),
    fc.record({ insert: exported, after: position }),
    fc.record({ insert: exported, before: position, as: fc.constantFrom('x', 'constructor') }),
    fc.record({ replace: position, with: exported }),
    fc.record({ limit: position, to: fc.constantFrom(...conditions.map((row) => row.name)) }),
    fc.record({ set: position, interrupts: fc.constantFrom('on', 'off') }),
    fc.record({ set: position, fences: fc.constant('off') }),
    fc.record({ rebind: position, name, to: fc.nat(2) }),
  );
}

/** Once in `of` times; else nothing. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>, of = 4): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: of - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Events that a protocol has something for, at most a few; now and then others. */
function eventsOf(protocol: Protocol): fc.Arbitrary<readonly string[]> {
  const { operations } = protocol;
  const answered = operations.flatMap((one) => [
    one.event,
    ...stepsOf(one).map((step) => step.event),
  ]);
  const own = eventNames.filter((event) => answered.includes(event));
  return fc.oneof(
    { weight: 12, arbitrary: anyOf(own, 4) },
    { weight: 1, arbitrary: anyOf(eventNames) },
  );
}

const pinned = fc.record(
  {
    property: fc.constantFrom(...propertyNames),
    outcome: fc.constantFrom('mended', 'breaks'),
    initial: fc.constantFrom(0, 0, 0, 1, 40_000),
    actions: fc.array(
      fc.constantFrom(
        ...['cpu 0: trap', 'cpu 0: return', 'cpu 0: l4-allocate(slot 0)', 'cpu 1: trap', 'cpu 0:'],
        ...['cpu 0: context-switch(pmap 0)', 'cpu 0: syscall', 'constructor', 'cpu 0: user-access'],
      ),
      { maxLength: 6 },
    ),
  },
  { requiredKeys: ['property', 'outcome', 'actions'] },
);

const expectations = fc.constantFrom(
  ...['holds', 'violated', 'not-applicable', 'reachable', 'unreachable', { violated: 3 }],
);
const expectOf = fc.dictionary(
  fc.constantFrom(...propertyNames, ...propertyNames, ...witnessNames),
  expectations,
  { maxKeys: 3 },
);

/** The keys of a spec, each there now and then, with values that it can have. */
const written: fc.Arbitrary<Tree> = fc.constantFrom(...protocols).chain((protocol) => {
  const isMail = protocol.boot.steps.length === 0;
  const areas = anyOf(isMail ? ['pte', 'direct-map', 'kernel-image', 'entry'] : areaNames, 6);
  return fc
    .record({
      title: fc.constant('A'),
      shows: rarely(fc.string({ maxLength: 30 })),
      extends: rarely(fc.constantFrom('base.yaml', 'b/deep.yaml', ...ways), 8),
      protocol: fc.constant(protocol.name),
      machine: fc.record(
        {
          cpus: size,
          pmaps: size,
          'user-slots': size,
          nesting: fc.nat(3),
          events: eventsOf(protocol),
        },
        { requiredKeys: ['cpus', 'pmaps', 'user-slots'] },
      ),
      'kernel-areas': rarely(areas, 20),
      unmapped: isMail ? rarely(areas, 8) : fc.constant(undefined),
      secret: rarely(areas, 8),
      global: rarely(areas, 6),
      'entry-code': rarely(fc.constantFrom(...areaNames), 20),
      'shared-slot': isMail ? fc.constant(undefined) : rarely(areas),
      unisolated: isMail ? fc.constant(undefined) : rarely(fc.array(fc.nat(2), { maxLength: 3 })),
      memory: rarely(fc.constantFrom('sc', 'tso'), 3),
      'store-buffer': rarely(fc.integer({ min: 1, max: 8 })),
      svs: isMail ? rarely(fc.boolean()) : fc.constant(undefined),
      kaslr: isMail
        ? rarely(
            fc.oneof(
              fc.constant(false),
              fc.record({
                positions: fc.constantFrom(5, 5, 6, 8),
                layout: fc.constantFrom('placed', 'link-time'),
              }),
            ),
          )
        : fc.constant(undefined),
      interleaving: rarely(fc.constantFrom('operation', 'step'), 5),
      loops: rarely(fc.constantFrom('ordered', 'any-order'), 3),
      symmetry: rarely(anyOf(['cpus', 'pmaps', 'user-slots'])),
      reductions: rarely(anyOf(['por'])),
      edits: rarely(fc.array(editOf(protocol), { maxLength: 3 }), 2),
      expect: rarely(expectOf, 6),
      pinned: rarely(pinned, 10),
    })
    .map((spec) =>
      treeOf(Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined))),
    );
});

/** Where `extends` might lead. */
const ways = [
  ...['.', '..', '', 'a.yaml', '/etc/passwd', '/dev/zero', '../a.yaml', '../../../../etc/hostname'],
  ...['b', 'nowhere.yaml', 'a\0b', 'base.yaml/x', 'B/../base.yaml', '~/x', 'file:///etc/passwd'],
];

const beside = {
  'base.yaml':
    'title: Base\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\nedits:\n  - drop: return/load-cr3\n',
  'b/deep.yaml': 'title: Deep\nextends: ../base.yaml\n',
};

export const writtenSpecs: Kind = {
  name: 'specs that are written',
  share: 35,
  beside,
  cases: caseOf(textOf(written).map((contents) => ({ file: 'a.yaml', contents }))),
  run: told,
};
