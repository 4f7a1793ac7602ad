/** `kill -9` at any moment; what is resumed tells what the uninterrupted run tells. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { check, differs, specFile, told } from './program.js';

const kills = 50;
const pool = ['holds', 'violated', 'holds', 'violated', 'larger'];

export async function killed({ dir, random, row }) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const wholes = new Map();
  for (const name of new Set(pool)) {
    const began = Date.now();
    const run = await check([specFile(dir, name), '--workers', '2']);
    wholes.set(name, { told: told(run), ms: Date.now() - began });
  }
  const seen = { killed: 0, again: 0, onDisk: 0, anew: 0, resumed: 0 };
  const failures = [];
  const folder = join(dir, 'kept');
  for (let chain = 0; seen.killed < kills; chain++) {
    const name = pool[chain % pool.length];
    const whole = wholes.get(name);
    rmSync(folder, { recursive: true, force: true });
    // Two workers begin it; it is gone on with by one to three, here or there.
    let args = [pick(['--checkpoint', '--disk']), folder, '--workers', '2'];
    for (let goOn = true, depth = 0; goOn; depth++) {
      const killAfter = (0.05 + random() * 0.9) * whole.ms;
      // The first is always killed, and of those that are resumed some.
      const options = depth === 0 || random() < 0.4 ? { killAfter } : {};
      const run = await check(
        [specFile(dir, name), '--checkpoint-every', '200ms', ...args],
        options,
      );
      if (args.includes('--disk')) seen.onDisk++;
      if (depth > 0 && run.report !== null) {
        const [spec] = run.report.specs;
        if (spec?.notices.some((notice) => notice.includes('begins anew'))) seen.anew++;
        else seen.resumed++;
      }
      // Killed before it began: there is nothing to go on from.
      if (run.killed && !existsSync(folder)) continue;
      if (run.killed && options.killAfter !== undefined) {
        seen.killed++;
        if (depth > 0) seen.again++;
        const place = random() < 0.5 ? [] : ['--disk', folder];
        args = ['--resume', folder, ...place, '--workers', pick(['1', '2', '3'])];
        continue;
      }
      const fault = differs(run, whole.told);
      if (fault !== null) failures.push(`${name} ${args.join(' ')}: ${fault}`);
      goOn = false;
    }
  }
  const { again, onDisk, anew, resumed } = seen;
  const note = `${again} of resumed runs; ${onDisk} runs on disk; ${resumed} ended from a checkpoint, ${anew} anew`;
  row('kill -9 at any moment', seen.killed, failures, note);
}
