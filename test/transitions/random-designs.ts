/**
 * Random designs: good ones at random small scopes, with a few random edits.
 *
 * Random edits of random designs are violated nine times in ten, often in the first steps, and show
 * little. So the designs are good ones and the edits few.
 */
import fc from 'fast-check';
import type { DesignModel } from '../../src/spec/design-model.js';
import type { ScopeOptions } from '../../src/state/scope.js';
import { areaNames, eventNames } from '../../src/state/scope.js';
import { conditions } from '../../src/transitions/conditions.js';
import type { Edit } from '../../src/transitions/edit.js';
import { EditError, positionsOf } from '../../src/transitions/edit.js';
import { mail } from '../../src/transitions/mail.js';
import { netbsd2018, netbsd2022 } from '../../src/transitions/netbsd/protocols.js';
import type { Protocol } from '../../src/transitions/operation.js';
import { nameOf } from '../../src/transitions/operation.js';
import { mend, modelOf } from './designs.js';

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
/** Machines for the protocol `mail`. */
export const mailScope: fc.Arbitrary<Partial<ScopeOptions>> = fc
  .record({
    machine: fc.constantFrom(
      { cpus: 1, pmaps: 1, userSlots: 1 },
      { cpus: 1, pmaps: 2, userSlots: 2 },
      { cpus: 1, pmaps: 3, userSlots: 1 },
      { cpus: 2, pmaps: 1, userSlots: 1 },
      { cpus: 2, pmaps: 2, userSlots: 1 },
    ),
    nesting: fc.constantFrom(0, 1, 1, 2),
    events: anyOf(['user-access', 'interrupt', 'nmi'] as const),
    interleaving: fc.constantFrom('operation', 'step', 'step' as const),
    loops: fc.constantFrom('ordered', 'any-order' as const),
    global: fc.oneof(fc.constant([]), anyOf([...mail.defaults.kernelAreas, 'user'] as const)),
    unmapped: fc.constantFrom(['pte'], ['pte', 'direct-map'], [] as const),
    kaslr: fc.constantFrom(null, null, { positions: 5, layout: 'placed' } as const),
    memory: fc.constantFrom('sc', 'sc', 'tso' as const),
    storeBuffer: fc.constantFrom(1, 2),
  })
  .map(({ machine, unmapped, ...rest }) => {
    const options = { ...machine, ...rest, unmapped, secret: unmapped };
    // One initial state for each of the placements of fewer areas: enough to tell them apart.
    if (rest.kaslr === null) return options;
    return {
      ...options,
      kernelAreas: ['pte', 'direct-map', 'kernel-image'],
      kaslr: { ...rest.kaslr, positions: 4 },
      global: [],
    } as Partial<ScopeOptions>;
  }) as fc.Arbitrary<Partial<ScopeOptions>>;

const netbsdScope: fc.Arbitrary<Partial<ScopeOptions>> = fc.record({
  cpus: fc.constantFrom(1, 1, 2),
  pmaps: fc.constantFrom(1, 2),
  userSlots: fc.constantFrom(1, 2),
  nesting: fc.constantFrom(1, 2),
  events: anyOf(eventNames),
  unisolated: fc.constantFrom([], [], [0], [1]),
  sharedSlot: fc.constantFrom([], [], ['ldt', 'direct-map'] as const),
  kernelAreas: fc.constantFrom(areaNames, ['direct-map', 'entry', 'utls', 'rsp0'] as const),
  secret: fc.constant(['direct-map'] as const),
  global: fc.constantFrom([], [], ['entry'], ['utls', 'rsp0'], ['user'] as const),
  loops: fc.constantFrom('ordered', 'any-order' as const),
  memory: fc.constantFrom('sc', 'sc', 'tso' as const),
  storeBuffer: fc.constantFrom(1, 3),
}) as fc.Arbitrary<Partial<ScopeOptions>>;

/** Designs that have a meaning, from good ones and a few edits. */
const designOf = (
  protocol: Protocol,
  scopes: fc.Arbitrary<Partial<ScopeOptions>>,
  good: readonly (readonly Edit[])[],
) =>
  fc
    .tuple(scopes, fc.constantFrom(...good), fc.array(editOf(protocol), { maxLength: 2 }))
    .map(([options, mended, edits]): DesignModel | null => {
      try {
        return modelOf(options, [...mended, ...edits], protocol);
      } catch (error) {
        if (error instanceof EditError) return null;
        throw error;
      }
    })
    .filter((model) => model !== null);

export const designs = [
  ['mail', designOf(mail, mailScope, [mend, mend, []])],
  ['netbsd-2018', designOf(netbsd2018, netbsdScope, [[]])],
  ['netbsd-2022', designOf(netbsd2022, netbsdScope, [[]])],
] as const;
