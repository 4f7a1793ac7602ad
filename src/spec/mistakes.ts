/** What is wrong with a spec, in words: with the nearest valid word, at the place in its file. */
import type * as z from 'zod';
import type { Protocol } from '../transitions/operation.js';
import { stepsOf } from '../transitions/operation.js';
import { protocols } from '../transitions/protocols.js';
import type { ErrorCode, Mistake } from './errors.js';
import { suggest } from './errors.js';
import { pinnedFormat, propertyNames, specFormat, witnessNames } from './format.js';
import type { Spec } from './load.js';
import type { KeyPath, Source } from './source.js';

/** Told of one file at a time; who makes more has one mistake that makes them all. */
export const mistakesMax = 20;

export const child = (value: unknown, key: string | number): unknown =>
  value === null || typeof value !== 'object'
    ? undefined
    : (value as Record<string | number, unknown>)[key];

/** What stands for a word; a mapping may have a key that JavaScript would call to make it one. */
const wordOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? '' : String(value);

const typeOf = (value: unknown): string =>
  value === null
    ? 'nothing'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'a mapping'
        : typeof value === 'string'
          ? `the string ${JSON.stringify(value.slice(0, 60))}`
          : `the ${typeof value} ${value}`;

const editShapes = [
  '`drop: operation/step`',
  '`move: operation/step` with `before:` or `after:`',
  '`swap: operation/step` with `with: operation/step`',
  '`insert: exported-step` with `before:` or `after:`, and perhaps `as:`',
  '`replace: operation/step` with `with: exported-step`, and perhaps `as:`',
  '`limit: operation/step` with `to: condition`',
  '`set: operation/step` with `interrupts: on` or `off`, or with `fences: off`',
  '`rebind: operation/step` with `name: slot` (or pmap, or other) and `to: number`',
];

/** What zod found, in words, with the nearest valid word and the place. */
export function mistakesOf(issue: z.core.$ZodIssue, source: Source): Mistake[] {
  const path = issue.path as (string | number)[];
  const value = path.reduce<unknown>(child, source.value);
  const key = path.length === 0 ? 'the file' : `'${path.join('.')}'`;
  const at = (code: ErrorCode, message: string, hint?: string) => [
    source.mistake(code, path, message, hint),
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, mistakesMax).map((unknown) => {
        const isName = path[0] === 'expect' && path.length === 1;
        const keys = isName ? [...propertyNames, ...witnessNames] : keysAt(path);
        const code = isName ? 'unknown-property' : 'unknown-key';
        const kind = isName ? 'property or witness' : 'key';
        const message = `there is no ${kind} '${unknown.slice(0, 60)}'`;
        return source.mistake(code, [...path, unknown], message, suggest(unknown, keys), true);
      });
    case 'invalid_value': {
      const words = issue.values.map(String);
      if (value === undefined) return at('missing-key', `the key ${key} is missing`);
      const isProperty = path.join('.') === 'pinned.property';
      return at(
        isProperty ? 'unknown-property' : 'unknown-value',
        `${key} cannot be ${typeOf(value)}`,
        suggest(wordOf(value), words),
      );
    }
    case 'invalid_key':
    case 'invalid_union': {
      const inner = issue.code === 'invalid_union' ? innerIssues(issue, value) : undefined;
      if (inner !== undefined) return inner.flatMap((one) => mistakesOf(one, source));
      if (path[0] === 'edits') {
        return at(
          'unknown-key',
          'this is not an edit',
          `an edit is one of: ${editShapes.join('; ')}`,
        );
      }
      if (path[0] === 'expect') {
        const words = ['holds', 'violated', 'not-applicable', 'reachable', 'unreachable'];
        const hint = suggest(wordOf(value), words);
        return at(
          'unknown-value',
          `${key} cannot be ${typeOf(value)}`,
          hint?.endsWith('?') ? hint : `${hint}, or { violated: STEPS }`,
        );
      }
      return at(
        'wrong-type',
        `${key} cannot be ${typeOf(value)}`,
        'write `false`, or `{ positions: 5, layout: placed }`',
      );
    }
    case 'too_big':
    case 'too_small': {
      const bound =
        issue.code === 'too_big' ? `${issue.maximum} at most` : `${issue.minimum} at least`;
      if (typeof value === 'string' || Array.isArray(value)) {
        const unit = typeof value === 'string' ? 'characters' : 'items';
        return at('wrong-type', `${key} has ${value.length} ${unit}; it can have ${bound}`);
      }
      const inScope = path[0] === 'machine' || path[0] === 'kaslr';
      const code = inScope ? 'scope-too-large' : 'wrong-type';
      return at(code, `${key} is ${typeOf(value)}; it can be ${bound}`);
    }
    case 'invalid_type':
      if (value === undefined) {
        const hint =
          key === "'title'" ? 'write `title:` and a line that says what is checked' : undefined;
        return at('missing-key', `the key ${key} is missing`, hint);
      }
      if (path.length === 0 && value === null) {
        return at('wrong-type', 'the file is empty', '`svscheck init` writes a spec to start from');
      }
      return at('wrong-type', `${key} is ${typeOf(value)}; it must be ${article(issue.expected)}`);
    default:
      return at('wrong-type', `${key}: ${issue.message}`);
  }
}

/**
 * Of the shapes that a mapping could have, the mistakes in the one that it is meant to have: the one
 * whose keys it has, no more and no less; or, where only one shape is a mapping, that one.
 */
function innerIssues(
  { errors, path }: z.core.$ZodIssueInvalidUnion,
  value: unknown,
): z.core.$ZodIssue[] | undefined {
  const isMapping = value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isMapping) return undefined;
  const shapes = errors.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
  const meant =
    shapes.length === 1
      ? shapes[0]
      : shapes.find((issues) =>
          issues.every(
            (one) => one.path.length > 0 && child(value, one.path[0] as string) !== undefined,
          ),
        );
  return meant?.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

function article(type: string): string {
  const names: Record<string, string> = {
    array: 'a list',
    object: 'a mapping',
    int: 'a whole number',
    number: 'a whole number',
    record: 'a mapping',
  };
  return names[type] ?? `a ${type}`;
}

/** The keys that may stand at a path, for suggestions. */
function keysAt(path: readonly (string | number)[]): string[] {
  if (path.length === 0) return Object.keys(specFormat.shape);
  if (path[0] === 'machine') return Object.keys(specFormat.shape.machine.unwrap().shape);
  if (path[0] === 'kaslr') return ['positions', 'layout'];
  if (path[0] === 'expect') return ['violated'];
  if (path[0] === 'pinned') return Object.keys(pinnedFormat.shape);
  return [
    ...['drop', 'move', 'before', 'after', 'swap', 'with', 'insert', 'as', 'replace'],
    ...['limit', 'to', 'set', 'interrupts', 'fences', 'rebind', 'name'],
  ];
}

/** Events that nothing in the protocol answers to. */
function unanswered(spec: Spec, { name, operations }: Protocol): Mistake[] {
  const events = new Set<string | undefined>(
    operations.flatMap((one) => [one.event, ...stepsOf(one).map((step) => step.event)]),
  );
  return spec.design.options.events
    .map((event, index) => ({ event, index }))
    .filter(({ event }) => !events.has(event))
    .map(({ event, index }) => {
      const message = `'${name}' has no operation for the event '${event}'`;
      return spec.mistake('conflict', ['machine', 'events', index], message, 'leave it out');
    });
}

/** Keys that only protocols of one kind take: with a copied kernel half, or with one that is built. */
function outOfPlace(spec: Spec, { name, boot }: Protocol): Mistake[] {
  const { options } = spec.design;
  const isBuilt = boot.steps.length > 0;
  const keys: [key: string, isSet: boolean, ofBuilt: boolean][] = [
    ['unmapped', options.unmapped.length > 0, false],
    ['svs', !options.svs, false],
    ['kaslr', options.kaslr !== null, false],
    ['shared-slot', options.sharedSlot.length > 0, true],
    ['unisolated', options.unisolated.length > 0, true],
  ];
  const found = keys
    .filter(([, isSet, ofBuilt]) => isSet && ofBuilt !== isBuilt)
    .map(([key]) =>
      spec.mistake('conflict', [key], `'${name}' takes no \`${key}\``, `leave \`${key}\` out`),
    );
  const missing = options.unisolated.findIndex((pmap) => pmap >= options.pmaps);
  if (missing >= 0) {
    const message = `there is no process ${options.unisolated[missing]}; the machine has ${options.pmaps}`;
    found.push(spec.mistake('out-of-range', ['unisolated', missing], message));
  }
  if (options.memory === 'tso' && options.interleaving === 'operation') {
    const message = 'an operation that is atomic leaves nothing in a store buffer';
    const hint = 'write `interleaving: step`, or leave `memory` out';
    found.push(spec.mistake('conflict', ['memory'], message, hint));
  }
  return found;
}

/** Settings that are right each by itself, but not together. */
export function conflictsOf(spec: Spec): Mistake[] {
  const { options } = spec.design;
  const protocol = protocols.find(({ name }) => name === spec.design.protocol) as Protocol;
  const found: Mistake[] = [];
  const add = (path: KeyPath, message: string, hint: string): void => {
    found.push(spec.mistake('conflict', path, message, hint));
  };
  if (options.loops === 'any-order' && options.interleaving === 'operation') {
    add(
      ['loops'],
      'an operation that is atomic leaves no order of its loops to choose',
      'write `interleaving: step`, or leave `loops` out',
    );
  }
  const lists = [
    ['unmapped', options.unmapped],
    ['secret', options.secret],
    ['global', options.global.filter((name) => name !== 'user')],
    ['entry-code', protocol.boot.steps.length === 0 ? [options.entryCode] : []],
    ['shared-slot', options.sharedSlot],
  ] as const;
  for (const [key, names] of lists) {
    for (const name of names) {
      if ((options.kernelAreas as readonly string[]).includes(name)) continue;
      add(
        [key],
        `'${key}' has '${name}', which is not among the kernel areas`,
        `add it to \`kernel-areas\`, or set \`${key}\` to others`,
      );
    }
  }
  if (options.kaslr !== null && options.kaslr.positions <= options.kernelAreas.length) {
    add(
      ['kaslr', 'positions'],
      `${options.kernelAreas.length} areas need more than ${options.kaslr.positions} positions to be placed at random`,
      `write a number above ${options.kernelAreas.length}`,
    );
  }
  const depth = options.events.includes('nested-nmi') ? 2 : 1;
  const faults = ['iret-fault', 'segment-fault', 'debug-trap', 'mce', 'double-fault', 'nested-nmi'];
  const nests = options.events.find((event) => faults.includes(event));
  if (nests !== undefined && options.nesting < depth) {
    add(
      ['machine', 'nesting'],
      `${nests} needs ${depth === 1 ? 'a frame' : 'two frames'} to be saved in`,
      `write \`nesting: ${depth}\``,
    );
  }
  if (spec.pinned !== null && Object.keys(spec.expect).length > 0) {
    const message = 'a path is taken here and nothing is searched: `expect` says nothing of it';
    add(['expect'], message, 'leave it out; what must come out is `pinned.outcome`');
  }
  found.push(...unanswered(spec, protocol), ...outOfPlace(spec, protocol));
  for (const [name, expected] of Object.entries(spec.expect)) {
    const isWitness = witnessNames.includes(name);
    const reaches = expected === 'reachable' || expected === 'unreachable';
    if (isWitness === reaches) continue;
    const [kind, words] = isWitness
      ? ['a witness', "'reachable' or 'unreachable'"]
      : ['a property', "'holds', 'violated' or 'not-applicable'"];
    const message = `'${name}' is ${kind}: it cannot be expected to be '${typeof expected === 'string' ? expected : 'violated'}'`;
    found.push(spec.mistake('wrong-expectation', ['expect', name], message, `write ${words}`));
  }
  return found;
}
