/** Folders that cases are run in, and what is in them before and after. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { folderOf } from '../../src/spec/archive.js';
import type { Ended } from './holds.js';
import type { Case, Files } from './kinds.js';

/** A folder that nobody else has; its path leads through no link. */
export const newFolder = (): string => mkdtempSync(join(realpathSync(tmpdir()), 'svscheck-fuzz-'));

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true });

/** Puts files into a folder; those of `ck/` where a search of `a.yaml` looks for its checkpoint. */
export function put(folder: string, files: Files): void {
  const archive = folderOf(join(folder, 'ck'), join(folder, 'a.yaml'));
  for (const [name, contents] of Object.entries(files)) {
    const path = name.startsWith('ck/') ? join(archive, name.slice(3)) : join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
}

/** Removes them again, and what a case may have written. */
export function clear(folder: string, { files, writes = [] }: Case): void {
  for (const name of [...Object.keys(files), ...writes]) {
    const top = name.startsWith('ck/') ? 'ck' : name;
    rmSync(join(folder, top), { recursive: true, force: true });
  }
}

/** Every file below a folder, with a digest of what is in it. */
function listing(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [
          relative(folder, path),
          createHash('sha1').update(readFileSync(path)).digest('hex'),
        ];
      }),
  );
}

/** What a case left otherwise than it was, where it had no business. */
function touched(before: Map<string, string>, after: Map<string, string>, own: readonly string[]) {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .filter((path) => !own.some((one) => path === one || path.startsWith(`${one}/`)));
}

const program = resolve('dist/cli.js');
const memory = resolve('test/fuzz/memory.cjs');
/** Milliseconds after which a process is taken to hang, however slow the machine. */
const patienceMs = 60_000;

/** Runs the built program on a case in a folder of its own. */
export function ended(beside: Files, one: Case): Ended & { readonly touched: readonly string[] } {
  const around = newFolder();
  try {
    const folder = join(around, 'in');
    put(folder, { ...beside, ...one.files });
    const before = listing(around);
    const options = ['--require', memory, '--max-old-space-size=512'];
    const ran = spawnSync(process.execPath, [...options, program, ...one.args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: around, TMPDIR: around },
      maxBuffer: 2 ** 26,
      timeout: patienceMs,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const own = (one.writes ?? []).map((path) => join('in', path));
    const after = listing(around);
    return {
      code: ran.status,
      signal: ran.signal,
      out: ran.stdout,
      err: ran.stderr,
      files: [...after.keys()]
        .filter((path) => own.includes(path))
        .map((path) => readFileSync(join(around, path), 'utf8')),
      kibibytes: Math.max(0, ...String(ran.output[3]).trim().split('\n').map(Number)),
      touched: touched(before, after, own),
    };
  } finally {
    removeFolder(around);
  }
}
