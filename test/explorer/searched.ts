/** A search of a scattered system by several workers, in threads. */
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { at } from '../../src/explorer/crew.js';
import { sharedWords, sharedWorkplace } from '../../src/explorer/expand.js';
import type { SearchOptions, SearchOutcome } from '../../src/explorer/search.js';
import { search } from '../../src/explorer/search.js';
import type { Keeps } from '../../src/explorer/store.js';
import type { Scattered } from './scattered.js';
import { packedOf } from './scattered.js';

/** How much longer helpers lag than the leader, where there is a lag. */
const slower = 20;

/**
 * Searches with helpers that have joined before it begins.
 *
 * @param begin is told how to reach them
 * @param keeps states in memory unless it says otherwise
 */
export async function searched(
  graph: Scattered,
  workers: number,
  options: SearchOptions = {},
  begin: (control: Int32Array) => void = () => {},
  keeps: Keeps = {},
): Promise<SearchOutcome> {
  const system = packedOf(graph);
  const words = sharedWords(system);
  const workplace = sharedWorkplace(system, words, 2 ** 27, keeps);
  if (workplace === null) throw new Error('no memory can be shared');
  const { buffers } = workplace.store;
  const threads = Array.from({ length: workers - 1 }, (_, index) => {
    const slowed = { ...graph, lag: (graph.lag ?? 0) * slower };
    const workerData = { graph: slowed, words, buffers, thread: index + 1 };
    return new Worker(new URL('./helper.js', import.meta.url), { workerData });
  });
  const ends = threads.map(
    (thread) =>
      new Promise<unknown>((resolve) => {
        thread.on('error', resolve);
        thread.on('exit', resolve);
      }),
  );
  while (Atomics.load(workplace.control, at.joined) < workers - 1) await setTimeout(5);
  begin(workplace.control);
  const outcome = search(system, options, workplace);
  // None is left waiting.
  await Promise.all(ends);
  return outcome;
}
