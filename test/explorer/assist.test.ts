/** What a helper does, seen from the thread that helps: the search is led by another one. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Archive } from '../../src/explorer/archive.js';
import { at } from '../../src/explorer/crew.js';
import { assist, sharedWords, sharedWorkplace } from '../../src/explorer/expand.js';
import type { SearchOptions, SearchOutcome } from '../../src/explorer/search.js';
import { search } from '../../src/explorer/search.js';
import type { Keeps } from '../../src/explorer/store.js';
import type { Scattered } from './scattered.js';
import { packedOf } from './scattered.js';

/** How a search went that this thread has helped with, and how many transitions it took itself. */
async function helped(
  graph: Scattered,
  keeps: Keeps = {},
  options: SearchOptions = {},
): Promise<SearchOutcome & { own: number }> {
  const system = packedOf(graph);
  const words = sharedWords(system);
  const workplace = sharedWorkplace(system, words, 2 ** 26, keeps);
  const buffers = workplace?.store.buffers ?? null;
  if (buffers === null) throw new Error('no memory can be shared');
  const folder = keeps.file === undefined ? null : join(keeps.file, '..');
  const workerData = { graph, words, buffers, options, folder };
  const leader = new Worker(new URL('./leader.js', import.meta.url), { workerData });
  await once(leader, 'message');
  // It may be over, and both be told at once, when this thread listens again.
  const [outcomes, end] = [once(leader, 'message'), once(leader, 'exit')];
  // Nothing else is done here until the leader ends it.
  assist(system, words, buffers, 1);
  const [outcome] = (await outcomes) as [SearchOutcome];
  await end;
  const control = new Int32Array(words.control);
  expect([control[at.joined], control[at.present + 1]]).toEqual([1, 1]);
  return { ...outcome, own: new Float64Array(words.counts)[1 + system.steps] as number };
}

const told = ({ bytes, load, workers, notices, ...rest }: SearchOutcome): object => rest;
const graph = { size: 60_000, spread: 9000, seed: 2, rare: 20_000 };

describe('a thread that helps', () => {
  it('takes its share of states, and is there where the index grows', async () => {
    const { own, ...outcome } = await helped(graph);
    const alone = search(packedOf(graph));
    expect(told(outcome)).toEqual(told(alone));
    expect(outcome.workers).toBe(2);
    // Some 50,000 states: the index has grown from 4,096 slots to 65,536 and more.
    expect(outcome.statesDistinct).toBeGreaterThan(40_000);
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThan(alone.statesGenerated);
  });

  it('looks through the file, where states are in one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'svscheck-assist-'));
    try {
      const file = Archive.fileIn(folder);
      writeFileSync(file, '');
      const { own, ...outcome } = await helped(graph, { file });
      expect(told(outcome)).toEqual(told(search(packedOf(graph))));
      expect(own).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('does so where fingerprints are kept', async () => {
    const many = { ...graph, size: 200_000, spread: 40_000, rare: 2 ** 31 };
    const { own, ...outcome } = await helped(many, { bits: 64 });
    expect(outcome.statesDistinct).toBe(search(packedOf(many)).statesDistinct);
    // The slots, 131,072 at first, have grown.
    expect(outcome.statesDistinct).toBeGreaterThan(131_072);
    expect(own).toBeGreaterThan(0);
  });

  it('ends when the search is stopped', async () => {
    const { stoppedBy } = await helped(graph, {}, { statesMax: 10_000 });
    expect(stoppedBy).toBe('states-max');
    expect((await helped(graph, {}, { depthMax: 3 })).stoppedBy).toBe('depth-max');
  });
});
