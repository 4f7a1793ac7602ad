/** A spec, searched and held against its expectations. */
import { explore } from '../explorer/reference.js';
import type { Outcome, Path, StopReason } from '../explorer/system.js';
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { ImmutableModel } from '../model/immutable-system.js';
import type { SymmetryName } from '../transitions/symmetry.js';
import { folderOf } from './archive.js';
import { buildSpec } from './build.js';
import type { DesignModel } from './design-model.js';
import type { StatesDigest } from './digest.js';
import type { Expectation } from './format.js';
import type { Spec } from './load.js';
import type { PinnedResult } from './pinned.js';
import { runPinned } from './pinned.js';
import { isProbable, searchForTraces } from './search.js';
import type { ThreadedOutcome, ThreadOptions } from './threads.js';

/** `probable`: no violation was found, by a search that keeps fingerprints and not states. */
export type PropertyOutcome = 'holds' | 'violated' | 'unfinished' | 'not-applicable' | 'probable';

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
  /** Steps to the first state that shows it, or null. With partial orders a level of the search. */
  readonly depth: number | null;
  readonly expected: Expectation | null;
  readonly asExpected: boolean;
}

export interface SpecResult {
  readonly spec: Spec;
  readonly model: DesignModel;
  /** None of a spec that pins a path; likewise the witnesses. */
  readonly properties: readonly PropertyResult[];
  readonly witnesses: readonly WitnessResult[];
  /** What came of the path of a spec that pins one; null where states are searched. */
  readonly pinned: PinnedResult | null;
  /** Up to permutations of what the states are counted; empty when each is counted. */
  readonly symmetry: readonly SymmetryName[];
  /** What else was left out. With `por` depths, but for those of traces, are not numbers of steps. */
  readonly reductions: readonly 'por'[];
  readonly statesDistinct: number;
  readonly statesGenerated: number;
  /** Steps to the farthest state seen. */
  readonly depth: number;
  /** By named step: how often it was taken. */
  readonly fired: readonly number[];
  readonly stoppedBy: StopReason | null;
  /** Why there is no trace for some violation that was found; else null. */
  readonly tracesStoppedBy: StopReason | null;
  /** A state was missed with at most this probability; null where whole states are kept. */
  readonly omission: number | null;
  readonly timeMs: number;
  /** Bytes of the seen set, its log and its index; null for the reference explorer. */
  readonly bytes: number | null;
  /** Threads that searched, at most at once. */
  readonly workers: number;
  /** Of the states that were seen, where that was asked for and all were; else null. */
  readonly states: StatesDigest | null;
  /** What went otherwise than asked, in sentences: a worker that could not be started, or died. */
  readonly notices: readonly string[];
  /** `unexpected`: some result is not as the spec expects; `unfinished`: it may yet be. */
  readonly status: 'as-expected' | 'unexpected' | 'unfinished';
  /** Whether it is unfinished by a limit, and the spec accepts that. */
  readonly unfinishedAccepted: boolean;
}

/** Of the limits, `memoryMax` is four fifths of the machine's memory unless given. */
export interface RunOptions extends Partial<ThreadOptions> {
  /** Use the naive explorer on immutable states. */
  readonly reference?: boolean;
}

/** Runs one spec. Throws UserError for a spec that has no meaning, never for a violation. */
export async function runSpec(spec: Spec, options: RunOptions = {}): Promise<SpecResult> {
  if (spec.pinned !== null) return runPinned(spec, spec.pinned);
  const model = buildSpec(spec);
  const started = performance.now();
  const outcome: Outcome & Partial<ThreadedOutcome> = options.reference
    ? explore(new ImmutableModel(model), options.depthMax)
    : await searchForTraces(spec.design, model, withFolder(spec, options));
  const timeMs = Math.round(performance.now() - started);
  const properties = claimRows.map((_, claim) => propertyOf(spec, model, outcome, claim));
  const witnesses = witnessRows.map(({ name }, index): WitnessResult => {
    const depth = outcome.witnesses[index] ?? null;
    const expected = spec.expect[name] ?? null;
    const wanted = expected === null || (expected === 'reachable') === (depth !== null);
    return { name, depth, expected, asExpected: wanted };
  });
  const open = outcome.stoppedBy !== null || outcome.compact !== undefined;
  const unexpected = properties.some(({ asExpected, result }) => !asExpected && !isOpen(result));
  // While a search is unfinished a witness can still be reached, but not become unreachable.
  const missed = witnesses.some(
    ({ asExpected, depth }) => !asExpected && (depth !== null || !open),
  );
  const pending =
    properties.some(({ result, asExpected }) => isOpen(result) && !asExpected) ||
    (open && witnesses.some(({ expected, depth }) => expected !== null && depth === null));
  const status = unexpected || missed ? 'unexpected' : pending ? 'unfinished' : 'as-expected';
  return {
    spec,
    model,
    properties,
    witnesses,
    pinned: null,
    ...reductionsOf(spec, options),
    statesDistinct: outcome.statesDistinct,
    statesGenerated: outcome.statesGenerated,
    depth: outcome.depth,
    fired: outcome.fired,
    stoppedBy: outcome.stoppedBy,
    tracesStoppedBy: outcome.tracesStoppedBy ?? null,
    omission: outcome.compact?.omission ?? null,
    timeMs,
    bytes: outcome.bytes ?? null,
    workers: outcome.workers ?? 1,
    states: outcome.states ?? null,
    notices: outcome.notices ?? [],
    status,
    unfinishedAccepted: status === 'unfinished' && isAccepted(spec, outcome),
  };
}

/** Each spec keeps its states in a folder of its own. */
function withFolder({ file }: Spec, { archive, ...options }: RunOptions): RunOptions {
  if (archive === undefined) return options;
  return { ...options, archive: { ...archive, folder: folderOf(archive.folder, file) } };
}

const limits: readonly (StopReason | null)[] = [
  'states-max',
  'memory-max',
  'time-max',
  'depth-max',
];

/**
 * Whether a spec accepts what ended its search: a limit, but not where something is known to be
 * violated and only its trace was not found.
 */
const isAccepted = (
  { unfinished }: Spec,
  { stoppedBy, tracesStoppedBy }: Outcome & Partial<ThreadedOutcome>,
): boolean =>
  unfinished === 'accepted' && limits.includes(stoppedBy) && (tracesStoppedBy ?? null) === null;

function reductionsOf(
  { design }: Spec,
  { reference }: RunOptions,
): Pick<SpecResult, 'symmetry' | 'reductions'> {
  if (reference) return { symmetry: [], reductions: [] };
  const { symmetry, por } = design.reductions;
  return { symmetry, reductions: por ? ['por'] : [] };
}

/** Whether a violation may yet be there. */
const isOpen = (result: PropertyOutcome): boolean =>
  result === 'unfinished' || result === 'probable';

function propertyOf(
  spec: Spec,
  model: DesignModel,
  outcome: Outcome & Partial<ThreadedOutcome>,
  claim: number,
): PropertyResult {
  const name = claimRows[claim]?.name ?? '';
  const verdict = outcome.verdicts[claim] ?? { result: 'unfinished' };
  const expected = spec.expect[name] ?? null;
  const witness = model.witnessOfClaim[claim] ?? -1;
  // What no trace was found for is not said to be violated.
  const found: PropertyOutcome = verdict.result === 'pathless' ? 'unfinished' : verdict.result;
  let result: PropertyOutcome = isProbable(outcome, claim) ? 'probable' : found;
  let reason = model.inapplicable[claim] ?? null;
  if (reason !== null) result = 'not-applicable';
  else if (result === 'holds' && outcome.witnesses[witness] === null) {
    result = 'not-applicable';
    reason = `what it rests on, ${witnessRows[witness]?.name}, is not reachable here`;
  } else if (result === 'probable' && outcome.witnesses[witness] === null) {
    reason = `what it rests on, ${witnessRows[witness]?.name}, was not reached`;
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
