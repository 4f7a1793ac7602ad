/** Two processes in a few steps each, made by hand, with answers that one finds by thinking. */
import type { Action, Check, Model } from '../../src/model/model.js';
import { domain } from '../../src/state/domain.js';
import { LookUp } from '../../src/state/look-up.js';
import type { Draft } from '../../src/state/schema.js';
import { count, flag, reach, record, table } from '../../src/state/schema.js';

const processes = domain('process', 2);
const schema = record({
  processes: table(processes, {
    at: reach('hidden', count(4)),
    /** What it has read. */
    read: reach('hidden', flag()),
    /** No other process reads it, but claims may. */
    mine: reach('own', flag()),
  }),
  shared: flag(),
  other: flag(),
});
export type Tiny = Model<typeof schema>;
type State = Draft<typeof schema>;

export interface TinyStep {
  readonly process: 0 | 1;
  readonly from: number;
  readonly to: number;
  readonly guard?: (m: State) => boolean;
  readonly effect?: (m: State) => void;
}
export interface TinySlots {
  readonly steps: readonly TinyStep[];
  /** Where claims may look for a process. */
  readonly watched?: number;
  /** The claim is asked while process 0 is here alone; else wherever that is. */
  readonly askedAt?: number;
  /** True where the claim holds. */
  readonly always: (m: State, isWatched: (process: 0 | 1) => boolean) => boolean;
  /** The claim reads what this process alone writes. */
  readonly ownOf?: 0 | 1;
}

/** One claim, no witness. */
export function tiny({ steps, watched = -1, askedAt, always, ownOf }: TinySlots): Tiny {
  const table = new LookUp([0, 1, 2, 3, 4].map((at) => at === watched));
  const asked = new LookUp([0, 1, 2, 3, 4].map((at) => at === askedAt));
  const row = (m: State, process: number) => m.processes[processes.ids[process] as never] as Row;
  const actions = steps.map(
    ({ process, from, to, guard = () => true, effect }, index): Action<State> => ({
      index,
      process,
      label: `${process}: ${from} to ${to}`,
      guard,
      effect: (m, observer) => {
        observer.step(m, { step: index, bindings: {} });
        effect?.(m);
        row(m, process).at = to;
      },
    }),
  );
  const check: Check<State> = {
    claim: 0,
    ownOf: ownOf ?? null,
    check: (m) =>
      always(m, (process) => table.of(row(m, process), 'at'))
        ? undefined
        : { conjunct: 'it is violated', values: {}, blame: [] },
  };
  return {
    schema,
    processes: {
      domain: processes,
      lookUps: new Set([table.classes]),
      observe: (m, process) => ({
        looks: String(table.of(row(m, process), 'at')),
        claims: process === 0 && asked.of(row(m, process), 'at') ? [0] : [],
      }),
    },
    initials: [() => {}],
    steps: actions.map(({ label }) => label),
    actions,
    families: processes.ids.map((_, process) => ({
      select: (m) => row(m, process).at,
      actions: [0, 1, 2, 3, 4].map((at) =>
        actions.filter((action) => action.process === process && steps[action.index]?.from === at),
      ),
      // The claim is of one process, whichever: the other would say the same.
      checks: [0, 1, 2, 3, 4].map((at) =>
        process === (ownOf ?? 0) && at === (askedAt ?? at) ? [check] : [],
      ),
    })),
    claims: [{ name: 'claim', claim: 'claim', source: 'test', on: 'states' }],
    witnesses: [],
  };
}

interface Row {
  at: number;
  read: boolean;
  mine: boolean;
}

/** A step that others see: it writes what is shared. */
const sets = (key: 'shared' | 'other', value: boolean) => (m: State) => {
  m[key] = value;
};

/** Each goes in and out of where the other must not be, and nothing keeps it from that. */
export const bothInside = tiny({
  watched: 2,
  always: (_, isWatched) => !(isWatched(0) && isWatched(1)),
  steps: ([0, 1] as const).flatMap((process) => [
    { process, from: 0, to: 1, effect: sets('other', true) },
    { process, from: 1, to: 2 },
    { process, from: 2, to: 0 },
  ]),
});

/** Process 1 begins while `shared` is clear, and reads it later: it can be set by then. */
export const readsLater = tiny({
  ownOf: 1,
  always: (m) => !(m.processes[processes.ids[1] as never] as Row).read,
  steps: [
    { process: 0, from: 0, to: 1, effect: sets('shared', true) },
    { process: 0, from: 1, to: 0, effect: sets('shared', false) },
    { process: 1, from: 0, to: 1, guard: (m) => !m.shared, effect: sets('other', true) },
    {
      process: 1,
      from: 1,
      to: 2,
      effect: (m) => {
        (m.processes[processes.ids[1] as never] as Row).read = m.shared;
      },
    },
  ],
});

/** Process 0 lets the other go on, and then goes round for ever; nothing of that is seen. */
export const roundWithoutExit = tiny({
  always: (m) => !m.other,
  steps: [
    { process: 0, from: 0, to: 1, effect: sets('shared', true) },
    { process: 0, from: 1, to: 2 },
    { process: 0, from: 2, to: 1 },
    { process: 1, from: 0, to: 1, guard: (m) => m.shared, effect: sets('other', true) },
  ],
});

/** The same with a way out of the round, to where process 0 has no more to do. */
export const roundWithExit = tiny({
  always: (m) => !m.other,
  steps: [
    { process: 0, from: 0, to: 1, effect: sets('shared', true) },
    { process: 0, from: 1, to: 2 },
    { process: 0, from: 2, to: 1 },
    { process: 0, from: 2, to: 3 },
    { process: 1, from: 0, to: 1, guard: (m) => m.shared, effect: sets('other', true) },
  ],
});

/** What is wrong lies on a way of quiet steps that leads back to where others go on as well. */
export const wrongOnTheWayBack = tiny({
  ownOf: 0,
  always: (m) => row0(m).at !== 2,
  steps: [
    { process: 0, from: 0, to: 1, effect: sets('shared', true) },
    { process: 0, from: 1, to: 2 },
    { process: 0, from: 2, to: 1 },
    { process: 0, from: 1, to: 3, effect: sets('other', true) },
  ],
});

/** Process 0 shows for a while what the claim sees, and others can go on meanwhile. */
export const showsForAWhile = tiny({
  always: (m) => !(row0(m).mine && m.other),
  steps: [
    { process: 0, from: 0, to: 1, effect: sets('shared', true) },
    { process: 0, from: 1, to: 2, effect: (m) => showMine(m, true) },
    { process: 0, from: 2, to: 3, effect: (m) => showMine(m, false) },
    { process: 1, from: 0, to: 1, guard: (m) => m.shared, effect: sets('other', true) },
  ],
});

/** The claim is asked for a while, and others can go on meanwhile. */
export const askedForAWhile = tiny({
  askedAt: 1,
  always: (m) => !m.other,
  steps: [
    { process: 0, from: 0, to: 1, guard: (m) => !m.other },
    { process: 0, from: 1, to: 2 },
    { process: 1, from: 0, to: 1, effect: sets('other', true) },
  ],
});

/** Process 0 can go on, and in another way once process 1 has let it. */
export const opensLater = tiny({
  always: (m) => !m.other,
  steps: [
    { process: 0, from: 0, to: 1, guard: (m) => !m.shared },
    { process: 0, from: 1, to: 2 },
    { process: 0, from: 1, to: 3, guard: (m) => m.shared, effect: sets('other', true) },
    { process: 1, from: 0, to: 1, effect: sets('shared', true) },
  ],
});

/** Process 1 goes by where process 0 is, which the schema says it never does. */
export const looksAtOthers = tiny({
  always: () => true,
  steps: [
    { process: 0, from: 0, to: 1 },
    { process: 1, from: 0, to: 1, guard: (m) => row0(m).at === 1 },
  ],
});
const row0 = (m: State) => m.processes[processes.ids[0] as never] as Row;
function showMine(m: State, value: boolean): void {
  row0(m).mine = value;
}

/** The claim goes by a location that it has not said it watches. */
export const looksAside = tiny({
  always: (m) => row0(m).at < 4,
  steps: [{ process: 0, from: 0, to: 1 }],
});
