/**
 * The report of a run as data: what `--json` prints, what `merge` reads, and what every reporter is
 * made from. One definition, from which come the types, the check of a file and the JSON Schema.
 *
 * Within a version a field keeps its name and meaning; new ones may be added.
 */
import * as z from 'zod';

const names = z.array(z.string());
const valuePath = z
  .array(z.union([z.string(), z.number()]))
  .describe('where in the state, as keys and indices');

const depthFormat = z.int().min(0).nullable();
const place = {
  line: z.int().min(1).describe('1-based; where the spec speaks of it, else where the spec begins'),
  column: z.int().min(1).describe('1-based'),
};

const mistakeFormat = z.object({
  code: z.string().describe('a word; `svscheck errors` lists them all'),
  file: z.string().describe('the file, relative to the working directory'),
  spec: z
    .string()
    .optional()
    .describe(
      'the spec of `files` that has it, in itself or in what it extends; absent when it is one of the command line',
    ),
  line: z.int().optional().describe('1-based; absent when the mistake is at no place in a file'),
  column: z.int().optional().describe('1-based, absent as `line` is'),
  message: z.string().describe('what was found'),
  hint: z
    .string()
    .optional()
    .describe('what to write instead; absent when there is nothing to say'),
});

const changeFormat = z.object({
  path: valuePath,
  owner: z.string().describe('whose value it is: `cpu 0`, `updir of cpu 1`, `pmap 0`'),
  field: z.string().describe('which of its values'),
  from: z.string().describe('the value before it, in words'),
  to: z.string().describe('the value after it'),
  text: z.string().describe('`from -> to`; of a set what came and went, as `+ pte`'),
});

const actionFormat = z.object({
  cpu: z.string().describe('who takes it'),
  action: z.int().describe('its number in the path'),
  operation: z.string().describe('the operation and what it is bound to'),
  source: z.string().describe('the paragraph or line that the operation is from'),
  label: z
    .string()
    .describe("the step within the operation; the steps' names if there are several"),
  steps: z
    .array(
      z.object({
        name: z.string().describe('the step'),
        source: z.string().describe('the paragraph or line that it is from'),
      }),
    )
    .describe('several when the operation is atomic'),
  changes: z.array(changeFormat).describe('what it changed'),
  reads: names.describe('what it read into a register that held the same before'),
});

export const traceFormat = z.object({
  path: z.string().describe('the path as `svscheck replay --path` takes it'),
  initial: z
    .array(
      z.object({
        path: valuePath,
        owner: z.string().describe('whose value it is'),
        field: z.string().describe('which of its values'),
        value: z.string().describe('the value in words'),
      }),
    )
    .describe('the values of the initial state; registers and saved frames are empty in it'),
  actions: z.array(actionFormat).describe('one entry for each action of the trace'),
  conjunct: z
    .string()
    .nullable()
    .describe('the part of the claim that is false at the end; null where none is'),
  values: z
    .record(z.string(), z.string())
    .nullable()
    .describe('what it is false for, names to labels'),
  blamed: z.int().nullable().describe('the index of the action to blame, or null'),
});

const expectation = z
  .union([z.string(), z.record(z.literal('violated'), z.int())])
  .nullable()
  .describe('what the spec expects: a word, `{ "violated": STEPS }`, or null');

const propertyFormat = z.object({
  name: z.string().describe('the property'),
  ...place,
  claim: z.string().describe('what it says, in one sentence'),
  source: z.string().describe('where it is from'),
  result: z
    .enum(['holds', 'violated', 'unfinished', 'not-applicable', 'probable'])
    .describe(
      '`holds` is said only after every reachable state was seen, or one that stands for it. `probable` is what `--hash-compact` says instead: the search came to its end and found no violation; see `omission`',
    ),
  reason: z
    .string()
    .nullable()
    .describe(
      'why it does not apply, or null; with `probable`, that what it rests on was not reached',
    ),
  depth: depthFormat.describe('steps of the shortest trace to a violation, or null'),
  expected: expectation,
  asExpected: z.boolean().describe('whether it came out so'),
  trace: traceFormat.nullable().describe('null unless it is violated'),
});

const witnessFormat = z.object({
  name: z.string().describe('the witness'),
  ...place,
  claim: z.string().describe('what it shows, in one sentence'),
  depth: depthFormat.describe('steps to the first state that shows it; null when none was reached'),
  expected: expectation,
  asExpected: z.boolean().describe('whether it came out so'),
  hasRoom: z.boolean().describe('whether a machine of this size can show it at all'),
});

const pinnedFormat = z.object({
  property: z.string().describe('the property that the path violated when it was found'),
  ...place,
  claim: z.string().describe('what it says, in one sentence'),
  source: z.string().describe('where it is from'),
  result: z
    .enum(['breaks', 'gone', 'blocked', 'unknown'])
    .describe(
      '`breaks`: the path violates the property still; `gone`: it can be taken to its end, and does not violate it; `blocked`: an action of it cannot be taken; `unknown`: it names what the design does not have, so that it says nothing',
    ),
  expected: z
    .enum(['mended', 'breaks'])
    .describe('what the spec expects; `mended` is `gone` or `blocked`'),
  asExpected: z.boolean().describe('whether it came out so'),
  length: z.int().min(0).describe('how many actions the path has'),
  position: z
    .int()
    .min(0)
    .nullable()
    .describe(
      'the action of the path at which the property is violated, or that cannot be taken, or is unknown, from 1; 0 is the initial state; null when it is `gone`',
    ),
  action: z.string().nullable().describe('its name; null where there is none'),
  because: z
    .string()
    .nullable()
    .describe('why it cannot be taken, or that there is none of this name; else null'),
  gained: names.describe(
    'steps that were taken on the way and that the path does not name: the design has gained them',
  ),
  also: z
    .array(
      z.object({
        property: z.string().describe('the property'),
        position: z.int().min(0).describe('the action of the path at which it is violated first'),
      }),
    )
    .describe('other properties that are violated on the way, which is of no matter to the result'),
  trace: traceFormat.nullable().describe('what was taken; null when it is `unknown`'),
});

const machineFormat = z.object({
  cpus: names.describe('the CPUs, by label; likewise the others'),
  pmaps: names.describe('the processes'),
  slots: names.describe('the user slots of an L4 page'),
  areas: names.describe('the areas of the kernel half'),
  secret: names.describe('areas that no user may reach'),
  kernelHalf: names.describe("what a process's own L4 page maps of them"),
  carried: names
    .nullable()
    .describe('what the per-CPU pages map of them; null where the state says it'),
  leftOut: names
    .nullable()
    .describe(
      'where the per-CPU pages map the areas that lie at no position of these, which are those that the unmapped areas were linked at; else null',
    ),
  pcids: names.describe('the PCIDs'),
  nesting: z.int().describe('frames that can be saved on a CPU'),
  events: names.describe('what hardware and the kernel do of their own accord'),
  interleaving: z.string().describe('what is atomic: `operation` or `step`'),
  loops: z.string().describe('`ordered` or `any-order`'),
  memory: z.string().describe('`sc` or `tso`'),
});

export const specFormat = z.object({
  file: z.string().describe('the spec'),
  title: z.string().describe('its title'),
  shows: z.string().nullable().describe('what its verdict shows, or null'),
  ...place,
  status: z
    .enum(['as-expected', 'unexpected', 'unfinished'])
    .describe('`unfinished`: a limit ended the search before it could tell'),
  unfinishedAccepted: z
    .boolean()
    .describe(
      'whether it is unfinished by a limit and the spec accepts that (`unfinished: accepted`): then it does not fail the run',
    ),
  stoppedBy: z
    .enum([
      'states-max',
      'memory-max',
      'time-max',
      'depth-max',
      'stop-at-first',
      'interrupted',
      'worker-died',
      'disk-error',
    ])
    .nullable()
    .describe('what ended the search early, or null'),
  tracesStoppedBy: z
    .string()
    .nullable()
    .describe(
      'null, unless something is violated for which the search for the shortest trace ended early, by a limit of time or, with `por` and `--hash-compact`, any other: then why, in the same words. It is `unfinished`',
    ),
  omission: z
    .number()
    .nullable()
    .describe(
      'null when whole states are kept; with `--hash-compact` a state was missed with at most this probability, from 0 to 1',
    ),
  symmetry: names.describe(
    'of what permutations the states are counted up to, `cpus`, `pmaps` or `user-slots`; empty when each state is counted',
  ),
  reductions: names.describe(
    '`por` where steps that no other CPU and no claim sees were taken at once. Then `statesDistinct`, `statesGenerated`, `depth` and `fired` are of the states that were stored and of the steps that were taken on the way, and neither the `depth` of the search nor that of a witness is a number of steps: of a witness only whether it is null says anything. The `depth` and the `trace` of a property are those of the search of every order',
  ),
  statesDistinct: z
    .int()
    .describe(
      'distinct states seen; with `--hash-compact` no more than there are: it is a lower bound, as the other counts then are',
    ),
  statesGenerated: z
    .int()
    .describe('initial states and every transition, those to a known state too'),
  depth: z.int().describe('steps to the farthest state'),
  timeMs: z.number().describe('time of the search'),
  bytes: z.int().nullable().describe('bytes of the seen set; null with `--reference`'),
  workers: z.int().describe('threads that searched, at most at once'),
  notices: names.describe(
    'sentences; what went otherwise than asked, such as a worker that could not be started',
  ),
  machine: machineFormat.describe('the machine that it is about'),
  protocol: z
    .object({
      name: z.string().describe('the protocol that the spec starts from'),
      operations: z
        .array(
          z.object({
            name: z.string().describe('the operation'),
            source: z.string().describe('where it is from'),
            steps: z
              .array(
                z.object({
                  name: z.string().describe('as `operation/step`'),
                  source: z.string().describe('where it is from'),
                  loop: z.string().nullable().describe('the loop that it stands in, or null'),
                }),
              )
              .describe('in their order'),
          }),
        )
        .describe('after the edits'),
    })
    .describe('what was searched'),
  fired: z
    .record(z.string(), z.number())
    .describe('how often each step was taken, by `operation/step`'),
  properties: z
    .array(propertyFormat)
    .describe('in the order of `svscheck list`; none where a path is pinned'),
  witnesses: z
    .array(witnessFormat)
    .describe('in the order of `svscheck list`; none where a path is pinned'),
  pinned: pinnedFormat
    .nullable()
    .describe(
      'what came of the path of a spec that pins one; the counts are then of the states and steps along it. Null where states are searched',
    ),
});

const driftFormat = z.object({
  file: z.string().describe('the spec'),
  what: z
    .string()
    .describe(
      'what of it: `statesDistinct`, `statesGenerated`, `depth`, a property, or `spec` where it is new or gone',
    ),
  was: z
    .string()
    .nullable()
    .describe('the value in the baseline, `violated in 3` for one; null when it has none'),
  now: z.string().nullable().describe('the value in this run, likewise'),
});

export const reportFormat = z.object({
  version: z.literal(1).describe('1'),
  exitCode: z.int().describe('the exit code of the run, 0, 1, 2, 3 or 130'),
  files: names.describe('the spec files of the run in their order; those of all shards'),
  shard: z
    .object({
      index: z.int().min(1).describe('which of them this is, from 1'),
      count: z.int().min(1).describe('how many there are'),
    })
    .refine(({ index, count }) => index <= count, 'there are fewer shards')
    .nullable()
    .describe('which part of the files this is about, with `--shard`; null when all'),
  mistakes: z.array(mistakeFormat).describe('what is wrong with the command line or a spec'),
  suite: z
    .object({
      steps: names.describe("steps that some spec's protocol has and none takes"),
      witnesses: names.describe('witnesses that some spec has room for and none reaches'),
    })
    .nullable()
    .describe(
      'what a folder of specs exercises between them; null when no folder was given, some search did not finish, or this is one shard of several',
    ),
  drift: z
    .array(driftFormat)
    .nullable()
    .describe('what is otherwise than in the baseline, with `--baseline`; null without'),
  isSuite: z
    .boolean()
    .describe('whether a folder was given, so that what it exercises is looked at'),
  specs: z.array(specFormat).describe('one entry for each spec that ran'),
});

export type Report = z.infer<typeof reportFormat>;
export type ReportedSpec = z.infer<typeof specFormat>;
export type ReportedProperty = z.infer<typeof propertyFormat>;
export type ReportedWitness = z.infer<typeof witnessFormat>;
export type ReportedPinned = z.infer<typeof pinnedFormat>;
export type ReportedMachine = z.infer<typeof machineFormat>;
/** A path as a story: what each step changed, what is wrong at the end, which step is to blame. */
export type Trace = z.infer<typeof traceFormat>;
export type ToldAction = Trace['actions'][number];
export type Change = ToldAction['changes'][number];
export type InitialValue = Trace['initial'][number];
export type Drift = z.infer<typeof driftFormat>;
export type SuiteGaps = NonNullable<Report['suite']>;
