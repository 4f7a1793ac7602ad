/** What a search tells beside what any explorer does; and what is left of one that lost its leader. */
import { at, Crew } from './crew.js';
import type { SharedWords } from './expand.js';
import { firedBy, generatedBy } from './expand.js';
import type { Outcome, PackedSystem, StopReason } from './system.js';

export interface SearchOutcome extends Outcome {
  /** Why what is `pathless` has no trace, where the time was over; else null. */
  readonly tracesStoppedBy: StopReason | null;
  /** Bytes of the log and the index at the end, and how full the index was. */
  readonly bytes: number;
  readonly load: number;
  /** Workers that took part, at most at once. */
  readonly workers: number;
  /** What went otherwise than asked, in sentences. */
  readonly notices: readonly string[];
  /** What a search by fingerprints (compact.ts) found; absent from an exact one. */
  readonly compact?: CompactFindings;
}

export interface CompactFindings {
  /** A state was missed with at most this probability, up to where the search came. */
  readonly omission: number;
  /** By property: the depth at which a violation was found, of which there is no trace; or null. */
  readonly violated: readonly (number | null)[];
}

/** What can be told of a search whose leader is gone: nothing, but for how far it came. */
export function lostOutcome(system: PackedSystem, words: SharedWords): SearchOutcome {
  const counts = new Float64Array(words.counts);
  const crew = new Crew(new Int32Array(words.control), 0);
  const steps = system.steps;
  return {
    verdicts: Array.from({ length: system.properties }, () => ({ result: 'unfinished' })),
    witnesses: new Array(system.witnesses).fill(null),
    statesDistinct: crew.get(at.states),
    statesGenerated: system.initials.length + generatedBy(counts, steps),
    depth: crew.get(at.depth),
    fired: firedBy(counts, steps),
    stoppedBy: 'worker-died',
    tracesStoppedBy: null,
    bytes: crew.get(at.rows) * system.words * 4,
    load: 0,
    workers: 1 + crew.get(at.joined),
    notices: [],
  };
}
