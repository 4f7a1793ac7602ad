/**
 * Operations into nodes: loops unrolled and bindings enumerated, once, when the model is built.
 *
 * What comes out is a graph with a node for each step with its bindings, and, for a loop in any
 * order, two nodes around the rounds: one that enters the loop, one that chooses the next member.
 */
import type { Occurrence } from '../model/model.js';
import type { Id } from '../state/domain.js';
import { toIndex } from '../state/domain.js';
import type { RegisterName } from '../state/machine.js';
import { registerNames } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import type { Item, Loop, Needs, Operation, Protocol, RangeName, Step } from './operation.js';
import { isHandler, isLoop } from './operation.js';

type Cpu = Id<'cpu'>;
type Values = Readonly<Record<string, Id<RangeName>>>;

/** What a step is given: its bindings, and the CPU that takes it. */
export type Given = Values & { readonly cpu: Cpu };

/** Where an operation starts. */
export interface Start {
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
  /** What it does with the store buffer. */
  readonly buffer: 'fences' | 'stores' | null;
  readonly only: NonNullable<Step['only']> | null;
  readonly leaves: NonNullable<Step['leaves']> | null;
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

/** A protocol's lists, unrolled. */
export interface Graph {
  readonly steps: readonly NamedStep[];
  /** In the order of the protocol's lists. */
  readonly nodes: readonly Node[];
  /** In the order of the protocol's operations. */
  readonly starts: readonly Start[];
}

export function graphOf(protocol: Protocol, scope: Scope): Graph {
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
        (register === 'remaining' && isAnyOrder(scope) && operation.steps.some(isLoop)),
    );
    for (const bindings of bindingsOf(scope, operation.over ?? {})) {
      const instance: Instance = {
        operation,
        bindings,
        handler: isHandler(operation),
        registers,
      };
      const first = unroll(scope, instance, indices, nodes);
      if (first !== null) starts.push({ instance, first });
    }
  }
  markDead(nodes);
  return { steps, nodes, starts };
}

const isAnyOrder = (scope: Scope): boolean => scope.options.loops === 'any-order';

/** Makes the nodes of one instance; gives the first, or null for an operation without steps. */
function unroll(
  scope: Scope,
  instance: Instance,
  indices: ReadonlyMap<Step, number>,
  nodes: Node[],
): Node | null {
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
      buffer: step.fences === true ? 'fences' : step.stores === true ? 'stores' : null,
      only: step.only ?? null,
      leaves: step.leaves ?? null,
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
    if (!isAnyOrder(scope)) {
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
      const kills = node.kind === 'step' && (node.when ?? node.only) !== null ? [] : sets;
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

export function bindingsFor(node: StepNode, cpu: Cpu): Given {
  return (node.occurrences[toIndex(cpu)] as StepNode['occurrences'][number]).bindings;
}

/** `context-switch(pmap 1)` */
export function instanceLabel(scope: Scope, { operation, bindings }: Instance): string {
  const label = labelOf(scope, operation.over ?? {}, bindings);
  return label === '' ? operation.name : `${operation.name}(${label})`;
}

/** `context-switch(pmap 1)/copy-slots[slot 0]/write-slot` */
export function nodeLabel(scope: Scope, node: Node): string {
  const operation = instanceLabel(scope, node.instance);
  if (node.kind !== 'step') return `${operation}/${node.kind === 'choose' ? node.loop.loop : ''}`;
  if (node.loop === null) return `${operation}/${node.step.name}`;
  return `${operation}/${node.loop.loop}[${labelOf(scope, node.loop.over, node.bindings)}]/${node.step.name}`;
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
