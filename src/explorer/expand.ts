/** What every worker of a search does: expands its share of a level, and helps the index to grow. */
import type { Mark } from './archive.js';
import { CompactSet } from './compact.js';
import { at, Crew, commands, controlWords, workersMax } from './crew.js';
import { DiskSet } from './disk.js';
import type { StateLog } from './log.js';
import { SeenSet } from './seen.js';
import type { Keeps, Store, StoreBuffers } from './store.js';
import { privateStore, sharedStore, storeOf } from './store.js';
import type { PackedSystem } from './system.js';
import { Successors } from './system.js';

/** Successors collected before they are looked up. */
const batchRows = 64;
/** States that a worker expands between two looks at limits. */
const statesPerLook = 1 << 13;

/** What the workers of one search have in common. */
export interface Workplace {
  readonly control: Int32Array;
  /** By worker: transitions taken, then how often each named step was. */
  readonly counts: Float64Array;
  readonly store: Store;
}

/** For a search in one thread. */
export function privateWorkplace(system: PackedSystem, keeps: Keeps = {}): Workplace {
  return {
    control: new Int32Array(controlWords),
    counts: new Float64Array(countsOf(system.steps, 1)),
    store: privateStore(system.words, keeps),
  };
}

const countsOf = (steps: number, workers: number): number => (1 + steps) * workers;

/** The small part of a workplace, which whoever starts the threads holds as well. */
export interface SharedWords {
  readonly control: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
}

export function sharedWords(system: PackedSystem): SharedWords {
  return {
    control: new SharedArrayBuffer(controlWords * 4),
    counts: new SharedArrayBuffer(countsOf(system.steps, workersMax) * 8),
  };
}

/** The same for a search that others can join; null where too little memory can be shared. */
export function sharedWorkplace(
  system: PackedSystem,
  { control, counts }: SharedWords,
  bytesMax: number,
  keeps: Keeps = {},
): Workplace | null {
  const store = sharedStore(system.words, bytesMax, keeps);
  if (store === null) return null;
  return { control: new Int32Array(control), counts: new Float64Array(counts), store };
}

/** The set that a store is for: of states, in memory or in a file, or of fingerprints. */
function setOf(store: Store, crew: Crew, pause: () => void): StateLog {
  const { fingerprints, disk } = store;
  if (fingerprints !== null) return new CompactSet(store, fingerprints, crew, pause);
  return disk === null ? new SeenSet(store, crew, pause) : new DiskSet(store, disk, crew, pause);
}

export class SearchWorker {
  readonly seen: StateLog;
  private readonly pending: Successors;
  private untilLook = statesPerLook;
  /** By named step: how often an earlier search took it, less how often this one did aside. */
  private readonly firedBeside: Float64Array;

  /**
   * @param pause called between two lookups when the index is full; returns when it has grown
   * @param look called now and then, to stop the crew at a limit
   */
  constructor(
    private readonly system: PackedSystem,
    private readonly crew: Crew,
    private readonly workplace: Workplace,
    pause: () => void,
    private readonly look: () => void,
  ) {
    this.seen = setOf(workplace.store, crew, pause);
    this.pending = new Successors(system.words, batchRows * 2);
    this.firedBeside = new Float64Array(system.steps);
  }

  /** Expands states of the frontier until none is left, or the crew is told to stop. */
  expand(): void {
    const { crew } = this;
    // The index may have grown in a level in which this worker had no part.
    this.seen.refresh();
    const end = crew.get(at.frontierEnd);
    let range = crew.take(at.cursor);
    while (range < end && this.expandRange(range)) range = crew.take(at.cursor);
    if (crew.stopped === null) this.lookUp();
    this.pending.count = 0;
    this.pending.idle = 0;
    this.seen.endLevel();
    this.report();
  }

  /** @returns false when the crew has been told to stop */
  private expandRange(range: number): boolean {
    const { system, seen, crew, pending } = this;
    seen.openRange(range);
    const { range: rows, rangeOffset, rangeCount } = seen;
    let failing = 0;
    let goesOn = true;
    for (let state = 0; goesOn && state < rangeCount; state++) {
      system.load(rows, rangeOffset + state * system.words);
      let row = pending.count;
      system.expand(pending);
      for (; row < pending.count; row++) failing |= pending.failing[row] as number;
      if (pending.count >= batchRows) goesOn = this.lookUp();
      if (--this.untilLook === 0) {
        this.untilLook = statesPerLook;
        this.look();
        goesOn &&= crew.stopped === null;
      }
    }
    if (failing !== 0) Atomics.or(crew.control, at.failing, failing);
    return goesOn;
  }

  /** Enters the initial states. */
  begin(): void {
    const { system, seen, crew } = this;
    for (const initial of system.initials) {
      const row = initial.slice();
      system.orbits?.canonicalize(row, 1);
      Atomics.or(crew.control, at.failing, system.failing(row, 0, crew.get(at.askedProperties)));
      Atomics.or(crew.control, at.shown, system.witnessed(row, 0, crew.get(at.askedWitnesses)));
      seen.addAll(row, 1);
    }
    seen.endLevel();
  }

  /** Adds the pending successors to the set, and looks at those that are new. */
  private lookUp(): boolean {
    const { crew, pending } = this;
    this.system.orbits?.canonicalize(pending.rows, pending.count);
    if (!this.seen.addAll(pending.rows, pending.count)) return false;
    this.lookAtNew();
    if (pending.shown !== 0) Atomics.or(crew.control, at.shown, pending.shown);
    pending.shown = 0;
    this.countGenerated(pending.count + pending.idle);
    pending.count = 0;
    pending.idle = 0;
    if (crew.get(at.states) > crew.get(at.statesMax)) crew.stop('states-max');
    return crew.get(at.stop) === 0;
  }

  /** Every state is looked at once: when it is found. */
  private lookAtNew(): void {
    const { system, seen, crew, pending } = this;
    const { added, addedCount } = seen;
    const { words } = system;
    let properties = crew.get(at.askedProperties);
    let witnesses = crew.get(at.askedWitnesses) & ~crew.get(at.shown);
    for (let index = 0; index < addedCount; index++) {
      const row = added[index] as number;
      if (properties !== 0) {
        const failing = system.failing(pending.rows, row * words, properties);
        if (failing !== 0) Atomics.or(crew.control, at.failing, failing);
        properties &= ~failing;
      }
      if (witnesses !== 0) {
        const shown = system.witnessed(pending.rows, row * words, witnesses);
        if (shown !== 0) Atomics.or(crew.control, at.shown, shown);
        witnesses &= ~shown;
      }
    }
  }

  private countGenerated(count: number): void {
    const { counts } = this.workplace;
    const own = this.crew.worker * countsOf(this.system.steps, 1);
    counts[own] = (counts[own] as number) + count;
  }

  /** Goes on from what an earlier search had counted. */
  adopt({ statesGenerated, fired }: Mark): void {
    this.countGenerated(statesGenerated - this.system.initials.length);
    this.addFired(fired, 1);
    this.report();
  }

  /** Takes steps that are not the search's: they are not counted. */
  aside(take: () => void): void {
    this.addFired(this.system.fired, 1);
    take();
    this.addFired(this.system.fired, -1);
  }

  private addFired(fired: ArrayLike<number>, sign: 1 | -1): void {
    const { firedBeside } = this;
    for (let step = 0; step < fired.length; step++) {
      firedBeside[step] = (firedBeside[step] as number) + sign * (fired[step] as number);
    }
  }

  /** Leaves what the search adds up at its end where the leader finds it. */
  private report(): void {
    const { firedBeside, system } = this;
    const fired = system.fired.map((times, step) => times + (firedBeside[step] as number));
    const own = this.crew.worker * countsOf(system.steps, 1);
    this.workplace.counts.set(fired, own + 1);
  }
}

/** Transitions taken so far, by all workers. */
export function generatedBy(counts: Float64Array, steps: number): number {
  let generated = 0;
  for (let own = 0; own < counts.length; own += countsOf(steps, 1)) {
    generated += counts[own] as number;
  }
  return generated;
}

/** How often each named step was taken, by all workers, when they last came to an end. */
export function firedBy(counts: Float64Array, steps: number): number[] {
  const fired = new Array<number>(steps).fill(0);
  for (let own = 0; own < counts.length; own += countsOf(steps, 1)) {
    for (let step = 0; step < steps; step++) {
      fired[step] = (fired[step] as number) + (counts[own + 1 + step] as number);
    }
  }
  return fired;
}

/**
 * Helps another thread with its search, until that ends it.
 *
 * @param thread which of the threads this is, from 1: noted, so that its death is not missed
 */
export function assist(
  system: PackedSystem,
  words: SharedWords,
  buffers: StoreBuffers,
  thread: number,
): void {
  const control = new Int32Array(words.control);
  Atomics.store(control, at.present + thread, 1);
  const crew = new Crew(control, Atomics.add(control, at.joined, 1) + 1);
  const counts = new Float64Array(words.counts);
  let ended = false;
  /** Takes part in what the index needs; returns when there are states to expand, or at the end. */
  const rest = (): void => {
    for (;;) {
      const command = crew.next();
      ended = command === commands.end;
      if (command === commands.clear) worker.seen.clear(crew.hands);
      else if (command === commands.refill) worker.seen.refill();
      else if (command === commands.compare) worker.seen.compare();
      else if (command === commands.empty) worker.seen.empty(crew.hands);
      else return;
      crew.arrive();
    }
  };
  const pause = (): void => {
    crew.arrive();
    rest();
  };
  const workplace: Workplace = { control, counts, store: storeOf(buffers) };
  const worker = new SearchWorker(system, crew, workplace, pause, () => {});
  try {
    rest();
    while (!ended) {
      worker.expand();
      // The end may have come while the index was full.
      if (ended) return;
      crew.arrive();
      rest();
    }
  } finally {
    worker.seen.close();
  }
}
