/**
 * Operations into actions: the machinery under every protocol.
 *
 * Loops are unrolled and bindings enumerated, once, when the model is built. What comes out is a
 * graph of nodes, one for each step with its bindings. A CPU's *location* is the node that it is to
 * take next, as one number; 0 is at rest, in no operation. Locations that an interrupt can find are
 * numbered first, so that a saved frame is narrow. Taking a step allocates nothing.
 */
import type { Action, Family, Observer, Occurrence } from '../model/model.js';
import type { Id } from '../state/domain.js';
import { toId, toIndex } from '../state/domain.js';
import type { Machine, RegisterName } from '../state/machine.js';
import { registerNames } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import type { Item, Loop, Needs, Operation, Protocol, RangeName, Step } from './operation.js';
import { isHandler, isLoop } from './operation.js';
import { refill } from './translation.js';

type Cpu = Id<'cpu'>;
type Values = Readonly<Record<string, Id<RangeName>>>;

/** What a step is given: its bindings, and the CPU that takes it. */
type Given = Values & { readonly cpu: Cpu };

/** Where an operation starts. */
interface Start {
  readonly instance: Instance;
  readonly first: Node;
}

/** An operation with its bindings. */
export interface Instance {
  readonly operation: Operation;
  readonly bindings: Values;
  readonly handler: boolean;
  /** Registers that some step of it sets: zero again when it ends. */
  readonly registers: readonly RegisterName[];
}

interface NodeBase {
  readonly instance: Instance;
  /** The member that the loop around it is at, in a loop in any order. */
  readonly member: number | null;
  /** 0 until the locations are numbered, and for nodes at which no CPU can ever be. */
  location: number;
  /** Registers whose value is of no use from here on: zero, so that states do not differ in them. */
  dead: readonly RegisterName[];
}

export interface StepNode extends NodeBase {
  readonly kind: 'step';
  readonly step: Step;
  /** Index in the program's `steps`. */
  readonly index: number;
  readonly loop: Loop | null;
  /** Operation and loop bindings, without the CPU. */
  readonly bindings: Values;
  /** By CPU: what the step is given, and the CPUs that pass it over. */
  readonly occurrences: readonly (Occurrence & { readonly bindings: Given })[];
  readonly skipped: readonly boolean[];
  /** The step's slots that every taking reads, here because all nodes have one shape for V8. */
  readonly when: NonNullable<Step['when']> | null;
  readonly waits: NonNullable<Step['waits']> | null;
  readonly changes: Step['changes'] | null;
  /** The binding of the CPU whose page is written: no other CPU can have that page loaded. */
  readonly updir: string | null;
  readonly effect: Step['effect'];
  next: Node | null;
}

/** A loop in any order, between two members. */
export interface ChooseNode extends NodeBase {
  readonly kind: 'choose';
  readonly loop: Loop;
  readonly members: {
    readonly member: number;
    readonly label: string;
    readonly first: Node;
    readonly skipped: readonly boolean[];
  }[];
  after: Node | null;
}

/** The start of a loop in any order: no CPU stays at it. */
interface EnterNode extends NodeBase {
  readonly kind: 'enter';
  readonly choose: ChooseNode;
}

export type Node = StepNode | ChooseNode | EnterNode;

/** A named step of an operation, as coverage counts it. */
export interface NamedStep {
  readonly name: string;
  readonly operation: Operation;
  readonly step: Step;
  readonly loop: Loop | null;
}

export const atRest = 0;

/** A family of one CPU; spec/design-model.ts adds the checks of claims. */
export type ActionFamily = Omit<Family<Machine>, 'checks'>;

/** Where a CPU can be: in user mode, at rest in the kernel, or before a node. */
export type Standing = 'user' | 'kernel' | Node;

export class Program {
  /** Whether an operation runs through, with nothing between its steps. */
  private readonly through: boolean;
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
    this.through = scope.options.interleaving === 'operation';
    const steps: NamedStep[] = [];
    const nodes: Node[] = [];
    const starts: Start[] = [];
    for (const operation of protocol.operations) {
      const indices = new Map<Step, number>();
      for (const item of operation.steps) {
        const loop = isLoop(item) ? item : null;
        for (const step of loop?.body ?? [item as Step]) {
          const name = `${operation.name}/${step.name}`;
          indices.set(step, steps.push({ name, operation, step, loop }) - 1);
        }
      }
      const registers = registerNames.filter(
        (register) =>
          [...indices.keys()].some((step) => step.sets?.includes(register)) ||
          (register === 'remaining' && this.anyOrder && operation.steps.some(isLoop)),
      );
      for (const bindings of bindingsOf(scope, operation.over ?? {})) {
        const instance: Instance = {
          operation,
          bindings,
          handler: isHandler(operation),
          registers,
        };
        const first = this.unroll(instance, indices, nodes);
        if (first !== null) starts.push({ instance, first });
      }
    }
    this.steps = steps;
    this.nodes = nodes;
    markDead(nodes);
    this.locations = this.number(starts);
    this.savable = this.locations.findLastIndex((node) => this.isSavable(node)) + 1;
    this.inHandler = this.locations.map((node) => node?.instance.handler ?? false);
    this.standings = ['user', ...this.locations.map((node) => node ?? ('kernel' as const))];
    const actions: Action<Machine>[] = [];
    this.families = scope.cpus.ids.map((cpu) => this.familyOf(cpu, starts, actions));
    this.actions = actions;
  }

  /** The location of the frame at the bottom: where the CPU is but for handlers on top of it. */
  baseOf(m: Machine, cpu: Cpu): number {
    const { at, saved } = m.cpus[cpu];
    let location = at;
    for (let level = 0; this.inHandler[location] === true; level++) {
      location = saved[toId<'level'>(level)].at;
    }
    return location;
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

  private get anyOrder(): boolean {
    return this.scope.options.loops === 'any-order';
  }

  /** Makes the nodes of one instance; gives the first, or null for an operation without steps. */
  private unroll(
    instance: Instance,
    indices: ReadonlyMap<Step, number>,
    nodes: Node[],
  ): Node | null {
    const { scope } = this;
    const made: Node[] = [];
    /** What to do with the next node that is made: join it to those before it. */
    let join: ((node: Node | null) => void)[] = [];
    const add = <N extends Node>(node: N, onwards: (node: Node | null) => void): N => {
      for (const link of join) link(node);
      join = [onwards];
      made.push(node);
      return node;
    };
    const addStep = (
      step: Step,
      loop: Loop | null,
      bindings: Values,
      member: number | null,
    ): StepNode => {
      const index = indices.get(step) as number;
      const occurrences = scope.cpus.ids.map((cpu) => ({
        step: index,
        bindings: { ...bindings, cpu },
      }));
      const skipped = occurrences.map((o) => loop?.except?.(o.bindings) ?? false);
      const node: StepNode = {
        kind: 'step',
        instance,
        step,
        index,
        loop,
        bindings,
        occurrences,
        skipped,
        when: step.when ?? null,
        waits: step.waits ?? null,
        changes: step.changes ?? null,
        updir: step.writesUpdir ?? null,
        effect: step.effect,
        member,
        next: null,
        location: 0,
        dead: [],
      };
      return add(node, (to) => {
        node.next = to;
      });
    };
    for (const item of instance.operation.steps as readonly Item[]) {
      if (!isLoop(item)) {
        addStep(item, null, instance.bindings, null);
        continue;
      }
      const rounds = bindingsOf(scope, item.over).map((own) => ({ ...instance.bindings, ...own }));
      if (!this.anyOrder) {
        for (const bindings of rounds)
          for (const step of item.body) addStep(step, item, bindings, null);
        continue;
      }
      const choose: ChooseNode = {
        kind: 'choose',
        instance,
        loop: item,
        members: [],
        member: null,
        after: null,
        location: 0,
        dead: [],
      };
      add({ kind: 'enter', instance, choose, member: null, location: 0, dead: [] }, () => {});
      made.push(choose);
      for (const [member, bindings] of rounds.entries()) {
        join = [];
        const body = item.body.map((step) => addStep(step, item, bindings, member));
        for (const link of join) link(choose);
        const [first] = body as [StepNode];
        choose.members.push({
          member,
          label: labelOf(scope, item.over, bindings),
          first,
          skipped: first.skipped,
        });
      }
      join = [
        (to) => {
          choose.after = to;
        },
      ];
    }
    nodes.push(...made);
    return made[0] ?? null;
  }

  /** Numbers the locations: at rest, those that can be interrupted, the others. */
  private number(starts: readonly Start[]): (Node | null)[] {
    const firsts = new Set(starts.map(({ first }) => first));
    const stays = (node: Node): boolean => {
      if (node.kind !== 'step') return node.kind === 'choose';
      // An operation that runs through stops only where it waits; a first step is taken at once
      // unless it waits.
      if (this.through || firsts.has(node)) {
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
      const action = new CpuAction(this, cpu, process, all.length, `${name}: ${label}`, {
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
      add(this.labelOf(instance), { instance, from: first, starts: true, enabled });
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
          const full = `${this.labelOf(instance)}/${node.loop.loop}[${label}]`;
          return add(full, { instance, from: first, member, enabled });
        });
      }
      if (node.kind === 'enter') return [];
      const { waits } = node;
      const bindings = bindingsFor(node, cpu);
      const enabled = waits === null ? null : (m: Machine) => waits(m, bindings, scope) === null;
      return [add(this.describe(node), { instance, from: node, enabled })];
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

  /**
   * Takes the step at `node` and goes on: with operations atomic to the end of the operation or to
   * the first false guard, else to the next step. A first step that must wait is waited for.
   */
  run(
    m: Machine,
    cpu: Cpu,
    from: Node | null,
    instance: Instance,
    observer: Observer<Machine>,
  ): void {
    const { scope } = this;
    const process = toIndex(cpu);
    let node = from;
    while (node !== null && node.kind === 'step') {
      const { waits, changes, updir } = node;
      const occurrence = node.occurrences[process] as StepNode['occurrences'][number];
      if (waits !== null && waits(m, occurrence.bindings, scope) !== null) break;
      observer.step(m, occurrence);
      node.effect(m, occurrence.bindings, scope);
      if (changes === 'own') refill(m, scope, cpu);
      else if (updir !== null) refill(m, scope, occurrence.bindings[updir] as Cpu);
      else if (changes === 'all') for (const other of scope.cpus.ids) refill(m, scope, other);
      node = this.arrive(m, cpu, node.next);
      if (!this.through) break;
    }
    const state = m.cpus[cpu];
    clear(m, cpu, node === null ? instance.registers : node.dead);
    if (node !== null) state.at = node.location;
    else if (instance.handler) pop(m, cpu, scope.options.nesting);
    else state.at = atRest;
  }

  /** The node at which a CPU comes to stand when it goes to `node`: decisions pass steps over. */
  arrive(m: Machine, cpu: Cpu, to: Node | null): Node | null {
    const { registers } = m.cpus[cpu];
    const process = toIndex(cpu);
    let node = to;
    for (;;) {
      if (node === null) return null;
      if (node.kind === 'enter') {
        for (const { member, skipped } of node.choose.members) {
          if (skipped[process] !== true) registers.remaining.add(toId<'member'>(member));
        }
        node = node.choose;
      } else if (node.kind === 'choose') {
        if (registers.remaining.size > 0) return node;
        node = node.after;
      } else {
        const { when } = node;
        const taken =
          node.skipped[process] !== true &&
          (when === null || when(registers, bindingsFor(node, cpu)));
        if (taken) return node;
        node = node.next;
      }
    }
  }

  /** `context-switch(pmap 1)` */
  labelOf({ operation, bindings }: Instance): string {
    const label = labelOf(this.scope, operation.over ?? {}, bindings);
    return label === '' ? operation.name : `${operation.name}(${label})`;
  }

  /** `context-switch(pmap 1)/copy-slots[slot 0]/write-slot` */
  describe(node: Node): string {
    const operation = this.labelOf(node.instance);
    if (node.kind !== 'step') return `${operation}/${node.kind === 'choose' ? node.loop.loop : ''}`;
    if (node.loop === null) return `${operation}/${node.step.name}`;
    return `${operation}/${node.loop.loop}[${labelOf(this.scope, node.loop.over, node.bindings)}]/${node.step.name}`;
  }
}

interface ActionSlots {
  readonly instance: Instance;
  readonly from: Node;
  /** Whether it starts the operation, or goes on with it. */
  readonly starts: boolean;
  /** The member of a loop in any order that it goes on with. */
  readonly member: number | null;
  /** Null when nothing keeps it from being taken. */
  readonly enabled: ((m: Machine) => boolean) | null;
}

/** What one CPU can do next. A class, and no closures: V8 inlines a method that all actions share. */
class CpuAction implements Action<Machine>, ActionSlots {
  readonly instance: Instance;
  readonly from: Node;
  readonly starts: boolean;
  readonly member: number | null;
  readonly enabled: ((m: Machine) => boolean) | null;

  constructor(
    private readonly program: Program,
    private readonly cpu: Cpu,
    readonly process: number,
    readonly index: number,
    readonly label: string,
    slots: ActionSlots,
  ) {
    this.instance = slots.instance;
    this.from = slots.from;
    this.starts = slots.starts;
    this.member = slots.member;
    this.enabled = slots.enabled;
  }

  guard(m: Machine): boolean {
    return this.enabled === null || this.enabled(m);
  }

  effect(m: Machine, observer: Observer<Machine>): void {
    const { program, cpu, instance, member } = this;
    let node: Node | null = this.from;
    if (this.starts && instance.handler) push(m, cpu, program.scope.options.nesting);
    if (member !== null) m.cpus[cpu].registers.remaining.delete(toId<'member'>(member));
    if (this.starts || member !== null) node = program.arrive(m, cpu, node);
    program.run(m, cpu, node, instance, observer);
  }
}

function bindingsFor(node: StepNode, cpu: Cpu): Given {
  return (node.occurrences[toIndex(cpu)] as StepNode['occurrences'][number]).bindings;
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

/** Saves the CPU's location in a new frame. The levels of the table are 0, the latest, and up. */
function push(m: Machine, cpu: Cpu, nesting: number): void {
  const { saved, at } = m.cpus[cpu];
  for (let level = nesting - 1; level > 0; level--) {
    saved[toId<'level'>(level)].at = saved[toId<'level'>(level - 1)].at;
  }
  saved[toId<'level'>(0)].at = at;
}

function pop(m: Machine, cpu: Cpu, nesting: number): void {
  const { saved } = m.cpus[cpu];
  m.cpus[cpu].at = saved[toId<'level'>(0)].at;
  for (let level = 0; level < nesting - 1; level++) {
    saved[toId<'level'>(level)].at = saved[toId<'level'>(level + 1)].at;
  }
  saved[toId<'level'>(nesting - 1)].at = atRest;
}

function clear(m: Machine, cpu: Cpu, registers: readonly RegisterName[]): void {
  const own = m.cpus[cpu].registers;
  for (const register of registers) {
    if (register === 'entry') own.entry = null;
    else if (register === 'loaded') own.loaded = false;
    else own.remaining.clear();
  }
}

/** Finds, for each node, the registers that no later step uses before it is set again. */
function markDead(nodes: readonly Node[]): void {
  const live = new Map<Node, Set<RegisterName>>(nodes.map((node) => [node, new Set()]));
  const after = (node: Node): (Node | null)[] => {
    if (node.kind === 'step') return [node.next];
    if (node.kind === 'enter') return [node.choose];
    return [node.after, ...node.members.map(({ first }) => first)];
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of nodes.toReversed()) {
      const sets =
        node.kind === 'step' ? (node.step.sets ?? []) : node.kind === 'enter' ? ['remaining'] : [];
      const uses =
        node.kind === 'step' ? (node.step.uses ?? []) : node.kind === 'choose' ? ['remaining'] : [];
      // A step that a decision passes over does not set: what it would set stays live before it.
      const kills = node.kind === 'step' && node.step.when !== undefined ? [] : sets;
      const own = live.get(node) as Set<RegisterName>;
      const size = own.size;
      for (const to of after(node)) {
        for (const register of to === null ? [] : (live.get(to) as Set<RegisterName>)) {
          if (!kills.includes(register)) own.add(register);
        }
      }
      for (const register of uses) own.add(register as RegisterName);
      if (own.size !== size) changed = true;
    }
  }
  for (const node of nodes) {
    const own = live.get(node) as Set<RegisterName>;
    node.dead = node.instance.registers.filter((register) => !own.has(register));
  }
}

/** Every way to bind some names to members of their domains, the first name slowest. */
function bindingsOf(scope: Scope, over: Needs): Values[] {
  return Object.entries(over).reduce<Values[]>(
    (all, [name, range]) =>
      all.flatMap((values) =>
        membersOf(scope, range).map((member) => ({ ...values, [name]: member })),
      ),
    [{}],
  );
}

function membersOf(scope: Scope, range: RangeName): readonly Id<RangeName>[] {
  return { cpu: scope.cpus, pmap: scope.pmaps, slot: scope.slots }[range].ids;
}

/** `pmap 1`, `slot 0` */
function labelOf(scope: Scope, over: Needs, bindings: Values): string {
  return Object.entries(over)
    .map(([name, range]) => {
      const of = { cpu: scope.cpus, pmap: scope.pmaps, slot: scope.slots }[range];
      return of.label(bindings[name] as never);
    })
    .join(', ');
}
