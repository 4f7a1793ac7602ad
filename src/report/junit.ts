/**
 * JUnit XML, as GitLab, Jenkins and what shows tests on GitHub read it: a suite for each spec, a
 * case for each verdict. What could not be run or told is an error, so that nothing vanishes.
 */
import { describeMistake, plain } from '../spec/errors.js';
import type { Report, ReportedSpec } from './document.js';
import type { ReportedMistake } from './run.js';
import { filesAmiss } from './run.js';
import { driftText, neverReached, neverTaken, wrap } from './terminal.js';
import type { Verdict } from './verdicts.js';
import { verdictsOf } from './verdicts.js';

interface Suite {
  readonly name: string;
  readonly timeMs: number;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly cases: readonly Case[];
}

interface Case {
  readonly name: string;
  /** Why it is not applicable, or unfinished and accepted. */
  readonly skipped?: string;
  readonly fault?: Fault;
}

interface Fault {
  readonly kind: 'failure' | 'error';
  /** A word. */
  readonly type: string;
  readonly message: string;
  readonly lines: readonly string[];
}

export function junit(report: Report): string {
  const suites = [
    ...filesAmiss(report).map(suiteAmiss),
    ...report.specs.map(suiteOfSpec),
    ...(report.suite === null ? [] : [suiteOfGaps(report.suite)]),
    ...(report.drift === null ? [] : [suiteOfDrift(report.drift)]),
  ];
  const cases = suites.flatMap((suite) => suite.cases);
  const timeMs = suites.reduce((sum, suite) => sum + suite.timeMs, 0);
  const { skipped: _, ...counts } = countsOf(cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'svscheck', ...counts, time: seconds(timeMs) })}>`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
  ].join('\n');
}

function suiteAmiss({ file, mistakes }: ReturnType<typeof filesAmiss>[number]): Suite {
  const message = 'the spec was not run';
  const notRun: Case = {
    name: 'not-run',
    fault: { kind: 'error', type: 'not-run', message, lines: [message] },
  };
  const cases = mistakes.length === 0 ? [notRun] : mistakes.map(caseOfMistake);
  return { name: file, timeMs: 0, properties: {}, cases };
}

/** The place is in the name: GitLab takes one case of a name. */
function caseOfMistake(mistake: ReportedMistake): Case {
  const { code, line, column, message } = mistake;
  const lines = describeMistake(mistake).split('\n');
  return {
    name: line === undefined ? code : `${code} at line ${line}, column ${column}`,
    fault: { kind: 'error', type: code, message, lines },
  };
}

function suiteOfSpec(spec: ReportedSpec): Suite {
  const { file, title, timeMs, statesDistinct, depth } = spec;
  return {
    name: file,
    timeMs,
    properties: { title, states: statesDistinct, depth },
    cases: verdictsOf(spec).map((verdict) => caseOfVerdict(spec, verdict)),
  };
}

function caseOfVerdict({ unfinishedAccepted }: ReportedSpec, verdict: Verdict): Case {
  const { name, status, outcome, text, claim, reason, story } = verdict;
  if (status === 'unfinished' && unfinishedAccepted) {
    return { name, skipped: `${text}; the spec accepts that` };
  }
  if (status === 'as-expected') {
    return outcome === 'not-applicable' ? { name, skipped: reason ?? outcome } : { name };
  }
  const lines = [`${name}: ${text}`, '', ...(story.length > 0 ? story : wrap(claim, 96))];
  const kind = status === 'unfinished' ? 'error' : 'failure';
  return { name, fault: { kind, type: outcome, message: text, lines } };
}

/** Always the same two cases, so that one that is mended is seen to pass. */
const suiteOfGaps = ({ steps, witnesses }: NonNullable<Report['suite']>): Suite => ({
  name: 'all specs',
  timeMs: 0,
  properties: {},
  cases: [
    caseOf('every step is taken', 'never-taken', steps.map(neverTaken)),
    caseOf('every witness is reached', 'never-reached', witnesses.map(neverReached)),
  ],
});

function suiteOfDrift(drift: NonNullable<Report['drift']>): Suite {
  const lines = drift.map((one) => `${one.file}: ${driftText(one)}`);
  const cases = [caseOf('every value is as in the baseline', 'drift', lines)];
  return { name: 'baseline', timeMs: 0, properties: {}, cases };
}

/** A case that fails where there are lines to say why. */
function caseOf(name: string, type: string, lines: readonly string[]): Case {
  const [message] = lines;
  return message === undefined
    ? { name }
    : { name, fault: { kind: 'failure', type, message, lines } };
}

function suiteLines({ name, timeMs, properties, cases }: Suite): string[] {
  const told = Object.entries(properties).map(
    ([key, value]) => `      <property${attributes({ name: key, value })}/>`,
  );
  return [
    `  <testsuite${attributes({ name, ...countsOf(cases), time: seconds(timeMs) })}>`,
    ...(told.length === 0 ? [] : ['    <properties>', ...told, '    </properties>']),
    ...cases.flatMap((one) => caseLines(name, one)),
    '  </testsuite>',
  ];
}

function caseLines(classname: string, { name, skipped, fault }: Case): string[] {
  const start = `    <testcase${attributes({ classname, name })}`;
  if (skipped !== undefined) {
    // As text, which GitLab and Jenkins both read and the schema allows; it has no attribute.
    return [`${start}>`, `      <skipped>${xml(skipped)}</skipped>`, '    </testcase>'];
  }
  if (fault === undefined) return [`${start}/>`];
  const { kind, type, message, lines } = fault;
  const body = lines.map(xml).join('\n');
  return [
    `${start}>`,
    `      <${kind}${attributes({ message, type })}>${body}</${kind}>`,
    '    </testcase>',
  ];
}

function countsOf(cases: readonly Case[]): {
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
} {
  const faults = (kind: Fault['kind']): number =>
    cases.filter(({ fault }) => fault?.kind === kind).length;
  return {
    tests: cases.length,
    failures: faults('failure'),
    errors: faults('error'),
    skipped: cases.filter(({ skipped }) => skipped !== undefined).length,
  };
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${xml(String(value))}"`)
    .join('');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** One line of text. What XML 1.0 has no character for, not even escaped, is made visible. */
const xml = (text: string): string =>
  plain(text)
    .replace(/[\p{Cs}\ufffe\uffff]/gu, (c) => `\\u${c.charCodeAt(0).toString(16)}`)
    .replace(/[&<>"']/g, (c) => entities[c] ?? c);
