/** The trace of a claim of a model of one's own, in the words of the code that defines it. */
import type { CheckedClaim } from '../model/define.js';
import type { Model } from '../model/model.js';
import type { ValuePath } from '../state/changes.js';
import { changedValues, setText, valueText } from '../state/changes.js';
import { zeroState } from '../state/immutable.js';
import type { RecordField } from '../state/schema.js';

/** A line for each action, with what it changed; for the initial state, with what is set in it. */
export function modelTraceLines<S extends RecordField>(
  { schema }: Model<S>,
  trace: CheckedClaim<S>['trace'],
): string[] {
  const labels = trace.map(({ action }) => action ?? 'initial state');
  const width = Math.max(...labels.map((label) => label.length));
  const states = [zeroState(schema), ...trace.map(({ state }) => state)];
  return labels.flatMap((label, index) => {
    const [first = '', ...others] = changeTexts(schema, states[index], states[index + 1]);
    const line = `${String(index).padStart(5)}  ${label.padEnd(width)}  ${first}`;
    return [line.trimEnd(), ...others.map((text) => ' '.repeat(9 + width) + text)];
  });
}

function changeTexts(schema: RecordField, before: unknown, after: unknown): string[] {
  return changedValues(schema, before, after).flatMap(({ field, path, before, after }) => {
    const [from, to] = [valueText(field, before), valueText(field, after)];
    if (from === to) return [];
    const text = field.kind === 'idSet' ? setText(field, before, after) : `${from} -> ${to}`;
    return [`${pathText(path)}: ${text}`];
  });
}

/** `cpus[0].saw`, as the code has it. */
const pathText = (path: ValuePath): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .slice(1);
