/**
 * What has changed of spec files, by looking at them. Node's notices of changes differ from one file
 * system to the next, and some (of networks, of containers) have none; a look at a hundred files takes
 * a millisecond, and sees one that an editor replaced, a new one, and one that is gone.
 */
import { statSync } from 'node:fs';
import { UserError } from '../spec/errors.js';
import type { Spec } from '../spec/load.js';

export interface Look {
  /** The specs, in their order. */
  readonly files: readonly string[];
  /** By spec: the files that it is made of. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
  /** By file: what another version of it would not have. */
  readonly stamps: ReadonlyMap<string, string>;
  /** Files that are new, gone, or otherwise than at the look before. */
  readonly changed: readonly string[];
  /** Specs that this has to do with. */
  readonly affected: readonly string[];
}

export const noLook: Look = {
  files: [],
  sources: new Map(),
  stamps: new Map(),
  changed: [],
  affected: [],
};

/**
 * @param files the specs that there are now
 * @param load reads one of them; may throw UserError
 */
export function lookAgain(
  before: Look,
  files: readonly string[],
  load: (file: string) => Spec,
): Look {
  const now = new Map([...before.stamps.keys()].map((file) => [file, stampOf(file)]));
  const edited = new Set(
    [...now.keys()].filter((file) => now.get(file) !== before.stamps.get(file)),
  );
  const isAffected = (file: string): boolean =>
    before.sources.get(file)?.some((source) => edited.has(source)) ?? true;
  const sources = new Map(
    files.map((file) => {
      const known = isAffected(file) ? undefined : before.sources.get(file);
      return [file, known ?? sourcesOf(file, load)];
    }),
  );
  // A file that changes from here on changes after its stamp, and is seen at the next look.
  const stamps = new Map(
    [...sources.values()].flat().map((file) => [file, now.get(file) ?? stampOf(file)]),
  );
  const appeared = files.filter((file) => !before.sources.has(file));
  const gone = before.files.filter((file) => !sources.has(file));
  return {
    files,
    sources,
    stamps,
    changed: [...new Set([...edited, ...appeared, ...gone])],
    affected: files.filter(isAffected),
  };
}

/** A spec and all that it extends; where it is wrong, itself and where it is wrong. */
function sourcesOf(file: string, load: (file: string) => Spec): readonly string[] {
  try {
    return load(file).files;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [...new Set([file, ...error.mistakes.map((mistake) => mistake.file)])];
  }
}

function stampOf(file: string): string {
  try {
    const { mtimeNs, ctimeNs, size, ino } = statSync(file, { bigint: true });
    return `${mtimeNs} ${ctimeNs} ${size} ${ino}`;
  } catch {
    return 'gone';
  }
}
