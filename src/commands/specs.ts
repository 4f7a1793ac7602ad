/** What commands that read specs have in common. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface ReadOptions {
  /** A spec may extend any file. */
  readonly extendsAnywhere?: boolean;
}

/**
 * Below which folders what specs extend must lie: the working directory, and what the command line
 * names; null for anywhere.
 *
 * @param paths specs, and folders of them
 */
export const withinOf = (
  paths: readonly string[],
  { extendsAnywhere = false }: ReadOptions,
): readonly string[] | null =>
  extendsAnywhere
    ? null
    : [...new Set(['.', ...paths.map((path) => (isFolder(path) ? path : dirname(path)))])];

/** Whether a path leads to a folder; not where there is nothing, or nothing that can be looked at. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
