/**
 * Packed search and reference explorer over the same first states of one spec, side by side.
 *
 *   npm run bench -- [depth]
 *
 * Both explore every state up to `depth` steps from the initial one, each in a thread of its own
 * that has run nothing else. What counts is the ratio: the rates depend on the machine.
 */

import { PerformanceObserver } from 'node:perf_hooks';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { explore } from '../dist/explorer/reference.js';
import { search } from '../dist/explorer/search.js';
import { ImmutableModel } from '../dist/model/immutable-system.js';
import { PackedModel } from '../dist/model/packed-system.js';
import { buildSpec } from '../dist/spec/build.js';
import { loadSpec } from '../dist/spec/load.js';

const file = new URL('./mended-3-2-2.yaml', import.meta.url).pathname;

/** Searches, and tells how long it took and what it left on V8's heap, where no state lies. */
async function measure({ explorer, depthMax }) {
  const model = buildSpec(loadSpec(file));
  const system = explorer === 'packed' ? new PackedModel(model) : new ImmutableModel(model);
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const heapBefore = process.memoryUsage().heapUsed;
  const started = performance.now();
  const outcome = explorer === 'packed' ? search(system, { depthMax }) : explore(system, depthMax);
  const ms = performance.now() - started;
  const heapGrowth = process.memoryUsage().heapUsed - heapBefore;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { ...outcome, ms, heapGrowth, collections };
}

function inOwnThread(request) {
  return new Promise((resolve, reject) => {
    // A young generation that large is collected only if the search allocates.
    const resourceLimits =
      request.explorer === 'packed' ? { maxYoungGenerationSizeMb: 1024 } : undefined;
    const worker = new Worker(new URL(import.meta.url), { workerData: request, resourceLimits });
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

const grouped = (n) => Math.round(n).toLocaleString('en-US');

async function main() {
  const depthMax = Number(process.argv[2] ?? 36);
  const packed = await inOwnThread({ explorer: 'packed', depthMax });
  const reference = await inOwnThread({ explorer: 'reference', depthMax });
  const rate = ({ statesGenerated, ms }) => (statesGenerated / ms) * 1000;
  const compared = ({ statesDistinct, statesGenerated, depth, verdicts, witnesses, fired }) =>
    JSON.stringify({ statesDistinct, statesGenerated, depth, verdicts, witnesses, fired });

  console.log(`mended design, 3 CPUs, 2 pmaps, 2 slots, one nested interrupt; depth ${depthMax}`);
  console.log(
    `${grouped(packed.statesDistinct)} states, ${grouped(packed.statesGenerated)} transitions\n`,
  );
  console.log('explorer         time  transitions/s');
  for (const [name, run] of Object.entries({ packed, reference })) {
    const time = `${(run.ms / 1000).toFixed(2)} s`;
    console.log(`${name.padEnd(10)} ${time.padStart(10)} ${grouped(rate(run)).padStart(14)}`);
  }
  console.log(`ratio      ${(rate(packed) / rate(reference)).toFixed(0).padStart(10)}\n`);
  const { bytes, load, statesDistinct, heapGrowth, statesGenerated, collections } = packed;
  console.log(
    `packed: ${(bytes / statesDistinct).toFixed(1)} bytes a state, index ${Math.round(load * 100)} % full`,
  );
  console.log(
    `packed: V8's heap grew by ${(heapGrowth / statesGenerated).toFixed(3)} bytes a transition, ${collections} collections`,
  );
  if (compared(packed) !== compared(reference)) {
    console.error('the explorers disagree');
    process.exitCode = 1;
  }
}

if (isMainThread) await main();
else parentPort.postMessage(await measure(workerData));
