/** What came of a pinned path, as data and in words. */
import { claimRows } from '../invariants/claims.js';
import { ImmutableModel } from '../model/immutable-system.js';
import type { DesignModel } from '../spec/design-model.js';
import type { Spec } from '../spec/load.js';
import type { PinnedResult } from '../spec/pinned.js';
import type { ReportedPinned, Trace } from './document.js';
import { refusalText } from './refusal.js';
import { tell, tellViolation } from './trace.js';

/** Throws InternalError for a violation that the immutable rules do not find. */
export function reportedPinned(
  spec: Spec,
  model: DesignModel,
  pinned: PinnedResult,
): ReportedPinned {
  const { property, outcome, actions, result, asExpected, position, gained, also } = pinned;
  const row = claimRows.find(({ name }) => name === property);
  const action = position === null ? null : (actions[position - 1] ?? null);
  const at = action === null ? [] : ['actions', (position ?? 1) - 1];
  return {
    property,
    ...spec.place(['pinned', ...at]),
    claim: row?.claim ?? '',
    source: row?.source ?? '',
    result,
    expected: outcome,
    asExpected,
    length: actions.length,
    position,
    action,
    because: becauseOf(model, pinned, action),
    gained: [...gained],
    also: also.map((one) => ({ ...one })),
    trace: traceOf(model, pinned),
  };
}

function traceOf(model: DesignModel, { property, result, path }: PinnedResult): Trace | null {
  if (path === null) return null;
  const claim = claimRows.findIndex(({ name }) => name === property);
  if (result === 'breaks') return tellViolation(model, path, claim);
  return tell(model, path, new ImmutableModel(model).replay(path), null);
}

function becauseOf(
  { initials, design: { scope } }: DesignModel,
  { result, initial, refusals, nearest, actions, position }: PinnedResult,
  action: string | null,
): string | null {
  if (result === 'blocked') {
    return refusalText(scope, cpuOf(actions[(position ?? 1) - 1] ?? ''), refusals);
  }
  if (result !== 'unknown') return null;
  if (action === null) {
    const last = initials.length - 1;
    return `there is no initial state ${initial}; ${last === 0 ? 'the only one is 0' : `the last is ${last}`}`;
  }
  const hint = nearest === null ? '' : `; did you mean '${nearest}'?`;
  return `the design has no action of this name${hint}`;
}

/** `cpu 0` of `cpu 0: trap`. */
const cpuOf = (label: string): string => label.slice(0, Math.max(0, label.indexOf(': ')));
