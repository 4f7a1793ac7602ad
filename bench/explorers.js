/**
 * Packed search and reference explorer over the same first states of one spec, side by side.
 *
 *   npm run bench -- [depth]
 *
 * Both explore every state up to `depth` steps from the initial one, each in a thread of its own
 * that has run nothing else. What counts is the ratio: the rates depend on the machine.
 */

import { constants, PerformanceObserver } from 'node:perf_hooks';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { explore } from '../dist/explorer/reference.js';
import { search } from '../dist/explorer/search.js';
import { ImmutableModel } from '../dist/model/immutable-system.js';
import { PackedModel } from '../dist/model/packed-system.js';
import { buildSpec } from '../dist/spec/build.js';
import { loadSpec } from '../dist/spec/load.js';

const file = new URL('./mended-3-2-2.yaml', import.meta.url).pathname;

/** Searches, and tells how long it took and how often V8 collected what was allocated. */
async function measure({ explorer, depthMax }) {
  const model = buildSpec(loadSpec(file));
  const system = explorer === 'packed' ? new PackedModel(model) : new ImmutableModel(model);
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    const minor = constants.NODE_PERFORMANCE_GC_MINOR;
    collections += list.getEntries().filter(({ detail }) => detail.kind === minor).length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const started = performance.now();
  const outcome = explorer === 'packed' ? search(system, { depthMax }) : explore(system, depthMax);
  const ms = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { ...outcome, ms, collections };
}

/** @param youngMiB how much may be allocated before it is collected; V8's own choice unless given */
function inOwnThread(explorer, depthMax, youngMiB) {
  return new Promise((resolve, reject) => {
    // V8 counts two semi-spaces and as much again beside them.
    const resourceLimits =
      youngMiB === undefined ? undefined : { maxYoungGenerationSizeMb: 3 * youngMiB };
    const workerData = { explorer, depthMax };
    const worker = new Worker(new URL(import.meta.url), { workerData, resourceLimits });
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

const grouped = (n) => Math.round(n).toLocaleString('en-US');

async function main() {
  const depthMax = Number(process.argv[2] ?? 36);
  const packed = await inOwnThread('packed', depthMax);
  const reference = await inOwnThread('reference', depthMax);
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
  const { bytes, load, statesDistinct } = packed;
  console.log(
    `packed: ${(bytes / statesDistinct).toFixed(1)} bytes a state, index ${Math.round(load * 100)} % full`,
  );
  // What is allocated once (the model, V8's code) is in both; what is left is a bound on the rest.
  const [short, long] = [
    await inOwnThread('packed', 24, 1),
    await inOwnThread('packed', depthMax, 1),
  ];
  const more = long.statesGenerated - short.statesGenerated;
  const allocated = Math.max(long.collections - short.collections, 0) + 1;
  console.log(
    `packed: ${grouped(more)} more transitions allocated at most ${allocated} MiB, ${((allocated * 2 ** 20) / more).toFixed(2)} bytes each`,
  );
  if (compared(packed) !== compared(reference)) {
    console.error('the explorers disagree');
    process.exitCode = 1;
  }
}

if (isMainThread) await main();
else parentPort.postMessage(await measure(workerData));
