/** The report that people read. Lines of text; colours only where the caller's terminal has them. */
import pc from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import { plain } from '../spec/errors.js';
import type {
  Drift,
  Report,
  ReportedPinned,
  ReportedProperty,
  ReportedSpec,
  ToldAction,
  Trace,
} from './document.js';
import { exitCodes } from './exit.js';
import { ownFiles } from './shard.js';

/** For lines that go where no terminal is. */
export const colorless = /* @__PURE__ */ pc.createColors(false);

export const grouped = (n: number): string => n.toLocaleString('en-US');

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** `1 step`, `2 steps`. */
export const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** Where a trace ends: `in the initial state`, `in 1 step`, `in 3 steps`. */
export const inSteps = (depth: number | null): string =>
  depth === 0 ? 'in the initial state' : `in ${counted(depth ?? 0, 'step')}`;

/** One line for a spec in a table of many. */
export function specLine(result: ReportedSpec, width: number, color: Colors): string {
  const { file, properties, pinned } = result;
  const violated = properties.filter(({ result: outcome }) => outcome === 'violated');
  const counts = `${grouped(result.statesDistinct).padStart(12)} states  depth ${String(result.depth).padStart(3)}`;
  const told = violated.map(({ name, depth }) => `${name} violated in ${depth}`);
  if (pinned !== null) told.push(`pinned: ${pinned.property} ${pinnedText(pinned)}`);
  if (properties.some(({ result: outcome }) => outcome === 'unfinished')) {
    const why = result.stoppedBy ?? result.tracesStoppedBy;
    const accepted = result.unfinishedAccepted ? ', accepted' : '';
    told.push(why === null ? 'unfinished' : `unfinished (${why})${accepted}`);
  }
  if (properties.some(({ result: outcome }) => outcome === 'probable')) {
    told.push(`probable (a state missed: ${oddsText(result.omission)})`);
  }
  const note = fullBuffer(result) ? ', a store buffer full' : '';
  const verdict = (told.length > 0 ? told.join(', ') : 'all hold') + note;
  return `${markOf(result, color)} ${plain(file).padEnd(width)} ${counts}  ${verdict}${upTo(result)}`;
}

/** ` up to symmetry of cpus, pmaps, reduced by partial orders`, where states were left out. */
const upTo = ({ symmetry, reductions }: ReportedSpec): string =>
  (symmetry.length === 0 ? '' : ` up to symmetry of ${symmetry.join(', ')}`) +
  (reductions.includes('por') ? ', reduced by partial orders' : '');

/** Under TSO: whether stores had to wait because the buffer holds so few. */
const fullBuffer = ({ witnesses }: ReportedSpec): boolean =>
  witnesses.some(({ name, depth }) => name === 'store-buffer-full' && depth !== null);

function markOf({ status }: ReportedSpec, color: Colors): string {
  if (status === 'as-expected') return color.green('ok  ');
  return status === 'unexpected' ? color.red('FAIL') : color.yellow('... ');
}

/** Steps and witnesses that a folder of specs leaves out, a line each. */
export const gapLines = (gaps: Report['suite'], color: Colors): string[] =>
  gapTexts(gaps).map((text) => `${color.red('FAIL')} ${plain(text)}`);
export const gapTexts = (gaps: Report['suite']): string[] => [
  ...(gaps?.steps ?? []).map(neverTaken),
  ...(gaps?.witnesses ?? []).map(neverReached),
];
export const neverTaken = (step: string): string => `no spec takes the step ${step}`;
export const neverReached = (witness: string): string => `no spec reaches ${witness}`;

/** What is otherwise than in the baseline, a line each. */
export const driftLines = (drift: Report['drift'], color: Colors): string[] =>
  (drift ?? []).map((one) => `${color.red('FAIL')} ${plain(`${one.file}: ${driftText(one)}`)}`);
export function driftText({ what, was, now }: Drift): string {
  if (what !== 'spec') return `${what} was ${was ?? 'not there'}, is ${now ?? 'not there'}`;
  return was === null
    ? 'the spec is not in the baseline'
    : 'the spec is in the baseline, and not in this run';
}

/** The last line of a table. */
export function summary({ specs, files, shard, drift, exitCode }: Report): string {
  const count = (status: ReportedSpec['status']) =>
    specs.filter((spec) => spec.status === status).length;
  const accepted = specs.filter(({ unfinishedAccepted }) => unfinishedAccepted).length;
  const open = count('unfinished') - accepted;
  const states = specs.reduce((sum, { statesDistinct }) => sum + statesDistinct, 0);
  const parts = [
    `${count('as-expected')} of ${ownFiles({ files, shard }).length} specs as expected`,
    ...(count('unexpected') > 0 ? [`${count('unexpected')} not as expected`] : []),
    ...(open > 0 ? [`${open} unfinished`] : []),
    ...(accepted > 0 ? [`${accepted} unfinished as accepted`] : []),
    ...(drift !== null && drift.length > 0 ? [`${counted(drift.length, 'value')} drifted`] : []),
    `${grouped(states)} states in ${seconds(specs.reduce((sum, { timeMs }) => sum + timeMs, 0))}`,
    ...(exitCode === exitCodes.interrupted.code ? ['interrupted'] : []),
  ];
  return `\n${parts.join(', ')}`;
}

/** What is not as a spec expects, a line each. */
export function unexpectedLines(
  { properties, witnesses, pinned, reductions }: ReportedSpec,
  color: Colors,
): string[] {
  const line = (name: string, found: string, expected: ReportedProperty['expected']): string =>
    `     ${color.red(name)}: ${found}, expected: ${expectationText(expected)}`;
  return [
    ...properties
      .filter(
        ({ asExpected, result, expected }) =>
          !asExpected && !(result === 'probable' && expectationText(expected) === 'holds'),
      )
      .map((property) => line(property.name, resultText(property), property.expected)),
    ...witnesses
      .filter(({ asExpected }) => !asExpected)
      .map(({ name, depth, expected }) => line(name, reachText(depth, reductions), expected)),
    ...(pinned === null || pinned.asExpected
      ? []
      : [line(pinned.property, pinnedText(pinned), pinned.expected)]),
  ];
}

export const expectationText = (expected: ReportedProperty['expected']): string =>
  typeof expected === 'object' && expected !== null
    ? `violated ${inSteps(expected.violated)}`
    : (expected ?? 'holds');

/** With partial orders the depth is no number of steps. */
export function reachText(depth: number | null, reductions: ReportedSpec['reductions']): string {
  if (depth === null) return 'not reached';
  return reductions.length > 0 ? 'reached' : `reached ${inSteps(depth)}`;
}

export function resultText({ result, depth, reason }: ReportedProperty): string {
  if (result === 'violated') return `violated ${inSteps(depth)}`;
  if (reason === null) return result;
  return `${result === 'probable' ? result : 'not applicable'} (${reason})`;
}

/** A bound on a probability, rounded up: `at most 1.4e-7`. */
export function oddsText(omission: number | null): string {
  const odds = omission ?? 1;
  const unit = 10 ** (Math.floor(Math.log10(odds)) - 1);
  return `at most ${Number((Math.ceil(odds / unit) * unit).toPrecision(2))}`;
}

/** Of a pinned path: `violated at action 16 of 16`, `blocked at action 11 of 16`. */
function pinnedText({ result, position, length }: ReportedPinned): string {
  const place = position === 0 ? 'in the initial state' : `at action ${position} of ${length}`;
  switch (result) {
    case 'breaks':
      return `violated ${place}`;
    case 'gone':
      return `not violated in ${length} ${length === 1 ? 'action' : 'actions'}`;
    case 'blocked':
      return `not violated, blocked ${place}`;
    case 'unknown':
      return position === 0 ? 'no such initial state' : `unknown ${place}`;
  }
}

/** The whole report of one spec: counts, a line for each property, what was never taken. */
export function specReport(result: ReportedSpec, color: Colors): string[] {
  const { title, file, shows, properties, witnesses, pinned } = result;
  const lines = [
    `${color.bold(plain(title))}  ${color.dim(plain(file))}`,
    ...(shows === null ? [] : wrap(plain(shows), 96).map((line) => `  ${line}`)),
    '',
    `  ${grouped(result.statesDistinct)} states${upTo(result)}, ${grouped(result.statesGenerated)} generated, depth ${result.depth}, ${seconds(result.timeMs)}`,
    '',
  ];
  for (const property of properties) {
    const { name, asExpected, expected } = property;
    const [mark, tone] = toneOf(property, color);
    const note = expected !== null && asExpected ? ', as expected' : '';
    const missed = asExpected ? '' : `, expected: ${expectationText(expected)}`;
    lines.push(`  ${tone(mark)} ${name.padEnd(24)} ${resultText(property)}${note}${missed}`);
  }
  for (const { name, depth, expected, asExpected } of witnesses) {
    if (expected === null) continue;
    const tone = asExpected ? color.green : color.red;
    const missed = asExpected ? ', as expected' : `, expected: ${expected}`;
    lines.push(
      `  ${tone(asExpected ? 'ok  ' : 'FAIL')} ${name.padEnd(24)} ${reachText(depth, result.reductions)}${missed}`,
    );
  }
  if (pinned !== null) {
    const { property, asExpected, expected } = pinned;
    const mark = asExpected ? color.green('ok  ') : color.red('FAIL');
    const missed = asExpected ? ', as expected' : `, expected: ${expected}`;
    lines.push(`  ${mark} ${property.padEnd(24)} ${pinnedText(pinned)}${missed}`);
  }
  if (fullBuffer(result)) {
    const more = 'with a larger one (`store-buffer`) there may be more states';
    lines.push('', color.yellow(`  a store buffer was full: ${more}`));
  }
  const never = Object.keys(result.fired).filter((step) => result.fired[step] === 0);
  const isWhole = result.stoppedBy === null && result.omission === null && pinned === null;
  if (never.length > 0 && isWhole) {
    lines.push('', color.dim(`  never taken in this scope: ${never.join(', ')}`));
  }
  if (result.omission !== null) {
    const missed = `a state was missed with probability ${oddsText(result.omission)}`;
    lines.push('', color.yellow(`  fingerprints were kept, not states: ${missed}`));
    if (properties.some(({ result: outcome }) => outcome === 'probable')) {
      lines.push(color.yellow('  probable: no violation was found; nothing is said to hold'));
    }
  }
  if (result.stoppedBy !== null) {
    const accepted = result.unfinishedAccepted ? ', which the spec accepts' : '';
    const what = `what is not violated is unfinished${accepted}`;
    lines.push('', color.yellow(`  stopped early (${result.stoppedBy}): ${what}`));
  }
  const { tracesStoppedBy: why } = result;
  if (why !== null) lines.push('', color.yellow(`  no trace for all that is violated (${why})`));
  return lines;
}

/** What is unfinished has not failed. */
function toneOf(
  { asExpected, result }: ReportedProperty,
  color: Colors,
): [mark: string, tone: (text: string) => string] {
  if ((result === 'unfinished' || result === 'probable') && !asExpected)
    return ['... ', color.yellow];
  if (!asExpected) return ['FAIL', color.red];
  return result === 'not-applicable' ? ['-   ', color.dim] : ['ok  ', color.green];
}

/** The trace of one violated property, and the line that replays it. */
export function violationReport(
  file: string,
  { name, claim, source, depth, trace }: ReportedProperty,
  color: Colors,
): string[] {
  if (trace === null) return [];
  return [
    `${color.red(color.bold(name))} is violated ${inSteps(depth)}.`,
    ...wrap(`${claim} ${source}`, 96).map((line) => `  ${color.dim(line)}`),
    '',
    ...traceLines(trace, color),
    '',
    `  Replay: ${replayLine(file, trace)}`,
  ];
}

/** The command that takes a trace again. */
export const replayLine = (file: string, { path }: Trace): string =>
  `svscheck replay ${shellWord(plain(file))} --path ${path}`;

/** A word that a shell takes as it is, quoted where it must be. */
const shellWord = (word: string): string =>
  /^[\w./][\w./-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/**
 * A trace: a heading wherever another CPU or another operation goes on, a line for each step with
 * what it changed, and at the end what is wrong.
 */
export function traceLines(trace: Trace, color: Colors): string[] {
  const { actions, conjunct, blamed } = trace;
  const width = Math.min(32, widest(actions.map(({ label }) => label)));
  const indent = ' '.repeat(7 + width + 2);
  let heading = '';
  const taken = actions.flatMap((action, index) => {
    const { cpu, operation, source, label } = action;
    const own = `${cpu}: ${operation}`;
    const head = own === heading ? [] : [`  ${color.bold(own)}  ${color.dim(source)}`];
    heading = own;
    const blame = conjunct !== null && index === blamed;
    const number = `${blame ? color.red('>') : ' '}${String(index + 1).padStart(4)}  `;
    const changed = changeTexts(action);
    const [first = '', ...others] = changed;
    const told =
      label.length <= width
        ? [
            `${number}${label.padEnd(width)}  ${first}`.trimEnd(),
            ...others.map((text) => indent + text),
          ]
        : [
            ...wrap(label, 88).map((line, row) => (row === 0 ? number : ' '.repeat(7)) + line),
            ...changed.map((text) => indent + text),
          ];
    const note = blame ? [indent + color.red(`^ to blame: ${sourcesOf(action)}`)] : [];
    return [...head, ...told, ...note];
  });
  const lines = [...initialLines(trace, color), ...taken];
  return conjunct === null ? lines : [...lines, '', `  ${endText(trace, color)}`];
}

/** What is wrong at the end of a trace: `Then CR3 is not this CPU's updirpa (cpu 0).` */
export function endText(trace: Trace, color: Colors): string {
  const when = trace.actions.length === 0 ? 'There' : 'Then';
  return `${color.red(`${when} ${trace.conjunct}`)} (${valuesText(trace)}).`;
}

/** What the claim is false for at the end of a trace. */
export const valuesText = ({ values }: Trace): string =>
  Object.entries(values ?? {})
    .map(([name, value]) => named(name, value))
    .join('; ');

/** `cr3: updir of cpu 0`; but `pmap 0`, not `pmap: pmap 0`. */
export const named = (name: string, value: string): string =>
  value.startsWith(`${name} `) ? value : `${name}: ${value}`;

/**
 * The initial state, where a reader cannot know it: in full when no step is taken; where the areas
 * were put when they could have been put elsewhere.
 */
function initialLines({ path, initial, actions }: Trace, color: Colors): string[] {
  const shown = initial.filter(({ path: at, value }) =>
    actions.length === 0
      ? !['none', 'nothing', 'rest', 'false'].includes(value)
      : at[0] === 'layout',
  );
  if (shown.length === 0) return [];
  const owners = [...new Set(shown.map(({ owner }) => owner))];
  const width = widest(owners);
  const lines = owners.flatMap((owner) => {
    const values = shown.filter((value) => value.owner === owner);
    return wrap(values.map(({ field, value }) => named(field, value)).join('; '), 88 - width).map(
      (line, row) => `    ${(row === 0 ? owner : '').padEnd(width)}  ${line}`,
    );
  });
  const index = path.slice(0, path.indexOf(':'));
  const number = index === '0' ? '' : ` ${index}`;
  return [`  ${color.bold(`initial state${number}`)}`, ...lines];
}

export const sourcesOf = ({ steps }: ToldAction): string =>
  [...new Set(steps.map(({ source }) => source))].join('; ');

/** Changes in words, but for where the CPU stands, which the step tells, and cleared registers. */
export function changeTexts({ cpu, changes, reads, steps }: ToldAction): string[] {
  if (steps.length === 0) return ['(nothing: it waits, or what it is limited to is not so)'];
  const told = changes.filter(({ path, to }) => {
    const register = path.includes('registers') && ['false', 'none', 'nothing'].includes(to);
    return path.at(-1) !== 'at' && !register;
  });
  const texts = told.map(
    ({ owner, field, text }) => `${owner === cpu ? '' : `${owner} `}${field}: ${text}`,
  );
  return [...texts, ...reads];
}

/** The length of the longest: of a trace in a file there may be more than a call has arguments. */
const widest = (texts: readonly string[]): number =>
  texts.reduce((width, text) => Math.max(width, text.length), 0);

/** Text in lines of at most `width`, longer words excepted. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
