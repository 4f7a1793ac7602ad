/** The built program in processes of its own, which are killed, starved and lied to. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'dist/cli.js');

/** Milliseconds after which a process that should have ended hangs. */
const hangMs = 240_000;

const machine = (cpus, pmaps, slots) => ({ cpus, pmaps, 'user-slots': slots });
/** By name: what is searched. Two hold and two do not; the last takes minutes. */
const specs = {
  holds: ['mail/mended', machine(2, 2, 2)],
  larger: ['mail/mended', machine(3, 2, 1)],
  violated: ['mail/copy-unlocked', machine(2, 2, 2)],
  small: ['mail/interleaved', {}],
  'large-symmetric': ['mail/mended-symmetric', machine(4, 2, 2)],
  'large-violated': ['mail/copy-unlocked', machine(3, 2, 2)],
  large: ['mail/mended', machine(3, 2, 2)],
};

/** The file of a spec, written where it is not there yet. */
export function specFile(dir, name) {
  const [base, size] = specs[name];
  const file = join(dir, `${name}.yaml`);
  const text = `extends: ${join(root, 'specs', `${base}.yaml`)}\nmachine: ${JSON.stringify(size)}\n`;
  mkdirSync(dir, { recursive: true });
  writeFileSync(file, `title: ${name}\nexpect: {}\n${text}`);
  return file;
}

/**
 * Runs `check --json` to its end, or until it is killed.
 *
 * @param onStart given the process
 * @param killAfter milliseconds
 * @param limit of `ulimit -f`, in KiB
 * @returns the exit code or null, whether it was killed, both outputs and the report or null
 */
export function check(args, { killAfter, onStart = () => {}, limit } = {}) {
  return new Promise((resolve) => {
    const told = ['--json', '--progress', 'none'];
    const command = [process.execPath, cli, 'check', '--extends-anywhere', ...told, ...args];
    const shell = ['bash', '-c', `ulimit -f ${limit}; exec "$@"`, 'bash'];
    const [file, ...rest] = limit === undefined ? command : [...shell, ...command];
    const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    onStart(child);
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      err += data;
    });
    const kill = () => child.kill('SIGKILL');
    const end = setTimeout(kill, killAfter ?? hangMs);
    child.on('close', (code, signal) => {
      clearTimeout(end);
      const killed = signal === 'SIGKILL';
      if (killed && killAfter === undefined) err += 'it hangs';
      resolve({ code, killed, out, err, report: reportOf(out) });
    });
  });
}

function reportOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What an interrupted and resumed search is to tell as an uninterrupted one does. */
export function told({ report }) {
  if (report === null) return null;
  const { exitCode, mistakes, suite } = report;
  const specs = report.specs.map(({ timeMs, bytes, workers, notices, file, ...spec }) => spec);
  return JSON.stringify({ exitCode, mistakes, suite, specs });
}

/** What is wrong with a run that is to tell what another told; or null. */
export function differs(run, whole) {
  if (told(run) === whole) return null;
  return `exit ${run.code}: ${(run.err || run.out).slice(0, 300)}`;
}

/** Whether a run was refused as a user's mistake is: with a code, and no stack. */
export const isRefused = ({ code, err }) =>
  code === 2 && err.includes('error[checkpoint-unusable]') && !/^ {4}at /m.test(err);

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
