/** The canonical form on schemas of any shape, against renaming by the schema. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CanonicalForm } from '../../src/state/canonical.js';
import { domain } from '../../src/state/domain.js';
import type { State } from '../../src/state/immutable.js';
import { keyOf, snapshot } from '../../src/state/immutable.js';
import { pack } from '../../src/state/packed.js';
import type { Field, Leaf, RecordField } from '../../src/state/schema.js';
import {
  count,
  flag,
  id,
  idSet,
  oneOf,
  optionalId,
  record,
  table,
} from '../../src/state/schema.js';
import type { Symmetry } from '../../src/state/symmetry.js';
import { inPlace, permutationsOf } from '../../src/state/symmetry.js';
import { someValue, write } from '../state/arbitrary.js';
import { orbitOf, renamed } from './oracle.js';

const threads = domain('thread', 3);
const slots = domain('slot', 4);
const fixed = domain('fixed', 11);
const levels = domain('level', 2);
const members = domain('member', 4);
const locations = 6;

const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc.constantFrom<Leaf>(flag(), oneOf('a', 'b', 'c'), count(4, 'thing'), count(locations, 'place')),
  fc
    .constantFrom(threads, slots, fixed)
    .chain((of) =>
      fc.constantFrom<Leaf>(id(of as never), optionalId(of as never), idSet(of as never)),
    ),
);
const recordOf = (field: fc.Arbitrary<Field>, max: number): fc.Arbitrary<RecordField> =>
  fc
    .array(field, { minLength: 1, maxLength: max })
    .map((fields) => record(Object.fromEntries(fields.map((one, i) => [`f${i}`, one]))));
const rowsOf = (row: fc.Arbitrary<RecordField>): fc.Arbitrary<Field> =>
  fc
    .tuple(fc.constantFrom(threads, slots, fixed, null), row)
    .map(([over, { fields }]) =>
      over === null ? record(fields) : table<string, typeof fields>(over as never, fields),
    );

/** What a loop in any order has yet to visit is told by where the row is, or what it goes back to. */
const loop = {
  at: count(locations - 1, 'location'),
  saved: table(levels, { at: count(locations - 1, 'location') }),
  remaining: idSet(members),
};

const someSchema: fc.Arbitrary<RecordField> = fc
  .tuple(
    recordOf(leaf, 4),
    fc.boolean(),
    fc.constantFrom({}, { wide: idSet(fixed), wider: idSet(fixed), widest: idSet(fixed) }),
    recordOf(fc.oneof(leaf, rowsOf(recordOf(leaf, 3))), 4),
    recordOf(leaf, 2),
  )
  .map(([row, loops, wide, rest, before]) =>
    record({
      ...before.fields,
      rows: table(threads, { ...row.fields, ...wide, ...(loops ? loop : {}) }),
      rest,
    }),
  );

/** All orders of threads, and two of the slots that may be exchanged with what is numbered by them. */
function symmetryOf(memberKinds: readonly number[]): Symmetry {
  const swapped = [1, 0, 2, 3];
  return {
    of: ['threads', 'slots'],
    processes: 'thread',
    memberKinds,
    group: permutationsOf(3).flatMap((thread) =>
      [inPlace(4), swapped].map((slot) => ({
        domains: { thread, slot, fixed: inPlace(11), level: inPlace(2) },
        numbers: {
          thing: [...slot, 4],
          place: inPlace(locations + 1),
          location: inPlace(locations),
        },
        members: [[...thread, 3], slot],
      })),
    ),
  };
}

const someKinds = fc.array(fc.constantFrom(-1, 0, 1), {
  minLength: locations,
  maxLength: locations,
});

describe('the canonical form', () => {
  it('is one state of each orbit, whichever it is asked for, on schemas of any shape', () => {
    let moved = 0;
    const example = someSchema.chain((schema) =>
      fc.tuple(
        fc.constant(schema),
        someKinds,
        fc.array(someValue(schema), { minLength: 1, maxLength: 3 }),
      ),
    );
    fc.assert(
      fc.property(example, ([schema, memberKinds, values]) => {
        const symmetry = symmetryOf(memberKinds);
        const form = new CanonicalForm(schema, symmetry);
        const { tape, view } = pack(schema);
        const { words } = tape;
        const packed = (value: unknown): Uint32Array => {
          write(schema, view, value);
          return words.slice();
        };
        const states = values as State<RecordField>[];
        // Several at once, one after another.
        const forms = Uint32Array.from(states.flatMap((state) => [...packed(state)]));
        form.canonicalize(forms, states.length);
        for (const [index, state] of states.entries()) {
          const own = forms.slice(index * words.length, (index + 1) * words.length);
          if (own.some((word, at) => word !== packed(state)[at])) moved++;
          for (const renaming of symmetry.group) {
            const other = packed(renamed(schema, symmetry, renaming, state));
            form.canonicalize(other, 1);
            expect(other).toEqual(own);
          }
          words.set(own);
          expect(orbitOf(schema, symmetry, state)).toContain(keyOf(schema, snapshot(schema, view)));
          const to = form.processesOf(packed(state), 0);
          const leads = symmetry.group.filter((renaming) => {
            const there = packed(renamed(schema, symmetry, renaming, state));
            return there.every((word, at) => word === own[at]);
          });
          expect(leads.map(({ domains }) => domains.thread)).toContainEqual(to);
        }
      }),
      { numRuns: 300 },
    );
    expect(moved).toBeGreaterThan(100);
  });
});
