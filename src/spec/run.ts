/** A spec, searched and held against its expectations. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { explore } from '../explorer/reference.js';
import type { Progress, SearchOptions, SearchOutcome } from '../explorer/search.js';
import { search } from '../explorer/search.js';
import type { Limits, Outcome, Path, StopReason } from '../explorer/system.js';
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { ImmutableModel } from '../model/immutable-system.js';
import { PackedModel } from '../model/packed-system.js';
import type { SymmetryName } from '../transitions/symmetry.js';
import { buildSpec } from './build.js';
import type { DesignModel } from './design-model.js';
import type { Expectation } from './format.js';
import type { Design, Spec } from './load.js';

export type PropertyOutcome = 'holds' | 'violated' | 'unfinished' | 'not-applicable';

export interface PropertyResult {
  readonly name: string;
  readonly result: PropertyOutcome;
  /** Why the property does not apply, or null. */
  readonly reason: string | null;
  /** Steps of the shortest trace to a violation, or null. */
  readonly depth: number | null;
  readonly path: Path | null;
  readonly expected: Expectation | null;
  readonly asExpected: boolean;
}

export interface WitnessResult {
  readonly name: string;
  /** Steps to the first state that shows it, or null. */
  readonly depth: number | null;
  readonly expected: Expectation | null;
  readonly asExpected: boolean;
}

export interface SpecResult {
  readonly spec: Spec;
  readonly model: DesignModel;
  readonly properties: readonly PropertyResult[];
  readonly witnesses: readonly WitnessResult[];
  /** Up to permutations of what the states are counted; empty when each is counted. */
  readonly symmetry: readonly SymmetryName[];
  readonly statesDistinct: number;
  readonly statesGenerated: number;
  /** Steps to the farthest state seen. */
  readonly depth: number;
  /** By named step: how often it was taken. */
  readonly fired: readonly number[];
  readonly stoppedBy: StopReason | null;
  readonly timeMs: number;
  /** Bytes of the seen set, its log and its index; null for the reference explorer. */
  readonly bytes: number | null;
  /** `unexpected`: some result is not as the spec expects; `unfinished`: it may yet be. */
  readonly status: 'as-expected' | 'unexpected' | 'unfinished';
}

export interface RunOptions extends Limits {
  /** Use the naive explorer on immutable states. */
  readonly reference?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Word 0 set to 1 by anyone ends the search. */
  readonly stop?: Int32Array<SharedArrayBuffer>;
}

/** Runs one spec. Throws UserError for a spec that has no meaning, never for a violation. */
export async function runSpec(spec: Spec, options: RunOptions = {}): Promise<SpecResult> {
  const model = buildSpec(spec);
  const started = performance.now();
  const outcome: Outcome & Partial<Pick<SearchOutcome, 'bytes'>> = options.reference
    ? explore(new ImmutableModel(model), options.depthMax)
    : await searchDesign(spec.design, model, options);
  const timeMs = Math.round(performance.now() - started);
  const properties = claimRows.map((_, claim) => propertyOf(spec, model, outcome, claim));
  const witnesses = witnessRows.map(({ name }, index): WitnessResult => {
    const depth = outcome.witnesses[index] ?? null;
    const expected = spec.expect[name] ?? null;
    const wanted = expected === null || (expected === 'reachable') === (depth !== null);
    return { name, depth, expected, asExpected: wanted };
  });
  const open = outcome.stoppedBy !== null;
  const unexpected = properties.some(
    ({ asExpected, result }) => !asExpected && result !== 'unfinished',
  );
  // While a search is unfinished a witness can still be reached, but not become unreachable.
  const missed = witnesses.some(
    ({ asExpected, depth }) => !asExpected && (depth !== null || !open),
  );
  const pending =
    properties.some(({ result, asExpected }) => result === 'unfinished' && !asExpected) ||
    (open && witnesses.some(({ expected, depth }) => expected !== null && depth === null));
  return {
    spec,
    model,
    properties,
    witnesses,
    symmetry: options.reference ? [] : spec.design.reductions.symmetry,
    statesDistinct: outcome.statesDistinct,
    statesGenerated: outcome.statesGenerated,
    depth: outcome.depth,
    fired: outcome.fired,
    stoppedBy: outcome.stoppedBy,
    timeMs,
    bytes: outcome.bytes ?? null,
    status: unexpected || missed ? 'unexpected' : pending ? 'unfinished' : 'as-expected',
  };
}

function propertyOf(
  spec: Spec,
  model: DesignModel,
  outcome: Outcome,
  claim: number,
): PropertyResult {
  const name = claimRows[claim]?.name ?? '';
  const verdict = outcome.verdicts[claim] ?? { result: 'unfinished' };
  const expected = spec.expect[name] ?? null;
  const witness = model.witnessOfClaim[claim] ?? -1;
  let result: PropertyOutcome = verdict.result;
  let reason = model.inapplicable[claim] ?? null;
  if (reason !== null) result = 'not-applicable';
  else if (result === 'holds' && outcome.witnesses[witness] === null) {
    result = 'not-applicable';
    reason = `what it rests on, ${witnessRows[witness]?.name}, is not reachable here`;
  }
  const violated = verdict.result === 'violated' && result === 'violated' ? verdict : null;
  const asExpected =
    expected === null
      ? result === 'holds' || result === 'not-applicable'
      : typeof expected === 'string'
        ? result === expected
        : violated?.depth === expected.violated;
  return {
    name,
    result,
    reason,
    depth: violated?.depth ?? null,
    path: violated?.path ?? null,
    expected,
    asExpected,
  };
}

/** Up to here a search is over before a thread has started. */
const statesInThisThread = 4000;

/**
 * Searches a design, in a fresh thread unless it is small. A thread that has run other models has
 * taught V8 types that this one does not have: measured at up to three times the time.
 */
export async function searchDesign(
  design: Design,
  model: DesignModel,
  { onProgress, stop, ...limits }: Omit<RunOptions, 'reference'>,
): Promise<SearchOutcome> {
  const statesMax = Math.min(limits.statesMax ?? Number.POSITIVE_INFINITY, statesInThisThread);
  const quick = search(new PackedModel(model), { ...limits, statesMax });
  if (quick.stoppedBy !== 'states-max' || statesMax === limits.statesMax) return quick;

  const request: SearchRequest = { design, limits, stop: stop ?? null };
  const worker = new Worker(fileURLToPath(new URL('./search-worker.js', import.meta.url)), {
    workerData: request,
  });
  return await new Promise((resolve, reject) => {
    worker.on('message', (message: SearchMessage) => {
      if ('progress' in message) onProgress?.(message.progress);
      else resolve(message.outcome);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the search thread ended with code ${code}`)));
  });
}

export interface SearchRequest {
  readonly design: Design;
  readonly limits: SearchOptions;
  readonly stop: Int32Array<SharedArrayBuffer> | null;
}
export type SearchMessage = { readonly progress: Progress } | { readonly outcome: SearchOutcome };
