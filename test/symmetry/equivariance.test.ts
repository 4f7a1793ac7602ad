/**
 * That the model behaves the same under other names, on random designs and random reachable states;
 * and that the packed canonical form is one state of each orbit, whichever state it is asked for.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImmutableModel } from '../../src/model/immutable-system.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import { CanonicalForm } from '../../src/state/canonical.js';
import type { State } from '../../src/state/immutable.js';
import { keyOf, snapshot } from '../../src/state/immutable.js';
import type { MachineSchema } from '../../src/state/machine.js';
import { pack } from '../../src/state/packed.js';
import type { Renaming, Symmetry } from '../../src/state/symmetry.js';
import { write } from '../state/arbitrary.js';
import { symmetricModels } from './designs.js';
import { orbitOf, renamed } from './oracle.js';

type S = State<MachineSchema>;

/** A random walk that stays where nothing is enabled. */
function walk(system: ImmutableModel<MachineSchema>, choices: readonly number[]): S {
  let state = system.initials[(choices[0] as number) % system.initials.length] as S;
  for (const choice of choices) {
    const enabled = system.enabled(state);
    const action = enabled[choice % Math.max(enabled.length, 1)];
    if (action === undefined) break;
    state = system.take(state, action).state;
  }
  return state;
}

/** Successors as a set: the process that takes the step, the state, what fails by the step. */
function successorsOf(
  model: DesignModel,
  system: ImmutableModel<MachineSchema>,
  state: S,
  rename: (state: S) => S,
  processes: readonly number[],
): string[] {
  return [...system.successors(state)]
    .map(
      ({ process, next, failing }) =>
        `${processes[process]} ${keyOf(model.schema, rename(next))} ${failing.toSorted()}`,
    )
    .sort();
}

const choices = fc.array(fc.nat(5000), { minLength: 1, maxLength: 120 });

describe.each(symmetricModels)('under other names %s', (_, design) => {
  it('takes the same steps, and violates and shows the same', () => {
    let moved = 0;
    fc.assert(
      fc.property(design, choices, fc.nat(1000), (model, chosen, pick) => {
        const symmetry = model.symmetry as Symmetry;
        const renaming = symmetry.group[pick % symmetry.group.length] as Renaming;
        const rename = (state: S): S => renamed(model.schema, symmetry, renaming, state);
        const system = new ImmutableModel(model);
        const state = walk(system, chosen);
        const other = rename(state);
        const processes = renaming.domains.cpu as readonly number[];
        const own = processes.map((_, process) => process);
        expect(successorsOf(model, system, other, (s) => s, own)).toEqual(
          successorsOf(model, system, state, rename, processes),
        );
        expect(system.failing(other)).toEqual(system.failing(state));
        expect(system.witnessed(other)).toEqual(system.witnessed(state));
        if (keyOf(model.schema, other) !== keyOf(model.schema, state)) moved++;
      }),
      { numRuns: 80 },
    );
    expect(moved).toBeGreaterThan(15);
  });

  it('has one canonical form for each orbit, which is in it', () => {
    fc.assert(
      fc.property(design, choices, (model, chosen) => {
        const { schema } = model;
        const symmetry = model.symmetry as Symmetry;
        const form = new CanonicalForm(schema, symmetry);
        const {
          tape: { words },
          view,
        } = pack(schema);
        const state = walk(new ImmutableModel(model), chosen);
        const canonical = (of: S): Uint32Array => {
          write(schema, view, of);
          const row = words.slice();
          form.canonicalize(row, 1);
          return row;
        };
        const own = canonical(state);
        for (const renaming of symmetry.group) {
          const other = renamed(schema, symmetry, renaming, state);
          expect(canonical(other)).toEqual(own);
          write(schema, view, other);
          const back = form.processesOf(words, 0);
          const there = renaming.domains.cpu as readonly number[];
          expect([...there].sort()).toEqual([...back].sort());
        }
        words.set(own);
        expect(orbitOf(schema, symmetry, state)).toContain(keyOf(schema, snapshot(schema, view)));
        // A permutation that leads to the canonical form takes each process where it says.
        write(schema, view, state);
        const to = form.processesOf(words, 0);
        const leads = symmetry.group.filter((renaming) => {
          write(schema, view, renamed(schema, symmetry, renaming, state));
          return words.every((word, index) => word === own[index]);
        });
        expect(leads.map(({ domains }) => domains.cpu)).toContainEqual(to);
      }),
      { numRuns: 80 },
    );
  });
});
