/**
 * Never lost, never wrong, never without end: searches that are killed, starved, lied to and limited.
 *
 *   npm run test:faults -- [--only kills,space,damage,threads,limits] [--seed 1]
 *
 * Prints a row for each fault: how often it was made, and how often what came of it was not right.
 * Some ten minutes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { damaged } from './damage.js';
import { killed } from './kills.js';
import { limited } from './limits.js';
import { randomOf } from './program.js';
import { starved } from './space.js';
import { orphaned } from './threads.js';

const parts = {
  kills: killed,
  space: starved,
  damage: damaged,
  threads: orphaned,
  limits: limited,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(parts).join(',') },
    seed: { type: 'string', default: '1' },
  },
});

let failed = 0;
function row(label, runs, failures, note = '') {
  failed += failures.length;
  const outcome = failures.length === 0 ? 'ok' : `${failures.length} FAILED`;
  console.log(`${label.padEnd(52)} ${String(runs).padStart(4)}  ${outcome}  ${note}`);
  for (const failure of failures) console.log(`    ${failure.trim().replaceAll('\n', '\n    ')}`);
}

for (const name of values.only.split(',')) {
  const dir = mkdtempSync(join(tmpdir(), 'svscheck-faults-'));
  try {
    await parts[name]({ dir, random: randomOf(Number(values.seed)), row });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
process.exitCode = failed === 0 ? 0 : 1;
