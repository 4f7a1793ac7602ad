/** A file system without space: a small one of its own where there may be one, else a limit of files. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, differs, specFile, told } from './program.js';

const kib = 2048;

export async function starved({ dir, row }) {
  const folder = join(dir, 'narrow');
  mkdirSync(folder);
  const mount = (...options) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', folder]).status === 0;
  const isMounted = mount(`size=${kib}k`);
  const limit = isMounted ? {} : { limit: kib };
  const what = isMounted ? `a tmpfs of ${kib} KiB` : `files of ${kib} KiB at most`;
  try {
    for (const name of ['holds', 'violated']) {
      const file = specFile(dir, name);
      const whole = told(await check([file]));

      const disk = join(folder, 'disk');
      const full = await check([file, '--disk', disk], limit);
      row(`--disk: ${what}, ${name}`, 1, faultsOf(full, 'states cannot be written', name));
      if (isMounted) mount('remount', 'size=256m');
      const more = await check([file, '--disk', disk, '--resume', disk]);
      row(`--resume with more space, ${name}`, 1, [differs(more, whole)].filter(Boolean));
      if (isMounted) mount('remount', `size=${kib}k`);

      for (const [when, filled] of isMounted
        ? [
            ['on the way', 0],
            ['from the start', kib],
          ]
        : [['on the way', 0]]) {
        const ballast = join(folder, 'ballast');
        if (filled > 0) fill(ballast);
        const kept = join(folder, 'kept');
        const args = [file, '--checkpoint', kept, '--checkpoint-every', '200ms'];
        const run = await check(args, limit);
        const faults = [differs(run, whole), untold(run, 'no checkpoint can be written')];
        row(`--checkpoint: full ${when}, ${name}`, 1, faults.filter(Boolean));
        for (const left of [kept, ballast]) rmSync(left, { recursive: true, force: true });
      }
    }
  } finally {
    if (isMounted) spawnSync('umount', [folder]);
  }
}

/** Writes until there is no space. */
function fill(file) {
  try {
    writeFileSync(file, Buffer.alloc(kib * 2048));
  } catch {
    // As it is meant to.
  }
}

function untold({ report }, sentence) {
  const notices = report?.specs[0]?.notices ?? [];
  const isTold = notices.some((notice) => notice.includes(sentence) && /ENOSPC|EFBIG/.test(notice));
  return isTold ? null : `no notice '${sentence}': ${JSON.stringify(notices)}`;
}

function faultsOf(run, sentence, name) {
  const [spec] = run.report?.specs ?? [];
  const holds = spec?.properties.filter(({ result }) => result === 'holds') ?? [];
  return [
    // What was violated before it was full is told.
    run.code === 3 || (name === 'violated' && run.code === 1) ? null : `exit ${run.code}`,
    spec?.stoppedBy === 'disk-error' ? null : `stopped by ${spec?.stoppedBy}`,
    holds.length === 0 ? null : `${holds.length} are said to hold`,
    /^ {4}at /m.test(run.err) ? run.err : null,
    untold(run, sentence),
  ].filter(Boolean);
}
