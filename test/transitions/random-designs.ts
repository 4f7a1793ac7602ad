/**
 * Random designs: good ones at random small scopes, with a few random edits; each could stand in a
 * spec file.
 *
 * Random edits of random designs are violated nine times in ten, often in the first steps, and show
 * little. So the designs are good ones and the edits few.
 */
import fc from 'fast-check';
import { buildDesign } from '../../src/spec/build.js';
import type { Design } from '../../src/spec/load.js';
import type { EventName, ScopeOptions } from '../../src/state/scope.js';
import { areaNames, eventNames } from '../../src/state/scope.js';
import { conditions } from '../../src/transitions/conditions.js';
import type { Edit } from '../../src/transitions/edit.js';
import { EditError, positionsOf } from '../../src/transitions/edit.js';
import { mail } from '../../src/transitions/mail.js';
import { netbsd2018, netbsd2022 } from '../../src/transitions/netbsd/protocols.js';
import type { Protocol } from '../../src/transitions/operation.js';
import { nameOf, stepsOf } from '../../src/transitions/operation.js';
import { designOf, mend } from './designs.js';
import { specOf } from './spec-text.js';

/** Any edit of a protocol's lists, whether it leaves them a meaning or not. */
function editOf(protocol: Protocol): fc.Arbitrary<Edit> {
  const position = fc.constantFrom(...positionsOf(protocol));
  const exported = fc.constantFrom(...protocol.exports.map(nameOf));
  const condition = fc.constantFrom(...conditions.map(({ name }) => name));
  return fc.oneof(
    fc.record({ drop: position }),
    fc.record({ move: position, after: position }),
    fc.record({ move: position, before: position }),
    fc.record({ swap: position, with: position }),
    fc.record({ insert: exported, after: position }),
    fc.record({ replace: position, with: exported }),
    fc.record({ limit: position, to: condition }),
    fc.record({ set: position, interrupts: fc.constantFrom('on', 'off' as const) }),
    fc.record({ set: position, fences: fc.constant('off' as const) }),
    fc.record({ rebind: position, name: fc.constantFrom('slot', 'pmap'), to: fc.constant(0) }),
  );
}

const anyOf = <T>(values: readonly T[]) => fc.subarray([...values]);
const machine = fc
  .constantFrom(
    ...[
      [1, 1, 1],
      [1, 1, 2],
      [1, 2, 1],
      [1, 2, 2],
      [1, 3, 1],
    ],
    ...[
      [2, 1, 1],
      [2, 2, 1],
      [2, 1, 2],
      [3, 2, 1],
    ],
  )
  .map(([cpus, pmaps, userSlots]) => ({ cpus, pmaps, userSlots }) as Partial<ScopeOptions>);

/** Machines for the protocol `mail`. */
export const mailScope: fc.Arbitrary<Partial<ScopeOptions>> = fc
  .record({
    machine,
    nesting: fc.constantFrom(0, 1, 1, 2),
    events: anyOf(['user-access', 'interrupt', 'nmi'] as const),
    interleaving: fc.constantFrom('operation', 'step', 'step', 'step' as const),
    loops: fc.constantFrom('ordered', 'any-order' as const),
    global: fc.oneof(fc.constant([]), anyOf([...mail.defaults.kernelAreas, 'user'] as const)),
    unmapped: fc.constantFrom(['pte'], ['pte', 'direct-map'], [] as const),
    kaslr: fc.constantFrom(null, null, { positions: 4, layout: 'placed' } as const),
    memory: fc.constantFrom('sc', 'sc', 'tso' as const),
    storeBuffer: fc.constantFrom(1, 2),
  })
  .map(({ machine, unmapped, ...rest }) => {
    const options = { ...machine, ...rest, unmapped, secret: unmapped } as Partial<ScopeOptions>;
    const atomic = { loops: 'ordered', memory: 'sc' } as const;
    // One initial state for each of the placements of fewer areas: enough to tell them apart.
    const placed = { kernelAreas: ['pte', 'direct-map', 'kernel-image'], global: [] } as const;
    return {
      ...options,
      ...(rest.interleaving === 'operation' ? atomic : {}),
      ...(rest.kaslr === null ? {} : placed),
    };
  });

const answeredBy = ({ operations }: Protocol): readonly EventName[] =>
  eventNames.filter((name) =>
    operations.some(
      (one) => one.event === name || stepsOf(one).some(({ event }) => event === name),
    ),
  );

const netbsdScope = (protocol: Protocol): fc.Arbitrary<Partial<ScopeOptions>> =>
  fc
    .record({
      machine,
      nesting: fc.constantFrom(1, 2),
      events: anyOf(answeredBy(protocol)),
      unisolated: fc.constantFrom([], [], [0], [1]),
      sharedSlot: fc.constantFrom([], [], ['ldt', 'direct-map'] as const),
      kernelAreas: fc.constantFrom(areaNames, ['direct-map', 'entry', 'utls', 'rsp0'] as const),
      secret: fc.constant(['direct-map'] as const),
      global: fc.constantFrom([], [], ['entry'], ['utls', 'rsp0'], ['user'] as const),
      loops: fc.constantFrom('ordered', 'any-order' as const),
      memory: fc.constantFrom('sc', 'sc', 'tso' as const),
      storeBuffer: fc.constantFrom(1, 3),
    })
    .map(({ machine, ...rest }) => {
      const isThere = (area: string): boolean =>
        area === 'user' || (rest.kernelAreas as readonly string[]).includes(area);
      return {
        ...machine,
        ...rest,
        nesting: rest.events.includes('nested-nmi') ? 2 : rest.nesting,
        unisolated: rest.unisolated.filter((pmap) => pmap < (machine.pmaps ?? 1)),
        sharedSlot: rest.sharedSlot.every(isThere) ? rest.sharedSlot : [],
        global: rest.global.filter(isThere),
      } as Partial<ScopeOptions>;
    });

/** Whether a design has a meaning. */
function hasMeaning(design: Design): boolean {
  try {
    buildDesign(design);
    return true;
  } catch (error) {
    if (error instanceof EditError) return false;
    throw error;
  }
}

/** Designs that have a meaning, from good ones and a few edits; a test that fails shows a spec. */
const designsOf = (
  protocol: Protocol,
  scopes: fc.Arbitrary<Partial<ScopeOptions>>,
  good: readonly (readonly Edit[])[],
): fc.Arbitrary<Design> =>
  fc
    .tuple(scopes, fc.constantFrom(...good), fc.array(editOf(protocol), { maxLength: 2 }))
    .map(([options, mended, edits]) => designOf(options, [...mended, ...edits], protocol))
    .filter(hasMeaning)
    .map((design) => ({ ...design, [fc.toStringMethod]: () => `\n${specOf(design)}` }));

export const designs = [
  ['mail', designsOf(mail, mailScope, [mend, mend, []])],
  ['netbsd-2018', designsOf(netbsd2018, netbsdScope(netbsd2018), [[]])],
  ['netbsd-2022', designsOf(netbsd2022, netbsdScope(netbsd2022), [[]])],
] as const;
