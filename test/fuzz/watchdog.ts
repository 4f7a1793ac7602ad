/** Ends this process when a case hangs in it: nothing that runs in the same thread could. */
import { Worker } from 'node:worker_threads';

/** Milliseconds without a new case, however slow the machine. */
const patienceMs = 120_000;

const watch = `
const { workerData: { beats, folder, patienceMs } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let [last, since] = [0, Date.now()];
setInterval(() => {
  const now = Atomics.load(beats, 0);
  if (now !== last) [last, since] = [now, Date.now()];
  if (Date.now() - since < patienceMs) return;
  writeSync(2, \`\\nA case hangs; it is in \${folder}\\n\`);
  process.kill(process.pid, 'SIGKILL');
}, 1000);`;

export interface Watch {
  /** Another case begins. */
  beat(): void;
  end(): Promise<unknown>;
}

export function watching(folder: string): Watch {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(watch, { eval: true, workerData: { beats, folder, patienceMs } });
  return { beat: () => Atomics.add(beats, 0, 1), end: () => worker.terminate() };
}
