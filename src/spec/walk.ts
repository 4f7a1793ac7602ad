/** A state that actions are taken on, in either form; what a path is taken on by both. */
import type { TakenStep } from '../model/immutable-system.js';
import { ImmutableModel, stepFailures } from '../model/immutable-system.js';
import type { Action } from '../model/model.js';
import { keyOf, snapshot } from '../state/immutable.js';
import type { Machine } from '../state/machine.js';
import { pack } from '../state/packed.js';
import type { DesignModel } from './design-model.js';

export interface Walk {
  /** The state that it is in now. */
  machine(): Machine;
  /** Takes an action that can be taken. */
  take(action: Action<Machine>): readonly TakenStep[];
  /** Equal for equal states, whichever form they have. */
  key(): string;
}

/** From an initial state that the model has. */
export function immutableWalk(model: DesignModel, initial: number): Walk {
  const system = new ImmutableModel(model);
  let state = system.initials[initial] as (typeof system.initials)[number];
  return {
    machine: () => state,
    take: (action) => {
      const { steps, state: after } = system.take(state, action);
      state = after;
      return steps;
    },
    key: () => system.key(state),
  };
}

/** From an initial state that the model has. */
export function packedWalk(model: DesignModel, initial: number): Walk {
  const { view } = pack(model.schema);
  model.initials[initial]?.(view);
  return {
    machine: () => view,
    take: (action) => {
      const steps: TakenStep[] = [];
      action.effect(view, {
        step: (before, occurrence) => {
          steps.push({ occurrence, failures: stepFailures(model, before, occurrence) });
        },
      });
      return steps;
    },
    key: () => keyOf(model.schema, snapshot(model.schema, view)),
  };
}
