/** How far a search is, and what can be said of how far it has to go. */
export interface Progress {
  readonly statesDistinct: number;
  readonly statesGenerated: number;
  /** The level (steps from an initial state) that is being expanded. */
  readonly depth: number;
  /** States found that are yet to be expanded. */
  readonly frontier: number;
  /** States yet to be found, where the last levels tell; else null. */
  readonly statesRemaining: number | null;
  /** Bytes of the seen set, and of the whole process. */
  readonly bytes: number;
  readonly memory: number;
  /** Workers that expand this level. */
  readonly workers: number;
  readonly timeMs: number;
}

/** Levels in a row that must have shrunk before anything is said. */
const levelsAsked = 4;
/** A frontier that shrinks more slowly than this may as well grow again. */
const ratioMax = 0.95;

/**
 * States that are still to be found after a level, were the levels to go on shrinking as the last
 * ones did. Levels rise and fall like a bell, so they will shrink faster: it is more than there will
 * be. Null while they grow, or hardly shrink: then nobody knows.
 *
 * @param sizes the states of each level so far
 */
export function statesRemaining(sizes: readonly number[]): number | null {
  const last = sizes.slice(-1 - levelsAsked);
  if (last.length <= levelsAsked) return null;
  if (last.some((size, index) => index > 0 && size >= (last[index - 1] as number))) return null;
  const ratio = ((last[levelsAsked] as number) / (last[0] as number)) ** (1 / levelsAsked);
  if (ratio > ratioMax) return null;
  return Math.round(((last[levelsAsked] as number) * ratio) / (1 - ratio));
}
