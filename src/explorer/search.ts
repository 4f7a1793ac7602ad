/** Exhaustive breadth-first search over packed states. */
import { SeenSet, statesLimit } from './seen.js';
import type { Limits, Outcome, PackedSystem, StopReason, Verdict } from './system.js';
import { Successors } from './system.js';
import { pathTo } from './trace.js';

export interface Progress {
  readonly statesDistinct: number;
  readonly statesGenerated: number;
  /** The level (steps from an initial state) that is being expanded. */
  readonly depth: number;
  /** States found that are yet to be expanded. */
  readonly frontier: number;
  readonly bytes: number;
}

export interface SearchOptions extends Limits {
  /** Called now and then, about every `progressEvery` states; true stops the search. */
  readonly onProgress?: (progress: Progress) => boolean | undefined;
}

export interface SearchOutcome extends Outcome {
  /** Bytes of the log and the index at the end, and how full the index was. */
  readonly bytes: number;
  readonly load: number;
}

/** Successors looked up together: enough for cache misses to overlap, few enough to stay cached. */
const batchRows = 64;
const progressEvery = 1 << 13;

/** Where a property was first violated: by a state, or by an action taken in it. */
interface Violation {
  readonly depth: number;
  readonly states: number[];
  /** For each state the action that violates, or -1 when it is the state itself. */
  readonly actions: number[];
}

/**
 * Looks at every reachable state once, through violating ones too.
 *
 * Each property reports the least depth at which it is violated and the one trace to it that is
 * fixed by the model alone (see trace.ts). Limits end in `unfinished`; nothing is thrown for a
 * violation.
 */
export function search(system: PackedSystem, options: SearchOptions = {}): SearchOutcome {
  const seen = new SeenSet(system.words);
  const pending = new Successors(system.words, batchRows * 2);
  const started = Date.now();
  const statesMax = Math.min(options.statesMax ?? statesLimit, statesLimit);
  const depthMax = options.depthMax ?? Number.POSITIVE_INFINITY;

  const violations: (Violation | null)[] = new Array(system.properties).fill(null);
  const witnesses: (number | null)[] = new Array(system.witnesses).fill(null);
  let askedProperties = 2 ** system.properties - 1;
  let askedWitnesses = 2 ** system.witnesses - 1;

  const { orbits } = system;
  for (const initial of system.initials) {
    const row = initial.slice();
    orbits?.canonicalize(row, 1);
    seen.addAll(row, 1);
  }
  let statesGenerated = system.initials.length;
  /** The number of the first state of each level. */
  const levels = [0];
  let stoppedBy: StopReason | null = null;

  const violate = (mask: number, depth: number, state: number, action: number): void => {
    for (let property = 0; property < system.properties; property++) {
      if ((mask & (1 << property)) === 0) continue;
      let violation = violations[property] ?? null;
      // A step out of a level is found before the level's later states, which are less deep.
      if (violation === null || violation.depth > depth) {
        violation = { depth, states: [], actions: [] };
        violations[property] = violation;
      }
      if (violation.depth < depth) continue;
      violation.states.push(state);
      violation.actions.push(action);
    }
  };

  const pastLimit = (depth: number, state: number): StopReason | null => {
    const bytes = seen.bytes;
    const stop = options.onProgress?.({
      statesDistinct: seen.count,
      statesGenerated,
      depth,
      frontier: seen.count - state,
      bytes,
    });
    if (stop === true) return 'interrupted';
    if (options.timeMax !== undefined && Date.now() - started > options.timeMax) return 'time-max';
    if (options.memoryMax !== undefined) {
      // The index doubles at once: stop before the step that would not fit.
      const next = seen.load > 0.7 ? seen.bytesToGrow : 0;
      if (process.memoryUsage.rss() + next > options.memoryMax) return 'memory-max';
    }
    return null;
  };

  const { stopAtFirst = false } = options;
  const stopsAt = (property: number): boolean =>
    typeof stopAtFirst === 'boolean' ? stopAtFirst : stopAtFirst.includes(property);

  let depth = 0;
  let untilProgress = progressEvery;
  for (; stoppedBy === null && (levels[depth] as number) < seen.count; depth++) {
    const end = seen.count;
    levels.push(end);
    const deepest = depth >= depthMax;
    for (let state = levels[depth] as number; state < end; state++) {
      system.load(seen.rowsOf(state), seen.offsetOf(state));
      const failing = askedProperties === 0 ? 0 : system.failing(askedProperties);
      if (failing !== 0) violate(failing, depth, state, -1);
      if (askedWitnesses !== 0) {
        const shown = system.witnessed(askedWitnesses);
        askedWitnesses &= ~shown;
        for (let i = 0; shown >>> i !== 0; i++) if ((shown >>> i) & 1) witnesses[i] = depth;
      }
      if (deepest) continue;
      const first = pending.count;
      system.expand(pending);
      for (let row = first; row < pending.count; row++) {
        const fails = (pending.failing[row] as number) & askedProperties;
        if (fails !== 0) violate(fails, depth + 1, state, pending.actions[row] as number);
      }
      if (pending.count >= batchRows) {
        orbits?.canonicalize(pending.rows, pending.count);
        seen.addAll(pending.rows, pending.count);
        statesGenerated += pending.count;
        pending.count = 0;
        if (seen.count > statesMax) stoppedBy = 'states-max';
      }
      if (--untilProgress === 0) {
        untilProgress = progressEvery;
        stoppedBy ??= pastLimit(depth, state + 1);
      }
      if (stoppedBy !== null) break;
    }
    if (stoppedBy !== null) break;
    orbits?.canonicalize(pending.rows, pending.count);
    seen.addAll(pending.rows, pending.count);
    statesGenerated += pending.count;
    pending.count = 0;
    // Violated by a state of this level, or by a step out of it: no later level can be shorter.
    for (const [property, violation] of violations.entries()) {
      if (violation !== null && violation.depth <= depth) askedProperties &= ~(1 << property);
    }
    if (seen.count === end && !deepest) break;
    if (deepest) stoppedBy = 'depth-max';
    else if (seen.count > statesMax) stoppedBy = 'states-max';
    else stoppedBy = pastLimit(depth, end);
    if (violations.some((v, property) => v !== null && v.depth <= depth && stopsAt(property))) {
      stoppedBy = 'stop-at-first';
    }
  }

  // Before the traces are rebuilt, since that takes steps again.
  const fired = [...system.fired];
  const verdicts = violations.map((violation, property): Verdict => {
    if (violation === null) return { result: stoppedBy === null ? 'holds' : 'unfinished' };
    const path = pathTo(system, seen, levels, { property, ...violation });
    return { result: 'violated', depth: violation.depth, path };
  });
  return {
    verdicts,
    witnesses,
    statesDistinct: seen.count,
    statesGenerated,
    depth: levels.findLastIndex((first) => first < seen.count),
    fired,
    stoppedBy,
    bytes: seen.bytes,
    load: seen.load,
  };
}
