/** `svscheck check`: searches specs and holds the outcomes against what they expect. */
import type { Report } from '../report/document.js';
import { ownFiles } from '../report/shard.js';
import type { Mistake } from '../spec/errors.js';
import { UserError } from '../spec/errors.js';
import { findSpecs } from '../spec/load.js';
import { printMistakes } from './output.js';
import type { SearchesOptions } from './searches.js';
import { searchAll } from './searches.js';
import type { ReadOptions } from './specs.js';
import { isFolder, withinOf } from './specs.js';
import type { Layout, TellingOptions } from './telling.js';
import { layoutOf, tellingOf } from './telling.js';

export interface CheckOptions extends SearchesOptions, TellingOptions, ReadOptions {
  /** The part of the specs to check; all unless given. */
  readonly shard?: NonNullable<Report['shard']>;
}

/** @returns the exit code */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const telling = tellingOf(options);
  const { files, mistakes } = filesOf(paths, telling.isReported);
  printMistakes(mistakes);
  const { shard = null } = options;
  const own = ownFiles({ files, shard });
  const layout = layoutFor(paths, own);
  const searched = await searchAll(own, { ...options, within: withinOf(paths, options) }, (spec) =>
    telling.spec(spec, layout),
  );
  const { specs, interrupted } = searched;
  const all = [...mistakes, ...searched.mistakes];
  const run = { files, shard, mistakes: all, isSuite: hasFolder(paths), specs };
  return telling.end({ run, interrupted, drift: null }, layout);
}

/** Whether the specs are a suite, which is to have no gaps. */
export const hasFolder = (paths: readonly string[]): boolean => paths.some(isFolder);

export const layoutFor = (paths: readonly string[], files: readonly string[]): Layout =>
  layoutOf(files, hasFolder(paths) || paths.length !== 1);

/**
 * The specs to check. Throws UserError for a path that is wrong; or returns the mistake, where it is
 * to be part of a report.
 */
export function filesOf(
  paths: readonly string[],
  isReported: boolean,
): { readonly files: string[]; readonly mistakes: readonly Mistake[] } {
  try {
    return { files: findSpecs(paths), mistakes: [] };
  } catch (error) {
    if (!(error instanceof UserError) || !isReported) throw error;
    return { files: [], mistakes: error.mistakes };
  }
}
