/**
 * What a protocol is made of: steps, loops of steps, operations.
 *
 * An operation is data: a name, where it may start, a list of named steps. A step is at most one
 * access to memory that other CPUs use; between two steps anything may happen. program.ts turns
 * the lists into locations and actions; edit.ts changes the lists.
 */
import type { Id } from '../state/domain.js';
import type { Machine, RegisterName } from '../state/machine.js';
import type { EventName, Scope } from '../state/scope.js';

/** The domains that a step or a loop may range over. */
export type RangeName = 'cpu' | 'pmap' | 'slot';
export type Needs = Readonly<Record<string, RangeName>>;
/** The CPU that takes the step, and what its operation and loops have bound. */
export type Bindings<N extends Needs> = { readonly cpu: Id<'cpu'> } & {
  readonly [K in keyof N]: Id<N[K]>;
};

export type Registers = Machine['cpus'][Id<'cpu'>]['registers'];
export type LockName = 'pmap-lock' | 'updir-lock';

/** A step, its slots in the order in which they are read. */
interface StepSlots<N extends Needs> {
  readonly name: string;
  /** `[M7a]`, or `file revision: function`, or `model: why`; several are parted by `; `. */
  readonly source: string;
  /** What the step must be given, by name and domain; checked again after every edit. */
  readonly needs?: N;
  /** Hardware's own steps can be moved past, but not dropped, moved or replaced. */
  readonly by?: 'hardware';
  /** Interrupts cannot come before it: IF is 0. */
  readonly interrupts?: 'off';
  /** It lies in the entry or exit stub, before the kernel's or after the user's tables are loaded. */
  readonly stub?: true;
  /** Left out of the protocol when SVS is disabled [M11]. */
  readonly svs?: true;
  readonly sets?: readonly RegisterName[];
  readonly uses?: readonly RegisterName[];
  /** A decision, over registers alone: when it is false the step is passed over. */
  when?(registers: Registers, bindings: Bindings<N>): boolean;
  /** A guard: the CPU that this step waits for, or null when it can be taken. */
  waits?(m: Machine, bindings: Bindings<N>, scope: Scope): Id<'cpu'> | null;
  readonly acquires?: LockName;
  readonly releases?: LockName;
  /** It writes a slot of the per-CPU page of the CPU that is bound to this name. */
  readonly writesUpdir?: 'cpu' | (keyof N & string);
  /**
   * What it does to translations; the machinery then adds to the TLBs what the loaded pages map:
   * `own` for a step that loads CR3 or flushes, `all` for one that writes an L4 page.
   */
  readonly changes?: 'own' | 'all';
  readonly loadsCr3?: true;
  effect(m: Machine, bindings: Bindings<N>, scope: Scope): void;
}

/** A step of any bindings, as lists hold it; edit.ts checks `needs` against what is bound. */
export type Step = StepSlots<Needs>;

/** One step. Its effect is pure but for what it writes to the draft. */
export function step<const N extends Needs = Record<never, never>>(slots: StepSlots<N>): Step {
  return slots;
}

/** A loop over a domain, in the domain's order or in any order, as the scope says. */
export interface Loop {
  readonly loop: string;
  readonly source: string;
  /** The one name that the loop binds, and its domain. */
  readonly over: Needs;
  readonly body: readonly Step[];
  /** Members that are not visited. */
  readonly except?: (bindings: Readonly<Record<string, unknown>>) => boolean;
}

export function each(slots: Loop): Loop {
  return slots;
}

export type Item = Step | Loop;
export const isLoop = (item: Item): item is Loop => 'loop' in item;
export const nameOf = (item: Item): string => (isLoop(item) ? item.loop : item.name);

interface OperationSlots<N extends Needs> {
  readonly name: string;
  readonly source: string;
  /** The hardware event that it answers to; it is in the protocol when the spec lists the event. */
  readonly event?: EventName;
  readonly over?: N;
  /**
   * Where it starts. `user` and `kernel`: on a CPU that is in that mode and in no operation. A
   * handler starts on top of what it interrupts, in a frame of its own: `interruptible`, anywhere
   * in the kernel with IF=1; `anywhere`, with IF=0 as well, but not on top of itself; a step's
   * position, just before that step.
   */
  readonly starts: 'user' | 'kernel' | 'interruptible' | 'anywhere' | { readonly before: string };
  enabled?(m: Machine, bindings: Bindings<N>, scope: Scope): boolean;
  readonly steps: readonly Item[];
}

/** An operation of any bindings. */
export type Operation = OperationSlots<Needs>;

export function operation<const N extends Needs = Record<never, never>>(
  slots: OperationSlots<N>,
): Operation {
  return slots;
}

/** A handler runs in a frame of its own, on top of what it interrupted. */
export const isHandler = (op: Operation): boolean => op.starts !== 'user' && op.starts !== 'kernel';

/** The rules of one design, before and after edits. */
export interface Protocol {
  readonly name: string;
  readonly source: string;
  readonly title: string;
  readonly operations: readonly Operation[];
  /** Steps and loops that the protocol does not take, for edits to insert or to put in place. */
  readonly exports: readonly Item[];
}
