/** Specs as commands read them: what they extend lies below the working directory, or what is named. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Spec } from '../spec/load.js';
import { loadSpec } from '../spec/load.js';

export interface ReadOptions {
  /** A spec may extend any file. */
  readonly extendsAnywhere?: boolean;
}

/**
 * Reads a spec. Throws UserError.
 *
 * @param paths what the command line names: the spec, or folders that have it
 */
export function readSpec(
  file: string,
  { extendsAnywhere = false }: ReadOptions,
  paths: readonly string[] = [file],
): Spec {
  const named = paths.map((path) => (isFolder(path) ? path : dirname(path)));
  return loadSpec(file, { within: extendsAnywhere ? null : ['.', ...named] });
}

/** Whether a path leads to a folder; not where there is nothing, or nothing that can be looked at. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
