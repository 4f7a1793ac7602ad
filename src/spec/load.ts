/** A spec file in, a spec out: read, checked, merged with what it extends. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ScopeOptions } from '../state/scope.js';
import type { Edit } from '../transitions/edit.js';
import type { Protocol } from '../transitions/operation.js';
import { protocols } from '../transitions/protocols.js';
import type { SymmetryName } from '../transitions/symmetry.js';
import type { ErrorCode, Mistake } from './errors.js';
import { UserError } from './errors.js';
import type { Expectation, SpecFile } from './format.js';
import { defaults, specFormat } from './format.js';
import { child, conflictsOf, mistakesMax, mistakesOf } from './mistakes.js';
import type { KeyPath } from './source.js';
import { Source } from './source.js';

/** What a run needs of a spec: plain data, so that another thread can build the same model. */
export interface Design {
  readonly protocol: string;
  readonly options: ScopeOptions;
  readonly edits: readonly Edit[];
  readonly reductions: Reductions;
}

/** What a search leaves out because it changes no verdict. */
export interface Reductions {
  /** Of states that differ only in the names of these one is looked at. */
  readonly symmetry: readonly SymmetryName[];
  /** Partial orders: steps that no other CPU and no claim sees are not interleaved. */
  readonly por: boolean;
}
export const noReductions: Reductions = { symmetry: [], por: false };

/** A spec whose every state is to be searched. */
export const withoutReductions = (spec: Spec): Spec => withReductions(spec, noReductions);

/** A spec that is searched with some reductions otherwise than it names them. */
export const withReductions = (spec: Spec, some: Partial<Reductions>): Spec => ({
  ...spec,
  design: { ...spec.design, reductions: { ...spec.design.reductions, ...some } },
});

/** A path to take in place of a search, by the names of its actions. */
export interface Pinned {
  /** The property that it violated when it was found. */
  readonly property: string;
  /** What must come out: that it does so no more, or that it does so still. */
  readonly outcome: 'mended' | 'breaks';
  /** The number of the initial state. */
  readonly initial: number;
  /** Labels of actions. */
  readonly actions: readonly string[];
}

export interface Spec {
  /** As it was asked for, relative to the working directory. */
  readonly file: string;
  /** The same design and expectations in one file. */
  readonly whole: SpecFile;
  /** It and all that it extends, likewise. */
  readonly files: readonly string[];
  readonly title: string;
  readonly shows: string | null;
  /** Whether a search that a limit ended fails the run. */
  readonly unfinished: 'fails' | 'accepted';
  readonly design: Design;
  readonly expect: Readonly<Record<string, Expectation>>;
  /** Null for a spec whose states are searched. */
  readonly pinned: Pinned | null;
  /** A mistake in the spec, at the place in whichever file it stands. */
  mistake(code: ErrorCode, path: KeyPath, message: string, hint?: string): Mistake;
  /** Where the file itself speaks of a key path, or of what encloses it. Both are 1-based. */
  place(path: KeyPath): { readonly line: number; readonly column: number };
}

const extendsMax = 16;

/**
 * The spec files below some files and folders, sorted, each once. In a folder links are passed over, to folders
 * and to files; a link that is named is followed.
 *
 * Throws UserError for what is missing, or cannot be read.
 */
export function findSpecs(paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => {
    const found = specsIn(path);
    if (found === null) return [path];
    if (found.length > 0) return found;
    const hint = '`svscheck init` writes one to start from';
    throw new UserError([
      { code: 'empty-folder', file: path, message: 'there is no spec (*.yaml) here', hint },
    ]);
  });
  return [...new Set(files)];
}

/** The specs of a folder; null for what is no folder. */
function specsIn(path: string): string[] | null {
  try {
    if (!statSync(path).isDirectory()) return null;
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    const { code, path: at = path } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT';
    const message = isMissing ? 'there is no such file or folder' : `it cannot be read (${code})`;
    throw new UserError([
      { code: isMissing ? 'file-missing' : 'file-unreadable', file: at, message },
    ]);
  }
}

export interface LoadOptions {
  /**
   * Folders: what a spec extends must lie below one of them, links resolved. The working directory and
   * the folder of the spec unless given; null where it may lie anywhere.
   */
  readonly within?: readonly string[] | null;
}

/** Reads a spec and all that it extends. Throws UserError. */
export const loadSpec = (file: string, { within = ['.', dirname(file)] }: LoadOptions = {}): Spec =>
  specOf(file, readChain(file, within));

/** A spec whose text is at hand and extends nothing. Throws UserError. */
export function specOfText(file: string, text: string): Spec {
  const source = new Source(file, text);
  return specOf(file, [{ source, value: parse(source) }]);
}

function specOf(file: string, chain: readonly Part[]): Spec {
  const { value: own, source: ownSource } = chain[0] as Part;
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
  const kaslr = setting('kaslr') ?? defaults.kaslr;
  const { defaults: given } = protocols.find(({ name }) => name === protocol) as Protocol;
  const kernelAreas = setting('kernel-areas') ?? given.kernelAreas;
  /** Of what the protocol has by default, that which the spec has areas for. */
  const inScope = <N extends string>(names: readonly N[]): N[] =>
    names.filter((name) => name === 'user' || (kernelAreas as readonly string[]).includes(name));
  const options: ScopeOptions = {
    cpus: required(machine('cpus'), ['machine', 'cpus'], size),
    pmaps: required(machine('pmaps'), ['machine', 'pmaps'], size),
    userSlots: required(machine('user-slots'), ['machine', 'user-slots'], size),
    nesting: machine('nesting') ?? defaults.nesting,
    events: machine('events') ?? defaults.events,
    kernelAreas,
    unmapped: setting('unmapped') ?? inScope(given.unmapped),
    secret: setting('secret') ?? inScope(given.secret),
    global: setting('global') ?? inScope(given.global),
    entryCode: setting('entry-code') ?? defaults['entry-code'],
    sharedSlot: setting('shared-slot') ?? defaults['shared-slot'],
    unisolated: setting('unisolated') ?? defaults.unisolated,
    memory: setting('memory') ?? defaults.memory,
    storeBuffer: setting('store-buffer') ?? defaults['store-buffer'],
    svs: setting('svs') ?? defaults.svs,
    kaslr: kaslr === false ? null : kaslr,
    interleaving: setting('interleaving') ?? defaults.interleaving,
    loops: setting('loops') ?? defaults.loops,
  };
  const { title, shows, expect } = own;
  const spec: Spec = {
    file,
    whole: {
      ...Object.assign({}, ...chain.toReversed().map(({ value }) => value)),
      ...{ title, shows, expect, extends: undefined },
      machine: Object.assign({}, ...chain.toReversed().map(({ value }) => value.machine)),
      edits: edits.map(({ edit }) => edit),
    },
    files: chain.map(({ source }) => source.file),
    title: own.title,
    shows: own.shows ?? null,
    unfinished: own.unfinished ?? 'fails',
    design: {
      protocol,
      options,
      edits: edits.map(({ edit }) => edit),
      reductions: {
        symmetry: [...new Set(setting('symmetry') ?? defaults.symmetry)],
        por: (setting('reductions') ?? defaults.reductions).includes('por'),
      },
    },
    expect: (own.expect ?? {}) as Record<string, Expectation>,
    pinned: own.pinned === undefined ? null : { ...own.pinned, initial: own.pinned.initial ?? 0 },
    mistake,
    place: (path) => ownSource.place(path, true),
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
function readChain(file: string, within: readonly string[] | null): Part[] {
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
    const real = realPath(target);
    if (within !== null && !within.some((folder) => isBelow(realPath(resolve(folder)), real))) {
      const message = `'${value.extends}' leads out of the folders that specs are read from, to ${real}`;
      const hint =
        'run it in a folder that has both, or name one; --extends-anywhere lets specs extend any file';
      throw new UserError([source.mistake('extends-outside', ['extends'], message, hint)]);
    }
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

/** A path with its links resolved, as far as it is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPath(above), basename(path));
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function parse(source: Source): SpecFile {
  const parsed = specFormat.safeParse(source.value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.flatMap((issue) => mistakesOf(issue, source));
  throw new UserError(mistakes.slice(0, mistakesMax));
}
