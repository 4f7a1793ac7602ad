/**
 * Exhaustive breadth-first search over packed states, level by level, by one worker or several.
 *
 * The leader begins each level, and its own thread returns the outcome. Helpers join when there are
 * states enough (see expand.ts); without any the same code runs in one thread. All that is told is
 * the same for any number of workers: a level is a set of states, whoever found them.
 */
import { CompactSet } from './compact.js';
import { at, Crew, commands } from './crew.js';
import type { Workplace } from './expand.js';
import { firedBy, generatedBy, privateWorkplace, SearchWorker } from './expand.js';
import { Findings } from './findings.js';
import { Levels, targetOf } from './levels.js';
import type { SearchOutcome } from './outcome.js';
import type { Progress } from './progress.js';
import { statesRemaining } from './progress.js';
import { SeenSet } from './seen.js';
import { statesLimit } from './store.js';
import type { Limits, PackedSystem, Verdict } from './system.js';
import { pathTo } from './trace.js';

export type { SearchOutcome } from './outcome.js';

export interface SearchOptions extends Limits {
  /** Called now and then, every few thousand states; true stops the search. */
  readonly onProgress?: (progress: Progress) => boolean | undefined;
}

/** A level of fewer states than this is done by one worker: to wake others takes longer. */
const soloStates = 2048;

/**
 * Looks at every reachable state once, through violating ones too.
 *
 * In a workplace that keeps fingerprints every property comes out as `unfinished`, and `compact` says
 * what was found.
 *
 * Each property reports the least depth at which it is violated and the one trace to it that is
 * fixed by the model alone (see trace.ts). Limits end in `unfinished`; nothing is thrown for a
 * violation.
 *
 * @param hire called after each level: where helpers can be started for a search of this size
 */
export function search(
  system: PackedSystem,
  options: SearchOptions = {},
  workplace: Workplace = privateWorkplace(system),
  hire: (states: number) => void = () => {},
): SearchOutcome {
  return new Search(system, options, workplace, hire).run();
}

class Search {
  private readonly crew: Crew;
  private readonly worker: SearchWorker;
  private readonly levels: Levels;
  private readonly started = Date.now();
  private readonly findings: Findings;
  private depth = 0;
  /** By level: its states. */
  private readonly sizes: number[] = [];
  /** States stored when the level began. */
  private known = 0;
  /** The first range of the level. */
  private first = 0;
  private hands = 1;
  private handsMax = 1;

  constructor(
    private readonly system: PackedSystem,
    private readonly options: SearchOptions,
    private readonly workplace: Workplace,
    private readonly hire: (states: number) => void,
  ) {
    this.crew = new Crew(workplace.control, 0);
    const pause = (): void => {
      this.crew.awaitAll();
      this.grow();
      this.crew.begin(commands.expand, this.hands);
    };
    this.worker = new SearchWorker(system, this.crew, workplace, pause, () => this.look());
    this.levels = new Levels(this.worker.seen);
    this.findings = new Findings(system);
  }

  run(): SearchOutcome {
    const { crew, options, worker } = this;
    crew.set(at.statesMax, Math.min(options.statesMax ?? statesLimit, statesLimit));
    this.findings.ask(crew);
    worker.begin();
    this.findings.takeNotes(crew, 0);
    let end = 0;
    for (let first = 0; crew.stopped === null; this.depth++) {
      end = crew.get(at.ranges);
      this.expandLevel(first, end);
      this.findings.takeNotes(crew, this.depth + 1);
      if (crew.stopped !== null || !this.goesOn()) break;
      first = end;
    }
    // What was found of the next level, before a limit or because none is to be expanded.
    this.levels.begin(end);
    this.levels.begin(crew.get(at.ranges));
    crew.begin(commands.end, 1);
    return this.outcome();
  }

  /** Expands the states of a level, whose ranges are from `first` to `end`. */
  private expandLevel(first: number, end: number): void {
    const { crew, worker, levels } = this;
    levels.begin(first);
    worker.seen.beginLevel();
    this.first = first;
    const states = worker.seen.count;
    const size = states - this.known;
    this.known = states;
    this.sizes.push(size);
    crew.set(at.cursor, first);
    crew.set(at.frontierEnd, end);
    crew.set(at.depth, this.depth);
    if (this.isDeepest) return;
    this.hands = size < soloStates ? 1 : 1 + crew.get(at.joined);
    this.handsMax = Math.max(this.handsMax, this.hands);
    for (;;) {
      crew.begin(commands.expand, this.hands);
      worker.expand();
      crew.awaitAll();
      // Another worker may wait for the index to grow, when this one has no more states.
      if (crew.get(at.full) === 0 || crew.stopped !== null) break;
      this.grow();
    }
  }

  /** Whether the states of this level are not to be expanded. */
  private get isDeepest(): boolean {
    return this.depth >= (this.options.depthMax ?? Number.POSITIVE_INFINITY);
  }

  /** Whether there is another level to look at; a limit is told to the crew. */
  private goesOn(): boolean {
    const { crew, options } = this;
    const states = this.worker.seen.count;
    if (states === this.known && !this.isDeepest) return false;
    if (options.stopAtFirst && this.findings.meet(options.stopAtFirst)) {
      crew.stop('stop-at-first');
    } else if (this.isDeepest) crew.stop('depth-max');
    else if (states > crew.get(at.statesMax)) crew.stop('states-max');
    else this.look();
    this.hire(states);
    return crew.stopped === null;
  }

  /** Tells how far the search is, and stops the crew where a limit is passed. */
  private look(): void {
    const { crew, options, started } = this;
    const { timeMax, memoryMax, onProgress } = options;
    if (onProgress?.(this.progress()) === true) crew.stop('interrupted');
    else if (timeMax !== undefined && Date.now() - started > timeMax) crew.stop('time-max');
    else if (memoryMax !== undefined && process.memoryUsage.rss() > memoryMax) {
      crew.stop('memory-max');
    }
  }

  private progress(): Progress {
    const { crew, sizes, workplace, system, known, depth } = this;
    const { seen } = this.worker;
    const statesDistinct = seen.count;
    const found = statesDistinct - known;
    // Ranges are of one size, but for the last of each worker.
    const [begun, end] = [crew.get(at.cursor), crew.get(at.frontierEnd)];
    const left = Math.max(0, end - begun) / Math.max(1, end - this.first);
    const remaining = statesRemaining(sizes);
    return {
      statesDistinct,
      statesGenerated: system.initials.length + generatedBy(workplace.counts, system.steps),
      depth,
      frontier: found + Math.round((sizes[depth] ?? 0) * left),
      statesRemaining: remaining === null ? null : Math.max(0, remaining - found),
      bytes: seen.bytes,
      memory: process.memoryUsage.rss(),
      workers: this.hands,
      timeMs: Date.now() - this.started,
    };
  }

  /** Makes the index larger, while nobody uses it; or stops the crew where that would not fit. */
  private grow(): void {
    const { crew, hands, options } = this;
    const { seen } = this.worker;
    if (crew.stopped !== null) return;
    const reason = seen.enlarge(options.memoryMax);
    if (reason !== null) {
      crew.stop(reason);
      return;
    }
    if (seen.isCleared) {
      crew.begin(commands.clear, hands);
      seen.clear(hands);
      crew.awaitAll();
    }
    crew.begin(commands.refill, hands);
    seen.refill();
    crew.awaitAll();
    crew.set(at.full, 0);
  }

  private outcome(): SearchOutcome {
    const { crew, system, workplace, levels } = this;
    const { violated, witnesses } = this.findings;
    const { seen } = this.worker;
    const stoppedBy = crew.stopped;
    // Before the traces are rebuilt, since that takes steps again.
    const fired = firedBy(workplace.counts, system.steps);
    // A worker that died while the index was made anew may have left out a part of it.
    const isWhole = stoppedBy !== 'worker-died' || crew.get(at.full) === 0;
    const isExhaustive = stoppedBy === null && seen instanceof SeenSet;
    const verdicts = violated.map((level, property): Verdict => {
      if (level === null) return { result: isExhaustive ? 'holds' : 'unfinished' };
      // The states on the way are gone where fingerprints are kept: see compact.ts.
      if (!isWhole || !(seen instanceof SeenSet)) return { result: 'unfinished' };
      if (system.leaps) return { result: 'pathless' };
      const target = targetOf(system, seen, levels, property, level);
      const path = pathTo(system, seen, levels, target);
      return { result: 'violated', depth: target.depth, path };
    });
    const statesDistinct = seen.count;
    return {
      verdicts,
      witnesses,
      statesDistinct,
      statesGenerated: system.initials.length + generatedBy(workplace.counts, system.steps),
      depth: this.depth + (statesDistinct > this.known ? 1 : 0),
      fired,
      stoppedBy,
      bytes: seen.bytes,
      load: seen.load,
      workers: this.handsMax,
      ...(seen instanceof CompactSet ? { compact: { omission: seen.omission, violated } } : {}),
    };
  }
}
