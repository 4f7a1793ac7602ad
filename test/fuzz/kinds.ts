/** What the program reads that somebody else may have written: a row for each kind of input. */
import type fc from 'fast-check';
import { checkpoints } from './checkpoints.js';
import { baselines, certificates, reports } from './documents.js';
import { largeSpecs } from './large.js';
import { mutatedSpecs } from './mutated.js';
import { paths } from './paths.js';
import { pinnedSpecs } from './pinned.js';
import { writtenSpecs } from './written.js';

export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface Case {
  /** What is in the folder, by path; what is in `ck/` is the checkpoint of the spec `a.yaml`. */
  readonly files: Files;
  /** What the built program is given. */
  readonly args: readonly string[];
  /** What the program may write there: files, and folders with all that is in them. */
  readonly writes?: readonly string[];
}

export interface Kind {
  readonly name: string;
  /** Of a hundred cases, how many are of this kind. */
  readonly share: number;
  /** What is in the folder of every case. */
  readonly beside: Files;
  readonly cases: fc.Arbitrary<Case>;
  /**
   * Does in this process what the program does with a case whose files are in a folder.
   *
   * Throws UserError, and nothing else.
   *
   * @returns all that it would print or write
   */
  run(folder: string, one: Case): Promise<readonly string[]> | readonly string[];
}

export const kinds: readonly Kind[] = [
  writtenSpecs,
  mutatedSpecs,
  largeSpecs,
  pinnedSpecs,
  paths,
  checkpoints,
  reports,
  baselines,
  certificates,
];
