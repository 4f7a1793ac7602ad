/** `svscheck check --watch`: checks, and checks again what a change of a file has to do with. */
import { setTimeout } from 'node:timers/promises';
import type { Run } from '../report/run.js';
import { inOrder } from '../report/run.js';
import { counted } from '../report/terminal.js';
import { plain, UserError } from '../spec/errors.js';
import { loadSpec } from '../spec/load.js';
import type { Look } from './changes.js';
import { lookAgain, noLook } from './changes.js';
import type { CheckOptions } from './check.js';
import { filesOf, hasFolder, layoutFor } from './check.js';
import { print, printMistakes, writeOut } from './output.js';
import { searchAll } from './searches.js';
import { withinOf } from './specs.js';
import { tellingOf } from './telling.js';

const lookEveryMs = 200;

type Results = Pick<Run, 'specs' | 'mistakes'>;

/** @returns the exit code of the last run; that of an interrupted one if Ctrl-C came during it */
export async function watch(paths: readonly string[], options: CheckOptions): Promise<number> {
  const telling = tellingOf(options);
  if (telling.isQuiet) {
    const message = 'one run after the other is no document for standard output';
    const hint = 'give the reporter a file, as NAME=FILE';
    throw new UserError([{ code: 'bad-option', file: '--watch', message, hint }]);
  }
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.on('SIGINT', end);
  const within = withinOf(paths, options);
  let known: Results = { specs: [], mistakes: [] };
  let exitCode: number | null = null;
  for (let look = noLook; !stop.signal.aborted; await sleep(lookEveryMs, stop.signal)) {
    const { files, mistakes } = filesOf(paths, true);
    look = lookAgain(look, files, (file) => loadSpec(file, { within }));
    if (exitCode !== null && look.changed.length === 0) continue;
    if (exitCode !== null) announce(look);
    printMistakes(mistakes);
    const layout = layoutFor(paths, files);
    const { interrupted, ...found } = await searchAll(
      look.affected,
      { ...options, within },
      (spec) => telling.spec(spec, layout),
    );
    known = updated(known, found, look);
    const run = { files: [...files], shard: null, isSuite: hasFolder(paths), specs: known.specs };
    const all = [...mistakes, ...known.mistakes];
    exitCode = telling.end({ run: { ...run, mistakes: all }, interrupted, drift: null }, layout);
    const watched = `${paths.map(plain).join(', ')} (${counted(look.stamps.size, 'file')})`;
    if (!interrupted) print(`\nWaiting for a change of ${watched}; Ctrl-C ends.`);
  }
  process.off('SIGINT', end);
  return exitCode ?? 0;
}

/** Returns at once when it is aborted. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => {});

function announce({ changed: [first = '', ...others], affected }: Look): void {
  if (process.stdout.isTTY) writeOut('\u001b[2J\u001b[H');
  const more = others.length === 0 ? '' : ` and ${counted(others.length, 'other')}`;
  print(`Changed: ${plain(first)}${more}; checked again: ${counted(affected.length, 'spec')}.\n`);
}

/** What is known of all specs when what was found of some takes the place of what was known. */
function updated(known: Results, found: Results, { files, affected }: Look): Results {
  const kept = new Set<string | undefined>(files);
  for (const file of affected) kept.delete(file);
  const isKept = (file: string | undefined): boolean => kept.has(file);
  const specs = [...known.specs.filter(({ file }) => isKept(file)), ...found.specs];
  const mistakes = [...known.mistakes.filter(({ spec }) => isKept(spec)), ...found.mistakes];
  return {
    specs: inOrder(files, specs, ({ file }) => file),
    mistakes: inOrder(files, mistakes, ({ spec }) => spec),
  };
}
