/**
 * What a search costs as it grows: time and memory against states, from 10^4 to 10^8.
 *
 *   npm run bench:scale -- [--rounds N]
 *
 * Each spec is searched in full, without a reduction, by one worker in a process of its own. Writes
 * bench/scale.json and the chart docs/scale.svg.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chartOf } from './chart.js';
import { machine, measure } from './peers/measure.js';
import { median } from './peers/table.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Designs that hold, at machines of growing size. */
const runs = [
  ['mail/mended', { cpus: 2, pmaps: 2, 'user-slots': 1 }],
  ['mail/mended', { cpus: 2, pmaps: 2, 'user-slots': 2 }],
  ['netbsd/2022-one-pmap', {}],
  ['mail/mended', { cpus: 3, pmaps: 2, 'user-slots': 1 }],
  ['mail/mended', { cpus: 3, pmaps: 2, 'user-slots': 2, nesting: 0 }],
  ['netbsd/2022-one-pmap', { events: ['free', 'kernel-thread', 'nmi'] }],
  ['mail/mended', { cpus: 3, pmaps: 2, 'user-slots': 2 }],
];

function main() {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '1' } } });
  const dir = mkdtempSync(join(tmpdir(), 'svscheck-scale-'));
  const points = [];
  try {
    for (const [spec, size] of runs) {
      const base = relative(dir, join(root, 'specs', `${spec}.yaml`));
      const text = `title: ${spec}\nextends: ${base}\nmachine: ${JSON.stringify(size)}\n`;
      writeFileSync(join(dir, 'spec.yaml'), text);
      const cli = ['check', 'spec.yaml', '--json', '--workers', '1'];
      const measured = Array.from({ length: Number(values.rounds) }, () =>
        measure(dir, [process.execPath, join(root, 'dist/cli.js'), ...cli], [0, 1]),
      );
      const [{ statesDistinct, statesGenerated, stoppedBy }] = JSON.parse(measured[0].output).specs;
      if (stoppedBy !== null) throw new Error(`${spec} was stopped by ${stoppedBy}`);
      const middle = (key) => Math.round(median(measured.map((one) => one[key])) * 100) / 100;
      const point = {
        spec,
        machine: size,
        statesDistinct,
        statesGenerated,
        cpuSeconds: middle('cpuSeconds'),
        peakMiB: Math.round(middle('peakMiB')),
      };
      points.push(point);
      console.log(JSON.stringify(point));
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
  points.sort((a, b) => a.statesDistinct - b.statesDistinct);
  const date = new Date().toISOString().slice(0, 10);
  const document = { date, machine: machine(), node: process.version, points };
  writeFileSync(join(root, 'bench/scale.json'), `${JSON.stringify(document, null, 2)}\n`);
  writeFileSync(join(root, 'docs/scale.svg'), chartOf(points));
}

main();
