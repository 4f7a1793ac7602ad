/**
 * What a protocol is made of: steps, loops of steps, operations.
 *
 * An operation is data: a name, where it may start, a list of named steps. A step is at most one
 * access to memory that other CPUs use; between two steps anything may happen. program.ts turns
 * the lists into locations and actions; edit.ts changes the lists.
 */
import type { Id } from '../state/domain.js';
import type { Machine, RegisterName } from '../state/machine.js';
import type { AreaName, EventName, Scope, VariableGroup } from '../state/scope.js';
import type { ConditionName } from './conditions.js';

/** The domains that a step or a loop may range over. */
export type RangeName = 'cpu' | 'pmap' | 'slot';
export type Needs = Readonly<Record<string, RangeName>>;
/** The CPU that takes the step, and what its operation and loops have bound. */
export type Bindings<N extends Needs> = { readonly cpu: Id<'cpu'> } & {
  readonly [K in keyof N]: Id<N[K]>;
};

export type Registers = Machine['cpus'][Id<'cpu'>]['registers'];
export type LockName = 'pmap-lock' | 'updir-lock';

/**
 * What a step touches: an area; `entry-code`, the area that the spec says entry needs; `stack`, the
 * page that RSP points to, with room for a frame; `rsp0-stack`, the page that TSS.rsp0 points to.
 */
export type Touched = AreaName | 'entry-code' | 'stack' | 'rsp0-stack';

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
  readonly interrupts?: 'off' | 'on';
  /** It lies in the entry or exit stub, before the kernel's or after the user's tables are loaded. */
  readonly stub?: true;
  /** Left out of the protocol when SVS is disabled [M11]. */
  readonly svs?: true;
  /** Left out unless the spec lists the event, or has a process that is not isolated. */
  readonly event?: EventName | 'mixed-isolation';
  /** Variables that it needs the machine to have. */
  readonly variables?: readonly VariableGroup[];
  /** Registers, and the word of the NMI stack that an interrupted CR3 is saved in. */
  readonly sets?: readonly (RegisterName | 'nmi-scratch')[];
  readonly uses?: readonly (RegisterName | 'nmi-scratch')[];
  /** A decision, over registers alone: when it is false the step is passed over. */
  when?(registers: Registers, bindings: Bindings<N>): boolean;
  /** A guard: the CPU that this step waits for, or null when it can be taken. */
  waits?(m: Machine, bindings: Bindings<N>, scope: Scope): Id<'cpu'> | null;
  /** Where it waits for several CPUs: whether this is one of them. `waits` gives the first. */
  waitsForEach?(m: Machine, cpu: Id<'cpu'>, other: Id<'cpu'>): boolean;
  /** What it waits for comes from a handler, which a CPU that takes interrupts can always run. */
  readonly waitsForHandler?: true;
  /** It is the step of a handler that gives what such a step waits for. */
  readonly servesWait?: true;
  /** Tested when the step is taken, over what no other CPU writes: when one is false it does nothing. */
  readonly only?: readonly ConditionName[];
  /** Domains of which it names a member that nothing binds: such a design is not symmetric in them. */
  readonly names?: readonly RangeName[];
  /** What must be mapped on the loaded page when it is taken. */
  readonly touches?: readonly Touched[];
  readonly acquires?: LockName;
  readonly releases?: LockName;
  /** It writes a slot of the per-CPU page of the CPU that is bound to this name. */
  readonly writesUpdir?: 'cpu' | (keyof N & string);
  /** It sets, or clears, a slot of the L4 page of a pmap. */
  readonly writesPdir?: true;
  /** It writes the copy of an LDT of the CPU that is bound to this name. */
  readonly writesLdt?: 'cpu' | (keyof N & string);
  /** It makes plain stores to memory that others read: under TSO they wait in the store buffer. */
  readonly stores?: true;
  /** It is a locked operation, a fence, or serialises: under TSO it waits for an empty store buffer. */
  readonly fences?: true;
  /**
   * What it does to translations; the machinery then adds to the TLBs what the loaded pages map:
   * `own` for a step that loads CR3 or flushes, `all` for one that writes an L4 page.
   */
  readonly changes?: 'own' | 'all';
  readonly loadsCr3?: true;
  /** The CR3 that it loads carries a PCID or NOFLUSH. */
  readonly usesPcid?: true;
  /** What `explain --repair` adds it as. */
  readonly repairs?: 'fence' | 'flush';
  /** What a scope must have for the step to be needed, as `explain` says where it is not. */
  readonly neededFor?: string;
  effect(m: Machine, bindings: Bindings<N>, scope: Scope): void;
  /** After it the operation is over when this is true. */
  leaves?(m: Machine, bindings: Bindings<N>): boolean;
}

/** A step of any bindings, as lists hold it; edit.ts checks `needs` against what is bound. */
export type Step = StepSlots<Needs>;

/** One step. Its effect is pure but for what it writes to the draft. */
export function step<const N extends Needs = Record<never, never>>(slots: StepSlots<N>): Step {
  return slots;
}

/** The slots of a step that waits until no CPU passes a test. */
export function waitsForAll(
  isAwaited: NonNullable<Step['waitsForEach']>,
): Pick<Step, 'waits' | 'waitsForEach'> {
  return {
    waitsForEach: isAwaited,
    waits: (m, { cpu }, scope) => {
      for (const other of scope.cpus.ids) if (isAwaited(m, cpu, other)) return other;
      return null;
    },
  };
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
  /** The event that it answers to; it is in the protocol when the spec lists the event. */
  readonly event?: EventName;
  readonly over?: N;
  /** Variables that it needs the machine to have. */
  readonly variables?: readonly VariableGroup[];
  /**
   * Where it starts. `boot`: before the initial state. `user` and `kernel`: on a CPU that is in that mode and in no operation. A
   * handler starts on top of what it interrupts, in a frame of its own: `interruptible`, anywhere
   * in the kernel with IF=1; `anywhere`, with IF=0 as well, but not on top of itself; a step's
   * position, just before that step, or there with IF=1.
   */
  readonly starts: 'boot' | 'user' | 'kernel' | 'interruptible' | 'anywhere' | Position;
  /** A handler that does not go back to what it interrupted, but on as if the outermost had ended. */
  readonly ends?: 'rest';
  /** It goes from one pmap to another: CR3 may be of either. */
  readonly switchesPmap?: true;
  /** Where it can start besides: in words, and as a test. */
  readonly enabled?: {
    readonly says: string;
    test(m: Machine, bindings: Bindings<N>, scope: Scope): boolean;
  };
  readonly steps: readonly Item[];
}

interface Position {
  readonly before: string;
  readonly interrupts?: 'on';
}

/** An operation of any bindings. */
export type Operation = OperationSlots<Needs>;

/** An operation. Its steps need the variables that it needs, wherever an edit puts them. */
export function operation<const N extends Needs = Record<never, never>>(
  slots: OperationSlots<N>,
): Operation {
  const { variables = [] } = slots;
  if (variables.length === 0) return slots;
  const inherit = (one: Step): Step => ({
    ...one,
    variables: [...(one.variables ?? []), ...variables],
  });
  const steps = slots.steps.map((item) =>
    isLoop(item) ? { ...item, body: item.body.map(inherit) } : inherit(item),
  );
  return { ...slots, steps };
}

/** A handler runs in a frame of its own, on top of what it interrupted. */
export const isHandler = ({ starts }: Operation): boolean =>
  starts !== 'boot' && starts !== 'user' && starts !== 'kernel';

/** What a spec of a protocol has unless it says otherwise. */
export interface Defaults {
  readonly kernelAreas: readonly AreaName[];
  readonly unmapped: readonly AreaName[];
  readonly secret: readonly AreaName[];
  readonly global: readonly (AreaName | 'user')[];
}

/** The rules of one design, before and after edits. */
export interface Protocol {
  readonly name: string;
  readonly source: string;
  readonly title: string;
  readonly defaults: Defaults;
  /** Variables that it needs the machine to have, beside those of its operations and steps. */
  readonly variables: readonly VariableGroup[];
  /**
   * What each CPU does before the initial state, one after the other: it builds the kernel half of
   * the CPU's page. Without steps when that half is a copy of the kernel's, with areas left out.
   */
  readonly boot: Operation;
  readonly operations: readonly Operation[];
  /** Steps and loops that the protocol does not take, for edits to insert or to put in place. */
  readonly exports: readonly Item[];
}

/** Every step of an operation, those in loops too. */
export const stepsOf = ({ steps }: Operation): readonly Step[] =>
  steps.flatMap((item) => (isLoop(item) ? item.body : [item]));

/** Whether an operation loads a CR3 of its own over any, and gives the interrupted one back. */
export const savesCr3 = (operation: Operation): boolean =>
  stepsOf(operation).some(({ sets }) => sets?.includes('nmi-scratch'));

/** Which groups of variables the steps of a protocol need. */
export function variablesOf(protocol: Protocol): ReadonlySet<VariableGroup> {
  const operations = [protocol.boot, ...protocol.operations];
  const needing = [protocol, ...operations, ...operations.flatMap(stepsOf)];
  return new Set(needing.flatMap(({ variables }) => variables ?? []));
}
