/**
 * The traces to what a search has found to be violated.
 *
 * Each is looked for once, as soon as every state of its level is there. The way back takes as long as
 * the search took to get that far; so no limit of time that passes later can come in between.
 */
import type { Crew } from './crew.js';
import type { Levels } from './levels.js';
import { targetOf } from './levels.js';
import type { PackedSystem, StopReason, Verdict } from './system.js';
import { pathTo } from './trace.js';

/** Milliseconds that the way back may still take, when a limit of time has passed or Ctrl-C was pressed. */
const lateMs = 1000;

/** The way back has taken too long. */
class TooLate extends Error {
  constructor(readonly reason: StopReason) {
    super(reason);
  }
}

export class Traces {
  /** Why some were not found, or null. */
  stoppedBy: StopReason | null = null;
  /** By property. */
  private readonly found: Verdict[] = [];
  /** When it was first seen that the time is over. */
  private lateSince: number | null = null;

  /** @param due why the time is over, or null; asked every few thousand states */
  constructor(
    private readonly system: PackedSystem,
    private readonly crew: Crew,
    private readonly due: () => StopReason | null,
  ) {}

  /**
   * Looks for those that are missing. Takes steps, and stops the crew where the time is over.
   *
   * @param levels every state that was found so far
   * @param violated by property: its least depth, or null
   */
  find(levels: Levels, violated: readonly (number | null)[]): void {
    const { system, crew, found } = this;
    const watched = levels.watched(() => this.look());
    try {
      for (const [property, depth] of violated.entries()) {
        if (depth === null || found[property] !== undefined || this.stoppedBy !== null) continue;
        const target = targetOf(system, watched, property, depth);
        const path = pathTo(system, watched, target);
        found[property] = { result: 'violated', depth: target.depth, path };
      }
    } catch (error) {
      if (error instanceof TooLate) {
        this.stoppedBy = error.reason;
        crew.stop(error.reason);
        // Else the states on the way lie in a file that cannot be read.
      } else if (crew.stopped !== 'disk-error') throw error;
    }
  }

  /** Whether some are missing. */
  areMissing(violated: readonly (number | null)[]): boolean {
    return violated.some((depth, property) => depth !== null && !this.found[property]);
  }

  /** The trace to a violation, where it was found. */
  to(property: number): Verdict | undefined {
    return this.found[property];
  }

  private look(): void {
    const reason = this.due();
    if (reason === null) return;
    this.lateSince ??= Date.now();
    if (Date.now() - this.lateSince > lateMs) throw new TooLate(reason);
  }
}
