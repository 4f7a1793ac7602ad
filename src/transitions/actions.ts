/** Taking an action: a CPU goes from node to node, in and out of frames. Nothing is allocated. */
import type { Action, Observer } from '../model/model.js';
import type { Id } from '../state/domain.js';
import { toId, toIndex } from '../state/domain.js';
import type { Machine, RegisterName } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import type { Instance, Node, StepNode } from './nodes.js';
import { bindingsFor } from './nodes.js';
import { refill } from './translation.js';

type Cpu = Id<'cpu'>;

/** The location of a CPU that is in no operation. */
export const atRest = 0;

export interface ActionSlots {
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
export class CpuAction implements Action<Machine>, ActionSlots {
  readonly instance: Instance;
  readonly from: Node;
  readonly starts: boolean;
  readonly member: number | null;
  readonly enabled: ((m: Machine) => boolean) | null;

  constructor(
    private readonly scope: Scope,
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
    const { scope, cpu, instance, member } = this;
    let node: Node | null = this.from;
    if (this.starts && instance.handler) push(m, cpu, scope.options.nesting);
    if (member !== null) m.cpus[cpu].registers.remaining.delete(toId<'member'>(member));
    if (this.starts || member !== null) node = arrive(m, cpu, node);
    run(scope, m, cpu, node, instance, observer);
  }
}

/**
 * Takes the step at `node` and goes on: with operations atomic to the end of the operation or to
 * the first false guard, else to the next step. A first step that must wait is waited for.
 */
function run(
  scope: Scope,
  m: Machine,
  cpu: Cpu,
  from: Node | null,
  instance: Instance,
  observer: Observer<Machine>,
): void {
  const isAtomic = scope.options.interleaving === 'operation';
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
    node = arrive(m, cpu, node.next);
    if (!isAtomic) break;
  }
  const state = m.cpus[cpu];
  clear(m, cpu, node === null ? instance.registers : node.dead);
  if (node !== null) state.at = node.location;
  else if (instance.handler) pop(m, cpu, scope.options.nesting);
  else state.at = atRest;
}

/** The node at which a CPU comes to stand when it goes to `node`: decisions pass steps over. */
function arrive(m: Machine, cpu: Cpu, to: Node | null): Node | null {
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
