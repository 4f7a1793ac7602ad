/** Taking an action: a CPU goes from node to node, in and out of frames. Nothing is allocated. */
import type { Action, Observer, Occurrence } from '../model/model.js';
import type { Id } from '../state/domain.js';
import { toId, toIndex } from '../state/domain.js';
import type { Machine, RegisterName } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import { areTrue } from './conditions.js';
import { drainOne, isDrained, isFull } from './memory.js';
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
  /** What keeps it from being taken where its CPU stands before it; none when nothing does. */
  readonly guards: readonly Guard[];
}

/** A test, and what it is about: refusal.ts tells which of them refuses an action. */
export interface Guard {
  readonly kind: 'condition' | 'nesting' | 'on-itself' | 'visited' | 'waits' | 'store-buffer';
  holds(m: Machine): boolean;
}

/** What one CPU can do next. A class, and no closures: V8 inlines a method that all actions share. */
export class CpuAction implements Action<Machine>, ActionSlots {
  readonly instance: Instance;
  readonly from: Node;
  readonly starts: boolean;
  readonly member: number | null;
  readonly guards: readonly Guard[];
  private readonly enabled: ((m: Machine) => boolean) | null;

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
    this.guards = slots.guards;
    this.enabled = allOf(slots.guards);
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

/** All of some guards as one test, or null for none. */
function allOf(guards: readonly Guard[]): ((m: Machine) => boolean) | null {
  const [first, ...others] = guards;
  if (first === undefined) return null;
  return others.length === 0 ? first.holds : (m) => guards.every((guard) => guard.holds(m));
}

/** What hardware does under TSO at any time: it takes a CPU's oldest store to memory. */
export class DrainAction implements Action<Machine> {
  private readonly occurrence: Occurrence;

  constructor(
    private readonly scope: Scope,
    private readonly cpu: Cpu,
    readonly process: number,
    readonly index: number,
    readonly label: string,
    step: number,
  ) {
    this.occurrence = { step, bindings: { cpu } };
  }

  guard(m: Machine): boolean {
    return !isDrained(m, this.scope, this.cpu);
  }

  effect(m: Machine, observer: Observer<Machine>): void {
    observer.step(m, this.occurrence);
    drainOne(m, this.scope, this.cpu);
    for (const cpu of this.scope.cpus.ids) refill(m, this.scope, cpu);
  }
}

/** The CPU that a step waits for, or null when it can be taken. */
export function waitsFor(m: Machine, scope: Scope, cpu: Cpu, { waits, occurrences }: StepNode) {
  if (waits === null) return null;
  return waits(m, (occurrences[toIndex(cpu)] as StepNode['occurrences'][number]).bindings, scope);
}

/** Whether the CPU's store buffer lets it take a step: always, without one. */
export function isBufferReady(m: Machine, scope: Scope, cpu: Cpu, { buffer }: StepNode): boolean {
  if (buffer === 'fences') return isDrained(m, scope, cpu);
  return buffer === null || !isFull(m, scope, cpu);
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
  const hasBuffers = scope.stores !== null;
  const process = toIndex(cpu);
  let node = from;
  while (node !== null && node.kind === 'step') {
    const { waits, changes, updir, only, leaves } = node;
    const occurrence = node.occurrences[process] as StepNode['occurrences'][number];
    if (waits !== null && waits(m, occurrence.bindings, scope) !== null) break;
    if (hasBuffers && !isBufferReady(m, scope, cpu, node)) break;
    if (only === null || areTrue(only, m, cpu, scope)) {
      observer.step(m, occurrence);
      node.effect(m, occurrence.bindings, scope);
      if (changes === 'own' || (hasBuffers && node.buffer === 'stores')) {
        refill(m, scope, cpu);
      } else if (updir !== null) refill(m, scope, occurrence.bindings[updir] as Cpu);
      else if (changes === 'all') for (const other of scope.cpus.ids) refill(m, scope, other);
    }
    node = leaves?.(m, occurrence.bindings) === true ? null : arrive(m, cpu, node.next);
    if (!isAtomic) break;
  }
  const state = m.cpus[cpu];
  clear(m, cpu, node === null ? instance.registers : node.dead);
  if (node !== null) state.at = node.location;
  else if (instance.operation.ends === 'rest') abandon(m, cpu, scope.options.nesting);
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
  const { saved, at, rsp } = m.cpus[cpu];
  for (let level = nesting - 1; level > 0; level--) {
    const [to, from] = [saved[toId<'level'>(level)], saved[toId<'level'>(level - 1)]];
    to.at = from.at;
    to.rsp = from.rsp;
  }
  saved[toId<'level'>(0)].at = at;
  saved[toId<'level'>(0)].rsp = rsp;
}

function pop(m: Machine, cpu: Cpu, nesting: number): void {
  const { saved } = m.cpus[cpu];
  m.cpus[cpu].at = saved[toId<'level'>(0)].at;
  m.cpus[cpu].rsp = saved[toId<'level'>(0)].rsp;
  for (let level = 0; level < nesting - 1; level++) {
    const [to, from] = [saved[toId<'level'>(level)], saved[toId<'level'>(level + 1)]];
    to.at = from.at;
    to.rsp = from.rsp;
  }
  clearFrame(m, cpu, nesting - 1);
}

/** Forgets what was interrupted. */
function abandon(m: Machine, cpu: Cpu, nesting: number): void {
  m.cpus[cpu].at = atRest;
  for (let level = 0; level < nesting; level++) clearFrame(m, cpu, level);
}

function clearFrame(m: Machine, cpu: Cpu, level: number): void {
  const frame = m.cpus[cpu].saved[toId<'level'>(level)];
  frame.at = atRest;
  frame.rsp = 'kernel';
}

function clear(m: Machine, cpu: Cpu, registers: readonly RegisterName[]): void {
  const own = m.cpus[cpu].registers;
  for (const register of registers) {
    if (register === 'entry') own.entry = null;
    else if (register === 'loaded') own.loaded = false;
    else if (register === 'still') own.still = false;
    else if (register === 'others') own.others = false;
    else own.remaining.clear();
  }
}
