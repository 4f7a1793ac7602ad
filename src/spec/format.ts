/**
 * The format of a spec file: one definition, from which come the check of a file, the JSON Schema
 * that editors use, and the reference. Descriptions are what an editor shows of a key.
 */
import * as z from 'zod';
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { areaNames, eventNames } from '../state/scope.js';
import { conditions } from '../transitions/conditions.js';
import { protocols } from '../transitions/protocols.js';
import type { SymmetryName } from '../transitions/symmetry.js';
import { symmetryNames } from '../transitions/symmetry.js';

/** What a setting is where no file gives it; what else there is the protocol gives, or a spec must. */
export const defaults = {
  nesting: 1,
  events: ['user-access', 'interrupt'],
  'entry-code': 'kernel-image',
  'shared-slot': [],
  unisolated: [],
  memory: 'sc',
  'store-buffer': 4,
  svs: true,
  kaslr: false,
  interleaving: 'step',
  loops: 'ordered',
  symmetry: [],
  reductions: [] as readonly 'por'[],
} as const;

/** Says of a setting what it is, and what it is unless given. */
function setting(key: keyof typeof defaults, says: string) {
  const value = defaults[key];
  const text = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  return { description: `${says} Unless given: \`${text}\`.`, default: value };
}

const area = z.enum(areaNames).meta({ title: 'area' });
const event = z.enum(eventNames).meta({ title: 'event' });
const areas = z.array(area).max(areaNames.length);
const size = (says: string) => z.int().min(1).max(8).optional().describe(`${says}, 1 to 8.`);

const position = (says: string) =>
  z
    .string()
    .max(200)
    .describe(`${says}: \`operation/step\`, or \`operation/loop\` for all of a loop.`);
const step = (says: string) => z.string().max(200).describe(`${says}: \`operation/step\`.`);
const exported = (says: string) =>
  z.string().max(200).describe(`${says}: what the protocol exports.`);

const moved = position('The step or loop to move');
const before = position('Before which');
const after = position('After which');
const inserted = exported('The step or loop to add');
const set = step('The step to set something of');
const as = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case words joined by hyphens')
  .optional()
  .describe('The name that it gets, where its own is taken.');

const edit = z
  .union([
    z.strictObject({ drop: position('The step or loop to leave out') }),
    z.strictObject({ move: moved, before }),
    z.strictObject({ move: moved, after }),
    z.strictObject({
      swap: position('The step or loop to swap'),
      with: position('With which'),
    }),
    z.strictObject({ insert: inserted, before, as }),
    z.strictObject({ insert: inserted, after, as }),
    z.strictObject({
      replace: position('The step or loop to put something else in the place of'),
      with: exported('The step or loop to put there'),
      as,
    }),
    z.strictObject({
      limit: step('The step to limit'),
      to: z
        .enum(conditions.map((row) => row.name))
        .meta({ title: 'condition' })
        .describe('The condition: where it is false the step does nothing.'),
    }),
    z.strictObject({
      set,
      interrupts: z.enum(['on', 'off']).describe('Whether interrupts can come before the step.'),
    }),
    z.strictObject({
      set,
      fences: z
        .literal('off')
        .describe('Under `tso`: the step no longer waits for an empty store buffer.'),
    }),
    z.strictObject({
      rebind: step('The step to give another slot, pmap or CPU'),
      name: z.string().max(60).describe('By which name it is given one, such as `slot`.'),
      to: z.int().min(0).max(7).describe('The number of the one that it is given instead.'),
    }),
  ])
  .meta({ title: 'edit' });

export const propertyNames = claimRows.map((row) => row.name);
export const witnessNames: readonly string[] = witnessRows.map((row) => row.name);

const expectation = z.union([
  z.enum(['holds', 'violated', 'not-applicable', 'reachable', 'unreachable']),
  z.strictObject({ violated: z.int().min(0).describe('Steps of the shortest trace.') }),
]);
const expectationOf = ({ name, claim }: { readonly name: string; readonly claim: string }) =>
  [name, expectation.optional().describe(claim)] as const;

/** Actions of a path, at most: in a spec, or to replay. */
export const pathActionsMax = 10_000;

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
    .max(pathActionsMax)
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
      'Another spec, by its path from this one. Its settings hold unless this file has its own, those of `machine` key by key; its edits are made first; its title, `shows`, `unfinished`, `expect` and `pinned` are not taken over.',
    ),
  protocol: z
    .enum(protocols.map((protocol) => protocol.name) as [string, ...string[]])
    .optional()
    .describe(
      'The lists of steps to start from; `svscheck list` shows them. Must be given, here or in what is extended.',
    ),
  machine: z
    .strictObject({
      cpus: size('CPUs'),
      pmaps: size('Processes, each a pmap'),
      'user-slots': size('User L4 slots'),
      nesting: z
        .int()
        .min(0)
        .max(3)
        .optional()
        .meta(setting('nesting', 'Frames that interrupts and NMIs may save on a CPU, 0 to 3.')),
      events: z
        .array(event)
        .max(eventNames.length)
        .optional()
        .meta(setting('events', 'What may happen beside what threads do.')),
    })
    .optional()
    .describe(
      'The size of the machine, and its events. The three sizes must be given, here or in what is extended.',
    ),
  'kernel-areas': areas
    .min(1)
    .optional()
    .describe("Areas of the kernel half that exist. Unless given: the protocol's own."),
  unmapped: areas
    .optional()
    .describe(
      "In `mail`: areas that the per-CPU pages do not carry. Unless given: the protocol's own.",
    ),
  secret: areas
    .optional()
    .describe("Areas that no user may reach. Unless given: the protocol's own."),
  global: z
    .array(z.enum([...areaNames, 'user']))
    .max(areaNames.length + 1)
    .optional()
    .describe(
      "What is mapped with PG_G: areas, and `user` for all user slots. Unless given: the protocol's own.",
    ),
  'entry-code': area
    .optional()
    .meta(
      setting(
        'entry-code',
        'In `mail`: the area that hardware and the entry stub touch before the CR3 load.',
      ),
    ),
  'shared-slot': areas
    .optional()
    .meta(
      setting('shared-slot', 'Areas that lie in one L4 slot: a page that maps one maps them all.'),
    ),
  unisolated: z
    .array(z.int().min(0).max(7))
    .max(8)
    .optional()
    .meta(
      setting(
        'unisolated',
        'Processes, by number, that opted out of isolation and run on their own L4 page.',
      ),
    ),
  memory: z
    .enum(['sc', 'tso'])
    .optional()
    .meta(
      setting(
        'memory',
        '`sc`: a store is seen at once. `tso`: plain stores wait in a FIFO of their CPU, as on x86.',
      ),
    ),
  'store-buffer': z
    .int()
    .min(1)
    .max(8)
    .optional()
    .meta(
      setting(
        'store-buffer',
        'Under `tso`: how many stores a FIFO holds, 1 to 8; a store waits while it is full.',
      ),
    ),
  svs: z.boolean().optional().meta(setting('svs', 'In `mail`: whether SVS is enabled.')),
  kaslr: z
    .union([
      z.literal(false),
      z.strictObject({
        positions: z
          .int()
          .min(1)
          .max(8)
          .describe('Places for the areas, 1 to 8; more than there are areas.'),
        layout: z
          .enum(['placed', 'link-time'])
          .describe('The layout by which the slots to leave out are chosen.'),
      }),
    ])
    .optional()
    .meta(setting('kaslr', 'In `mail`: whether the areas are placed at random at boot.')),
  interleaving: z
    .enum(['operation', 'step'])
    .optional()
    .meta(
      setting(
        'interleaving',
        '`step`: other CPUs and interrupts come between any two steps. `operation`: an operation runs to its end, or to where it must wait.',
      ),
    ),
  loops: z
    .enum(['ordered', 'any-order'])
    .optional()
    .meta(
      setting(
        'loops',
        '`ordered`: loops visit CPUs and slots as the code does. `any-order`: in every order, with `interleaving: step`.',
      ),
    ),
  symmetry: z
    .array(z.enum(Object.keys(symmetryNames) as [SymmetryName, ...SymmetryName[]]))
    .max(3)
    .optional()
    .meta(
      setting(
        'symmetry',
        'Of what the names are of no matter: of states that differ in them alone one is searched.',
      ),
    ),
  reductions: z
    .array(z.enum(['por']))
    .max(1)
    .optional()
    .meta(
      setting(
        'reductions',
        'What else is left out of the search because it changes no verdict: `por`, orders of steps that no other CPU and no claim sees.',
      ),
    ),
  unfinished: z
    .enum(['fails', 'accepted'])
    .optional()
    .describe(
      'Whether a run passes although a limit ended the search of this spec before it could tell; `fails` unless given. Not taken over from what is extended.',
    ),
  edits: z.array(edit).max(64).optional().describe('Changes of the protocol, made in order.'),
  expect: z
    .strictObject(Object.fromEntries([...claimRows, ...witnessRows].map(expectationOf)))
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
