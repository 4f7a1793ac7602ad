/** A spec in, a model out. */
import { LayoutError, layoutOf } from '../state/layout.js';
import { scopeOf } from '../state/scope.js';
import { applyEdits, checkRange, EditError, restrict } from '../transitions/edit.js';
import { variablesOf } from '../transitions/operation.js';
import { protocols } from '../transitions/protocols.js';
import type { DesignModel } from './design-model.js';
import { designModel } from './design-model.js';
import { suggest, UserError } from './errors.js';
import type { Design, Spec } from './load.js';

/** Builds the model of a design that is known to be valid: what another thread calls. */
export function buildDesign({ protocol, options, edits }: Design): DesignModel {
  const posted = protocols.find(({ name }) => name === protocol);
  if (posted === undefined) throw new Error(`no protocol '${protocol}'`);
  const edited = restrict(applyEdits(posted, edits), options);
  checkRange(posted, edits, options);
  // An edit may leave out the one step that names a group, and leave others that are in need of it.
  const groups = [restrict(posted, options), edited].flatMap((one) => [...variablesOf(one)]);
  return designModel(edited, scopeOf(options, new Set(groups)));
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
    if (error instanceof LayoutError) {
      throw new UserError([spec.mistake('scope-too-large', ['machine'], error.message)]);
    }
    throw error;
  }
}

function wordAt(edit: unknown, part: string): string {
  return String((edit as Record<string, unknown> | undefined)?.[part] ?? '');
}
