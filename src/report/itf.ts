/**
 * A trace in the Informal Trace Format of Apalache and Quint (Apalache's ADR 015, as revised
 * 2023-09-14): every state of it, whole.
 */
import type { Replay } from '../model/immutable-system.js';
import type { DesignModel } from '../spec/design-model.js';
import type { IdSet } from '../state/domain.js';
import type { MachineSchema } from '../state/machine.js';
import type { Field } from '../state/schema.js';
import { labelled } from './trace.js';

type Expression =
  | boolean
  | string
  | { readonly '#bigint': string }
  | { readonly '#set': readonly Expression[] }
  | { readonly '#map': readonly (readonly [Expression, Expression])[] }
  | { readonly [field: string]: Expression };

/** @param about what a reader is told beside the states */
export function itfTrace(
  model: DesignModel,
  { initial, taken }: Replay<MachineSchema>,
  about: Readonly<Record<string, unknown>>,
): object {
  const reached = [
    { action: 'init', state: initial },
    ...taken.map(({ action, state }) => ({ action: action.label, state })),
  ];
  const states = reached.map(({ action, state }) => ({
    action,
    ...(expressionOf(model, model.schema, state, []) as Record<string, Expression>),
  }));
  return {
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      ...about,
    },
    vars: Object.keys(states[0] ?? {}),
    states: states.map((state, index) => ({ '#meta': { index }, ...state })),
  };
}

/** Undefined where a design has nothing of a field: its variables keep their first values. */
function expressionOf(
  model: DesignModel,
  field: Field,
  value: unknown,
  path: readonly (string | number)[],
): Expression | undefined {
  const inner = (key: string | number, of: Field): Expression | undefined =>
    expressionOf(model, of, (value as Record<string | number, unknown>)[key], [...path, key]);
  if (field.kind === 'record') {
    const fields = Object.entries(field.fields).flatMap(([name, of]) => {
      const expression = inner(name, of);
      return expression === undefined ? [] : [[name, expression] as const];
    });
    return fields.length === 0 ? undefined : Object.fromEntries(fields);
  }
  if (field.kind === 'table') {
    const rows = field.over.ids.flatMap((id, index) => {
      const row = inner(index, field.row);
      return row === undefined ? [] : [[field.over.label(id), row] as const];
    });
    return rows.length === 0 ? undefined : { '#map': rows };
  }
  if (field.unused === true) return undefined;
  if (field.kind === 'flag') return value as boolean;
  if (field.kind === 'idSet') {
    const members = field.of.ids.filter((id) => (value as IdSet<string>).has(id));
    return { '#set': members.map(field.of.label) };
  }
  if (field.kind === 'count' && field.numbers === undefined) return { '#bigint': String(value) };
  return labelled(model, field, value, path);
}
