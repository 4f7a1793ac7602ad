/** The states of a trace, rebuilt from its first state and what each action changed. */
import type { Trace } from '../report/document.js';
import type { Values } from './values.js';
import { changedBetween, keyOf } from './values.js';

export interface State {
  readonly values: Values;
  /** What the action before it changed, as `changedBetween` gives it. */
  readonly changed: ReadonlySet<string>;
}

/** The state at the start, then one after each action. */
export function statesOf({ initial, actions }: Trace): State[] {
  const first = new Map(initial.map(({ path, value }) => [keyOf(path), value]));
  // Registers and saved frames are not told of the first state: they are what they change from.
  for (const { path, from } of actions.flatMap(({ changes }) => changes)) {
    const key = keyOf(path);
    if (!first.has(key)) first.set(key, from);
  }
  const states: State[] = [{ values: first, changed: new Set() }];
  let before = first;
  for (const { changes } of actions) {
    const values = new Map(before);
    for (const { path, to } of changes) values.set(keyOf(path), to);
    states.push({ values, changed: changedBetween(before, values) });
    before = values;
  }
  return states;
}
