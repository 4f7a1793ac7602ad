/**
 * What a search costs as it grows: time and memory against states, from 10^4 to 10^8; and the largest
 * scopes that are searched to the end.
 *
 *   npm run bench:scale -- [--only points|largest]
 *
 * Each point is a spec that is searched without a reduction by one worker, in a process of its own. The
 * largest scopes are searched with all that is there. Writes bench/scale.json and docs/scale.svg.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chartOf } from './chart.js';
import { machine, measure } from './peers/measure.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const nmi = { cpus: 2, pmaps: 1, 'user-slots': 2, events: ['free', 'kernel-thread', 'nmi'] };

/** Designs that hold, at machines of growing size. */
const runs = [
  ['mail/mended', { cpus: 2, pmaps: 2, 'user-slots': 1 }],
  ['mail/mended', { cpus: 2, pmaps: 2, 'user-slots': 2 }],
  ['netbsd/2022-one-pmap', {}],
  ['mail/mended', { cpus: 3, pmaps: 2, 'user-slots': 1 }],
  ['mail/mended', { cpus: 3, pmaps: 2, 'user-slots': 2, nesting: 0 }],
  ['netbsd/2022-one-pmap', nmi],
  ['mail/mended', { cpus: 3, pmaps: 2, 'user-slots': 2 }],
];

const anyOrder = (...symmetry) => ({ loops: 'any-order', symmetry, reductions: ['por'] });
/** Interrupts lead nowhere that partial orders do not leave out: without both a state is cheaper. */
const uninterrupted = { loops: 'any-order', symmetry: ['cpus', 'pmaps', 'user-slots'] };
/** What is searched with two workers, and with which reductions. */
const largest = [
  ['mail/mended', { cpus: 3, pmaps: 2, 'user-slots': 2 }, {}],
  ['netbsd/2022-one-pmap', nmi, {}],
  ['netbsd/2022-one-pmap', nmi, anyOrder('cpus', 'user-slots')],
  ['mail/mended', { cpus: 3, pmaps: 2, 'user-slots': 2 }, anyOrder('cpus', 'pmaps', 'user-slots')],
  ['mail/mended', { cpus: 4, pmaps: 2, 'user-slots': 1 }, anyOrder('cpus', 'pmaps')],
  ['mail/mended', { cpus: 4, pmaps: 2, 'user-slots': 2, nesting: 0 }, uninterrupted],
];

/** Searches a spec in a process of its own; what came of it, and what it cost. */
function searched(dir, spec, size, keys, workers) {
  const base = relative(dir, join(root, 'specs', `${spec}.yaml`));
  const more = Object.entries(keys).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  const text = `title: ${spec}\nextends: ${base}\nmachine: ${JSON.stringify(size)}\n`;
  writeFileSync(join(dir, 'spec.yaml'), text + more.join(''));
  const cli = ['check', 'spec.yaml', '--extends-anywhere', '--json', '--workers', String(workers)];
  const command = [process.execPath, join(root, 'dist/cli.js'), ...cli];
  const { output, cpuSeconds, wallSeconds, peakMiB } = measure(dir, command, [0, 1]);
  const [{ statesDistinct, statesGenerated, stoppedBy, properties }] = JSON.parse(output).specs;
  if (stoppedBy !== null) throw new Error(`${spec} was stopped by ${stoppedBy}`);
  const point = {
    spec,
    machine: size,
    ...keys,
    workers,
    statesDistinct,
    statesGenerated,
    violated: properties.filter(({ result }) => result === 'violated').length,
    cpuSeconds: Math.round(cpuSeconds * 100) / 100,
    wallSeconds: Math.round(wallSeconds * 100) / 100,
    peakMiB: Math.round(peakMiB),
  };
  console.log(JSON.stringify(point));
  return point;
}

function main() {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const file = join(root, 'bench/scale.json');
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const dir = mkdtempSync(join(tmpdir(), 'svscheck-scale-'));
  const run = (name, of) =>
    values.only === undefined || values.only === name ? of() : known[name];
  try {
    const document = {
      date: new Date().toISOString().slice(0, 10),
      machine: machine(),
      node: process.version,
      points: run('points', () =>
        runs
          .map(([spec, size]) => searched(dir, spec, size, {}, 1))
          .sort((a, b) => a.statesDistinct - b.statesDistinct),
      ),
      largest: run('largest', () =>
        largest.map(([spec, size, keys]) => searched(dir, spec, size, keys, 2)),
      ),
    };
    writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
    writeFileSync(join(root, 'docs/scale.svg'), chartOf(document.points));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

main();
