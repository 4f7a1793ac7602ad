/**
 * A reader of the Informal Trace Format, to the letter of Apalache's ADR 015 as revised 2023-09-14:
 * what that does not allow is refused.
 */
export type Value =
  | boolean
  | string
  | bigint
  | Value[]
  | Set<Value>
  | Map<Value, Value>
  | { [field: string]: Value };

export interface ItfTrace {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly vars: readonly string[];
  readonly states: readonly {
    readonly meta: Readonly<Record<string, unknown>>;
    readonly values: Readonly<Record<string, Value>>;
  }[];
}

type Json = Readonly<Record<string, unknown>>;

export function readItf(text: string): ItfTrace {
  const trace = objectOf(JSON.parse(text), 'the trace');
  const { '#meta': meta = {}, params = [], vars, states, loop, ...rest } = trace;
  refuseIf(Object.keys(rest).length > 0, `the trace has ${Object.keys(rest)}`);
  namesOf(params, 'params');
  const names = namesOf(vars, 'vars');
  const read = listOf(states, 'states').map((state) => stateOf(state, names));
  const index = loop ?? 0;
  refuseIf(
    !Number.isInteger(index) || (loop !== undefined && !(Number(index) in read)),
    'the loop begins at no state',
  );
  return { meta: objectOf(meta, '#meta'), vars: names, states: read };
}

function stateOf(json: unknown, names: readonly string[]): ItfTrace['states'][number] {
  const { '#meta': meta = {}, ...values } = objectOf(json, 'a state');
  refuseIf(
    [...names].sort().join() !== Object.keys(values).sort().join(),
    `a state has ${Object.keys(values)} where the variables are ${names}`,
  );
  return { meta: objectOf(meta, '#meta'), values: recordOf(values) };
}

function expressionOf(json: unknown): Value {
  if (typeof json === 'boolean' || typeof json === 'string') return json;
  if (Array.isArray(json)) return json.map(expressionOf);
  const object = objectOf(json, 'an expression');
  const [[key, inner] = ['', null], ...others] = Object.entries(object);
  if (!key.startsWith('#')) return recordOf(object);
  refuseIf(others.length > 0, `${key} has company`);
  switch (key) {
    case '#bigint':
      refuseIf(typeof inner !== 'string' || !/^-?[0-9]+$/.test(inner), 'this is no integer');
      return BigInt(inner as string);
    case '#tup':
      return listOf(inner, key).map(expressionOf);
    case '#set': {
      const members = listOf(inner, key);
      refuseIf(hasEquals(members), 'a set has a member twice');
      return new Set(members.map(expressionOf));
    }
    case '#map': {
      const pairs = listOf(inner, key).map((pair) => listOf(pair, 'a pair'));
      refuseIf(
        pairs.some(({ length }) => length !== 2),
        'a pair has two members',
      );
      refuseIf(hasEquals(pairs.map(([from]) => from)), 'a map has a key twice');
      return new Map(pairs.map(([from, to]) => [expressionOf(from), expressionOf(to)]));
    }
    default:
      throw new Error(`there is no ${key}`);
  }
}

function recordOf(object: Json): Record<string, Value> {
  const fields = Object.entries(object);
  refuseIf(
    fields.some(([name]) => name.startsWith('#')),
    'no field begins with #',
  );
  return Object.fromEntries(fields.map(([name, value]) => [name, expressionOf(value)]));
}

const hasEquals = (all: readonly unknown[]): boolean =>
  new Set(all.map((one) => JSON.stringify(one))).size < all.length;

function objectOf(json: unknown, what: string): Json {
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  refuseIf(!isObject, `${what} is no object`);
  return json as Json;
}

function listOf(json: unknown, what: string): readonly unknown[] {
  refuseIf(!Array.isArray(json), `${what} is no array`);
  return json as readonly unknown[];
}

function namesOf(json: unknown, what: string): string[] {
  const names = listOf(json, what);
  refuseIf(hasEquals(names) || names.some((name) => typeof name !== 'string'), `${what}: no names`);
  return names as string[];
}

function refuseIf(wrong: boolean, because: string): void {
  if (wrong) throw new Error(because);
}
