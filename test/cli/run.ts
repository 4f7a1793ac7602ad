/** The command line as a user has it: the built program, in a process of its own. */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const program = resolve('dist/cli.js');

/** Not a terminal, whatever the tests themselves run in. */
const { FORCE_COLOR: _, ...env } = process.env;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function svscheck(args: readonly string[], cwd = '.', more: NodeJS.ProcessEnv = {}): Ran {
  const ran = spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...env, ...more },
    maxBuffer: 2 ** 26,
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

/** Starts it, calls back with all that it has written whenever it writes, and waits for its end. */
export function started(
  args: readonly string[],
  cwd: string,
  onWritten: (out: string, child: ChildProcess, err: string) => void,
): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [program, ...args], { cwd, env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => {
      out += data;
      onWritten(out, child, err);
    });
    child.stderr.on('data', (data) => {
      err += data;
      onWritten(out, child, err);
    });
    child.on('close', (code) => done({ code, out, err }));
  });
}

/** Runs a test in a new folder that holds some files. */
export async function inFolder<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'svscheck-test-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Times vary from run to run; nothing else does. */
export const timeless = (text: string): string => text.replace(/\d+\.\d s\b/g, 'N s');
