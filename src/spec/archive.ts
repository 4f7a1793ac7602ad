/** Where a search leaves its states, so that it is not lost when it is ended: see explorer/archive.ts. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Archive, ArchiveError } from '../explorer/archive.js';
import type { Archiving } from '../explorer/archiving.js';
import type { Keeps } from '../explorer/store.js';
import { UserError } from './errors.js';
import type { Design } from './load.js';

export interface ArchiveOptions {
  /** A folder, in which each spec has one of its own. */
  readonly folder: string;
  /** Go on from what is there; else nothing may be there yet. */
  readonly resume: boolean;
  /** Keep the states in files and not in memory. */
  readonly onDisk: boolean;
  /** Milliseconds between two checkpoints; on disk there is one for each level. */
  readonly everyMs: number;
}

/** The folder of one spec. */
export function folderOf(folder: string, file: string): string {
  const name = basename(file, '.yaml').replace(/[^\w.-]/g, '_');
  return join(folder, `${name}-${digestOf([resolve(file)]).slice(0, 8)}`);
}

/** Throws UserError where there is nothing to resume. */
export function checkResumable({ folder, resume }: ArchiveOptions): void {
  if (!resume || existsSync(folder)) return;
  const message = 'there is no such folder to resume from';
  throw new UserError([{ code: 'file-missing', file: folder, message }]);
}

/** Of a search that is begun or gone on with: what it needs, and what its store is to keep. */
export interface OpenArchive {
  readonly archiving: Archiving;
  readonly keeps: Keeps;
}

/**
 * Opens the archive of a search, a new one where there is none to resume.
 *
 * Throws UserError where it cannot be used: it is another spec's, or damaged, or in use.
 *
 * @param notify called with a sentence where not all is as it was asked for
 */
export function openArchive(
  design: Design,
  words: number,
  { folder, resume, onDisk, everyMs }: ArchiveOptions,
  notify: (notice: string) => void,
): OpenArchive {
  const owner = { search: digestOf([JSON.stringify(design)]), tool: toolName() };
  const keeps: Keeps = onDisk ? { file: Archive.fileIn(folder) } : {};
  try {
    if (resume && Archive.isIn(folder)) {
      const [archive, from] = Archive.open(folder, words, owner, notify);
      return { archiving: { archive, from, everyMs }, keeps };
    }
    if (resume) notify(`${folder} has no checkpoint: the search begins anew`);
    const archive = Archive.create(folder, words, owner);
    return { archiving: { archive, from: null, everyMs }, keeps };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!(error instanceof ArchiveError) && code === undefined) throw error;
    const hint = Archive.isIn(folder)
      ? 'remove the folder to search from the beginning; --resume goes on from one that can be used'
      : undefined;
    throw new UserError([{ code: 'checkpoint-unusable', file: folder, message, hint }]);
  }
}

/**
 * Runs a search in an archive, and closes it. Nothing is known of the states in one but that they are
 * those that were written: where a search that goes on from them goes wrong, it is they that are.
 *
 * Throws UserError then.
 */
export function searchFrom<T>({ archive, from }: Archiving, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw from === null ? error : unusable(archive.folder, error);
  } finally {
    archive.close();
  }
}

/** A search that went on from an archive has gone wrong. */
export function unusable(folder: string, error: unknown): UserError {
  const { message } = error as Error;
  return new UserError([
    {
      code: 'checkpoint-unusable',
      file: folder,
      message: `what is in it is not what a search of this spec leaves (${message.slice(0, 200)})`,
      hint: 'remove the folder to search from the beginning',
    },
  ]);
}

/** What a search that has come to its end leaves is of no more use. */
export function removeArchive({ folder }: ArchiveOptions): void {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * The version of this program, and a digest of its code: states that other rules have found are not
 * those that these would find.
 */
function toolName(): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name))
    .sort();
  const digest = digestOf(files.map((name) => readFileSync(join(root, name))));
  return `svscheck of code ${digest.slice(0, 16)}`;
}

function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
}
