/** The exhaustive search of a spec while something else goes on: begun, looked at, cancelled. */
import { progressText } from '../report/progress.js';
import { reportedSpec } from '../report/reported.js';
import type { WalkSearch } from '../report/walk.js';
import type { Spec } from '../spec/load.js';
import { runSpec } from '../spec/run.js';

export interface BackgroundSearch {
  /** Begins, unless a search runs. */
  start(): void;
  /** What was found until then is kept. */
  cancel(): void;
  /** Throws what the search threw. */
  now(): WalkSearch;
  /** Cancels, and waits for its end. */
  end(): Promise<void>;
}

const notStarted: WalkSearch = {
  state: 'not-started',
  progress: null,
  stoppedBy: null,
  statesDistinct: 0,
  properties: [],
};

export function backgroundSearch(spec: Spec): BackgroundSearch {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  let now = notStarted;
  let running: Promise<void> | null = null;
  let thrown: { readonly error: unknown } | null = null;
  const run = async (): Promise<void> => {
    try {
      const result = await runSpec(spec, {
        stop,
        onProgress: (progress) => {
          const { statesDistinct } = progress;
          now = { ...now, statesDistinct, progress: progressText(progress) };
        },
      });
      const { stoppedBy, statesDistinct, properties } = reportedSpec(result);
      now = {
        state: 'ended',
        progress: null,
        stoppedBy,
        statesDistinct,
        properties: properties.map(({ name, claim, source, result, depth, trace }) => ({
          name,
          claim,
          source,
          result,
          depth,
          path: trace?.path ?? null,
        })),
      };
    } catch (error) {
      thrown = { error };
      now = notStarted;
    }
    running = null;
  };
  const cancel = (): void => void Atomics.store(stop, 0, 1);
  return {
    start: () => {
      if (running !== null) return;
      Atomics.store(stop, 0, 0);
      thrown = null;
      now = { ...notStarted, state: 'running' };
      running = run();
    },
    cancel,
    now: () => {
      if (thrown !== null) throw thrown.error;
      return now;
    },
    end: async () => {
      cancel();
      await running;
    },
  };
}
