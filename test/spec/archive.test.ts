/** A spec whose search is ended and gone on with: it tells what an uninterrupted one tells. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunOptions, SpecResult } from '../../dist/index.js';
import { loadSpec, runSpec } from '../../dist/index.js';

const spec = loadSpec('specs/mail/interleaved.yaml');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'svscheck-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (resume: boolean, options: RunOptions = {}, onDisk = false): Promise<SpecResult> =>
  runSpec(spec, { ...options, archive: { folder, resume, onDisk, everyMs: 0 } });

function told({ properties, witnesses, notices, ...result }: SpecResult): object {
  const { statesDistinct, statesGenerated, depth, fired, stoppedBy } = result;
  return {
    ...{ properties, witnesses, notices, statesDistinct, statesGenerated, depth, fired, stoppedBy },
  };
}

describe('a spec whose search was ended', () => {
  it.each([false, true])(
    'tells all the same when it is gone on with, on disk: %s',
    async (disk) => {
      const limited = await run(false, { depthMax: 40 }, disk);
      expect(limited.stoppedBy).toBe('depth-max');
      expect(told(await run(true, {}, !disk))).toEqual(told(await runSpec(spec)));
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('does so when one of its threads died', async () => {
    const threads: Worker[] = [];
    const large = loadSpec('bench/mended-3-2-2.yaml');
    const archive = { folder, resume: false, onDisk: false, everyMs: 0 };
    const died = await runSpec(large, {
      ...{ workers: 2, eager: true, archive },
      onThread: (thread, index) => {
        threads[index] = thread;
      },
      onProgress: ({ workers }) => void (workers > 1 && threads[1]?.terminate()),
    });
    expect(died.stoppedBy).toBe('worker-died');
    const { depth } = died;
    const limits = { depthMax: depth + 1, workers: 2 };
    const resumed = await runSpec(large, { ...limits, archive: { ...archive, resume: true } });
    expect(told(resumed)).toEqual(told(await runSpec(large, limits)));
  });
});
