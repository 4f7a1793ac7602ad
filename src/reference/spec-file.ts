/** The keys and edits of a spec file, from the definition that checks one. */
import { specSchema } from '../spec/format.js';
import { code, table } from './markdown.js';

/** What a JSON Schema says of a value. */
interface Value {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Value>>;
  readonly required?: readonly string[];
  readonly items?: Value;
  readonly anyOf?: readonly Value[];
}

const keys = (specSchema() as Value).properties ?? {};

/** What can be expected of each of the names. */
const expectation: Value = {
  ...Object.values(keys.expect?.properties ?? {})[0],
  description:
    'Of a property that it holds, is violated or is not applicable; of a witness whether it is reachable.',
};

/** Every key, those within another after a dot. Edits have a section of their own. */
export const keyLines = (): string[] =>
  table(['key', 'takes', ''], [...rowsOf(keys, ''), ...rowsOf({ NAME: expectation }, 'expect.')]);

function rowsOf(properties: Readonly<Record<string, Value>>, within: string): string[][] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const row = [code(within + key), takesText(value), value.description ?? ''];
    return [row, ...(key === 'expect' ? [] : rowsOf(innerOf(value), `${within}${key}.`))];
  });
}

/** The keys of a mapping, where a value is one or can be. */
const innerOf = ({ properties, anyOf }: Value): Readonly<Record<string, Value>> =>
  properties ?? anyOf?.map(innerOf).find((some) => Object.keys(some).length > 0) ?? {};

function takesText({ title, items, type, anyOf, minimum, maximum, ...value }: Value): string {
  if (title !== undefined) return `one of the ${title}s`;
  if (value.enum !== undefined) return value.enum.map(code).join(', ');
  if (value.const !== undefined) return code(String(value.const));
  if (anyOf !== undefined) return anyOf.map(takesText).join(', or ');
  if (items !== undefined)
    return `list of ${items.title === undefined ? takesText(items) : `${items.title}s`}`;
  if (type === 'integer')
    return maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `${minimum} to ${maximum}`;
  if (type === 'boolean') return '`true`, `false`';
  return type === 'object' ? 'keys' : 'text';
}

/** Every edit by the keys that make it, each with what it takes. */
export const editLines = (): string[] =>
  (keys.edits?.items?.anyOf ?? []).flatMap(({ properties = {}, required = [] }) => {
    const name = (key: string) => `${key}${required.includes(key) ? '' : '?'}`;
    return [
      `- ${code(`{ ${Object.keys(properties).map(name).join(', ')} }`)}`,
      ...Object.entries(properties).map(([key, value]) => `  - ${code(key)}: ${value.description}`),
    ];
  });
