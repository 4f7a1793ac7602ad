/** A spec that pins a path: the path is taken, and nothing is searched. */
import { isDeepStrictEqual } from 'node:util';
import type { Path } from '../explorer/system.js';
import { claimRows } from '../invariants/claims.js';
import type { Refusal } from '../transitions/refusal.js';
import { buildSpec } from './build.js';
import type { DesignModel } from './design-model.js';
import { InternalError, nearest, UserError } from './errors.js';
import type { Followed } from './follow.js';
import { byLabel, follow } from './follow.js';
import type { Pinned, Spec } from './load.js';
import type { SpecResult } from './run.js';
import { immutableWalk, packedWalk } from './walk.js';

/**
 * What came of a path. `breaks`: it violates its property still. `gone`: it can be taken to its end,
 * and the property is violated nowhere on it. `blocked`: an action of it cannot be taken. `unknown`:
 * it names what the design does not have, so that it says nothing.
 */
export interface PinnedResult extends Pinned {
  readonly result: 'breaks' | 'gone' | 'blocked' | 'unknown';
  readonly asExpected: boolean;
  /** Of the action that breaks it, is refused or unknown, from 1; 0 is the initial state. */
  readonly position: number | null;
  /** Of a blocked action: why it cannot be taken. */
  readonly refusals: readonly Refusal[];
  /** Of an unknown action: the most similar one that there is. */
  readonly nearest: string | null;
  /** What was taken; null when nothing was, because something is unknown. */
  readonly path: Path | null;
  /** Steps on it that the pinned path does not name: the design has gained them since. */
  readonly gained: readonly string[];
  /** Other properties that are violated on it, and where first. */
  readonly also: readonly { readonly property: string; readonly position: number }[];
}

/** Takes the path of a spec by both forms of the rules. Throws UserError and InternalError. */
export function runPinned(spec: Spec, pinned: Pinned): SpecResult {
  const model = buildSpec(spec);
  const claim = claimRows.findIndex(({ name }) => name === pinned.property);
  refuseInapplicable(spec, model, claim);
  const started = performance.now();
  const unknown = unknownOf(model, pinned);
  const followed = unknown === null ? followBoth(model, pinned, claim) : null;
  const result = followed?.result ?? 'unknown';
  const isMended = result === 'gone' || result === 'blocked';
  const asExpected = pinned.outcome === 'mended' ? isMended : result === 'breaks';
  const states = followed?.states ?? [];
  const actions = followed?.actions ?? [];
  return {
    spec,
    model,
    properties: [],
    witnesses: [],
    pinned: {
      ...pinned,
      result,
      asExpected,
      position: followed === null ? (unknown?.position ?? null) : followed.position,
      refusals: followed?.refusals ?? [],
      nearest: unknown?.nearest ?? null,
      path: followed === null ? null : { initial: pinned.initial, actions },
      gained: followed?.gained ?? [],
      also: [...(followed?.violated ?? [])]
        .filter(([other]) => other !== claim)
        .map(([other, position]) => ({ property: claimRows[other]?.name ?? '', position })),
    },
    symmetry: [],
    reductions: [],
    statesDistinct: new Set(states).size,
    statesGenerated: states.length,
    depth: actions.length,
    fired: followed?.fired ?? model.steps.map(() => 0),
    stoppedBy: null,
    tracesStoppedBy: null,
    omission: null,
    timeMs: Math.round(performance.now() - started),
    bytes: null,
    workers: 1,
    unfinishedAccepted: false,
    states: null,
    notices: [],
    status: asExpected ? 'as-expected' : 'unexpected',
  };
}

/** Throws UserError for a spec that pins a path, where states would have to be searched. */
export function refusePinned(spec: Spec, doing: string): void {
  if (spec.pinned === null) return;
  const [, base] = spec.files;
  const message = `this spec pins a path: there is nothing to ${doing}`;
  const hint = base === undefined ? 'leave `pinned` out' : `name what it extends, ${base}`;
  throw new UserError([spec.mistake('bad-option', ['pinned'], message, hint)]);
}

/** A property that says nothing of the design would make any path come out as mended. */
function refuseInapplicable(spec: Spec, model: DesignModel, claim: number): void {
  const reason = model.inapplicable[claim] ?? null;
  if (reason === null) return;
  const message = `'${claimRows[claim]?.name}' says nothing of this design: ${reason}`;
  const hint = 'remove the spec, or have it extend a design that the property is about';
  throw new UserError([spec.mistake('conflict', ['pinned', 'property'], message, hint)]);
}

/** The first thing that a path names and a design does not have. */
function unknownOf(
  model: DesignModel,
  { initial, actions }: Pinned,
): Pick<PinnedResult, 'position' | 'nearest'> | null {
  if (initial >= model.initials.length) return { position: 0, nearest: null };
  const labels = byLabel(model);
  const index = actions.findIndex((label) => !labels.has(label));
  if (index < 0) return null;
  const label = actions[index] ?? '';
  return { position: index + 1, nearest: nearestLabel(label, [...labels.keys()]) };
}

/** The most similar of the actions of the same CPU, or of all where it names no CPU. */
function nearestLabel(label: string, labels: readonly string[]): string | null {
  const cpu = label.slice(0, label.indexOf(': ') + 2);
  const own = labels.filter((one) => one.startsWith(cpu)).map((one) => one.slice(cpu.length));
  const found = own.length > 0 ? nearest(label.slice(cpu.length), own) : nearest(label, labels);
  if (found === undefined) return null;
  return own.length > 0 ? cpu + found : found;
}

function followBoth(model: DesignModel, { initial, actions }: Pinned, claim: number): Followed {
  const told = follow(model, immutableWalk(model, initial), actions, claim);
  const packed = follow(model, packedWalk(model, initial), actions, claim);
  if (isDeepStrictEqual(told, packed)) return told;
  throw new InternalError('the immutable rules and the packed ones take a pinned path differently');
}
