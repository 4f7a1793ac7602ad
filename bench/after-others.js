/**
 * One spec before and after six others in the same process: a search runs in a thread of its own,
 * so what V8 has learned from other models must not slow it down. 1.00 is ideal.
 */
import { loadSpec, runSpec } from '../dist/index.js';

const measured = () =>
  runSpec(loadSpec('bench/mended-3-2-2.yaml'), { depthMax: 30 }).then(({ timeMs }) => timeMs);
const others = [
  'mended',
  'nmi',
  'global-user',
  'without-copy',
  'mended-any-order',
  'mended-nested',
];

await measured();
const before = Math.min(await measured(), await measured());
for (const name of others) await runSpec(loadSpec(`specs/mail/${name}.yaml`));
const after = Math.min(await measured(), await measured());
console.log(`after ${others.length} other specs: ${(after / before).toFixed(2)} times as long\n`);
