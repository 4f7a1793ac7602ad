/** Paths of a walk, and the trace that it may follow. */
import type { Walk } from '../report/walk.js';
import type { Ahead } from './next-steps.js';

/** The trace to a violation, from its beginning to its end. */
export interface Followed {
  /** The property that is violated at its end. */
  readonly property: string;
  readonly walk: Walk;
}

/** The path of the first actions of a walk. */
export function prefixOf({ trace }: Walk, length: number): string {
  const [initial = '0'] = trace.path.split(':');
  const actions = trace.actions.slice(0, length).map(({ action }) => action);
  return `${initial}:${actions.join('.')}`;
}

/** The path with one more action. */
export const pathWith = ({ trace }: Walk, action: number): string =>
  `${trace.path}${trace.actions.length === 0 ? '' : '.'}${action}`;

/** The walk to show the way of: the trace that is followed, where the way so far lies on it. */
export function wayOf(here: Walk, followed: Followed | null): Walk {
  if (followed === null) return here;
  const isOn = prefixOf(followed.walk, here.trace.actions.length) === here.trace.path;
  return isOn ? followed.walk : here;
}

/** The step by which the trace that is followed goes on from here, if it does. */
export function aheadOf(here: Walk, followed: Followed | null): Ahead | null {
  const next = wayOf(here, followed).trace.actions[here.trace.actions.length];
  return next === undefined || followed === null
    ? null
    : { action: next.action, property: followed.property };
}
