/** Runs children, and reads what the kernel says they cost. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const timer = '/usr/bin/time';

/** Runs a command that must succeed, and gives its output. */
export function call(dir, command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: dir,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** Runs a command to its end: its output, CPU seconds, wall seconds and peak memory. */
export function measure(dir, command, exitCodes) {
  const report = join(dir, 'time');
  const args = ['--output', report, '--format', '%U %S %e %M', ...command];
  const options = { cwd: dir, encoding: 'utf8', maxBuffer: 2 ** 28 };
  const { status, stdout, stderr, error } = spawnSync(timer, args, options);
  if (error !== undefined) throw error;
  if (!exitCodes.includes(status)) {
    throw new Error(`${command.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  }
  // A line before it says when the exit code was not 0.
  const [user, system, wall, kibi] = readFileSync(report, 'utf8')
    .trim()
    .split('\n')
    .at(-1)
    .split(' ');
  return {
    output: stdout,
    cpuSeconds: Number(user) + Number(system),
    wallSeconds: Number(wall),
    peakMiB: Number(kibi) / 1024,
  };
}

const firstLine = (command, args) => {
  const { stdout, error } = spawnSync(command, args, { encoding: 'utf8' });
  return error === undefined ? stdout.split('\n')[0].trim() : null;
};

/** The version of each tool, or null where it is not installed. */
export function toolVersions() {
  const { TLA2TOOLS } = process.env;
  const tlc = TLA2TOOLS !== undefined && existsSync(TLA2TOOLS);
  return {
    node: process.version,
    cc: firstLine('cc', ['--version']),
    spin: firstLine('spin', ['-V']),
    rumur: firstLine('rumur', ['--version']),
    tlc: tlc ? firstLine('java', ['-cp', TLA2TOOLS, 'tlc2.TLC', '-h']) : null,
    time: firstLine(timer, ['--version']) ?? (existsSync(timer) ? timer : null),
  };
}

export const machine = () => ({
  cpu: cpus()[0].model,
  cores: cpus().length,
  memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
});
