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
import type { Machine } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import type { ActionSlots } from './actions.js';
import { CpuAction } from './actions.js';
import type { NamedStep, Node, Start } from './nodes.js';
import { bindingsFor, graphOf, instanceLabel, nodeLabel } from './nodes.js';
import type { Operation, Protocol } from './operation.js';
import { isHandler } from './operation.js';

type Cpu = Id<'cpu'>;

/** A family of one CPU; spec/design-model.ts adds the checks of claims. */
export type ActionFamily = Omit<Family<Machine>, 'checks'>;

/** Where a CPU can be: in user mode, at rest in the kernel, or before a node. */
export type Standing = 'user' | 'kernel' | Node;

export class Program {
  readonly steps: readonly NamedStep[];
  /** Every node, in the order of the protocol's lists. */
  readonly nodes: readonly Node[];
  /** By location: the node; null at rest. */
  readonly locations: readonly (Node | null)[];
  /** Locations below this can be interrupted, and saved in a frame. */
  readonly savable: number;
  /** By location: whether the CPU is in a handler, whose frame lies on a saved one. */
  readonly inHandler: readonly boolean[];
  readonly actions: readonly Action<Machine>[];
  /** Everywhere that a CPU can be, in the order of the families' numbers. */
  readonly standings: readonly Standing[];
  /** By CPU. */
  readonly families: readonly ActionFamily[];

  constructor(
    readonly protocol: Protocol,
    readonly scope: Scope,
  ) {
    const { steps, nodes, starts } = graphOf(protocol, scope);
    this.steps = steps;
    this.nodes = nodes;
    this.locations = this.number(starts);
    this.savable = this.locations.findLastIndex((node) => this.isSavable(node)) + 1;
    this.inHandler = this.locations.map((node) => node?.instance.handler ?? false);
    this.standings = ['user', ...this.locations.map((node) => node ?? ('kernel' as const))];
    const actions: Action<Machine>[] = [];
    this.families = scope.cpus.ids.map((cpu) => this.familyOf(cpu, starts, actions));
    this.actions = actions;
  }

  /** Frames saved on a CPU. */
  depthOf(m: Machine, cpu: Cpu): number {
    const { at, saved } = m.cpus[cpu];
    let depth = 0;
    for (let location = at; this.inHandler[location] === true; depth++) {
      location = saved[toId<'level'>(depth)].at;
    }
    return depth;
  }

  /** Whether some frame of a CPU is in an operation of this name. */
  isOpen(m: Machine, cpu: Cpu, operation: string): boolean {
    const { at, saved } = m.cpus[cpu];
    for (let location = at, level = 0; ; level++) {
      const node = this.locations[location];
      if (node?.instance.operation.name === operation) return true;
      if (this.inHandler[location] !== true) return false;
      location = saved[toId<'level'>(level)].at;
    }
  }

  /** The CPU that this one waits for, or null when it does not wait. */
  waitsFor(m: Machine, cpu: Cpu): Cpu | null {
    const node = this.locations[m.cpus[cpu].at];
    if (node?.kind !== 'step' || node.waits === null) return null;
    return node.waits(m, bindingsFor(node, cpu), this.scope);
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
        enabled: null,
        ...slots,
      });
      all.push(action);
      return action;
    };
    const nestingMax = scope.options.nesting;
    const begin = ({ instance, first }: Start, enabled: ActionSlots['enabled']): Action<Machine> =>
      add(instanceLabel(scope, instance), { instance, from: first, starts: true, enabled });
    const start = (from: Start): Action<Machine> => {
      const { operation, bindings } = from.instance;
      const given = { ...bindings, cpu };
      const { enabled } = operation;
      return begin(from, enabled === undefined ? null : (m) => enabled(m, given, scope));
    };
    /** A handler on top of a handler: while there is a frame, and NMIs not on top of themselves. */
    const nest = (from: Start): Action<Machine> => {
      const { starts, name } = from.instance.operation;
      const once = starts === 'anywhere';
      return begin(
        from,
        (m) => this.depthOf(m, cpu) < nestingMax && !(once && this.isOpen(m, cpu, name)),
      );
    };
    const continuing = (node: Node): Action<Machine>[] => {
      const { instance } = node;
      if (node.kind === 'choose') {
        return node.members.map(({ member, label, first }) => {
          const enabled = (m: Machine) =>
            m.cpus[cpu].registers.remaining.has(toId<'member'>(member));
          const full = `${instanceLabel(scope, instance)}/${node.loop.loop}[${label}]`;
          return add(full, { instance, from: first, member, enabled });
        });
      }
      if (node.kind === 'enter') return [];
      const { waits } = node;
      const bindings = bindingsFor(node, cpu);
      const enabled = waits === null ? null : (m: Machine) => waits(m, bindings, scope) === null;
      return [add(nodeLabel(scope, node), { instance, from: node, enabled })];
    };
    const startsFrom = (mode: 'user' | 'kernel') =>
      starts.filter(({ instance }) => instance.operation.starts === mode).map(start);
    const handlersAt = (node: Node | null) => {
      const inHandler = node?.instance.handler ?? false;
      if (nestingMax < (inHandler ? 2 : 1)) return [];
      const handlers = starts.filter(({ instance: { handler, operation } }) => {
        return handler && startsAt(operation, node);
      });
      return handlers.map(inHandler ? nest : start);
    };
    return {
      select: (m) => (m.cpus[cpu].mode === 'user' ? 0 : 1 + m.cpus[cpu].at),
      actions: this.standings.map((standing) => {
        if (standing === 'user') return startsFrom('user');
        if (standing === 'kernel') return [...startsFrom('kernel'), ...handlersAt(null)];
        return [...continuing(standing), ...handlersAt(standing)];
      }),
    };
  }
}

/** Whether a handler can start at a location: on top of `node`, or of a CPU at rest. */
function startsAt({ starts }: Operation, node: Node | null): boolean {
  if (starts === 'anywhere') return true;
  const step = node?.kind === 'step' ? node.step : null;
  if (starts === 'interruptible')
    return step === null || (step.interrupts !== 'off' && step.stub !== true);
  if (typeof starts === 'string' || node === null || step === null) return false;
  return starts.before === `${node.instance.operation.name}/${step.name}`;
}
