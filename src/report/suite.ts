/** What the searches of a folder of specs exercise: a step that is never taken proves nothing. */
import type { ReportedSpec, SuiteGaps } from './document.js';

export function gapsOf(all: readonly ReportedSpec[]): SuiteGaps {
  const specs = all.filter(({ pinned }) => pinned === null);
  const fired = new Map<string, number>();
  for (const { protocol, fired: counts } of specs) {
    for (const [step, count] of Object.entries(counts)) {
      const name = `${step} of ${protocol.name}`;
      fired.set(name, (fired.get(name) ?? 0) + count);
    }
  }
  const witnesses = specs[0]?.witnesses ?? [];
  const missed = witnesses.filter(
    (_, index) =>
      specs.some((spec) => spec.witnesses[index]?.hasRoom) &&
      specs.every((spec) => spec.witnesses[index]?.depth === null),
  );
  return {
    steps: [...fired].filter(([, count]) => count === 0).map(([name]) => name),
    witnesses: missed.map(({ name }) => name),
  };
}
