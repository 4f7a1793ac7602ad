/**
 * The machine-readable report, version 1; docs/json.md describes it field by field.
 *
 * A field is never removed or given another meaning within a version; new ones may be added.
 */

import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import type { Mistake } from '../spec/errors.js';
import type { SpecResult } from '../spec/run.js';
import type { SuiteGaps } from './suite.js';
import { pathText, tellViolation } from './trace.js';

export interface JsonReport {
  readonly version: 1;
  readonly specs: readonly object[];
  readonly mistakes: readonly Mistake[];
  readonly suite: SuiteGaps | null;
  readonly exitCode: number;
}

export function jsonReport(
  results: readonly SpecResult[],
  mistakes: readonly Mistake[],
  suite: SuiteGaps | null,
  exitCode: number,
): JsonReport {
  return { version: 1, specs: results.map(specJson), mistakes, suite, exitCode };
}

function specJson(result: SpecResult): object {
  const { spec, model } = result;
  return {
    file: spec.file,
    title: spec.title,
    shows: spec.shows,
    status: result.status,
    stoppedBy: result.stoppedBy,
    tracesStoppedBy: result.tracesStoppedBy,
    omission: result.omission,
    symmetry: result.symmetry,
    reductions: result.reductions,
    statesDistinct: result.statesDistinct,
    statesGenerated: result.statesGenerated,
    depth: result.depth,
    timeMs: result.timeMs,
    bytes: result.bytes,
    workers: result.workers,
    notices: result.notices,
    properties: result.properties.map(({ path, ...property }, claim) => ({
      ...property,
      claim: claimRows[claim]?.claim,
      trace: path === null ? null : traceJson(result, claim),
    })),
    witnesses: result.witnesses.map((witness, index) => ({
      ...witness,
      claim: witnessRows[index]?.claim,
    })),
    fired: Object.fromEntries(
      model.design.program.steps.map(({ name }, index) => [name, result.fired[index] ?? 0]),
    ),
  };
}

function traceJson({ model, properties }: SpecResult, claim: number): object | null {
  const path = properties[claim]?.path;
  if (!path) return null;
  const { initial, actions, failure, blamed } = tellViolation(model, path, claim);
  return {
    path: pathText(path),
    initial: initial.map(({ path: at, value }) => ({ path: at, value })),
    actions: actions.map(({ cpu, action, operation, label, steps, changes }) => ({
      cpu,
      action,
      operation,
      label,
      steps,
      changes: changes.map(({ path: at, from, to }) => ({ path: at, from, to })),
    })),
    conjunct: failure?.conjunct,
    values: failure?.values,
    blamed,
  };
}
