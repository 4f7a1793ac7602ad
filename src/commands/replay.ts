/** `svscheck replay` and `svscheck simulate`: one path, told step by step. */
import type { Path } from '../explorer/system.js';
import { ImmutableModel, PathError } from '../model/immutable-system.js';
import { replayPacked } from '../model/packed-replay.js';
import { exitCodes } from '../report/exit.js';
import { colorless, counted } from '../report/terminal.js';
import { parsePath } from '../report/trace.js';
import { buildSpec } from '../spec/build.js';
import { plain, UserError } from '../spec/errors.js';
import { pathActionsMax } from '../spec/format.js';
import { loadSpec } from '../spec/load.js';
import { refusePinned } from '../spec/pinned.js';
import { checkWritable, put } from './files.js';
import { color, print } from './output.js';
import type { PathFormat, ToldPath } from './path-formats.js';
import { formatPath, toldPath } from './path-formats.js';
import type { SaveOptions } from './save.js';
import { checkSave, savePath } from './save.js';
import type { ReadOptions } from './specs.js';
import { withinOf } from './specs.js';

export interface ReplayOptions extends SaveOptions, ReadOptions {
  readonly path: string;
  /** Take the path by the immutable rules instead of the packed ones. */
  readonly reference?: boolean;
  readonly format?: PathFormat;
  /** The file to write; standard output without one. */
  readonly output?: string;
}

/** @returns 1 when a property is violated at the end of the path, else 0; 0 when it was saved */
export function replay(file: string, options: ReplayOptions): number {
  if (options.output !== undefined) checkWritable(options.output);
  const spec = loadSpec(file, { within: withinOf([file], options) });
  checkSave(spec, options);
  const model = buildSpec(spec);
  return alongPath(file, options.path, (path) => {
    const taken = options.reference
      ? new ImmutableModel(model).replay(path)
      : replayPacked(model, path);
    const code = tellPath(toldPath(spec, model, path, taken), options);
    if (options.save === undefined) return code;
    savePath(spec, model, path, taken, options);
    return exitCodes.ok.code;
  });
}

/** What comes of a path that a user gave. Throws UserError where it is none, or cannot be taken. */
export function alongPath<T>(file: string, text: string, take: (path: Path) => T): T {
  const path = parsePath(text);
  if (path === undefined) {
    throw new UserError([
      {
        code: 'bad-path',
        file,
        message: `'${plain(text.slice(0, 60))}' is not a path`,
        hint: 'a path is the number of an initial state, a colon, and the numbers of actions joined by dots, such as 0:4.0.17',
      },
    ]);
  }
  const { length } = path.actions;
  if (length > pathActionsMax) {
    const message = `the path has ${length} actions; one to replay has ${pathActionsMax} at most`;
    throw new UserError([{ code: 'bad-path', file, message }]);
  }
  try {
    return take(path);
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    const place = error.position < 0 ? '' : `action ${error.position + 1} of the path: `;
    const hint = 'the spec has changed since the path was found; run `svscheck check` again';
    throw new UserError([{ code: 'bad-path', file, message: place + error.message, hint }]);
  }
}

export interface SimulateOptions extends ReadOptions {
  readonly seed?: number;
  readonly steps: number;
}

/** Walks at random, by the immutable rules, until a property is violated or the steps are done. */
export function simulate(file: string, options: SimulateOptions): number {
  const spec = loadSpec(file, { within: withinOf([file], options) });
  refusePinned(spec, 'simulate');
  const model = buildSpec(spec);
  const system = new ImmutableModel(model);
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const random = randomFrom(seed);
  const pick = (length: number): number => Math.floor(random() * length);
  const initial = pick(system.initials.length);
  const actions: number[] = [];
  let state = system.initials[initial] as (typeof system.initials)[number];
  let violated = system.failing(state).length > 0;
  while (!violated && actions.length < options.steps) {
    const enabled = system.enabled(state);
    const action = enabled[pick(enabled.length)];
    if (action === undefined) break;
    const { state: after, steps } = system.take(state, action);
    actions.push(action.index);
    state = after;
    violated = system.failing(state).length > 0 || steps.some(({ failures }) => failures.size > 0);
  }
  const path = { initial, actions };
  print(`seed ${seed}, ${counted(actions.length, 'step')}`);
  return tellPath(toldPath(spec, model, path, system.replay(path)));
}

function tellPath(
  told: ToldPath,
  { format = 'text', output }: Pick<ReplayOptions, 'format' | 'output'> = {},
): number {
  put(output, formatPath(format, told, output === undefined ? color : colorless));
  return told.violated.length === 0 ? exitCodes.ok.code : exitCodes.unexpected.code;
}

/** Numbers from 0 to 1 that a seed fixes (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
