/**
 * A path by the names of its actions, taken on a design that may have changed since it was found.
 *
 * A step that the path does not name was not there then: the design has *gained* it. It is taken
 * where it stands in the way of an action of the path, its own CPU's or one that waits for its CPU.
 * So a path outlives edits that have nothing to do with it, and what refuses it is a guard.
 */
import { claimRows } from '../invariants/claims.js';
import type { Action } from '../model/model.js';
import { failureOf } from '../model/model.js';
import type { Machine } from '../state/machine.js';
import { CpuAction, DrainAction } from '../transitions/actions.js';
import type { Refusal } from '../transitions/refusal.js';
import { refusalOf } from '../transitions/refusal.js';
import type { DesignModel } from './design-model.js';
import type { Walk } from './walk.js';

/** How far a path can be taken, and what is violated along it. */
export interface Followed {
  readonly result: 'breaks' | 'gone' | 'blocked';
  /** From 1: the action that breaks the property, or that is refused. 0: the initial state breaks it. */
  readonly position: number | null;
  /** Why a blocked action cannot be taken; then why not the gained step that it stands before. */
  readonly refusals: readonly Refusal[];
  /** What was taken, by number. */
  readonly actions: readonly number[];
  /** The labels of what was taken and is gained. */
  readonly gained: readonly string[];
  /** By claim: the position at which it was violated first. */
  readonly violated: ReadonlyMap<number, number>;
  /** The keys of the states, the initial one first. */
  readonly states: readonly string[];
  /** By named step: how often it was taken. */
  readonly fired: readonly number[];
}

/** A path that is being taken. */
interface Taking {
  readonly model: DesignModel;
  readonly walk: Walk;
  /** The claim at whose violation it ends. */
  readonly claim: number;
  readonly named: ReadonlySet<string>;
  readonly byLabel: ReadonlyMap<string, readonly Action<Machine>[]>;
  readonly actions: number[];
  readonly gained: string[];
  readonly violated: Map<number, number>;
  readonly states: string[];
  readonly fired: number[];
  position: number;
}

/**
 * Takes actions in their order, until a claim is violated or one of them is refused.
 *
 * @param labels each the label of some action of the model
 */
export function follow(
  model: DesignModel,
  walk: Walk,
  labels: readonly string[],
  claim: number,
): Followed {
  const taking: Taking = {
    model,
    walk,
    claim,
    named: new Set(labels),
    byLabel: byLabel(model),
    actions: [],
    gained: [],
    violated: new Map(),
    states: [],
    fired: model.steps.map(() => 0),
    position: 0,
  };
  const { actions, gained, violated, states, fired } = taking;
  const taken = { actions, gained, violated, states, fired };
  note(taking);
  for (const label of labels) {
    if (violated.has(claim)) break;
    taking.position++;
    const refusals = reach(taking, label, []);
    if (refusals.length > 0) {
      return { ...taken, result: 'blocked', position: taking.position, refusals };
    }
  }
  const broken = violated.get(claim) ?? null;
  return { ...taken, result: broken === null ? 'gone' : 'breaks', position: broken, refusals: [] };
}

/** The actions of each label: several for a handler, one for each place that it can come at. */
export function byLabel(model: DesignModel): ReadonlyMap<string, readonly Action<Machine>[]> {
  const found = new Map<string, Action<Machine>[]>();
  for (const action of model.actions) {
    const same = found.get(action.label);
    if (same === undefined) found.set(action.label, [action]);
    else same.push(action);
  }
  return found;
}

/**
 * Takes an action, before it gained steps that are in its way.
 *
 * @param waiting the labels of the actions that this one is in the way of
 * @returns what refuses it; nothing when it was taken, or when a step before it breaks the claim
 */
function reach(taking: Taking, label: string, waiting: readonly string[]): readonly Refusal[] {
  const { model, walk, actions, violated, claim } = taking;
  const all = taking.byLabel.get(label) ?? [];
  for (;;) {
    const action = all.find((one) => offered(taking, one.process).includes(one)) ?? all[0];
    if (action === undefined) throw new Error(`there is no action '${label}'`);
    const refusal = refusalOf(model.design.program, walk.machine(), action);
    if (refusal === null) {
      if (waiting.length > 0) taking.gained.push(label);
      take(taking, action);
      return [];
    }
    const ways = inTheWay(taking, refusal, action.process).filter(
      (one) => !waiting.includes(one.label),
    );
    const before = actions.length;
    let further: readonly Refusal[] = [];
    for (const way of ways) {
      further = reach(taking, way.label, [...waiting, label]);
      if (violated.has(claim)) return [];
      if (actions.length > before) break;
    }
    if (actions.length > before) continue;
    const isOwn = ways.length === 1 && ways[0]?.process === action.process;
    return isOwn ? [refusal, ...further] : [refusal];
  }
}

/** Gained steps after which an action may be refused no more. */
function inTheWay(taking: Taking, refusal: Refusal, process: number): readonly Action<Machine>[] {
  const { cpus } = taking.model.design.scope;
  switch (refusal.kind) {
    case 'condition':
    case 'visited':
    case 'nothing-stored':
      return [];
    case 'store-buffer':
      return gainedOf(taking, process).filter((one) => one instanceof DrainAction);
    case 'waits':
      return refusal.awaited
        .map((cpu) => cpus.ids.indexOf(cpu))
        .filter((other) => other !== process)
        .flatMap((other) => gainedOf(taking, other));
    default:
      return gainedOf(taking, process).filter((one) => one instanceof CpuAction);
  }
}

/** What a CPU, or its store buffer, can go on with and the path does not name. */
const gainedOf = (taking: Taking, process: number): readonly Action<Machine>[] =>
  offered(taking, process).filter(
    (one) => !taking.named.has(one.label) && (one instanceof DrainAction || goesOn(taking, one)),
  );

/** Whether an action goes on with an operation; what a loop has been at does not. */
const goesOn = ({ walk }: Taking, action: Action<Machine>): boolean =>
  action instanceof CpuAction &&
  !action.starts &&
  (action.member === null || action.guard(walk.machine()));

/** The actions that are taken from where a CPU stands. */
function offered({ model, walk }: Taking, process: number): readonly Action<Machine>[] {
  const family = model.families[process];
  return family?.actions[family.select(walk.machine())] ?? [];
}

function take(taking: Taking, action: Action<Machine>): void {
  const { walk, actions, fired } = taking;
  const steps = walk.take(action);
  actions.push(action.index);
  for (const { occurrence } of steps) {
    fired[occurrence.step] = (fired[occurrence.step] ?? 0) + 1;
  }
  note(
    taking,
    steps.flatMap(({ failures }) => [...failures.keys()]),
  );
}

/** Notes the state, and what is violated in it or by the steps to it. */
function note(
  { model, walk, states, violated, position }: Taking,
  bySteps: readonly number[] = [],
): void {
  states.push(walk.key());
  for (const claim of claimRows.keys()) {
    if (model.inapplicable[claim] !== null || violated.has(claim)) continue;
    const isViolated =
      bySteps.includes(claim) || failureOf(model, walk.machine(), claim) !== undefined;
    if (isViolated) violated.set(claim, position);
  }
}
