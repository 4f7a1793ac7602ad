/**
 * What claims see of where a CPU is: the partial-order reduction may leave out states that no claim
 * tells apart.
 *
 * A claim about several CPUs never reads a location. It asks whether some frame of a CPU is in one
 * of some sets of locations (Program.watched), at which step the CPU waits, whether it then takes
 * interrupts, and in user mode whether it is in an operation; and it is a claim of a CPU in some
 * places and not in others (StateRow.of). Claims that read nothing but what their own CPU writes do
 * not count: every state of one CPU is reached, whatever the order in which CPUs take turns.
 *
 * No claim reads another table of locations: that is held to (model/reach.ts). What each of these
 * texts leaves out of its table is argued beside it, and tested on random designs.
 */
import { LookUp } from '../state/look-up.js';
import type { Machine } from '../state/machine.js';
import type { Standing } from '../transitions/program.js';
import { claimRows } from './claims.js';
import type { Design } from './design.js';

/** @returns a text that is equal in two states whose difference in locations no claim sees */
export function observerOf(design: Design): (m: Machine, process: number) => string {
  const { scope, program } = design;
  /** By location: the sets that it is in. */
  const sets = new LookUp(
    program.locations.map((_, location) =>
      program.watchedSets.flatMap((set, index) => (set.at(location) ? [index] : [])).join(),
    ),
  );
  /** By location: what else is seen of a CPU that is there, not in a saved frame. */
  const own = new LookUp(
    program.locations.map((node, location) => {
      const standing: Standing = node ?? 'kernel';
      const claims = claimRows.flatMap((row, index) =>
        row.on === 'states' && row.ownOnly !== true && row.of(standing) ? [index] : [],
      );
      const waits = program.waitingStepAt(location);
      // Of a CPU that waits for no other nothing hangs on whether it takes interrupts.
      return waits === undefined
        ? claims.join()
        : `${claims.join()} ${waits} ${program.isInterruptibleAt(location)}`;
    }),
  );
  return (m, process) => {
    const cpu = scope.cpus.ids[process] as (typeof scope.cpus.ids)[number];
    const seen = new Set(
      program.framesOf(m, cpu).flatMap((frame) => sets.of(frame, 'at').split(',')),
    );
    seen.delete('');
    const isOut = m.cpus[cpu].mode === 'user' && program.isAtRest(m, cpu);
    return `${[...seen].sort().join()} ${own.of(m.cpus[cpu], 'at')} ${isOut}`;
  };
}
