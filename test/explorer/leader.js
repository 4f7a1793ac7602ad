/** A thread that leads the search of a scattered system, as soon as it has a helper. */
import { parentPort, workerData } from 'node:worker_threads';
import { Archive } from '../../dist/explorer/archive.js';
import { at, Crew } from '../../dist/explorer/crew.js';
import { search } from '../../dist/explorer/search.js';
import { storeOf } from '../../dist/explorer/store.js';
import { packedOf } from './scattered.js';

const { graph, words, buffers, options, folder } = workerData;
const control = new Int32Array(words.control);
parentPort.postMessage('ready');
try {
  while (Atomics.load(control, at.joined) === 0) Atomics.wait(control, at.stop, 0, 5);
  const workplace = { control, counts: new Float64Array(words.counts), store: storeOf(buffers) };
  const system = packedOf(graph);
  const archive =
    folder === null ? null : Archive.create(folder, system.words, { search: '', tool: '' });
  const archiving = archive === null ? {} : { archiving: { archive, from: null, everyMs: 0 } };
  const outcome = search(system, { ...options, ...archiving, soloStates: 1 }, workplace);
  archive?.close();
  parentPort.postMessage(outcome);
} catch (error) {
  // Else the helper, which is the thread that would be told, waits for ever.
  new Crew(control, 0).lose();
  throw error;
}
