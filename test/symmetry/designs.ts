/** Random designs that are symmetric in something, from good ones and a few edits. */
import fc from 'fast-check';
import { AsymmetryError } from '../../src/spec/build.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import type { ScopeOptions } from '../../src/state/scope.js';
import type { Edit } from '../../src/transitions/edit.js';
import { EditError, positionsOf } from '../../src/transitions/edit.js';
import { mail } from '../../src/transitions/mail.js';
import { netbsd2018, netbsd2022 } from '../../src/transitions/netbsd/protocols.js';
import type { Protocol } from '../../src/transitions/operation.js';
import { nameOf } from '../../src/transitions/operation.js';
import { mend, modelOf } from '../transitions/designs.js';

const subset = <T>(values: readonly T[]) => fc.subarray([...values]);

const editOf = (protocol: Protocol): fc.Arbitrary<Edit> => {
  const position = fc.constantFrom(...positionsOf(protocol));
  const exported = fc.constantFrom(...protocol.exports.map(nameOf));
  return fc.oneof(
    fc.record({ drop: position }),
    fc.record({ move: position, after: position }),
    fc.record({ swap: position, with: position }),
    fc.record({ insert: exported, after: position }),
    fc.record({ replace: position, with: exported }),
    fc.record({ set: position, interrupts: fc.constantFrom('on', 'off' as const) }),
  );
};

const common = {
  nesting: fc.constantFrom(1, 2),
  loops: fc.constantFrom('any-order', 'any-order', 'any-order', 'ordered' as const),
  memory: fc.constantFrom('sc', 'sc', 'tso' as const),
  storeBuffer: fc.constantFrom(1, 2),
};
const mailScope = fc.record({
  ...common,
  machine: fc.constantFrom([2, 2, 1], [2, 1, 2], [1, 2, 2], [3, 2, 1], [2, 3, 1]),
  events: subset(['user-access', 'interrupt', 'nmi', 'iret-fault'] as const),
  kaslr: fc.constantFrom(null, null, null, { positions: 5, layout: 'placed' } as const),
  global: fc.constantFrom([], ['user'] as const),
});
const netbsdScope = fc.record({
  ...common,
  machine: fc.constantFrom([2, 2, 1], [2, 1, 2], [1, 2, 2], [3, 2, 2], [3, 1, 1]),
  events: subset([
    ...['user-access', 'interrupt', 'nmi', 'kernel-thread', 'free', 'exit', 'borrow'],
    ...['grow', 'ldt', 'disable', 'mce', 'iret-fault', 'nested-nmi'],
  ] as const),
  kaslr: fc.constant(null),
  global: fc.constantFrom([], ['user'], ['entry'] as const),
});

/** Models with a symmetry; those that are refused are left out. */
export const symmetricDesigns = (
  [
    ['mail', mail, mailScope, [mend, mend, []]],
    ['netbsd-2018', netbsd2018, netbsdScope, [[]]],
    ['netbsd-2022', netbsd2022, netbsdScope, [[]]],
  ] as const
).map(([name, protocol, scopes, good]) => {
  const edits = fc.array(editOf(protocol), { maxLength: 2 });
  const names = fc
    .subarray(['cpus', 'pmaps', 'user-slots'] as const, { minLength: 1 })
    .chain((some) => fc.constantFrom(some, ['cpus', 'pmaps', 'user-slots'] as const));
  const design = fc
    .tuple(scopes as fc.Arbitrary<Record<string, unknown>>, fc.constantFrom(...good), edits, names)
    .map(([{ machine, kaslr, ...rest }, mended, some, symmetry]): DesignModel | null => {
      const [cpus, pmaps, userSlots] = machine as number[];
      const areas = kaslr === null ? {} : { kernelAreas: ['pte', 'direct-map', 'kernel-image'] };
      const options = { cpus, pmaps, userSlots, kaslr, ...rest, ...areas };
      try {
        return modelOf(options as Partial<ScopeOptions>, [...mended, ...some], protocol, symmetry);
      } catch (error) {
        if (error instanceof EditError || error instanceof AsymmetryError) return null;
        throw error;
      }
    })
    .filter((model) => model !== null);
  return [name, design] as const;
});
