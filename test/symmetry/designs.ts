/** The symmetries that a design has, and random designs with one. */
import fc from 'fast-check';
import { buildDesign } from '../../src/spec/build.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import { netbsd2018 } from '../../src/transitions/netbsd/protocols.js';
import type { SymmetryName } from '../../src/transitions/symmetry.js';
import { asymmetriesOf, symmetryOf } from '../../src/transitions/symmetry.js';
import { modelOf } from '../transitions/designs.js';
import { designs } from '../transitions/random-designs.js';

/** By the names that a spec gives it: each that a design has and that moves something. */
export function symmetriesOf({ design }: DesignModel): SymmetryName[][] {
  const { scope, program } = design;
  const sizes = { cpus: scope.cpus, pmaps: scope.pmaps, 'user-slots': scope.slots };
  const several = (['cpus', 'pmaps', 'user-slots'] as const).filter(
    (name) => sizes[name].ids.length > 1,
  );
  const missing = asymmetriesOf(program, several).map(({ name }) => name);
  const symmetric = several.filter((name) => !missing.includes(name));
  const subset = (number: number) => symmetric.filter((_, bit) => (number >>> bit) & 1);
  return Array.from({ length: 2 ** symmetric.length - 1 }, (_, number) => subset(number + 1));
}

/** A model with a symmetry that its design has. */
export const withSymmetry = (model: DesignModel, names: readonly SymmetryName[]): DesignModel => ({
  ...model,
  symmetry: symmetryOf(model.design.program, names),
});

/** Models of random designs with a symmetry; those that have none are left out. */
const randomModels = designs.map(([name, design]) => {
  const model = fc
    .tuple(design, fc.nat(1000))
    .map(([one, pick]): DesignModel | null => {
      const built = buildDesign(one);
      const all = symmetriesOf(built);
      // All names at once in every second.
      const names = pick % 2 === 0 ? all.at(-1) : all[pick % all.length];
      return names === undefined ? null : withSymmetry(built, names);
    })
    .filter((model) => model !== null);
  return [name, model] as const;
});

/** One in which stores to slots of any name wait in buffers, which few of the random ones have. */
const buffered = withSymmetry(
  modelOf(
    { cpus: 2, pmaps: 1, userSlots: 3, memory: 'tso', events: [], loops: 'any-order' },
    [],
    netbsd2018,
  ),
  ['cpus', 'user-slots'],
);

export const symmetricModels = [
  ...randomModels,
  ['netbsd-2018 with store buffers', fc.constant(buffered)] as const,
];
