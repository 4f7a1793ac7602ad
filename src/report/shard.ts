/** Shards: runs that share out one list of files. */
import type { Report } from './document.js';

/**
 * The files that a run is about: all, or those of its shard. Neighbours are alike, so they are dealt
 * out in turn.
 */
export const ownFiles = ({ files, shard }: Pick<Report, 'files' | 'shard'>): string[] =>
  files.filter((_, at) => shard === null || at % shard.count === shard.index - 1);
