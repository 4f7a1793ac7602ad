/** What came out of a model of one's own, or of a spec, in one form: what one can expect something of. */
import { createColors } from 'picocolors';
import { checkModel } from '../model/define.js';
import type { Model } from '../model/model.js';
import { plain } from '../spec/errors.js';
import type { PropertyOutcome, SpecResult } from '../spec/run.js';
import { modelTraceLines } from './model-trace.js';
import { reportedSpec } from './reported.js';
import { inSteps, resultText, unexpectedLines, violationReport } from './terminal.js';

export interface Outcomes {
  readonly properties: readonly PropertyFound[];
  readonly witnesses: readonly WitnessFound[];
  /** Of a spec whether it met what it expects; of a model whether all hold and all are reached. */
  readonly status: SpecResult['status'];
  /** What is not as expected, and the traces of it. */
  readonly unexpected: readonly string[];
  /** Why some verdicts are missing, or null. */
  readonly stoppedBy: string | null;
}

export interface PropertyFound {
  readonly name: string;
  readonly result: PropertyOutcome;
  /** Steps of the shortest trace to a violation, or null. */
  readonly depth: number | null;
  /** The result in words; of a violation its trace. */
  readonly told: readonly string[];
}

export interface WitnessFound {
  readonly name: string;
  readonly result: 'reached' | 'not reached' | 'unfinished';
}

const colors = createColors(false);

/** Searches a model to its end, in this thread. */
export function outcomesOfModel(model: Model): Outcomes {
  const { claims, sometimes, stoppedBy } = checkModel(model);
  const properties = claims.map(({ name, result, depth, trace }): PropertyFound => {
    if (result !== 'violated') return { name, result, depth, told: [`${plain(name)}: ${result}`] };
    const lines = [`${name} is violated ${inSteps(depth)}.`, '', ...modelTraceLines(model, trace)];
    return { name, result, depth, told: lines.map(plain) };
  });
  const witnesses = witnessesFound(Object.entries(sometimes), stoppedBy);
  const violated = properties.filter(({ result }) => result === 'violated');
  const missed = witnesses.filter(({ result }) => result === 'not reached');
  const isAsExpected = violated.length + missed.length === 0;
  return {
    properties,
    witnesses,
    status: !isAsExpected ? 'unexpected' : stoppedBy === null ? 'as-expected' : 'unfinished',
    unexpected: [
      ...missed.map(({ name }) => `${plain(name)}: not reached`),
      ...violated.flatMap(({ told }) => ['', ...told]),
    ],
    stoppedBy,
  };
}

/** Throws InternalError for a violation that the immutable rules do not find. */
export function outcomesOfSpec(result: SpecResult): Outcomes {
  const spec = reportedSpec(result);
  const { status, file } = spec;
  const compact = spec.omission === null ? null : 'hash-compact';
  const stoppedBy = spec.stoppedBy ?? spec.tracesStoppedBy ?? compact;
  const properties = spec.properties.map((property): PropertyFound => {
    const { name, result, depth } = property;
    const told =
      result === 'violated'
        ? violationReport(file, property, colors)
        : [`${name}: ${resultText(property)}`];
    return { name, result, depth, told };
  });
  const depths = spec.witnesses.map(({ name, depth }) => [name, depth] as const);
  const fallen = spec.properties.filter(({ asExpected, trace }) => !asExpected && trace !== null);
  const traces = fallen.flatMap((property) => ['', ...violationReport(file, property, colors)]);
  return {
    properties,
    // A search that keeps fingerprints may have missed what it did not reach.
    witnesses: witnessesFound(depths, spec.stoppedBy ?? compact),
    status,
    unexpected: [...unexpectedLines(spec, colors).map((line) => line.trim()), ...traces],
    stoppedBy,
  };
}

const witnessesFound = (
  depths: readonly (readonly [name: string, depth: number | null])[],
  stoppedBy: string | null,
): WitnessFound[] =>
  depths.map(([name, depth]) => {
    const missed = stoppedBy === null ? 'not reached' : 'unfinished';
    return { name, result: depth === null ? missed : 'reached' };
  });
