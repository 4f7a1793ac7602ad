export interface Fault {
  /** What is wrong with the engine then, in a few words. */
  readonly name: string;
  readonly file: string;
  /** Text that occurs once in the file, and what takes its place. */
  readonly find: string;
  readonly replace: string;
  /** The test file that sees it, and which of its tests: a part of their names. */
  readonly test: string;
  readonly title: string;
}
export const faults: readonly Fault[];
