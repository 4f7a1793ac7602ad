/**
 * What the workers of one search share beside its states: some words, and the ways to wait.
 *
 * One worker leads: it begins a phase (a level to expand, the index to clear or to fill again), takes
 * part in it, and waits until everybody has arrived at its end. Who has no part in a phase sleeps.
 * All waits end after a while and look at `stop`, so that a worker that is gone stops the others.
 */
import type { StopReason } from './system.js';

/** Places in the shared words. Those that all workers change lie in cache lines of their own. */
export const at = {
  /** 0, or the reason to stop: see `stopReasons`. */
  stop: 0,
  /** What is done and by how many, in one word, so that nobody reads half of it: see `begin()`. */
  phase: 1,
  /** Of a search by fingerprints: the log of the two that is written, and the slots of the index. */
  log: 3,
  slots: 15,
  /** 1 when the index has to grow before anybody can go on. */
  full: 4,
  indexBits: 5,
  /** The frontier, as ranges. */
  frontierEnd: 6,
  frontierFirst: 7,
  /** The level that is expanded. */
  depth: 2,
  statesMax: 8,
  /** Bit masks of properties and witnesses: what is asked, what the states of the next level show. */
  askedProperties: 9,
  askedWitnesses: 10,
  failing: 11,
  shown: 13,
  /** 1 when a worker is gone that others may wait for, whatever the reason to stop is. */
  gone: 12,
  /** Helpers that have joined: they take numbers from 1. */
  joined: 14,
  arrived: 16,
  /** The next range of the frontier to expand, and of all ranges to enter into the index. */
  cursor: 32,
  refill: 33,
  /** Rows of the log claimed so far, a block at a time, and ranges entered. */
  rows: 48,
  ranges: 64,
  /** States stored. */
  states: 80,
  /** Of a search on disk: rows that may be new, until the files have been looked through. */
  candidates: 96,
  /** The rows of the file that are the frontier. */
  levelFirst: 97,
  levelEnd: 98,
  /** How often the table of such a search was emptied. */
  emptied: 99,
  /** From here on, by thread: 1 once it takes part, so that its end is not to be missed. */
  present: 112,
} as const;

/** Threads of one search, at most: more only wait for memory. */
export const workersMax = 64;
export const controlWords = at.present + workersMax;

export const commands = { expand: 1, clear: 2, refill: 3, end: 4, compare: 5, empty: 6 } as const;

const stopReasons: readonly (StopReason | null)[] = [
  null,
  'states-max',
  'memory-max',
  'time-max',
  'depth-max',
  'stop-at-first',
  'interrupted',
  'worker-died',
  'disk-error',
];

/** Milliseconds after which a sleeper looks whether it still has anything to wait for. */
const waitMs = 100;
/** Looks before going to sleep: a level's last pieces are done within microseconds. */
const spins = 2000;

export class Crew {
  /** The phase that this worker has last heard of. */
  private phase = 0;

  /** @param worker 0 is the leader */
  constructor(
    readonly control: Int32Array,
    readonly worker: number,
  ) {}

  get(place: number): number {
    return Atomics.load(this.control, place);
  }

  set(place: number, value: number): void {
    Atomics.store(this.control, place, value);
  }

  /** The next number of a counter, which no other worker is given. */
  take(place: number): number {
    return Atomics.add(this.control, place, 1);
  }

  /** How many workers take part in the phase: those with a lower number. */
  get hands(): number {
    return this.phase & 127;
  }

  get stopped(): StopReason | null {
    return stopReasons[this.get(at.stop)] ?? null;
  }

  /** Of several reasons to stop the first counts. Wakes who waits. */
  stop(reason: StopReason): void {
    Atomics.compareExchange(this.control, at.stop, 0, stopReasons.indexOf(reason));
    Atomics.notify(this.control, at.phase);
    Atomics.notify(this.control, at.arrived);
  }

  /** A worker is gone: nobody is to wait for it. */
  lose(): void {
    this.set(at.gone, 1);
    this.stop('worker-died');
  }

  /** The leader begins a phase for the first `hands` workers. */
  begin(command: number, hands: number): void {
    this.phase = (((this.phase >>> 10) + 1) << 10) | (command << 7) | hands;
    this.set(at.arrived, 0);
    this.set(at.phase, this.phase);
    if (hands > 1 || command === commands.end) Atomics.notify(this.control, at.phase);
  }

  /** The leader waits for the others to arrive; not for ever where one of them is gone. */
  awaitAll(): void {
    const others = this.hands - 1;
    for (let spin = 0; spin < spins; spin++) if (this.get(at.arrived) === others) return;
    for (let arrived = this.get(at.arrived); arrived < others; arrived = this.get(at.arrived)) {
      if (this.get(at.gone) !== 0) return;
      Atomics.wait(this.control, at.arrived, arrived, waitMs);
    }
  }

  /** A helper waits for the next phase in which it has a part. */
  next(): number {
    for (;;) {
      const phase = this.get(at.phase);
      if (phase === this.phase) {
        if (this.get(at.gone) !== 0) return commands.end;
        Atomics.wait(this.control, at.phase, phase, waitMs);
        continue;
      }
      this.phase = phase;
      const command = (phase >>> 7) & 7;
      if (command === commands.end || this.worker < this.hands) return command;
    }
  }

  /** A helper has done its part. */
  arrive(): void {
    const arrived = Atomics.add(this.control, at.arrived, 1) + 1;
    if (arrived === this.hands - 1) Atomics.notify(this.control, at.arrived);
  }
}
