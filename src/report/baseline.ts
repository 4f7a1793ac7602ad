/**
 * A baseline: what a run came to, kept in a file to hold later runs against. Verdicts, counts and
 * depths, which are the same wherever a spec is searched; nothing that varies, such as times.
 */
import * as z from 'zod';
import type { Drift, Report, ReportedSpec } from './document.js';
import type { Run } from './run.js';

const count = z.int().min(0);
const entryFormat = z.strictObject({
  statesDistinct: count,
  statesGenerated: count,
  depth: count,
  properties: z.record(z.string(), z.string().regex(/^(holds|not-applicable|violated in \d+)$/)),
});
export const baselineFormat = z.strictObject({
  version: z.literal(1),
  specs: z.record(z.string(), entryFormat),
});
export type Baseline = z.infer<typeof baselineFormat>;
type Entry = Baseline['specs'][string];

/** Whether a search came to its end, exactly, with a trace for all that is violated. */
const isFinished = ({ stoppedBy, tracesStoppedBy, omission }: ReportedSpec): boolean =>
  stoppedBy === null && tracesStoppedBy === null && omission === null;

/** Why a run is no baseline; null where it can be one. */
export function whyNoBaseline({ mistakes, specs }: Run, interrupted: boolean): string | null {
  if (interrupted) return 'the run was interrupted';
  if (mistakes.length > 0) return `there is a mistake in ${mistakes[0]?.file}`;
  const open = specs.find((spec) => !isFinished(spec));
  if (open === undefined) return null;
  const why = open.stoppedBy ?? open.tracesStoppedBy;
  return `${open.file} is ${why === null ? 'probable' : `unfinished (${why})`}`;
}

/** The text of a baseline: a value in each line, keys sorted, so that differences can be read. */
export function baselineText(specs: readonly ReportedSpec[]): string {
  const entries = specs.map((spec): [string, Entry] => {
    const { file, statesDistinct, statesGenerated, depth } = spec;
    const properties = sorted(verdictsOf(spec));
    return [file, { depth, properties, statesDistinct, statesGenerated }];
  });
  return `${JSON.stringify({ specs: sorted(entries), version: 1 }, null, 2)}\n`;
}

/** By property; of an unfinished search those that it has found. */
const verdictsOf = ({ properties }: ReportedSpec): [name: string, verdict: string][] =>
  properties
    .filter(({ result }) => result !== 'unfinished' && result !== 'probable')
    .map(({ name, result, depth }) => [
      name,
      result === 'violated' ? `violated in ${depth}` : result,
    ]);

const sorted = <T>(entries: readonly [string, T][]): Record<string, T> =>
  Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));

/**
 * What is otherwise than in a baseline. A shard speaks of its own specs, and of what is gone the
 * first of them: so all of them together say what the whole run says.
 */
export function driftFrom(
  baseline: Baseline,
  { files, shard, specs }: Pick<Report, 'files' | 'shard' | 'specs'>,
): Drift[] {
  const before = new Map(Object.entries(baseline.specs));
  const changed = specs.flatMap((spec) => {
    const entry = before.get(spec.file);
    if (entry !== undefined) return changesOf(entry, spec);
    return [{ file: spec.file, what: 'spec', was: null, now: 'present' }];
  });
  const present = new Set(files);
  const gone =
    (shard?.index ?? 1) > 1 ? [] : [...before.keys()].filter((file) => !present.has(file));
  return [...changed, ...gone.map((file) => ({ file, what: 'spec', was: 'present', now: null }))];
}

/** What a search that did not come to its end cannot tell is no drift: it is unfinished. */
function changesOf(entry: Entry, spec: ReportedSpec): Drift[] {
  const before = new Map([...countsOf(entry), ...Object.entries(entry.properties)]);
  const isWhole = isFinished(spec);
  const after = new Map([...(isWhole ? countsOf(spec) : []), ...verdictsOf(spec)]);
  const names = isWhole ? new Set([...before.keys(), ...after.keys()]) : after.keys();
  return [...names].flatMap((what) => {
    const [was, now] = [before.get(what) ?? null, after.get(what) ?? null];
    return was === now ? [] : [{ file: spec.file, what, was, now }];
  });
}

const countsOf = (counts: Omit<Entry, 'properties'>): [name: string, count: string][] => [
  ['statesDistinct', `${counts.statesDistinct}`],
  ['statesGenerated', `${counts.statesGenerated}`],
  ['depth', `${counts.depth}`],
];
