/**
 * A protocol at a scope, as locations and actions: what the search runs.
 *
 * A CPU's *location* is the node that it is to take next, as one number; 0 is at rest, in no
 * operation. Locations that an interrupt can find are numbered first, so that a saved frame is
 * narrow.
 */
import type { Action, Family } from '../model/model.js';
import type { Id } from '../state/domain.js';
import { toId, toIndex } from '../state/domain.js';
import { LookUp } from '../state/look-up.js';
import type { Machine } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import type { ActionSlots, Guard } from './actions.js';
import { CpuAction, DrainAction, isBufferReady, waitsFor } from './actions.js';
import { drainOne } from './memory.js';
import type { NamedStep, Node, Start, StepNode } from './nodes.js';
import { graphOf, instanceLabel, nodeLabel } from './nodes.js';
import type { Operation, Protocol } from './operation.js';
import { isHandler, operation, step } from './operation.js';

type Cpu = Id<'cpu'>;

/** A family of one CPU; spec/design-model.ts adds the checks of claims. */
export type ActionFamily = Omit<Family<Machine>, 'checks'>;

/** What runs on a CPU or is saved: where it is. */
export type Frame = { readonly at: number };

/** A set of locations, by location. */
export type LocationSet = LookUp<boolean>;

/** Where a CPU can be: in user mode, at rest in the kernel, or before a node. */
export type Standing = 'user' | 'kernel' | Node;

/** Under TSO, what every CPU's hardware does beside the operations that it is in. */
const storeBuffer = operation({
  name: 'store-buffer',
  source: 'model: total store order, one FIFO of plain stores for each CPU',
  starts: 'anywhere',
  steps: [
    step({
      name: 'drain',
      source: 'model: total store order, the oldest store goes to memory',
      by: 'hardware',
      effect: (m, { cpu }, scope) => drainOne(m, scope, cpu),
    }),
  ],
});

export class Program {
  readonly steps: readonly NamedStep[];
  /** Every node, in the order of the protocol's lists. */
  readonly nodes: readonly Node[];
  /** By location: the node; null at rest. */
  readonly locations: readonly (Node | null)[];
  /** Locations below this can be interrupted, and saved in a frame. */
  readonly savable: number;
  /** By location: whether the CPU is in a handler, whose frame lies on a saved one. */
  readonly inHandler: LookUp<boolean>;
  /** By location: the step that the CPU waits at, if it does; null for steps that never wait. */
  private readonly waitingAt: LookUp<StepNode | null>;
  private readonly interruptible: LookUp<boolean>;
  private readonly resting: LookUp<boolean>;
  /** Sets of locations that claims about several CPUs look into. */
  readonly watchedSets: LocationSet[] = [];
  private readonly byEvent = new Map<Operation['event'], LocationSet>();
  readonly actions: readonly Action<Machine>[];
  /** Everywhere that a CPU can be, in the order of the families' numbers. */
  readonly standings: readonly Standing[];
  /** Whether some handler gives what steps wait for that wait for a handler. */
  readonly servesWaits: boolean;
  /** By CPU. */
  readonly families: readonly ActionFamily[];

  constructor(
    readonly protocol: Protocol,
    readonly scope: Scope,
  ) {
    const { steps, nodes, starts } = graphOf(protocol, scope);
    const [drain] = storeBuffer.steps as [NamedStep['step']];
    const drains = { name: 'store-buffer/drain', operation: storeBuffer, step: drain, loop: null };
    this.steps = scope.stores === null ? steps : [...steps, drains];
    this.nodes = nodes;
    this.locations = this.number(starts);
    this.savable = this.locations.findLastIndex((node) => this.isSavable(node)) + 1;
    this.inHandler = new LookUp(this.locations.map((node) => node?.instance.handler ?? false));
    this.waitingAt = new LookUp(
      this.locations.map((node) => (node?.kind === 'step' && node.waits !== null ? node : null)),
    );
    this.resting = new LookUp(this.locations.map((node) => node === null));
    this.interruptible = new LookUp(this.locations.map(isInterruptible));
    this.servesWaits = steps.some(({ step }) => step.servesWait === true);
    this.standings = ['user', ...this.locations.map((node) => node ?? ('kernel' as const))];
    const actions: Action<Machine>[] = [];
    this.families = scope.cpus.ids.map((cpu) => this.familyOf(cpu, starts, actions));
    this.actions = actions;
  }

  /** What runs on a CPU, then what it interrupted, the latest first. */
  framesOf(m: Machine, cpu: Cpu): Frame[] {
    const frames: Frame[] = [m.cpus[cpu]];
    for (let frame: Frame = m.cpus[cpu]; this.inHandler.of(frame, 'at'); ) {
      frame = m.cpus[cpu].saved[toId<'level'>(frames.length - 1)];
      frames.push(frame);
    }
    return frames;
  }

  /** Frames saved on a CPU. */
  depthOf(m: Machine, cpu: Cpu): number {
    return this.framesOf(m, cpu).length - 1;
  }

  /** By location: whether it is in an operation of a kind. */
  locationsIn(of: (operation: Operation) => boolean): LocationSet {
    return this.setOf(this.locations.map((node) => node !== null && of(node.instance.operation)));
  }

  /** By location: whether it is in an operation that answers to the same event as a handler. */
  private locationsOf({ event }: Operation): LocationSet {
    const known = this.byEvent.get(event);
    if (known !== undefined) return known;
    const set = this.locationsIn((other) => other.event === event);
    this.byEvent.set(event, set);
    return set;
  }

  /** A set of locations. */
  setOf(isIn: readonly boolean[]): LocationSet {
    return new LookUp(isIn);
  }

  /** The same set, of which claims ask whether some frame of *another* CPU is in it. */
  watched(set: LocationSet): LocationSet {
    this.watchedSets.push(set);
    return set;
  }

  /** Whether some frame of a CPU is at one of some locations. */
  isOpen(m: Machine, cpu: Cpu, locations: LocationSet): boolean {
    return this.framesOf(m, cpu).some((frame) => locations.of(frame, 'at'));
  }

  /** The step before which a CPU is, if it is one that can wait. */
  waitingStep(m: Machine, cpu: Cpu): StepNode | null {
    return this.waitingAt.of(m.cpus[cpu], 'at');
  }

  /** Whether a CPU stands before a step whose guard is false. */
  isHeldUp(m: Machine, cpu: Cpu): boolean {
    const node = this.waitingStep(m, cpu);
    return node !== null && waitsFor(m, this.scope, cpu, node) !== null;
  }

  /** The first CPU that this one waits for, or null when it does not wait. */
  waitsFor(m: Machine, cpu: Cpu): Cpu | null {
    for (const other of this.scope.cpus.ids) if (this.awaits(m, cpu, other)) return other;
    return null;
  }

  /** Whether a CPU waits for another. It may wait for several: none of them is more than the rest. */
  awaits(m: Machine, cpu: Cpu, other: Cpu): boolean {
    const node = this.waitingStep(m, cpu);
    if (node === null) return false;
    const { waitsForEach, waitsForHandler } = node.step;
    const isAwaited =
      waitsForEach === undefined
        ? waitsFor(m, this.scope, cpu, node) === other
        : waitsForEach(m, cpu, other);
    if (!isAwaited || waitsForHandler !== true || !this.servesWaits) return isAwaited;
    // What a handler does is done sooner or later by a CPU that takes interrupts.
    return !this.takesInterrupts(m, other);
  }

  /** The tables in which claims about several CPUs look up locations; see invariants/observe.ts. */
  tables(): LookUp<unknown>[] {
    return [...this.watchedSets, this.inHandler, this.waitingAt, this.interruptible, this.resting];
  }

  /** Whether a CPU is in no operation. Claims ask it of a CPU in user mode alone. */
  isAtRest(m: Machine, cpu: Cpu): boolean {
    return this.resting.of(m.cpus[cpu], 'at');
  }

  private takesInterrupts(m: Machine, cpu: Cpu): boolean {
    return m.cpus[cpu].mode === 'user' || this.interruptible.of(m.cpus[cpu], 'at');
  }

  /** Indices of the named steps that pass a test. */
  stepsWhere(test: (step: NamedStep) => boolean): ReadonlySet<number> {
    return new Set(this.steps.flatMap((step, index) => (test(step) ? [index] : [])));
  }

  /** Numbers the locations: at rest, those that can be interrupted, the others. */
  private number(starts: readonly Start[]): (Node | null)[] {
    const isAtomic = this.scope.options.interleaving === 'operation';
    const firsts = new Set(starts.map(({ first }) => first));
    const stays = (node: Node): boolean => {
      if (node.kind !== 'step') return node.kind === 'choose';
      // An operation that runs through stops only where it waits; a first step is taken at once
      // unless it waits.
      if (isAtomic || firsts.has(node)) {
        return node.waits !== null;
      }
      return true;
    };
    const staying = this.nodes.filter(stays);
    const locations = [
      null,
      ...staying.filter((node) => this.isSavable(node)),
      ...staying.filter((node) => !this.isSavable(node)),
    ];
    for (const [location, node] of locations.entries()) if (node !== null) node.location = location;
    return locations;
  }

  /** Whether a handler can start on top of a location. */
  private isSavable(node: Node | null): boolean {
    return this.protocol.operations.some((op) => isHandler(op) && startsAt(op, node));
  }

  private familyOf(cpu: Cpu, starts: readonly Start[], all: Action<Machine>[]): ActionFamily {
    const { scope } = this;
    const process = toIndex(cpu);
    const name = scope.cpus.label(cpu);
    const add = (
      label: string,
      slots: Pick<CpuAction, 'instance' | 'from'> & Partial<ActionSlots>,
    ): Action<Machine> => {
      const action = new CpuAction(scope, cpu, process, all.length, `${name}: ${label}`, {
        starts: false,
        member: null,
        guards: [],
        ...slots,
      });
      all.push(action);
      return action;
    };
    const nestingMax = scope.options.nesting;
    const start = ({ instance, first }: Start, nested = false): Action<Machine> => {
      const { operation, bindings, handler } = instance;
      const given = { ...bindings, cpu };
      const guards: Guard[] = [];
      const { enabled } = operation;
      if (enabled !== undefined) {
        guards.push({ kind: 'condition', holds: (m) => enabled.test(m, given, scope) });
      }
      if (nested) {
        // A handler on top of a handler: while there is a frame, and NMIs not on top of themselves.
        guards.push({ kind: 'nesting', holds: (m) => this.depthOf(m, cpu) < nestingMax });
        if (operation.starts === 'anywhere') {
          const same = this.locationsOf(operation);
          guards.push({ kind: 'on-itself', holds: (m) => !this.isOpen(m, cpu, same) });
        }
      }
      if (scope.stores !== null && first.kind === 'step') {
        // Delivery of an interrupt serialises.
        const node: StepNode = handler ? { ...first, buffer: 'fences' } : first;
        guards.push({ kind: 'store-buffer', holds: (m) => isBufferReady(m, scope, cpu, node) });
      }
      const label = instanceLabel(scope, instance);
      return add(label, { instance, from: first, starts: true, guards });
    };
    const continuing = (node: Node): Action<Machine>[] => {
      const { instance } = node;
      if (node.kind === 'choose') {
        return node.members.map(({ member, label, first }) => {
          const holds = (m: Machine) => m.cpus[cpu].registers.remaining.has(toId<'member'>(member));
          const guards: Guard[] = [{ kind: 'visited', holds }];
          const full = `${instanceLabel(scope, instance)}/${node.loop.loop}[${label}]`;
          return add(full, { instance, from: first, member, guards });
        });
      }
      if (node.kind === 'enter') return [];
      const guards: Guard[] = [];
      if (node.waits !== null) {
        guards.push({ kind: 'waits', holds: (m) => waitsFor(m, scope, cpu, node) === null });
      }
      if (scope.stores !== null) {
        guards.push({ kind: 'store-buffer', holds: (m) => isBufferReady(m, scope, cpu, node) });
      }
      return [add(nodeLabel(scope, node), { instance, from: node, guards })];
    };
    const startsFrom = (mode: 'user' | 'kernel') =>
      starts
        .filter(({ instance }) => instance.operation.starts === mode)
        .map((from) => start(from));
    const handlersAt = (node: Node | null) => {
      const inHandler = node?.instance.handler ?? false;
      if (nestingMax < (inHandler ? 2 : 1)) return [];
      const handlers = starts.filter(({ instance: { handler, operation } }) => {
        // Hardware blocks NMIs in an NMI, wherever that came from.
        const isSame = node?.instance.operation.event === operation.event;
        const isBlocked = operation.starts === 'anywhere' && node !== null && isSame;
        return handler && startsAt(operation, node) && !isBlocked;
      });
      return handlers.map((from) => start(from, inHandler));
    };
    const drains: Action<Machine>[] = [];
    const drain = this.steps.findIndex(({ operation }) => operation === storeBuffer);
    if (drain >= 0) {
      const label = `${name}: ${this.steps[drain]?.name}`;
      const action = new DrainAction(scope, cpu, process, all.length, label, drain);
      all.push(action);
      drains.push(action);
    }
    return {
      select: (m) => (m.cpus[cpu].mode === 'user' ? 0 : 1 + m.cpus[cpu].at),
      actions: this.standings.map((standing) => {
        if (standing === 'user') return [...startsFrom('user'), ...drains];
        if (standing === 'kernel') {
          return [...startsFrom('kernel'), ...handlersAt(null), ...drains];
        }
        return [...continuing(standing), ...handlersAt(standing), ...drains];
      }),
    };
  }
}

/** Whether interrupts can come at a location: IF is 1. */
const isInterruptible = (node: Node | null): boolean =>
  node?.kind !== 'step' || node.step.interrupts !== 'off';

/** Whether a handler can start at a location: on top of `node`, or of a CPU at rest. */
export function startsAt({ starts }: Operation, node: Node | null): boolean {
  if (starts === 'anywhere') return true;
  if (starts === 'interruptible') return isInterruptible(node);
  if (typeof starts === 'string' || node?.kind !== 'step') return false;
  if (starts.interrupts === 'on' && !isInterruptible(node)) return false;
  return starts.before === `${node.instance.operation.name}/${node.step.name}`;
}
