/** A spec searched in threads: the same for any number of them; when one of them is gone. */
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { RunOptions } from '../../dist/index.js';
import { loadSpec, runSpec } from '../../dist/index.js';
import { PackedModel } from '../../dist/model/packed-system.js';
import { buildSpec } from '../../dist/spec/build.js';
import { searchInThreads } from '../../dist/spec/threads.js';

/** Some 80 million states: minutes, whatever the machine. */
const large = loadSpec('bench/mended-3-2-2.yaml');

/** What of a result is the same whoever searched. */
async function told(file: string, workers: number) {
  const result = await runSpec(loadSpec(file), { workers, eager: true });
  const { properties, witnesses, statesDistinct, statesGenerated, depth, fired } = result;
  return {
    told: { properties, witnesses, statesDistinct, statesGenerated, depth, fired },
    workers: result.workers,
  };
}

describe('a search in threads', () => {
  it.each(['specs/mail/without-trap-load.yaml', 'specs/mail/kernel-to-kernel-load.yaml'])(
    'of %s tells the same for one worker and for several',
    async (file) => {
      const one = await told(file, 1);
      expect(one.workers).toBe(1);
      for (const workers of [2, 3, 4]) {
        const several = await told(file, workers);
        expect(several.told).toEqual(one.told);
        expect(several.workers).toBe(workers);
      }
    },
  );

  /** Searches what takes minutes, and does something to a thread once two of them search. */
  async function disturbed(disturb: (threads: Worker[]) => void, options: RunOptions = {}) {
    const threads: Worker[] = [];
    let once = disturb;
    return await runSpec(large, {
      workers: 3,
      eager: true,
      ...options,
      onThread: (thread, index) => {
        threads[index] = thread;
      },
      onProgress: ({ workers, statesDistinct }) => {
        if (workers === 1 || statesDistinct < 20_000) return;
        once(threads);
        once = () => {};
      },
    });
  }

  it.each([
    ['a helper', 1],
    ['the leader', 0],
  ])('of which %s is killed ends as unfinished, and says why', async (_, index) => {
    const result = await disturbed((threads) => void threads[index]?.terminate());
    expect(result.stoppedBy).toBe('worker-died');
    expect(result.status).toBe('unfinished');
    expect(result.notices).toEqual([`worker ${index + 1} died (it ended with code 1)`]);
    expect(result.properties.map((property) => property.result)).not.toContain('holds');
    expect(result.statesDistinct).toBeGreaterThan(10_000);
  });

  it('that runs out of heap ends as unfinished', async () => {
    const result = await runSpec(large, { workers: 2, heapMax: 2 });
    expect(result.stoppedBy).toBe('worker-died');
    expect(result.notices.join()).toMatch(/^worker 1 died \(.*memory/);
  });

  it('rejects with what is thrown in a thread', async () => {
    const system = new PackedModel(buildSpec(large));
    const search = searchInThreads({ ...large.design, protocol: 'none' }, system, { workers: 2 });
    await expect(search).rejects.toThrow("no protocol 'none'");
  });

  it('takes from 1 to 64 workers', async () => {
    for (const workers of [0, 65, 1.5, Number.NaN]) {
      await expect(runSpec(large, { workers })).rejects.toThrow(RangeError);
    }
  });
});
