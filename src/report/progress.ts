/** Progress of a search: a line for people, and lines of JSON for machines. */
import type { Progress } from '../explorer/progress.js';
import type { SpecResult } from '../spec/run.js';
import { grouped } from './terminal.js';

export const progressKinds = ['auto', 'text', 'json', 'none'] as const;
export type ProgressKind = (typeof progressKinds)[number];

/** States found in a second. */
const rateOf = ({ statesDistinct, timeMs }: Pick<Progress, 'statesDistinct' | 'timeMs'>): number =>
  Math.round((statesDistinct / Math.max(timeMs, 1)) * 1000);

/**
 * Seconds until the end, were states to be expanded as fast as so far; null where nobody knows how
 * many are left. More than it will be: see `statesRemaining()`.
 */
function secondsRemaining(progress: Progress): number | null {
  const { statesDistinct, statesRemaining, frontier, timeMs } = progress;
  const expanded = statesDistinct - frontier;
  if (statesRemaining === null || expanded <= 0) return null;
  return Math.round(((frontier + statesRemaining) / expanded) * (timeMs / 1000));
}

/** `1,234 states, 500,000/s, depth 7, 89 to expand, 120 MiB, at most 9 s left`. */
export function progressText(progress: Progress): string {
  const { statesDistinct, depth, frontier, memory } = progress;
  const seconds = secondsRemaining(progress);
  return [
    `${grouped(statesDistinct)} states`,
    `${grouped(rateOf(progress))}/s`,
    `depth ${depth}`,
    `${grouped(frontier)} to expand`,
    `${grouped(Math.round(memory / 2 ** 20))} MiB`,
    ...(seconds === null ? [] : [`at most ${durationText(seconds)} left`]),
  ].join(', ');
}

const durationText = (seconds: number): string =>
  seconds < 100 ? `${seconds} s` : `${grouped(Math.ceil(seconds / 60))} min`;

/** A line of the stream that docs/json.md describes. */
export function progressJson(file: string, progress: Progress): string {
  return JSON.stringify({
    event: 'progress',
    file,
    ...progress,
    statesPerSecond: rateOf(progress),
    secondsRemaining: secondsRemaining(progress),
  });
}

/** The last line of the stream for a spec. */
export function endJson(result: SpecResult): string {
  const { spec, status, stoppedBy, statesDistinct, statesGenerated, depth } = result;
  const { workers, timeMs, bytes } = result;
  return JSON.stringify({
    event: 'end',
    file: spec.file,
    status,
    stoppedBy,
    statesDistinct,
    statesGenerated,
    depth,
    bytes,
    workers,
    timeMs,
    statesPerSecond: rateOf(result),
  });
}
