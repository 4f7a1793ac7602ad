/**
 * What claims see of where a CPU is: the partial-order reduction may leave out states that no claim
 * tells apart.
 *
 * A claim about several CPUs never reads a location. It asks whether some frame of a CPU is in one
 * of some sets of locations (Program.watched), in user mode whether it is in an operation, and it is a
 * claim of a CPU in some places and not in others (StateRow.of). It may also ask at which step a CPU
 * waits, and whether it takes interrupts; but a CPU whose steps are all quiet waits for nothing, and
 * what does not wait is in no deadlock. Claims that read nothing but what their own CPU writes do not
 * count: every state of one CPU is passed, whatever the order in which CPUs take turns.
 *
 * No claim reads another table of locations: that is held to (model/reach.ts).
 */
import type { Observed } from '../model/model.js';
import { LookUp } from '../state/look-up.js';
import type { Machine } from '../state/machine.js';
import type { Standing } from '../transitions/program.js';
import { claimRows } from './claims.js';
import type { Design } from './design.js';

export function observerOf(design: Design): (m: Machine, process: number) => Observed {
  const { scope, program } = design;
  /** By location: the sets that it is in. */
  const sets = new LookUp(
    program.locations.map((_, location) =>
      program.watchedSets.flatMap((set, index) => (set.at(location) ? [index] : [])).join(),
    ),
  );
  /** By location: the claims about several CPUs that say something of a CPU that is there. */
  const claims = new LookUp(
    program.locations.map((node) => {
      const standing: Standing = node ?? 'kernel';
      return claimRows
        .flatMap((row, index) =>
          row.on === 'states' && row.ownOnly !== true && row.of(standing) ? [index] : [],
        )
        .join();
    }),
  );
  const numbers = (list: string): number[] => (list === '' ? [] : list.split(',').map(Number));
  return (m, process) => {
    const cpu = scope.cpus.ids[process] as (typeof scope.cpus.ids)[number];
    const seen = program.framesOf(m, cpu).flatMap((frame) => numbers(sets.of(frame, 'at')));
    const isOut = m.cpus[cpu].mode === 'user' && program.isAtRest(m, cpu);
    return {
      looks: `${[...new Set(seen)].sort((a, b) => a - b).join()} ${isOut}`,
      claims: numbers(claims.of(m.cpus[cpu], 'at')),
    };
  };
}
