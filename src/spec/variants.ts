/**
 * Variants of a design: a few edits each, and what comes of them.
 *
 * Work is shared where that changes no answer. A variant that has the lists of one that was judged
 * comes out as that one did. One on which a known trace can be taken again, and ends in what it ended
 * in, is violated: no search is needed to know that. All others are searched, several at a time.
 */
import { availableParallelism } from 'node:os';
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import type { Edit } from '../transitions/edit.js';
import { EditError } from '../transitions/edit.js';
import type { Protocol } from '../transitions/operation.js';
import { isLoop } from '../transitions/operation.js';
import { AsymmetryError, buildDesign } from './build.js';
import { endsInFailure, labelsOf } from './counterexample.js';
import type { DesignModel } from './design-model.js';
import type { Design } from './load.js';
import { noReductions } from './load.js';
import type { RunOptions, SpecResult } from './run.js';
import { searchDesign } from './search.js';

export interface Variant {
  /** What is done, in a few words. */
  readonly name: string;
  readonly edits: readonly Edit[];
}

/** `depth`: steps of the shortest trace; null where a known trace did, and none was looked for. */
export interface Fallen {
  readonly name: string;
  readonly depth: number | null;
}

/** What comes of a variant; of properties, those that the design itself has. */
export type Judgement =
  /** `missing`: steps that the design takes and the variant, which has them too, never does. */
  | { readonly result: 'holds'; readonly missing: readonly string[] }
  | { readonly result: 'falls'; readonly properties: readonly Fallen[] }
  /** All holds, but of nothing: what a property rests on is no longer reachable. */
  | { readonly result: 'vacuous'; readonly reason: string }
  | { readonly result: 'refused'; readonly reason: string }
  | { readonly result: 'unfinished'; readonly reason: string };

export interface JudgeOptions extends Pick<RunOptions, 'statesMax' | 'timeMax' | 'stop'> {
  /** Look for the shortest trace also where a known one can be taken. */
  readonly shortest: boolean;
  readonly onProgress?: (done: number, of: number) => void;
}

/** Labels of the actions of a trace, and the property that is violated at its end. */
export interface Counterexample {
  readonly claim: number;
  readonly initial: number;
  readonly labels: readonly string[];
}

/**
 * Judges variants of a design that was searched, in their order.
 *
 * @param known traces that end in what is looked for; more are added as they are found
 */
export async function judge(
  base: SpecResult,
  variants: readonly Variant[],
  options: JudgeOptions,
  known: Counterexample[] = [],
): Promise<Judgement[]> {
  const { design } = base.spec;
  /** Properties that must hold: all, or with a design that is violated those that hold in it. */
  const asked = base.properties.flatMap(({ result }, claim) =>
    result === 'holds' || !options.shortest ? [claim] : [],
  );
  const judgements: Judgement[] = [];
  const byLists = new Map<string, Promise<Judgement>>();
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (next < variants.length) {
      const index = next++;
      judgements[index] = await judgeOne(variants[index] as Variant);
      options.onProgress?.(++done, variants.length);
    }
  };
  const judgeOne = async ({ edits }: Variant): Promise<Judgement> => {
    if (options.stop !== undefined && Atomics.load(options.stop, 0) !== 0) {
      return { result: 'unfinished', reason: 'interrupted' };
    }
    // The shortest trace is asked for, and a search with partial orders has none.
    const reductions = { ...design.reductions, por: false };
    let edited: Design = { ...design, reductions, edits: [...design.edits, ...edits] };
    let model: DesignModel;
    try {
      model = buildDesign(edited);
    } catch (error) {
      if (error instanceof AsymmetryError) {
        // The edits tell apart what the design does not: every state is searched.
        edited = { ...edited, reductions: noReductions };
        model = buildDesign(edited);
      } else if (error instanceof EditError) return { result: 'refused', reason: error.message };
      else throw error;
    }
    const lists = listsOf(model.design.program.protocol);
    const same = byLists.get(lists);
    if (same !== undefined) return same;
    const judged = judgeModel(edited, model);
    byLists.set(lists, judged);
    return judged;
  };
  const takenInBase = new Set(stepsTaken(base.model, base.fired));
  const missingSteps = (model: DesignModel, fired: readonly number[]): string[] => {
    const taken = new Set(stepsTaken(model, fired));
    const names = new Set(model.design.program.steps.map(({ name }) => name));
    return [...names].filter((name) => takenInBase.has(name) && !taken.has(name));
  };
  const judgeModel = async (edited: Design, model: DesignModel): Promise<Judgement> => {
    if (!options.shortest) {
      const found = known.find((one) => endsInFailure(model, one));
      if (found !== undefined) {
        return { result: 'falls', properties: [{ name: nameOf(found.claim), depth: null }] };
      }
    }
    const { onProgress, shortest, ...limits } = options;
    const of = asked.filter((claim) => !shortest || claim !== lockClaim);
    const stopAtFirst = { violated: 'any', of } as const;
    // As many variants at a time as there are cores, so each is searched by one worker.
    const outcome = await searchDesign(edited, model, { ...limits, stopAtFirst, workers: 1 });
    const violated = asked.flatMap((claim) => {
      const verdict = outcome.verdicts[claim];
      if (verdict?.result !== 'violated' || model.inapplicable[claim] !== null) return [];
      return [{ claim, ...verdict }];
    });
    const [shown] = violated;
    if (shown !== undefined) {
      if (!shortest) known.unshift(labelsOf(model, shown.claim, shown.path));
      const properties = violated.map(({ claim, depth }) => ({ name: nameOf(claim), depth }));
      return { result: 'falls', properties: properties.sort((x, y) => x.depth - y.depth) };
    }
    if (outcome.stoppedBy !== null) return { result: 'unfinished', reason: outcome.stoppedBy };
    for (const claim of asked) {
      const witness = model.witnessOfClaim[claim] as number;
      const wasReached = base.witnesses[witness]?.depth !== null;
      if (!wasReached || outcome.witnesses[witness] !== null) continue;
      return { result: 'vacuous', reason: `${witnessRows[witness]?.name} is not reachable` };
    }
    return { result: 'holds', missing: missingSteps(model, outcome.fired) };
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return judgements;
}

/** That a lock is not held tells little: a search goes on to what comes of it. */
const lockClaim = claimRows.findIndex(({ name }) => name === 'updir-locked');

const stepsTaken = ({ design }: DesignModel, fired: readonly number[]): string[] =>
  design.program.steps.filter((_, index) => (fired[index] ?? 0) > 0).map(({ name }) => name);

const nameOf = (claim: number): string => claimRows[claim]?.name ?? '';

/** The lists of a protocol, by what steps do: equal lists make equal models. */
function listsOf({ boot, operations }: Protocol): string {
  const numbers = stepNumbers;
  return JSON.stringify(
    [boot, ...operations].map(({ name, steps }) => [
      name,
      steps.map((item) =>
        isLoop(item) ? [item.loop, item.body.map((step) => numbers(step))] : numbers(item),
      ),
    ]),
  );
}

const numbered = new WeakMap<object, number>();
let numberedCount = 0;

/** A number for each step object: two steps with one number are the same step. */
function stepNumbers(step: object): number {
  const number = numbered.get(step) ?? numberedCount++;
  numbered.set(step, number);
  return number;
}
