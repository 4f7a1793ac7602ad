/** What a folder of specs exercises between them: a step that is never taken proves nothing. */
import { hasRoomFor, witnessRows } from '../invariants/witnesses.js';
import type { SpecResult } from '../spec/run.js';

export interface SuiteGaps {
  /** Steps that some spec's protocol has and that no spec takes, as `operation/step of protocol`. */
  readonly steps: readonly string[];
  /** Witnesses that some spec's scope has room for and that no spec reaches. */
  readonly witnesses: readonly string[];
}

export function gapsOf(results: readonly SpecResult[]): SuiteGaps {
  const fired = new Map<string, number>();
  for (const { model, fired: counts } of results) {
    const { program } = model.design;
    for (const [index, step] of program.steps.entries()) {
      const name = `${step.name} of ${program.protocol.name}`;
      fired.set(name, (fired.get(name) ?? 0) + (counts[index] ?? 0));
    }
  }
  const missed = witnessRows.filter(
    (row, index) =>
      results.some(({ model }) => hasRoomFor(row, model.design)) &&
      results.every(({ witnesses }) => witnesses[index]?.depth === null),
  );
  return {
    steps: [...fired].filter(([, count]) => count === 0).map(([name]) => name),
    witnesses: missed.map(({ name }) => name),
  };
}
