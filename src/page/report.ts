/** The page of `svscheck check --reporter html`: all of a report. */
import type {
  Report,
  ReportedPinned,
  ReportedProperty,
  ReportedSpec,
  Trace,
} from '../report/document.js';
import { notesOf, outcomeText } from '../report/pinned-terminal.js';
import {
  counted,
  driftText,
  gapTexts,
  inSteps,
  named,
  replayLine,
  summary,
} from '../report/terminal.js';
import type { Child } from './dom.js';
import { h } from './dom.js';
import { playerOf } from './player.js';
import { protocolTables } from './protocol.js';
import { specIndex } from './spec-index.js';
import { stepTable } from './steps.js';
import {
  badge,
  cautions,
  counts,
  machineFacts,
  machineLine,
  propertyTable,
  statusBadge,
  traceId,
  witnessTable,
} from './verdict.js';

function pageOf(whole: Report): HTMLElement[] {
  const { specs, mistakes, suite, drift } = whole;
  const ids = specs.map((_, index) => `spec-${index + 1}`);
  const isOne = specs.length === 1;
  const sections = specs.map((spec, index) => specSection(spec, ids[index] ?? '', isOne));
  const head = h(
    'div',
    { class: 'suite-head' },
    h('h1', {}, specs.length === 0 ? 'No spec was checked' : counted(specs.length, 'spec')),
    h('p', { class: 'shows' }, `${summary(whole).trim()}.`),
  );
  const main = h(
    'main',
    {},
    isOne ? null : head,
    troubles('Mistakes', mistakes.map(mistakeText)),
    troubles('What the specs leave out', gapTexts(suite)),
    troubles(
      'Otherwise than in the baseline',
      (drift ?? []).map((one) => `${one.file}: ${driftText(one)}`),
    ),
    isOne || specs.length === 0 ? null : specIndex(whole, ids, sections),
    ...sections,
  );
  return [
    h('header', { class: 'masthead' }, h('p', {}, h('strong', {}, 'svscheck'), ' report')),
    main,
  ];
}

const mistakeText = ({ file, line, column, message, hint }: Report['mistakes'][number]): string =>
  `${[file, line, column].filter((part) => part !== undefined).join(':')}: ${message}` +
  (hint === undefined ? '' : `; ${hint}`);

function troubles(name: string, sentences: readonly string[]): HTMLElement | null {
  if (sentences.length === 0) return null;
  return h(
    'section',
    { class: 'troubles' },
    h('h2', {}, name),
    h('ul', {}, ...sentences.map((sentence) => h('li', {}, sentence))),
  );
}

/** A spec: what came of it, its counterexamples, then what was searched. */
function specSection(spec: ReportedSpec, id: string, isOne: boolean): HTMLElement {
  const { pinned } = spec;
  const violated = spec.properties.filter(({ trace }) => trace !== null);
  const heading = isOne ? 'h2' : 'h3';
  const part = (name: string, ...content: readonly Child[]): HTMLElement =>
    h('section', { class: 'part' }, h(heading, {}, name), ...content);
  return h(
    'article',
    { class: 'spec', id },
    h(
      'header',
      { class: 'spec-head' },
      h('p', { class: 'file' }, spec.file, ' ', statusBadge(spec)),
      h(isOne ? 'h1' : 'h2', {}, spec.title),
      spec.shows === null ? null : h('p', { class: 'shows' }, spec.shows),
      h('p', { class: 'machine-line' }, machineLine(spec)),
      counts(spec),
      cautions(spec),
    ),
    pinned === null ? part('Properties', propertyTable(spec, id)) : null,
    pinned === null ? null : pinnedPath(spec, pinned, id, heading),
    ...violated.map((property) => counterexample(spec, property, id, heading)),
    part('Protocol, after edits', protocolTables(spec)),
    pinned === null ? part('Witnesses', witnessTable(spec)) : null,
    part('Machine', machineFacts(spec)),
  );
}

function counterexample(
  spec: ReportedSpec,
  property: ReportedProperty,
  id: string,
  heading: 'h2' | 'h3',
): HTMLElement {
  const { name, claim, source, depth, trace } = property;
  if (trace === null) return h('section');
  return h(
    'section',
    { class: 'part counterexample', id: traceId(id, property) },
    h(heading, {}, h('code', {}, name), ` is violated ${inSteps(depth)}`),
    claimText(claim, source),
    ...story(spec, trace, property, id),
  );
}

const claimText = (claim: string, source: string): HTMLElement =>
  h('p', { class: 'claim' }, claim, ' ', h('span', { class: 'source' }, source));

/** A trace: what goes wrong, the player, the table, the line that replays it. */
function story(
  spec: ReportedSpec,
  trace: Trace,
  property: Pick<ReportedProperty, 'name'>,
  id: string,
): Child[] {
  return [
    wrongAtEnd(trace),
    playerOf(spec, property.name, trace),
    ...stepTableOnDemand(trace, `${traceId(id, property)}-steps`),
    h('p', { class: 'replay' }, 'Replay: ', h('code', {}, replayLine(spec.file, trace))),
  ];
}

/** What came of a path that the spec pins, in place of a search. */
function pinnedPath(
  spec: ReportedSpec,
  pinned: ReportedPinned,
  id: string,
  heading: 'h2' | 'h3',
): HTMLElement {
  const { property: name, claim, source, trace, expected, asExpected } = pinned;
  return h(
    'section',
    { class: 'part counterexample', id: traceId(id, { name }) },
    h(heading, {}, h('code', {}, name), ` ${outcomeText(pinned)}`),
    claimText(claim, source),
    h(
      'p',
      { class: 'note' },
      `Expected: ${expected} `,
      badge(asExpected ? 'good' : 'bad', asExpected ? 'as expected' : 'not so'),
    ),
    ...notesOf(pinned).map((note) => h('p', { class: 'note' }, note)),
    ...(trace === null ? [] : story(spec, trace, { name }, id)),
  );
}

/** The table of all steps, which is made when it is asked for, or printed. */
function stepTableOnDemand(trace: Trace, id: string): HTMLElement[] {
  const steps = h('div', { class: 'all-steps', id, hidden: true });
  const make = (): void => {
    if (steps.firstChild === null) steps.append(stepTable(trace));
  };
  const toggle = h(
    'button',
    { type: 'button', class: 'toggle', 'aria-expanded': 'false', 'aria-controls': id },
    'All steps as a table',
  );
  toggle.addEventListener('click', () => {
    make();
    steps.hidden = !steps.hidden;
    toggle.setAttribute('aria-expanded', String(!steps.hidden));
  });
  matchMedia('print').addEventListener('change', make);
  addEventListener('beforeprint', make);
  return [toggle, steps];
}

/** What goes wrong, before the reader has taken a step. */
function wrongAtEnd({ actions, conjunct, values }: Trace): HTMLElement | null {
  if (conjunct === null) return null;
  const wrong = Object.entries(values ?? {}).map(([name, value]) => named(name, value));
  return h(
    'p',
    { class: 'wrong-at-end' },
    h('strong', {}, `${actions.length === 0 ? 'There' : 'At the end'} ${conjunct}.`),
    h('span', { class: 'source' }, wrong.join('; ')),
  );
}

const report = JSON.parse(document.getElementById('data')?.textContent ?? '') as Report;
document.body.append(...pageOf(report));
