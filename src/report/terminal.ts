/** The report that people read. Lines of text; colours only where the caller's terminal has them. */
import type { Colors } from 'picocolors/types.js';
import { claimRows } from '../invariants/claims.js';
import type { Expectation } from '../spec/format.js';
import type { PropertyResult, SpecResult } from '../spec/run.js';
import type { ToldAction, Trace } from './trace.js';
import { pathText, tellViolation } from './trace.js';

/** Text from a spec, with control characters made visible: it must not drive the terminal. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) =>
    c === '\n' ? ' ' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

export const grouped = (n: number): string => n.toLocaleString('en-US');

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** One line for a spec in a table of many. */
export function specLine(result: SpecResult, width: number, color: Colors): string {
  const { spec, properties } = result;
  const violated = properties.filter(({ result: outcome }) => outcome === 'violated');
  const counts = `${grouped(result.statesDistinct).padStart(12)} states  depth ${String(result.depth).padStart(3)}`;
  const verdict =
    violated.length > 0
      ? violated.map(({ name, depth }) => `${name} violated in ${depth}`).join(', ')
      : properties.some(({ result: outcome }) => outcome === 'unfinished')
        ? `unfinished (${result.stoppedBy})`
        : 'all hold';
  return `${markOf(result, color)} ${plain(spec.file).padEnd(width)} ${counts}  ${verdict}`;
}

function markOf({ status }: SpecResult, color: Colors): string {
  if (status === 'as-expected') return color.green('ok  ');
  return status === 'unexpected' ? color.red('FAIL') : color.yellow('... ');
}

/** What is not as a spec expects, a line each. */
export function unexpectedLines({ properties, witnesses }: SpecResult, color: Colors): string[] {
  const line = (name: string, found: string, expected: Expectation | null): string =>
    `     ${color.red(name)}: ${found}, expected: ${expectationText(expected)}`;
  return [
    ...properties
      .filter(({ asExpected }) => !asExpected)
      .map((property) => line(property.name, resultText(property), property.expected)),
    ...witnesses
      .filter(({ asExpected }) => !asExpected)
      .map(({ name, depth, expected }) => line(name, reachText(depth), expected)),
  ];
}

const expectationText = (expected: Expectation | null): string =>
  typeof expected === 'object' && expected !== null
    ? `violated in ${expected.violated} steps`
    : (expected ?? 'holds');

const reachText = (depth: number | null): string =>
  depth === null ? 'not reached' : `reached in ${depth} steps`;

function resultText({ result, depth, reason }: PropertyResult): string {
  if (result === 'violated') return `violated in ${depth} steps`;
  return reason === null ? result : `not applicable (${reason})`;
}

/** The whole report of one spec: counts, a line for each property, what was never taken. */
export function specReport(result: SpecResult, color: Colors): string[] {
  const { spec, properties, witnesses, model } = result;
  const rate = result.timeMs > 0 ? `${seconds(result.timeMs)}` : '';
  const lines = [
    `${color.bold(plain(spec.title))}  ${color.dim(plain(spec.file))}`,
    ...(spec.shows === null ? [] : wrap(plain(spec.shows), 96).map((line) => `  ${line}`)),
    '',
    `  ${grouped(result.statesDistinct)} states, ${grouped(result.statesGenerated)} transitions, depth ${result.depth}, ${rate}`,
    '',
  ];
  for (const property of properties) {
    const { name, asExpected, expected, result: outcome } = property;
    const mark = outcome === 'not-applicable' && asExpected ? '-   ' : asExpected ? 'ok  ' : 'FAIL';
    const tone = !asExpected ? color.red : outcome === 'not-applicable' ? color.dim : color.green;
    const note = expected !== null && asExpected ? ', as expected' : '';
    const missed = asExpected ? '' : `, expected: ${expectationText(expected)}`;
    lines.push(`  ${tone(mark)} ${name.padEnd(24)} ${resultText(property)}${note}${missed}`);
  }
  for (const { name, depth, expected, asExpected } of witnesses) {
    if (expected === null) continue;
    const tone = asExpected ? color.green : color.red;
    const missed = asExpected ? ', as expected' : `, expected: ${expected}`;
    lines.push(
      `  ${tone(asExpected ? 'ok  ' : 'FAIL')} ${name.padEnd(24)} ${reachText(depth)}${missed}`,
    );
  }
  const { steps } = model.design.program;
  const never = steps.filter((_, index) => result.fired[index] === 0).map(({ name }) => name);
  if (never.length > 0 && result.stoppedBy === null) {
    lines.push('', color.dim(`  never taken in this scope: ${never.join(', ')}`));
  }
  if (result.stoppedBy !== null) {
    lines.push(
      '',
      color.yellow(`  stopped early (${result.stoppedBy}): what is not violated is unfinished`),
    );
  }
  return lines;
}

/** The trace of one violated property, and the line that replays it. */
export function violationReport(result: SpecResult, claim: number, color: Colors): string[] {
  const property = result.properties[claim];
  const row = claimRows[claim];
  if (!property?.path || row === undefined) return [];
  const trace = tellViolation(result.model, property.path, claim);
  return [
    `${color.red(color.bold(row.name))} is violated in ${property.depth} steps.`,
    ...wrap(`${row.claim} ${row.source}`, 96).map((line) => `  ${color.dim(line)}`),
    '',
    ...traceLines(trace, color),
    '',
    `  Replay: svscheck replay ${plain(result.spec.file)} --path ${pathText(property.path)}`,
  ];
}

/**
 * A trace: a heading wherever another CPU or another operation goes on, a line for each step with
 * what it changed, and at the end what is wrong.
 */
export function traceLines({ actions, failure, blamed }: Trace, color: Colors): string[] {
  const width = Math.min(32, Math.max(0, ...actions.map(({ label }) => label.length)));
  const indent = ' '.repeat(7 + width + 2);
  let heading = '';
  const lines = actions.flatMap((action, index) => {
    const { cpu, operation, source, label } = action;
    const own = `${cpu}: ${operation}`;
    const head = own === heading ? [] : [`  ${color.bold(own)}  ${color.dim(source)}`];
    heading = own;
    const blame = failure !== null && index === blamed;
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
  if (failure === null) return lines;
  const values = Object.entries(failure.values).map(([name, value]) =>
    value.startsWith(`${name} `) ? value : `${name}: ${value}`,
  );
  return [...lines, '', `  ${color.red(`Then ${failure.conjunct}`)} (${values.join('; ')}).`];
}

const sourcesOf = ({ steps }: ToldAction): string =>
  [...new Set(steps.map(({ source }) => source))].join('; ');

/** Changes in words, but for where the CPU stands, which the step tells, and cleared registers. */
function changeTexts({ cpu, changes }: ToldAction): string[] {
  const told = changes.filter(({ path, to }) => {
    const register = path.includes('registers') && ['false', 'none', 'nothing'].includes(to);
    return path.at(-1) !== 'at' && !register;
  });
  return told.map(
    ({ owner, field, text }) => `${owner === cpu ? '' : `${owner} `}${field}: ${text}`,
  );
}

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
