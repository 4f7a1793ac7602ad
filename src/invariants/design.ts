/** What claims and witnesses are about: a compiled protocol at a scope. */
import type { Failure } from '../model/model.js';
import type { Id } from '../state/domain.js';
import { toId } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import type { Node, StepNode } from '../transitions/nodes.js';
import type { LockName } from '../transitions/operation.js';
import type { Frame, LocationSet, Program } from '../transitions/program.js';

export interface Design {
  readonly scope: Scope;
  readonly program: Program;
}

export function isStepNode(node: Node): node is StepNode {
  return node.kind === 'step';
}

/** Whether the protocol, after edits, takes or drops a lock. */
export function hasLock({ program }: Design, lock: LockName): boolean {
  return program.steps.some(({ step }) => step.acquires === lock || step.releases === lock);
}

/**
 * Where a step lies ahead: for each location whether the step may still be taken in the operation
 * that is under way there.
 *
 * In a loop in any order that depends on the members that remain: `ifRemaining` are the locations
 * where the step is ahead if, and only if, `member` is yet to be visited.
 */
export interface Ahead {
  readonly always: LocationSet;
  readonly ifRemaining: LocationSet;
  readonly member: number | null;
}

/** @param target the step's node; a program has one for each binding of operation and loop */
export function aheadOf(design: Design, target: StepNode): Ahead {
  const ahead = aheads.get(target) ?? newAhead(design, target);
  aheads.set(target, ahead);
  return ahead;
}

/** A large machine has thousands of nodes, of each of which the claims of every CPU ask. */
const aheads = new WeakMap<StepNode, Ahead>();

function newAhead(design: Design, target: StepNode): Ahead {
  const { locations } = design.program;
  const { instance, member } = target;
  const inLoop = (node: Node): boolean =>
    member !== null &&
    (node.kind === 'choose' || node.member !== null) &&
    loopOf(node) === target.loop;
  const own = locations.map((node) => node !== null && node.instance === instance);
  const always = locations.map((node, location) => {
    if (node === null || own[location] !== true) return false;
    if (!inLoop(node)) return reaches(node, target, false);
    return node.member === member && reaches(node, target, true);
  });
  const ifRemaining = locations.map(
    (node, location) =>
      node !== null && own[location] === true && inLoop(node) && node.member !== member,
  );
  const { program } = design;
  const setOf = (isIn: boolean[]) => program.watched(program.setOf(isIn));
  return { always: setOf(always), ifRemaining: setOf(ifRemaining), member };
}

function loopOf(node: Node) {
  return node.kind === 'enter' ? node.choose.loop : node.loop;
}

/** @param within do not go on to other members of a loop in any order */
function reaches(from: Node, target: StepNode, within: boolean): boolean {
  const visited = new Set<Node>();
  const pending: (Node | null)[] = [from];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node === target) return true;
    if (node === null || visited.has(node)) continue;
    visited.add(node);
    if (node.kind === 'step') pending.push(node.next);
    else if (node.kind === 'enter') pending.push(node.choose);
    else if (!within) pending.push(node.after, ...node.members.map(({ first }) => first));
  }
  return false;
}

/** Whether any of some steps is ahead of a CPU, in the frame that runs or in one that is saved. */
export function isAnyAhead(
  { program }: Design,
  steps: readonly Ahead[],
  m: Machine,
  cpu: Id<'cpu'>,
): boolean {
  const { saved, registers } = m.cpus[cpu];
  for (let frame: Frame = m.cpus[cpu], level = 0; ; level++) {
    for (const { always, ifRemaining, member } of steps) {
      if (always.of(frame, 'at')) return true;
      if (member === null || !ifRemaining.of(frame, 'at')) continue;
      if (registers.remaining.has(toId<'member'>(member))) return true;
    }
    if (!program.inHandler.of(frame, 'at')) return false;
    frame = saved[toId<'level'>(level)];
  }
}

/** A failure, its values as labels. */
export function failure(
  conjunct: string,
  values: Readonly<Record<string, string>>,
  ...blame: Failure['blame']
): Failure {
  return { conjunct, values, blame };
}
