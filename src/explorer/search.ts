/**
 * Exhaustive breadth-first search over packed states, level by level, by one worker or several.
 *
 * The leader begins each level, and its own thread returns the outcome. Helpers join when there are
 * states enough (see expand.ts); without any the same code runs in one thread. All that is told is
 * the same for any number of workers: a level is a set of states, whoever found them.
 */
import type { Archive, Mark } from './archive.js';
import { ArchiveError } from './archive.js';
import type { Archiving } from './archiving.js';
import { Keeper } from './archiving.js';
import { CompactSet } from './compact.js';
import { at, Crew, commands } from './crew.js';
import { DiskSet } from './disk.js';
import type { Workplace } from './expand.js';
import { firedBy, generatedBy, privateWorkplace, SearchWorker } from './expand.js';
import { Findings } from './findings.js';
import { Levels } from './levels.js';
import type { SearchOutcome } from './outcome.js';
import type { Progress } from './progress.js';
import { statesRemaining } from './progress.js';
import { SeenSet } from './seen.js';
import { statesLimit } from './store.js';
import type { Limits, PackedSystem, Verdict } from './system.js';
import { Traces } from './traces.js';

export type { SearchOutcome } from './outcome.js';

export interface SearchOptions extends Limits {
  /** Called now and then, every few thousand states; true stops the search. */
  readonly onProgress?: (progress: Progress) => boolean | undefined;
  /** Called with each state, when all have been seen; each once, in no order that means something. */
  readonly onState?: (rows: Uint32Array, offset: number) => void;
  /** Where the search leaves what it has found, so that another can go on from there. */
  readonly archiving?: Archiving;
  /** A level of fewer states is done by one worker: to wake others takes longer. For tests fewer. */
  readonly soloStates?: number;
}

/** Rows that are read from an archive at once. */
const rowsTogether = 1 << 14;
const soloStatesByDefault = 2048;

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
  const one = new Search(system, options, workplace, hire);
  try {
    return one.run();
  } finally {
    one.close();
  }
}

class Search {
  private readonly crew: Crew;
  private readonly worker: SearchWorker;
  private readonly levels = new Levels();
  private readonly started = Date.now();
  private readonly findings: Findings;
  private depth = 0;
  /** By level: its states. */
  private readonly sizes: number[] = [];
  /** States stored when the level began. */
  private known = 0;
  private hands = 1;
  private handsMax = 1;
  private readonly keeper: Keeper | null;
  /** Whether all states of an archive fitted into the set. */
  private isLoaded = true;
  private readonly traces: Traces;

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
    this.findings = new Findings(system);
    this.traces = new Traces(system, this.crew, () => this.due);
    this.keeper = options.archiving === undefined ? null : new Keeper(options.archiving);
  }

  run(): SearchOutcome {
    const { crew, options, worker, levels } = this;
    const { seen } = worker;
    crew.set(at.statesMax, Math.min(options.statesMax ?? statesLimit, statesLimit));
    this.findings.ask(crew);
    const from = options.archiving?.from ?? null;
    let first = from === null ? this.begin() : this.goOnFrom(from);
    let end = seen.mark;
    while (crew.stopped === null) {
      this.beginLevel(first, end);
      this.expandLevel(first, end);
      if (seen instanceof DiskSet && crew.stopped === null) this.settle(seen);
      this.findings.takeNotes(crew, this.depth + 1);
      if (crew.stopped !== null || !this.goesOn()) break;
      [first, end] = [end, seen.mark];
      this.depth++;
    }
    if (crew.stopped !== null) this.archiveLevels();
    // What was found of the next level, before a limit or because none is to be expanded.
    const found = seen.mark;
    levels.add(() => seen.statesBetween(end, found));
    if (seen instanceof DiskSet) levels.alsoHas(() => seen.tabled());
    crew.begin(commands.end, 1);
    return this.outcome();
  }

  close(): void {
    this.worker.seen.close();
  }

  /** Enters the initial states; @returns the mark at which they begin. */
  private begin(): number {
    const { crew, worker } = this;
    worker.begin();
    if (worker.seen instanceof DiskSet) this.settle(worker.seen);
    this.findings.takeNotes(crew, 0);
    return 0;
  }

  /** Goes on from where another search was; @returns the mark at which the frontier begins. */
  private goOnFrom(from: Mark): number {
    const { crew, worker, levels, sizes } = this;
    const { seen } = worker;
    const { archive } = this.keeper as Keeper;
    this.refuseMisfit(from);
    worker.adopt(from);
    this.findings.adopt(from, crew);
    const onDisk = seen instanceof DiskSet;
    if (onDisk) crew.set(at.states, archive.rows);
    let first = 0;
    let end = 0;
    for (const [level, size] of from.levels.entries()) {
      const isFrontier = level === from.levels.length - 1;
      const row = end;
      first = onDisk ? row : seen.mark;
      if (!onDisk && !this.enter(archive, row, size)) {
        this.isLoaded = false;
        break;
      }
      end = row + size;
      if (!onDisk && seen.count !== end) throw new ArchiveError('a state is in it twice');
      const [begins, ends] = [first, onDisk ? end : seen.mark];
      if (isFrontier) break;
      levels.add(() => seen.statesBetween(begins, ends));
      sizes.push(size);
      this.known = end;
    }
    if (!this.isLoaded) {
      // What there is no room or no time for has been found all the same.
      crew.set(at.states, archive.rows);
      this.known = archive.rows;
    }
    this.depth = from.levels.length - 1;
    this.hire(seen.count);
    return first;
  }

  /** Throws ArchiveError for a mark of another system. */
  private refuseMisfit({ levels, fired, violated, witnesses }: Mark): void {
    const { steps, properties, witnesses: shown } = this.system;
    const fits =
      levels.length > 0 &&
      fired.length === steps &&
      violated.length === properties &&
      witnesses.length === shown;
    if (!fits) throw new ArchiveError('it has not as many steps, properties or witnesses');
  }

  /** Enters a level of an archive into the set. @returns whether there was room, and time */
  private enter(archive: Archive, row: number, size: number): boolean {
    const { system, worker } = this;
    const rows = new Uint32Array(Math.min(size, rowsTogether) * system.words);
    for (let done = 0; done < size; done += rowsTogether) {
      const count = Math.min(rowsTogether, size - done);
      archive.read(row + done, rows.subarray(0, count * system.words));
      this.look();
      if (this.crew.stopped !== null) return false;
      if (!worker.seen.addAll(rows, count)) return false;
    }
    worker.seen.endLevel();
    return true;
  }

  private beginLevel(first: number, end: number): void {
    const { worker, levels, keeper } = this;
    const { seen } = worker;
    levels.add(() => seen.statesBetween(first, end));
    seen.beginLevel();
    const states = seen.count;
    this.sizes.push(states - this.known);
    this.known = states;
    if (keeper !== null) this.markLevel(keeper);
    this.findTraces();
  }

  /** Notes where the search is, and archives what is due. */
  private markLevel(keeper: Keeper): void {
    const { worker, system, workplace, findings } = this;
    keeper.mark = {
      levels: [...this.sizes],
      statesGenerated: system.initials.length + generatedBy(workplace.counts, system.steps),
      fired: firedBy(workplace.counts, system.steps),
      violated: [...findings.violated],
      witnesses: [...findings.witnesses],
    };
    if (keeper.isDue || worker.seen instanceof DiskSet) this.archiveLevels();
  }

  /** Writes the levels that are not yet written, up to the one that was begun last. */
  private archiveLevels(): void {
    const { keeper, levels, worker } = this;
    const onDisk = worker.seen instanceof DiskSet;
    if (keeper !== null && !keeper.write(levels, onDisk) && onDisk) this.crew.stop('disk-error');
  }

  /** Expands the states of a level, which are between two marks. */
  private expandLevel(first: number, end: number): void {
    const { crew, worker } = this;
    const size = this.sizes[this.depth] as number;
    worker.seen.openLevel(first, end);
    crew.set(at.depth, this.depth);
    if (this.isDeepest || crew.stopped !== null) return;
    this.hands = size < this.soloStates ? 1 : 1 + crew.get(at.joined);
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

  /** Of a search on disk: keeps those rows of the table that are new, and empties it. */
  private settle(seen: DiskSet): void {
    const { crew } = this;
    const keeper = this.keeper as Keeper;
    const hands = 1 + (seen.count < this.soloStates ? 0 : crew.get(at.joined));
    const all = Math.max(hands, this.hands);
    crew.set(at.refill, 0);
    crew.begin(commands.compare, all);
    seen.compare(() => this.look());
    crew.awaitAll();
    if (crew.stopped !== null) return;
    try {
      seen.keepNew(keeper.archive);
    } catch (error) {
      keeper.fail('states cannot be written', error);
      crew.stop('disk-error');
      return;
    }
    crew.begin(commands.empty, all);
    seen.empty(all);
    crew.awaitAll();
  }

  private get soloStates(): number {
    return this.options.soloStates ?? soloStatesByDefault;
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
    const { crew, options } = this;
    const { memoryMax } = options;
    const due = this.due;
    if (due !== null) crew.stop(due);
    else if (memoryMax !== undefined && process.memoryUsage.rss() > memoryMax) {
      crew.stop('memory-max');
    }
  }

  /** Why the time is over, or null. */
  private get due(): 'interrupted' | 'time-max' | null {
    const { timeMax = Number.POSITIVE_INFINITY, onProgress } = this.options;
    if (onProgress?.(this.progress()) === true) return 'interrupted';
    return Date.now() - this.started > timeMax ? 'time-max' : null;
  }

  private progress(): Progress {
    const { crew, sizes, workplace, system, known, depth } = this;
    const { seen } = this.worker;
    const statesDistinct = seen.count;
    const found = statesDistinct - known;
    // Ranges are of one size, but for the last of each worker.
    const [begun, end] = [crew.get(at.cursor), crew.get(at.frontierEnd)];
    const left = Math.max(0, end - begun) / Math.max(1, end - crew.get(at.frontierFirst));
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
    if (reason === 'memory-max' && seen instanceof DiskSet && seen.isLarge) {
      this.settle(seen);
      crew.set(at.full, 0);
      return;
    }
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

  /** Whether every state that was found can be looked at. */
  private get isWhole(): boolean {
    const { crew, isLoaded, worker } = this;
    // A worker that died while the index was made anew may have left out a part of it.
    const isLost = crew.get(at.gone) !== 0 && crew.get(at.full) !== 0;
    // The states on the way are gone where fingerprints are kept: see compact.ts.
    return isLoaded && !isLost && worker.seen instanceof SeenSet;
  }

  private findTraces(): void {
    const { system, worker, levels, findings, traces } = this;
    // Where steps leap, the states between are not there: see system.ts.
    if (!this.isWhole || system.leaps || !traces.areMissing(findings.violated)) return;
    worker.aside(() => traces.find(levels, findings.violated));
  }

  private tellStates(): void {
    const { onState } = this.options;
    if (onState === undefined) return;
    for (let level = 0; level <= this.depth; level++) {
      for (const { rows, offset } of this.levels.statesOf(level)) onState(rows, offset);
    }
  }

  private outcome(): SearchOutcome {
    const { crew, system, workplace } = this;
    const { violated, witnesses } = this.findings;
    const { seen } = this.worker;
    const stoppedBy = crew.stopped;
    const isExhaustive = stoppedBy === null && seen instanceof SeenSet;
    if (isExhaustive) this.tellStates();
    this.findTraces();
    const isPathless = this.isWhole && (system.leaps || this.traces.stoppedBy !== null);
    const verdicts = violated.map((level, property): Verdict => {
      if (level === null) return { result: isExhaustive ? 'holds' : 'unfinished' };
      return this.traces.to(property) ?? { result: isPathless ? 'pathless' : 'unfinished' };
    });
    const statesDistinct = seen.count;
    return {
      verdicts,
      witnesses,
      statesDistinct,
      statesGenerated: system.initials.length + generatedBy(workplace.counts, system.steps),
      depth: this.depth + (statesDistinct > this.known ? 1 : 0),
      fired: firedBy(workplace.counts, system.steps),
      stoppedBy,
      tracesStoppedBy: this.traces.stoppedBy,
      bytes: seen.bytes,
      load: seen.load,
      workers: this.handsMax,
      notices: this.keeper?.notices ?? [],
      ...(seen instanceof CompactSet ? { compact: { omission: seen.omission, violated } } : {}),
    };
  }
}
