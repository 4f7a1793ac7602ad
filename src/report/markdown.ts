/**
 * A summary in GitHub's Markdown, for `$GITHUB_STEP_SUMMARY`: what came of each spec, and the trace
 * of each violation that is not expected. That file is the step's own, so it is replaced whole.
 */
import { describeMistake, plain } from '../spec/errors.js';
import type { Report, ReportedSpec } from './document.js';
import { filesAmiss } from './run.js';
import { driftText, gapTexts, grouped, seconds, summary } from './terminal.js';
import { unfinishedText, verdictsOf } from './verdicts.js';

/** GitHub refuses more than 1 MiB. Of each part as many entries are shown as fit into its bytes. */
const bytesMax = {
  mistakes: 100_000,
  specs: 250_000,
  unexpected: 500_000,
  unfinished: 100_000,
  drifts: 25_000,
  gaps: 25_000,
};

export function markdown(report: Report): string {
  const amiss = filesAmiss(report);
  const mistakes = amiss.flatMap(({ file, mistakes }) =>
    mistakes.length === 0
      ? [`${code(file)}: the spec was not run`]
      : mistakes.map((mistake) => describeMistake(mistake).split(/\n */).map(code).join('<br>')),
  );
  const drifts = (report.drift ?? []).map(
    (drift) => `${code(drift.file)}: ${escaped(driftText(drift))}`,
  );
  const gaps = gapTexts(report.suite).map(escaped);
  return [
    `## svscheck: ${escaped(summary(report).trim())}`,
    ...part('Mistakes', mistakes.map(item), bytesMax.mistakes),
    ...part('Specs', report.specs.map(row), bytesMax.specs, tableHead),
    ...part('Not as expected', report.specs.flatMap(unexpectedEntries), bytesMax.unexpected),
    ...part('Unfinished', report.specs.flatMap(unfinishedEntries), bytesMax.unfinished),
    ...part('Drifted from the baseline', drifts.map(item), bytesMax.drifts),
    ...part('Not exercised', gaps.map(item), bytesMax.gaps),
  ].join('\n');
}

/** A part of the page with as many of its entries as fit, and how many did not. */
function part(title: string, entries: readonly string[], bytes: number, head = ''): string[] {
  if (entries.length === 0) return [];
  let rest = bytes;
  const shown = entries.filter((entry) => {
    const size = Buffer.byteLength(entry) + 1;
    const fits = size <= rest;
    if (fits) rest -= size;
    return fits;
  });
  const left = entries.length - shown.length;
  const note = `${grouped(left)} of ${grouped(entries.length)} are left out here: GitHub takes 1 MiB.`;
  return [
    '',
    `### ${title}`,
    '',
    ...(head === '' ? [] : [head]),
    ...shown,
    ...(left === 0 ? [] : ['', note]),
  ];
}

const item = (text: string): string => `- ${text}`;

const tableHead = '| spec | outcome | states | depth | time |\n|---|---|--:|--:|--:|';

function row(spec: ReportedSpec): string {
  const violated = spec.properties
    .filter(({ result }) => result === 'violated')
    .map(({ name, depth }) => escaped(`${name} violated in ${depth}`));
  const outcome = [statusText[spec.status], ...violated].join('; ');
  const cells = [grouped(spec.statesDistinct), String(spec.depth), seconds(spec.timeMs)];
  return `| ${[code(spec.file), outcome, ...cells].join(' | ')} |`;
}

const statusText: Readonly<Record<ReportedSpec['status'], string>> = {
  'as-expected': 'as expected',
  unexpected: '**not as expected**',
  unfinished: 'unfinished',
};

/** What is not as a spec expects, an entry for each; a trace folded below it. */
function unexpectedEntries(spec: ReportedSpec): string[] {
  return verdictsOf(spec)
    .filter(({ status }) => status === 'unexpected')
    .map(({ name, text, story }) => {
      const told = `${code(spec.file)}: ${code(name)} ${escaped(text)}`;
      if (story.length === 0) return item(told);
      return `<details><summary>${told}</summary>\n\n${fenced(story)}\n\n</details>\n`;
    });
}

function unfinishedEntries(spec: ReportedSpec): string[] {
  const text = unfinishedText(spec);
  return text === null ? [] : [item(`${code(spec.file)}: ${escaped(text)}`)];
}

/** Lines as they are, between fences that none of them can close. */
function fenced(lines: readonly string[]): string {
  const text = lines.map(plain).join('\n');
  const longest = [...text.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}text\n${text}\n${fence}`;
}

const code = (text: string): string => `<code>${escaped(text)}</code>`;

/** A line of text, with what Markdown or HTML would take for markup, or for a link, as entities. */
const escaped = (text: string): string =>
  plain(text).replace(
    /[\\`*_[\]<>{}#!|&~@^$]|:(?=\/\/)|w(?=ww\.)/gi,
    (c) => `&#${c.charCodeAt(0)};`,
  );
