/** What each part of a design is for, in which orders it holds, what would repair it. */
import type { Operation } from '../transitions/operation.js';
import { stepsOf } from '../transitions/operation.js';
import { protocols } from '../transitions/protocols.js';
import type { Drop, Order, Repairing } from './catalogue.js';
import { dropsOf, ordersCount, ordersOf, repairsOf } from './catalogue.js';
import { labelsOf } from './counterexample.js';
import { suggest, UserError } from './errors.js';
import type { Spec } from './load.js';
import { withReductions } from './load.js';
import type { RunOptions, SpecResult } from './run.js';
import { runSpec } from './run.js';
import type { Judgement, JudgeOptions } from './variants.js';
import { judge } from './variants.js';

type Options = Omit<JudgeOptions, 'shortest'> & Pick<RunOptions, 'memoryMax'>;

/** Never taken in the scope, so that leaving it out changes nothing; nothing was searched. */
interface NeverTaken {
  readonly result: 'never-taken';
}

export interface ExplainedRow {
  readonly drop: Drop;
  readonly judgement: Judgement | NeverTaken;
}
export interface Explanation {
  readonly base: SpecResult;
  readonly rows: readonly ExplainedRow[];
}

/** Leaves out each part of a design, one at a time. Throws UserError for a spec without a meaning. */
export async function explainSpec(spec: Spec, options: Options): Promise<Explanation> {
  const base = await searched(spec, options);
  const { program, scope } = base.model.design;
  const drops = dropsOf(program.protocol, scope.stores !== null);
  const isTaken = takenIn(base);
  const judged = drops.filter(isTaken);
  const judgements = await judge(base, judged, { ...options, shortest: true });
  const byDrop = new Map(judged.map((drop, index) => [drop, judgements[index] as Judgement]));
  return {
    base,
    rows: drops.map((drop) => ({
      drop,
      judgement: byDrop.get(drop) ?? { result: 'never-taken' },
    })),
  };
}

/** The design's own search, which must have seen every state. */
async function searched(spec: Spec, options: Options): Promise<SpecResult> {
  const { onProgress, ...limits } = options;
  // What steps are taken and which witnesses are reached is told in depths: without partial orders.
  const base = await runSpec(withReductions(spec, { por: false }), limits);
  if (base.stoppedBy === null || base.stoppedBy === 'interrupted') return base;
  const message = `the search of the design itself ended early (${base.stoppedBy})`;
  throw new UserError([
    { code: 'unfinished', file: spec.file, message, hint: 'raise the limit, or make it smaller' },
  ]);
}

/**
 * Whether a search may come out otherwise without some steps: when one was taken, or could be stood
 * before. A step without a guard that was never taken was never stood before either; nor was one of
 * an operation that never started.
 */
function takenIn({ model, fired }: SpecResult): (drop: Drop) => boolean {
  const { steps, protocol } = model.design.program;
  const times = new Map<Operation, Map<string, number>>();
  for (const [index, { operation, step }] of steps.entries()) {
    const own = times.get(operation) ?? new Map<string, number>();
    times.set(operation, own.set(step.name, fired[index] ?? 0));
  }
  return ({ operation, steps: dropped }) => {
    if (operation === protocol.boot) return true;
    const own = times.get(operation);
    const hasStarted = stepsOf(operation).some(({ name }) => (own?.get(name) ?? 0) > 0);
    return dropped.some(
      ({ name, waits }) => (own?.get(name) ?? 0) > 0 || (waits !== undefined && hasStarted),
    );
  };
}

export interface Reordering {
  readonly base: SpecResult;
  readonly operation: Operation;
  readonly orders: readonly { readonly order: Order; readonly judgement: Judgement }[];
}

export interface ReorderOptions extends Options {
  /** Names of the steps that change places among themselves; all unless given. */
  readonly steps?: readonly string[];
  /** Orders to try, at most. */
  readonly ordersMax: number;
}

/** Tries every order of an operation's steps. Throws UserError for an operation that is not there. */
export async function reorderSpec(
  spec: Spec,
  name: string,
  options: ReorderOptions,
): Promise<Reordering> {
  const { steps, ordersMax, ...judging } = options;
  const base = await searched(spec, judging);
  const { operations } = base.model.design.program.protocol;
  const fail = (message: string, hint: string | undefined): never => {
    const mistake = { code: 'bad-option', file: spec.file, message } as const;
    throw new UserError([hint === undefined ? mistake : { ...mistake, hint }]);
  };
  const names = operations.map((one) => one.name);
  const operation =
    operations.find((one) => one.name === name) ??
    fail(`there is no operation '${name}'`, suggest(name, names));
  const own = operation.steps.flatMap((item) => ('loop' in item ? [item.loop] : []));
  const known = [...own, ...stepsOf(operation).map((step) => step.name)];
  for (const step of steps ?? []) {
    if (!known.includes(step)) {
      fail(`there is no step or loop '${step}' in '${name}'`, suggest(step, known));
    }
  }
  const count = ordersCount(operation, steps ?? null);
  if (count > ordersMax) {
    const message = `'${name}' has ${count.toLocaleString('en-US')} orders`;
    fail(message, `name fewer steps with --steps, or raise --orders-max (${ordersMax})`);
  }
  const orders = ordersOf(operation, steps ?? null);
  const judgements = await judge(base, orders, { ...judging, shortest: false });
  return {
    base,
    operation,
    orders: orders.map((order, index) => ({ order, judgement: judgements[index] as Judgement })),
  };
}

export interface Repair {
  readonly variant: Repairing;
  readonly judgement: Judgement;
}
export interface Repairs {
  readonly base: SpecResult;
  /** How many edits are in the catalogue for the operations of the traces. */
  readonly tried: number;
  readonly found: readonly Repair[];
  readonly unfinished: readonly Repair[];
}

/**
 * Tries single repairs of a violated design. Those of operations in which no CPU ever is on some
 * trace are left out: that trace is one of the repaired design too.
 */
export async function repairSpec(spec: Spec, options: Options): Promise<Repairs> {
  const base = await searched(spec, options);
  const { model } = base;
  const { program } = model.design;
  const violated = base.properties.flatMap(({ path, result }, claim) =>
    result === 'violated' && path !== null ? [labelsOf(model, claim, path)] : [],
  );
  const touched = program.protocol.operations.filter(({ name }) =>
    violated.every(({ labels }) => labels.some((label) => operationOf(label) === name)),
  );
  const posted = protocols.find(({ name }) => name === spec.design.protocol);
  const variants = violated.length === 0 ? [] : repairsOf(touched, posted?.exports ?? []);
  const judgements = await judge(base, variants, { ...options, shortest: false }, [...violated]);
  const repairs = variants.map(
    (variant, index): Repair => ({ variant, judgement: judgements[index] as Judgement }),
  );
  return {
    base,
    tried: variants.length,
    found: repairs.filter(({ judgement }) => judgement.result === 'holds'),
    unfinished: repairs.filter(({ judgement }) => judgement.result === 'unfinished'),
  };
}

/** `cpu 0: l4-allocate(slot 0)/set-slot` is of `l4-allocate`. */
const operationOf = (label: string): string => label.replace(/^cpu \d+: ([^(/]*).*$/, '$1');
