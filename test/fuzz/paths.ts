/** Paths: what `replay --path` takes, of designs that have them and of others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { PathFormat } from '../../src/commands/path-formats.js';
import { pathFormatNames } from '../../src/commands/path-formats.js';
import { replay } from '../../src/commands/replay.js';
import { ImmutableModel } from '../../src/model/immutable-system.js';
import type { Action } from '../../src/model/model.js';
import { buildSpec } from '../../src/spec/build.js';
import { loadSpec } from '../../src/spec/load.js';
import type { Case, Kind } from './kinds.js';
import { knownSpecs } from './spec-case.js';

/** Designs that are walked through. */
export const walked = [
  'specs/mail/base.yaml',
  'specs/mail/kaslr-placed.yaml',
  'specs/mail/other-cpus-only.yaml',
  'specs/mail/lock-never-released.yaml',
  'specs/netbsd/2018-one-pmap.yaml',
];

const modelOf = new Map(
  walked.map((file) => {
    const model = buildSpec(loadSpec(file));
    return [file, new ImmutableModel(model)] as const;
  }),
);

/** A walk of a design, each step by a number: paths that can be taken. */
export function walk(file: string, choices: readonly number[]) {
  const system = modelOf.get(file) as ImmutableModel<never>;
  const initial = (choices[0] ?? 0) % system.initials.length;
  let state = system.initials[initial] as (typeof system.initials)[number];
  const actions: Action<never>[] = [];
  for (const choice of choices) {
    const enabled = system.enabled(state);
    const action = enabled[choice % Math.max(1, enabled.length)];
    if (action === undefined) break;
    actions.push(action);
    state = system.take(state, action).state;
  }
  return { initial, actions };
}

function pathText(file: string, choices: readonly number[]): string {
  const { initial, actions } = walk(file, choices);
  return `${initial}:${actions.map(({ index }) => index).join('.')}`;
}

const scraps = [
  '.',
  ':',
  '-1',
  '1e3',
  '0x1',
  ' ',
  '\n',
  '٣',
  '+1',
  '999999999',
  '9999999999',
  'NaN',
  '\u202e',
  '\x1b[2J',
  '..',
  '1:1',
  '00',
  '__proto__',
];

const pathOf = (file: string): fc.Arbitrary<string> => {
  const taken = fc.array(fc.nat(1000), { maxLength: 30 }).map((choices) => pathText(file, choices));
  const numbers = fc
    .tuple(fc.nat(3), fc.array(fc.oneof(fc.nat(60), fc.nat()), { maxLength: 8 }))
    .map(([initial, actions]) => `${initial}:${actions.join('.')}`);
  const broken = fc
    .tuple(taken, fc.nat(80), fc.nat(3), fc.constantFrom(...scraps))
    .map(([path, at, cut, scrap]) => path.slice(0, at) + scrap + path.slice(at + cut));
  const long = fc
    .tuple(taken, fc.constantFrom(100, 3000))
    .map(([path, times]) => path + `.${path.split(':')[1]}`.repeat(times).slice(0, 60_000));
  return fc.oneof(
    { weight: 6, arbitrary: taken },
    { weight: 3, arbitrary: numbers },
    { weight: 6, arbitrary: broken },
    { weight: 1, arbitrary: long },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  );
};

/** No argument has a NUL, and one that begins with a hyphen is an option. */
const asArgument = (path: string): string => Buffer.from(path.replaceAll('\0', '')).toString();

export const paths: Kind = {
  name: 'paths to replay',
  share: 7,
  beside: knownSpecs,
  cases: fc
    .constantFrom(...walked)
    .chain((file) =>
      fc.record({
        file: fc.constant(file),
        path: pathOf(file).map(asArgument),
        format: fc.constantFrom(...pathFormatNames),
        more: fc.constantFrom([], [], ['--reference'], ['--save', 'saved.yaml']),
      }),
    )
    .map(({ file, path, format, more }) => ({
      files: {},
      args: ['replay', file, `--path=${path}`, '--format', format, '--output', 'out', ...more],
      writes: ['out', 'saved.yaml'],
    })),
  run,
};

function run(folder: string, { args }: Case): string[] {
  const output = join(folder, 'out');
  const path = args.find((one) => one.startsWith('--path='))?.slice('--path='.length) ?? '';
  const format = args[args.indexOf('--format') + 1] as PathFormat;
  const reference = args.includes('--reference');
  const [, file = ''] = args;
  replay(join(folder, file), { path, format, reference, output });
  return [readFileSync(output, 'utf8')];
}
