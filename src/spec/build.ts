/** A spec in, a model out. */
import { PackedModel } from '../model/packed-system.js';
import { ReducedModel } from '../model/reduced-system.js';
import { LayoutError, layoutOf } from '../state/layout.js';
import type { MachineSchema } from '../state/machine.js';
import { scopeOf } from '../state/scope.js';
import { applyEdits, checkRange, EditError, restrict } from '../transitions/edit.js';
import { variablesOf } from '../transitions/operation.js';
import { protocols } from '../transitions/protocols.js';
import type { Asymmetry, SymmetryName } from '../transitions/symmetry.js';
import { asymmetriesOf, groupMax, groupSize, symmetryOf } from '../transitions/symmetry.js';
import type { DesignModel } from './design-model.js';
import { designModel } from './design-model.js';
import { suggest, UserError } from './errors.js';
import type { Design, Reductions, Spec } from './load.js';
import { mistakesMax } from './mistakes.js';

/** Builds the model of a design that is known to be valid: what another thread calls. */
export function buildDesign({ protocol, options, edits, reductions }: Design): DesignModel {
  const posted = protocols.find(({ name }) => name === protocol);
  if (posted === undefined) throw new Error(`no protocol '${protocol}'`);
  const edited = restrict(applyEdits(posted, edits), options);
  checkRange(posted, edits, options);
  // An edit may leave out the one step that names a group, and leave others that are in need of it.
  const groups = [restrict(posted, options), edited].flatMap((one) => [...variablesOf(one)]);
  const model = designModel(edited, scopeOf(options, new Set(groups)));
  return reduced(model, reductions);
}

/**
 * A design, whose model this is, as the search takes it: in whichever thread, it is the same system
 * for all that search together.
 */
export const systemOf = ({ reductions }: Design, model: DesignModel): PackedModel<MachineSchema> =>
  reductions.por ? new ReducedModel(model) : new PackedModel(model);

/** A design whose protocol is not symmetric in what its spec says. */
export class AsymmetryError extends Error {
  constructor(readonly asymmetries: readonly Asymmetry[]) {
    super(asymmetries.map(({ name, because }) => `${name}: ${because}`).join('\n'));
  }
}

function reduced(model: DesignModel, { symmetry }: Reductions): DesignModel {
  if (symmetry.length === 0) return model;
  const { program, scope } = model.design;
  const found = [...asymmetriesOf(program, symmetry)];
  const size = groupSize(scope, symmetry);
  if (size > groupMax) {
    const because = `there would be ${size} permutations; there can be ${groupMax}`;
    const hint = 'make the machine smaller, or name fewer of cpus, pmaps and user-slots';
    found.push({ name: symmetry[0] as SymmetryName, because, hint });
  }
  if (found.length > 0) throw new AsymmetryError(found);
  return { ...model, symmetry: symmetryOf(program, symmetry) };
}

/** Builds the model of a spec. Throws UserError at the place in the file. */
export function buildSpec(spec: Spec): DesignModel {
  try {
    const model = buildDesign(spec.design);
    layoutOf(model.schema);
    return model;
  } catch (error) {
    if (error instanceof EditError) {
      const part = error.part === '' ? [] : [error.part];
      const word = wordAt(spec.design.edits[error.edit], error.part);
      const hint = error.candidates.length > 0 ? suggest(word, error.candidates) : undefined;
      const path = ['edits', error.edit, ...part];
      throw new UserError([spec.mistake(error.code, path, error.message, hint)]);
    }
    if (error instanceof AsymmetryError) {
      const { symmetry } = spec.design.reductions;
      const mistakes = error.asymmetries.map(({ name, because, hint }) => {
        const path = ['symmetry', symmetry.indexOf(name)];
        const message = `the design is not symmetric in its ${name}: ${because}`;
        return spec.mistake('not-symmetric', path, message, hint);
      });
      throw new UserError(mistakes.slice(0, mistakesMax));
    }
    if (error instanceof LayoutError) {
      throw new UserError([spec.mistake('scope-too-large', ['machine'], error.message)]);
    }
    throw error;
  }
}

function wordAt(edit: unknown, part: string): string {
  return String((edit as Record<string, unknown> | undefined)?.[part] ?? '');
}
