/**
 * The format of a spec file: one definition, from which come the check of a file and the JSON
 * Schema that editors use.
 */
import * as z from 'zod';
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { areaNames, eventNames } from '../state/scope.js';
import { conditions } from '../transitions/conditions.js';
import { protocols } from '../transitions/protocols.js';
import type { SymmetryName } from '../transitions/symmetry.js';
import { symmetryNames } from '../transitions/symmetry.js';

const area = z.enum(areaNames);
const areas = (says: string) => z.array(area).max(areaNames.length).describe(says);
const position = z.string().max(200);
const name = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case words joined by hyphens');

const edit = z
  .union([
    z.strictObject({ drop: position.describe('The step or loop to leave out.') }),
    z.strictObject({ move: position, before: position }),
    z.strictObject({ move: position, after: position }),
    z.strictObject({ swap: position, with: position }),
    z.strictObject({ insert: position, before: position, as: name.optional() }),
    z.strictObject({ insert: position, after: position, as: name.optional() }),
    z.strictObject({ replace: position, with: position, as: name.optional() }),
    z.strictObject({ limit: position, to: z.enum(conditions.map((row) => row.name)) }),
    z.strictObject({ set: position, interrupts: z.enum(['on', 'off']) }),
    z.strictObject({ set: position, fences: z.literal('off') }),
    z.strictObject({ rebind: position, name: z.string().max(60), to: z.int().min(0).max(7) }),
  ])
  .describe(
    'One change of the lists of steps. A position is `operation/step` or `operation/loop`; what is inserted, or put in place of something, is exported by the protocol; a condition is one that `svscheck list` shows.',
  );

export const propertyNames = claimRows.map((row) => row.name);
export const witnessNames: readonly string[] = witnessRows.map((row) => row.name);

const expectation = z.union([
  z.enum(['holds', 'violated', 'not-applicable', 'reachable', 'unreachable']),
  z.strictObject({ violated: z.int().min(0).describe('Steps of the shortest trace.') }),
]);

export const pinnedActionsMax = 10_000;

export const pinnedFormat = z.strictObject({
  property: z
    .enum(propertyNames as [string, ...string[]])
    .describe('The property that the path violated when it was found.'),
  outcome: z
    .enum(['mended', 'breaks'])
    .describe('What must come out: `mended`, it does so no more; `breaks`, it does so still.'),
  initial: z.int().min(0).optional().describe('The number of the initial state; 0 unless given.'),
  actions: z
    .array(z.string().min(1).max(200))
    .max(pinnedActionsMax)
    .describe('The actions by their names, such as `cpu 0: trap`.'),
});

export const specFormat = z.strictObject({
  title: z.string().min(1).max(200).describe('One line that says what is checked.'),
  shows: z.string().max(2000).optional().describe('What the verdict shows, in a sentence or two.'),
  extends: z
    .string()
    .max(500)
    .optional()
    .describe(
      'Another spec, by its path from this one. Its settings hold unless this file has its own; its edits are made first; its title, `shows`, `unfinished`, `expect` and `pinned` are not taken over.',
    ),
  protocol: z
    .enum(protocols.map((protocol) => protocol.name) as [string, ...string[]])
    .optional()
    .describe('The lists of steps to start from. `svscheck list` shows them.'),
  machine: z
    .strictObject({
      cpus: z.int().min(1).max(8).optional().describe('CPUs, 1 to 8.'),
      pmaps: z.int().min(1).max(8).optional().describe('Processes, each a pmap, 1 to 8.'),
      'user-slots': z.int().min(1).max(8).optional().describe('User L4 slots, 1 to 8.'),
      nesting: z
        .int()
        .min(0)
        .max(3)
        .optional()
        .describe('Frames saved on a CPU, 0 to 3; 1 unless given.'),
      events: z
        .array(z.enum(eventNames))
        .max(eventNames.length)
        .optional()
        .describe(
          'What hardware does of its own accord; user accesses and interrupts unless given.',
        ),
    })
    .optional()
    .describe('The size of the machine, and its events.'),
  'kernel-areas': areas("Areas of the kernel half that exist; the protocol's own unless given.")
    .min(1)
    .optional(),
  unmapped: areas(
    'Areas that the per-CPU pages do not carry, in the protocol `mail`; `pte` unless given.',
  ).optional(),
  secret: areas("Areas that no user may reach; the protocol's own unless given.").optional(),
  global: z
    .array(z.enum([...areaNames, 'user']))
    .max(areaNames.length + 1)
    .optional()
    .describe(
      "What is mapped with PG_G, `user` for all user slots; the protocol's own unless given.",
    ),
  'entry-code': area
    .optional()
    .describe(
      'The area that hardware and the entry stub touch before the CR3 load; `kernel-image` unless given.',
    ),
  'shared-slot': areas('Areas that lie in one L4 slot: what maps one maps all.').optional(),
  unisolated: z
    .array(z.int().min(0).max(7))
    .max(8)
    .optional()
    .describe('Processes, by number, that opted out: they run on their own L4 page.'),
  memory: z
    .enum(['sc', 'tso'])
    .optional()
    .describe(
      'Whether plain stores wait in a FIFO of their CPU (`tso`, as on x86) or not (`sc`); `sc` unless given.',
    ),
  'store-buffer': z
    .int()
    .min(1)
    .max(8)
    .optional()
    .describe('Stores that a FIFO holds under TSO, 1 to 8; 4 unless given.'),
  svs: z.boolean().optional().describe('Whether SVS is enabled; true unless given.'),
  kaslr: z
    .union([
      z.literal(false),
      z.strictObject({
        positions: z
          .int()
          .min(1)
          .max(8)
          .describe('Places for the areas; more than there are areas.'),
        layout: z
          .enum(['placed', 'link-time'])
          .describe('The layout by which the slots to leave out are chosen.'),
      }),
    ])
    .optional()
    .describe('Whether the areas are placed at random at boot; false unless given.'),
  interleaving: z
    .enum(['operation', 'step'])
    .optional()
    .describe('What is atomic: a whole operation, or each step; `step` unless given.'),
  loops: z
    .enum(['ordered', 'any-order'])
    .optional()
    .describe('The order in which loops visit CPUs and slots; `ordered` unless given.'),
  symmetry: z
    .array(z.enum(Object.keys(symmetryNames) as [SymmetryName, ...SymmetryName[]]))
    .max(3)
    .optional()
    .describe(
      'Of what the names are of no matter: of states that differ in them alone one is searched. None unless given.',
    ),
  reductions: z
    .array(z.enum(['por']))
    .max(1)
    .optional()
    .describe(
      'What else is left out of the search because it changes no verdict: `por`, orders of steps that no other CPU and no claim sees. None unless given.',
    ),
  unfinished: z
    .enum(['fails', 'accepted'])
    .optional()
    .describe(
      'Whether a run passes although a limit ended the search of this spec before it could tell; `fails` unless given. Not taken over from what is extended.',
    ),
  edits: z.array(edit).max(64).optional().describe('Changes of the protocol, made in order.'),
  expect: z
    .partialRecord(
      z.enum([...propertyNames, ...witnessNames] as [string, ...string[]]),
      expectation,
    )
    .optional()
    .describe('What must come out. A property that is not listed must hold or not apply.'),
  pinned: pinnedFormat
    .optional()
    .describe(
      'A path to take in place of a search, as `svscheck replay --save` writes it. It is not taken over by what extends this file.',
    ),
});

export type SpecFile = z.infer<typeof specFormat>;
export type Expectation = z.infer<typeof expectation>;

/** The JSON Schema of a spec file, for editors. */
export function specSchema(): object {
  return { title: 'svscheck spec', ...z.toJSONSchema(specFormat) };
}
