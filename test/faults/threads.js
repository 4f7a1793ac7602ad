/** A thread that dies while checkpoints are written. */
import { join } from 'node:path';
import { loadSpec, runSpec } from '../../dist/index.js';
import { check, differs, specFile, told } from './program.js';

export async function orphaned({ dir, row }) {
  for (const name of ['holds', 'violated']) {
    const file = specFile(dir, name);
    const whole = told(await check([file]));
    for (const onDisk of [false, true]) {
      for (const [who, index] of [
        ['a helper', 1],
        ['the leader', 0],
      ]) {
        const folder = join(dir, `${name}-${onDisk}-${index}`);
        const died = await run(file, { folder, resume: false, onDisk, everyMs: 200 }, index);
        const resumed = await check([file, '--resume', folder, '--workers', '2']);
        const faults = [
          died.stoppedBy === 'worker-died' ? null : `stopped by ${died.stoppedBy}`,
          differs(resumed, whole),
        ];
        const place = onDisk ? 'on disk' : 'in memory';
        row(`${who} dies ${place}, ${name}`, 1, faults.filter(Boolean), `at depth ${died.depth}`);
      }
    }
  }
}

/** Searches, and ends one of its threads once both of them search. */
function run(file, archive, index) {
  const threads = [];
  return runSpec(loadSpec(file, { within: null }), {
    ...{ archive, workers: 2, eager: true },
    onThread: (thread, number) => {
      threads[number] = thread;
    },
    onProgress: ({ workers, statesDistinct }) => {
      if (workers > 1 && statesDistinct > 100_000) threads[index].terminate();
    },
  });
}
