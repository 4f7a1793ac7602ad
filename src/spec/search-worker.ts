/** The thread in which one search runs. */
import { parentPort, workerData } from 'node:worker_threads';
import { search } from '../explorer/search.js';
import { PackedModel } from '../model/packed-system.js';
import { buildDesign } from './build.js';
import type { SearchMessage, SearchRequest } from './run.js';

const { design, limits, stop } = workerData as SearchRequest;
const post = (message: SearchMessage): void => parentPort?.postMessage(message);

let told = Date.now();
const outcome = search(new PackedModel(buildDesign(design)), {
  ...limits,
  onProgress: (progress) => {
    if (Date.now() - told > 200) {
      told = Date.now();
      post({ progress });
    }
    return stop !== null && Atomics.load(stop, 0) !== 0;
  },
});
post({ outcome });
