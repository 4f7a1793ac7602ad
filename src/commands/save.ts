/** `svscheck replay --save`: a path as a spec that pins it, for the suite of a design's tests. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { Document } from 'yaml';
import type { Path } from '../explorer/system.js';
import type { Replay } from '../model/immutable-system.js';
import { failureAtEnd } from '../model/immutable-system.js';
import { counted } from '../report/terminal.js';
import type { DesignModel } from '../spec/design-model.js';
import { plain, suggest, UserError } from '../spec/errors.js';
import { propertyNames } from '../spec/format.js';
import type { Spec } from '../spec/load.js';
import { refusePinned } from '../spec/pinned.js';
import { bytesMax } from '../spec/source.js';
import type { MachineSchema } from '../state/machine.js';
import { checkWritable, writeWhole } from './files.js';
import { schemaLine } from './init.js';
import { print } from './output.js';

export interface SaveOptions {
  /** The file to write, or none. */
  readonly save?: string;
  /** Which of the properties that are violated at the end it is about; the first unless given. */
  readonly property?: string;
  /** Replace the file if it exists. */
  readonly force?: boolean;
}

/** Throws UserError for what could not be saved, whatever comes of the path. */
export function checkSave(spec: Spec, { save: file, property, force }: SaveOptions): void {
  if (file === undefined) {
    if (property === undefined && force === undefined) return;
    const option = property === undefined ? '--force' : '--property';
    refuse(spec.file, `${option} says how to save the path`, 'name a file with --save');
  }
  refusePinned(spec, 'save a path from');
  if (property !== undefined && !propertyNames.includes(property)) {
    const hint = suggest(property, propertyNames);
    refuse(spec.file, `there is no property '${property.slice(0, 60)}'`, hint);
  }
  checkWritable(file);
  if (!existsSync(file)) return;
  if (force !== true) refuse(file, 'the file exists; it is left as it is', '--force replaces it');
  if (spec.files.some((one) => realpathSync(one) === realpathSync(file))) {
    refuse(file, 'this is the design that the path is of', 'save the path in a file of its own');
  }
}

/** Writes the spec. Throws UserError where the path violates nothing that it could be about. */
export function savePath(
  spec: Spec,
  model: DesignModel,
  path: Path,
  taken: Replay<MachineSchema>,
  { save: file = '', property: asked }: SaveOptions,
): void {
  const violated = propertyNames.filter(
    (_, claim) =>
      model.inapplicable[claim] === null && failureAtEnd(model, taken, claim) !== undefined,
  );
  const property = asked ?? violated[0];
  if (property === undefined || !violated.includes(property)) {
    const found = property === undefined ? 'no property is' : `'${property}' is not`;
    const hint = violated.length === 0 ? undefined : `what is violated is ${violated.join(', ')}`;
    const message = `${found} violated at the end of this path: there is nothing to save`;
    throw new UserError([{ code: 'bad-path', file: spec.file, message, hint }]);
  }
  const actions = taken.taken.map(({ action }) => action.label);
  const text =
    schemaLine(file) + pinnedSpec(spec, property, { initial: path.initial, actions }, file);
  const bytes = Buffer.byteLength(text);
  if (bytes > bytesMax) {
    const message = `the path is too long: ${path.actions.length} actions in ${bytes} bytes; a spec has ${bytesMax} at most`;
    throw new UserError([{ code: 'bad-path', file: spec.file, message }]);
  }
  writeWhole(file, text);
  print('');
  print(`wrote ${plain(file)}; it fails until the path violates ${property} no more`);
}

interface LabelledPath {
  readonly initial: number;
  readonly actions: readonly string[];
}

const aboutOutcome = (property: string): string =>
  ` This path violates ${property}. It is to do so no more: until then \`svscheck check\` fails.
 For a bug that is to stay, as an example, write \`outcome: breaks\`.`;

/** A spec next to the one that it extends, or wherever. */
function pinnedSpec(spec: Spec, property: string, path: LabelledPath, file: string): string {
  const { length } = path.actions;
  const where = length === 0 ? 'in the initial state' : `on a path of ${counted(length, 'step')}`;
  const doc = new Document({
    title: `${property} ${where}`,
    extends: relative(dirname(file), spec.file),
    pinned: { property, outcome: 'mended', ...path },
  });
  doc.commentBefore = aboutOutcome(property);
  return doc.toString({ lineWidth: 0 });
}

function refuse(file: string, message: string, hint?: string): never {
  throw new UserError([{ code: 'bad-option', file, message, hint }]);
}
