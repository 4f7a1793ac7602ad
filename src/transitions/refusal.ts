/** Why an action cannot be taken in a state: the guard that refuses it, as data. */
import type { Action } from '../model/model.js';
import type { Id } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { Guard } from './actions.js';
import { CpuAction, waitsFor } from './actions.js';
import { nodeLabel } from './nodes.js';
import type { LockName } from './operation.js';
import type { ActionFamily, Program, Standing } from './program.js';
import { startsAt } from './program.js';

type Cpu = Id<'cpu'>;

export type Refusal =
  /** Its CPU stands before another step (`before`), or in this mode in no operation. */
  | { readonly kind: 'elsewhere'; readonly mode: 'user' | 'kernel'; readonly before: string | null }
  /** It cannot come before this step, where IF is 0. */
  | { readonly kind: 'interrupts-off'; readonly before: string }
  /** As many frames are saved as the CPU has. */
  | { readonly kind: 'nesting'; readonly frames: number }
  /** Hardware blocks the event until its handler returns. */
  | { readonly kind: 'on-itself'; readonly event: string }
  /** The operation starts only where something is so, in words. */
  | { readonly kind: 'condition'; readonly says: string }
  /** The step waits for these CPUs: for the holder of a lock, or for what they are yet to do. */
  | { readonly kind: 'waits'; readonly awaited: readonly Cpu[]; readonly lock: LockName | null }
  /** Under TSO: it waits until the store buffer is empty, or has room for one store. */
  | { readonly kind: 'store-buffer'; readonly until: 'empty' | 'room' }
  /** The loop has been at this member. */
  | { readonly kind: 'visited' }
  /** There is no store to take to memory. */
  | { readonly kind: 'nothing-stored' };

/** The first guard that refuses an action of a program; null exactly when it can be taken. */
export function refusalOf(program: Program, m: Machine, action: Action<Machine>): Refusal | null {
  const { process } = action;
  const cpu = program.scope.cpus.ids[process] as Cpu;
  const family = program.families[process] as ActionFamily;
  const place = family.select(m);
  const isOffered = family.actions[place]?.includes(action) === true;
  if (!isOffered) return displaced(program, program.standings[place] as Standing, action);
  if (action.guard(m)) return null;
  if (!(action instanceof CpuAction)) return { kind: 'nothing-stored' };
  const refusing = action.guards.find((guard) => !guard.holds(m)) as Guard;
  return byGuard(program, m, cpu, action, refusing.kind);
}

function byGuard(
  { scope }: Program,
  m: Machine,
  cpu: Cpu,
  { from, instance: { operation, handler }, starts }: CpuAction,
  kind: Guard['kind'],
): Refusal {
  switch (kind) {
    case 'condition':
      return { kind, says: operation.enabled?.says ?? '' };
    case 'nesting':
      return { kind, frames: scope.options.nesting };
    case 'on-itself':
      return { kind, event: operation.event ?? operation.name };
    case 'visited':
      return { kind };
    case 'store-buffer': {
      const drains = (starts && handler) || (from.kind === 'step' && from.buffer === 'fences');
      return { kind, until: drains ? 'empty' : 'room' };
    }
    case 'waits': {
      if (from.kind !== 'step') return { kind, awaited: [], lock: null };
      const { waitsForEach: isAwaited, acquires: lock = null } = from.step;
      const first = waitsFor(m, scope, cpu, from);
      const awaited = scope.cpus.ids.filter((other) =>
        isAwaited === undefined ? other === first : isAwaited(m, cpu, other),
      );
      return { kind, awaited, lock };
    }
  }
}

/** Why what is not among the actions at a standing is not: of a handler, why it cannot come there. */
function displaced({ scope }: Program, standing: Standing, action: Action<Machine>): Refusal {
  const node = typeof standing === 'string' ? null : standing;
  const before = node === null ? null : nodeLabel(scope, node);
  const mode = standing === 'user' ? 'user' : 'kernel';
  const elsewhere: Refusal = { kind: 'elsewhere', mode, before };
  const isHandler = action instanceof CpuAction && action.starts && action.instance.handler;
  if (!isHandler || mode === 'user') return elsewhere;
  const { operation } = action.instance;
  const { starts, event = operation.name } = operation;
  if (!startsAt(operation, node)) {
    return starts === 'interruptible'
      ? { kind: 'interrupts-off', before: before ?? '' }
      : elsewhere;
  }
  const below = node?.instance;
  if (starts === 'anywhere' && below?.operation.event === operation.event) {
    return { kind: 'on-itself', event };
  }
  const { nesting } = scope.options;
  const frames = below?.handler ? 2 : 1;
  return nesting < frames ? { kind: 'nesting', frames: nesting } : elsewhere;
}
