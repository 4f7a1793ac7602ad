/** A spec file in, a spec out: read, checked, merged with what it extends. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type * as z from 'zod';
import type { ScopeOptions } from '../state/scope.js';
import { areaNames } from '../state/scope.js';
import type { Edit } from '../transitions/edit.js';
import type { ErrorCode, Mistake } from './errors.js';
import { suggest, UserError } from './errors.js';
import type { Expectation, SpecFile } from './format.js';
import { propertyNames, specFormat, witnessNames } from './format.js';
import type { KeyPath } from './source.js';
import { Source } from './source.js';

/** What a run needs of a spec: plain data, so that another thread can build the same model. */
export interface Design {
  readonly protocol: string;
  readonly options: ScopeOptions;
  readonly edits: readonly Edit[];
}

export interface Spec {
  /** As it was asked for, relative to the working directory. */
  readonly file: string;
  readonly title: string;
  readonly shows: string | null;
  readonly design: Design;
  readonly expect: Readonly<Record<string, Expectation>>;
  /** A mistake in the spec, at the place in whichever file it stands. */
  mistake(code: ErrorCode, path: KeyPath, message: string, hint?: string): Mistake;
}

const extendsMax = 16;

/** The spec files below some files and folders, sorted. Throws UserError for a missing one. */
export function findSpecs(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(path)) {
      throw new UserError([
        { code: 'file-missing', file: path, message: 'there is no such file or folder' },
      ]);
    }
    if (!statSync(path).isDirectory()) return [path];
    const found = readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    if (found.length > 0) return found;
    const hint = '`svscheck init` writes one to start from';
    throw new UserError([
      { code: 'empty-folder', file: path, message: 'there is no spec (*.yaml) here', hint },
    ]);
  });
}

/** Reads a spec and all that it extends. Throws UserError. */
export function loadSpec(file: string): Spec {
  const chain = readChain(file);
  const own = (chain[0] as Part).value;
  /** The first file of the chain that sets a key, and its value. */
  const setting = <K extends keyof SpecFile>(key: K): SpecFile[K] | undefined =>
    chain.find(({ value }) => value[key] !== undefined)?.value[key];
  const machine = <K extends keyof NonNullable<SpecFile['machine']>>(key: K) =>
    chain.find(({ value }) => value.machine?.[key] !== undefined)?.value.machine?.[key];

  const edits = chain
    .toReversed()
    .flatMap((part) =>
      (part.value.edits ?? []).map((edit, index) => ({ edit: edit as Edit, part, index })),
    );
  const mistake: Spec['mistake'] = (code, path, message, hint) => {
    if (path[0] === 'edits' && typeof path[1] === 'number') {
      const origin = edits[path[1]];
      if (origin !== undefined) {
        const local = ['edits', origin.index, ...path.slice(2)];
        return origin.part.source.mistake(code, local, message, hint);
      }
    }
    const sets = ({ value }: Part) => path.reduce<unknown>(child, value) !== undefined;
    const part = chain.find(sets) ?? (chain[0] as Part);
    return part.source.mistake(code, path, message, hint);
  };

  const required = <T>(value: T | undefined, path: KeyPath, hint: string): T => {
    if (value !== undefined) return value;
    const message = `the key '${path.join('.')}' is missing, here and in what this file extends`;
    throw new UserError([mistake('missing-key', path, message, hint)]);
  };
  const protocol = required(setting('protocol'), ['protocol'], 'write `protocol: mail`');
  const size = 'write, for example, `machine: { cpus: 2, pmaps: 2, user-slots: 1 }`';
  const kaslr = setting('kaslr');
  const options: ScopeOptions = {
    cpus: required(machine('cpus'), ['machine', 'cpus'], size),
    pmaps: required(machine('pmaps'), ['machine', 'pmaps'], size),
    userSlots: required(machine('user-slots'), ['machine', 'user-slots'], size),
    nesting: machine('nesting') ?? 1,
    events: machine('events') ?? ['user-access', 'interrupt'],
    kernelAreas: setting('kernel-areas') ?? areaNames,
    unmapped: setting('unmapped') ?? ['pte'],
    secret: setting('secret') ?? ['pte'],
    global: setting('global') ?? [],
    entryCode: setting('entry-code') ?? 'kernel-image',
    svs: setting('svs') ?? true,
    kaslr: kaslr === undefined || kaslr === false ? null : kaslr,
    interleaving: setting('interleaving') ?? 'step',
    loops: setting('loops') ?? 'ordered',
  };
  const spec: Spec = {
    file,
    title: own.title,
    shows: own.shows ?? null,
    design: { protocol, options, edits: edits.map(({ edit }) => edit) },
    expect: (own.expect ?? {}) as Record<string, Expectation>,
    mistake,
  };
  const conflicts = conflictsOf(spec);
  if (conflicts.length > 0) throw new UserError(conflicts);
  return spec;
}

interface Part {
  readonly source: Source;
  readonly value: SpecFile;
}

/** A spec file and those that it extends, itself first. */
function readChain(file: string): Part[] {
  const chain: Part[] = [];
  const seen = new Map<string, string>();
  for (let path: string | undefined = file; path !== undefined; ) {
    const source: Source = new Source(path);
    const value = parse(source);
    chain.push({ source, value });
    seen.set(realpathSync(path), path);
    if (value.extends === undefined) break;
    const target: string = resolve(dirname(path), value.extends);
    const shown = relative(process.cwd(), target);
    if (!existsSync(target)) {
      const message = `'${value.extends}' does not exist (looked for ${shown})`;
      throw new UserError([source.mistake('file-missing', ['extends'], message)]);
    }
    if (!statSync(target).isFile()) {
      const message = `'${value.extends}' is not a file`;
      throw new UserError([source.mistake('file-unreadable', ['extends'], message)]);
    }
    if (seen.has(realpathSync(target))) {
      const message = `'${value.extends}' leads back to ${shown}`;
      const hint = `the files are ${[...seen.values()].join(' -> ')} -> ${shown}`;
      throw new UserError([source.mistake('extends-cycle', ['extends'], message, hint)]);
    }
    if (chain.length >= extendsMax) {
      const message = `more than ${extendsMax} files extend one another`;
      throw new UserError([source.mistake('extends-too-deep', ['extends'], message)]);
    }
    path = shown;
  }
  return chain;
}

function parse(source: Source): SpecFile {
  const parsed = specFormat.safeParse(source.value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.flatMap((issue) => mistakesOf(issue, source));
  throw new UserError(mistakes.slice(0, mistakesMax));
}

/** Told of one file at a time; who makes more has one mistake that makes them all. */
const mistakesMax = 20;

const child = (value: unknown, key: string | number): unknown =>
  value === null || typeof value !== 'object'
    ? undefined
    : (value as Record<string | number, unknown>)[key];

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
];

/** What zod found, in words, with the nearest valid word and the place. */
function mistakesOf(issue: z.core.$ZodIssue, source: Source): Mistake[] {
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
      return at(
        'unknown-value',
        `${key} cannot be ${typeOf(value)}`,
        suggest(String(value), words),
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
        const hint = suggest(String(value), words);
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
  return ['drop', 'move', 'before', 'after', 'swap', 'with', 'insert', 'as', 'replace'];
}

/** Settings that are right each by itself, but not together. */
function conflictsOf(spec: Spec): Mistake[] {
  const { options } = spec.design;
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
    ['entry-code', [options.entryCode]],
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
  if (options.events.includes('iret-fault') && options.nesting === 0) {
    add(
      ['machine', 'nesting'],
      'a fault at iret needs a frame to be saved in',
      'write `nesting: 1`',
    );
  }
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
