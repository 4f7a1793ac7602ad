/** What a search does for whoever goes on from it: now and then it writes what it has found. */
import type { Archive, Mark } from './archive.js';
import type { Levels } from './levels.js';

export interface Archiving {
  readonly archive: Archive;
  /** Where the search that left the archive was; null for a new one. */
  readonly from: Mark | null;
  /** Milliseconds between two times that states are written; those in a file are at each level. */
  readonly everyMs: number;
}

export class Keeper {
  /** What was found when the level that is expanded began. */
  mark: Mark | null = null;
  /** What went otherwise than asked, in sentences. */
  readonly notices: string[] = [];
  readonly archive: Archive;
  /** Levels that are in the archive, and when they were written. */
  private levels: number;
  private written = Date.now();
  private hasFailed = false;

  constructor(private readonly archiving: Archiving) {
    this.archive = archiving.archive;
    this.levels = archiving.from?.levels.length ?? 0;
  }

  get isDue(): boolean {
    return Date.now() - this.written >= this.archiving.everyMs;
  }

  /**
   * Writes the levels that are not yet written, up to the one that was begun last.
   *
   * @param onDisk whether the rows are there already
   * @returns whether they could be written; not tried again when they could not
   */
  write(levels: Levels, onDisk: boolean): boolean {
    const { mark, archive } = this;
    if (mark === null || this.hasFailed || this.levels === mark.levels.length) return true;
    try {
      for (let level = this.levels; !onDisk && level < mark.levels.length; level++) {
        for (const { rows, offset } of levels.statesOf(level)) archive.append(rows, offset);
      }
      archive.commit(mark);
      this.levels = mark.levels.length;
      this.written = Date.now();
      return true;
    } catch (error) {
      this.hasFailed = true;
      this.fail('no checkpoint can be written', error);
      return false;
    }
  }

  /** Notes what the file system says. Throws what anything else does. */
  fail(what: string, error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    this.notices.push(`${what} (${message}); what was written before is kept`);
  }
}
