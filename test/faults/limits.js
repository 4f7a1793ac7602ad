/** Limits that hold: time, memory, signals; and two searches in one folder. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { check, differs, isRefused, specFile, told } from './program.js';

const seconds = 8;
const graceMs = 2000;
const mebibytes = 250;
/** What was touched between two looks. */
const slack = 1.05;

export async function limited({ dir, row }) {
  const folder = join(dir, 'limited');
  const runs = [
    ['in memory', 'large', []],
    ['with checkpoints', 'large', ['--checkpoint', folder]],
    ['resumed', 'large', ['--resume', folder]],
    ['with symmetry', 'large-symmetric', []],
    ['with traces', 'large-violated', []],
    ['on disk', 'large', ['--disk', join(dir, 'limited-disk')]],
    ['on disk with traces', 'large-violated', ['--disk', join(dir, 'limited-disk')]],
  ];
  for (const [label, name, args] of runs) {
    const { report, err } = await check([
      specFile(dir, name),
      '--time-max',
      `${seconds}s`,
      ...args,
    ]);
    const { timeMs, stoppedBy, depth } = report?.specs[0] ?? {};
    const isKept = stoppedBy === 'time-max' && timeMs < seconds * 1000 + graceMs;
    const faults = isKept ? [] : [`stopped by ${stoppedBy} after ${timeMs} ms ${err}`];
    row(`--time-max ${seconds}s ${label}`, 1, faults, `${timeMs} ms, depth ${depth}`);
  }
  for (const [label, args] of [
    ['in memory', []],
    ['on disk', ['--disk', join(dir, 'narrow-disk'), '--time-max', '20s']],
  ]) {
    let peak = 0;
    const file = specFile(dir, 'large');
    const run = check([file, '--memory-max', `${mebibytes}MiB`, ...args], {
      onStart: ({ pid }) => {
        const timer = setInterval(() => {
          peak = Math.max(peak, peakOf(pid));
          if (peak < 0) clearInterval(timer);
        }, 50);
        timer.unref();
      },
    });
    const { report } = await run;
    const { stoppedBy } = report?.specs[0] ?? {};
    const mib = Math.round(peak / 1024);
    const wanted = args.length === 0 ? 'memory-max' : 'time-max';
    const isKept = stoppedBy === wanted && mib > 0 && mib < mebibytes * slack;
    const faults = isKept ? [] : [`stopped by ${stoppedBy} with ${mib} MiB`];
    row(`--memory-max ${mebibytes}MiB ${label}`, 1, faults, `VmHWM ${mib} MiB`);
  }
  await signalled({ dir, row });
  await sideBySide({ dir, row });
}

/** KiB that a process had resident at most; 0 where nothing tells. */
function peakOf(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

async function signalled({ dir, row }) {
  const file = specFile(dir, 'larger');
  const whole = told(await check([file]));
  for (const signal of ['SIGINT', 'SIGTERM']) {
    const folder = join(dir, signal);
    const run = await check([file, '--checkpoint', folder], {
      onStart: async (child) => {
        while (!existsSync(folder)) await setTimeout(50);
        await setTimeout(500);
        child.kill(signal);
      },
    });
    const { stoppedBy } = run.report?.specs[0] ?? {};
    const isEnded = run.code === 130 && stoppedBy === 'interrupted';
    const resumed = await check([file, '--resume', folder]);
    const faults = [isEnded ? null : `exit ${run.code} ${stoppedBy}`, differs(resumed, whole)];
    row(`${signal}, and resumed`, 1, faults.filter(Boolean));
  }
}

async function sideBySide({ dir, row }) {
  const folder = join(dir, 'shared');
  const files = ['holds', 'violated'].map((name) => specFile(dir, name));
  const wholes = [];
  for (const file of files) wholes.push(told(await check([file])));
  const both = await Promise.all(files.map((file) => check([file, '--checkpoint', folder])));
  const faults = both.map((run, index) => differs(run, wholes[index])).filter(Boolean);
  row('two specs in one folder at once', 2, faults);

  const large = specFile(dir, 'large');
  const kept = join(dir, 'taken');
  let child;
  const first = check([large, '--disk', kept], {
    onStart: (started) => {
      child = started;
    },
  });
  await setTimeout(6000);
  const refusals = [];
  for (const place of [['--disk', kept], []]) {
    refusals.push(await check([large, '--resume', kept, '--time-max', '9s', ...place]));
  }
  child.kill('SIGTERM');
  const { stoppedBy } = (await first).report?.specs[0] ?? {};
  row('one spec twice in one folder', 2, [
    ...refusals.filter((run) => !isRefused(run)).map(({ code, err }) => `exit ${code}: ${err}`),
    ...(stoppedBy === 'interrupted' ? [] : [`the first was stopped by ${stoppedBy}`]),
  ]);
  rmSync(kept, { recursive: true, force: true });
}
