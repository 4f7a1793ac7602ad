/**
 * SARIF 2.1.0, as code scanning on GitHub and viewers of it take it: a rule for each property, a
 * result for each that is not as a spec expects, its trace as a code flow with a thread for each CPU.
 *
 * What is as expected has no result, even where a property is violated: GitHub opens an alert for
 * every result and does not look at `kind`, and `pass` would be untrue of a property that is
 * violated. GitHub refuses a file whole for one location that names no file: all here name one.
 */
import { createHash } from 'node:crypto';
import { dirname, isAbsolute, normalize, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { errorCodes, plain } from '../spec/errors.js';
import type { Drift, Report, ReportedSpec, Trace } from './document.js';
import { exitCodes } from './exit.js';
import type { Place, ReportedMistake } from './run.js';
import { filesAmiss } from './run.js';
import {
  changeTexts,
  colorless,
  driftText,
  endText,
  neverReached,
  neverTaken,
  sourcesOf,
} from './terminal.js';
import type { Verdict } from './verdicts.js';
import { explained, verdictsOf } from './verdicts.js';
import { version } from './version.js';

/** @returns the log, to be written as JSON */
export function sarif(report: Report): object {
  const amiss = filesAmiss(report);
  const mistakes = amiss.flatMap((file) => file.mistakes);
  const notRun = amiss.filter((file) => file.mistakes.length === 0);
  const codes = [...new Set(mistakes.map(({ code }) => code))];
  const rules = [...ownRules, ...codes.map(mistakeRule)];
  const indices = new Map(rules.map(({ id }, index) => [id, index]));
  const results = [
    ...mistakes.map(mistakeResult),
    ...report.specs.flatMap((spec) =>
      verdictsOf(spec)
        .filter(({ status }) => status !== 'as-expected')
        .map((verdict) => verdictResult(spec, verdict)),
    ),
    ...gapResults(report),
    ...(report.drift ?? []).map(driftResult),
  ];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'svscheck', version, semanticVersion: version, rules } },
        invocations: [
          {
            executionSuccessful: isWhole(report.exitCode),
            exitCode: report.exitCode,
            toolExecutionNotifications: notRun.map(({ file }) => ({
              level: 'error',
              message: message(`The spec ${file} was not run.`),
              locations: [{ physicalLocation: placeIn(file) }],
            })),
          },
        ],
        originalUriBaseIds: {
          '%SRCROOT%': { description: message('The folder that svscheck was started in.') },
        },
        // Of the places that the reader of YAML tells.
        columnKind: 'utf16CodeUnits',
        results: results.map((result) => ({
          ...result,
          ...(indices.has(result.ruleId) ? { ruleIndex: indices.get(result.ruleId) } : {}),
        })),
      },
    ],
  };
}

/** What a limit or a mistake cut short is not all that there is to find. */
const isWhole = (exitCode: number): boolean =>
  exitCode === exitCodes.ok.code || exitCode === exitCodes.unexpected.code;

interface Result {
  readonly ruleId: string;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: object;
  readonly locations: readonly object[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly codeFlows?: readonly object[];
}

/** An unfinished verdict is a warning: `open`, the kind for it, GitHub would take for an alert too. */
function verdictResult({ file, unfinishedAccepted }: ReportedSpec, verdict: Verdict): Result {
  const { name, status, text, trace } = verdict;
  const place = placeIn(file, verdict);
  return {
    ruleId: name,
    level: status !== 'unfinished' ? 'error' : unfinishedAccepted ? 'note' : 'warning',
    message: message(`${name}: ${text}.`, ...explained(file, verdict)),
    locations: [{ physicalLocation: place }],
    partialFingerprints: fingerprint(file, name),
    ...(trace === null || trace.actions.length === 0 ? {} : { codeFlows: [flow(trace, place)] }),
  };
}

/** All orders count from 1 over all CPUs. The design is the spec's: each step is placed there. */
function flow(trace: Trace, place: object): object {
  const cpus = [...new Set(trace.actions.map(({ cpu }) => cpu))];
  const steps = trace.actions.map((action, index) => ({
    cpu: action.cpu,
    location: {
      executionOrder: index + 1,
      importance: index === trace.blamed ? 'essential' : 'important',
      location: {
        physicalLocation: place,
        message: message(
          `${action.operation}/${action.label}: ${changeTexts(action).join('; ')}`,
          sourcesOf(action),
        ),
      },
    },
  }));
  return {
    message: message(endText(trace, colorless)),
    threadFlows: cpus.map((cpu) => ({
      id: plain(cpu),
      message: message(cpu),
      locations: steps.filter((step) => step.cpu === cpu).map(({ location }) => location),
    })),
  };
}

function mistakeResult(mistake: ReportedMistake): Result {
  const { code, file, hint } = mistake;
  return {
    ruleId: mistakeId(code),
    level: 'error',
    message: message(mistake.message, ...(hint === undefined ? [] : [hint])),
    locations: [{ physicalLocation: placeIn(file, mistake) }],
    partialFingerprints: fingerprint(file, code, mistake.message),
  };
}

/** What a folder leaves out is placed at the folder that all its specs are in. */
function gapResults({ suite, files }: Report): Result[] {
  const folder = commonFolder(files);
  const result = (ruleId: string, text: string): Result => ({
    ruleId,
    level: 'error',
    message: message(`${text}.`),
    locations: [{ physicalLocation: placeIn(folder) }],
    partialFingerprints: fingerprint(folder, ruleId, text),
  });
  return [
    ...(suite?.steps ?? []).map((step) => result(stepRule.id, neverTaken(step))),
    ...(suite?.witnesses ?? []).map((name) => result(name, neverReached(name))),
  ];
}

function driftResult(drift: Drift): Result {
  const { file, what } = drift;
  return {
    ruleId: driftRule.id,
    level: 'error',
    message: message(`${driftText(drift)}.`),
    locations: [{ physicalLocation: placeIn(file) }],
    partialFingerprints: fingerprint(file, driftRule.id, what),
  };
}

function commonFolder(files: readonly string[]): string {
  const [first = [], ...others] = files.map((file) => dirname(normalize(file)).split(sep));
  const end = first.findIndex((name, depth) => others.some((folder) => folder[depth] !== name));
  return first.slice(0, end < 0 ? first.length : end).join(sep) || '.';
}

interface Rule {
  readonly id: string;
  readonly shortDescription: object;
  readonly fullDescription: object;
  readonly help: object;
  readonly defaultConfiguration: object;
}

const rule = (id: string, says: string, help: string): Rule => ({
  id,
  shortDescription: message(says),
  fullDescription: message(says),
  help: message(help),
  defaultConfiguration: { level: 'error' },
});

const stepRule = rule(
  'every-step-taken',
  'Every step of a protocol is taken in some spec of a folder.',
  'A step that is never taken proves nothing.',
);

const driftRule = rule(
  'as-in-baseline',
  'Every verdict, count and depth is that of the baseline.',
  'Where a change is meant to move it, --update-baseline accepts what is now.',
);

const ownRules: readonly Rule[] = [
  ...claimRows.map(({ name, claim, source }) => rule(name, claim, source)),
  ...witnessRows.map(({ name, claim }) =>
    rule(name, claim, 'A witness: where it is not reached, what rests on it says nothing.'),
  ),
  stepRule,
  driftRule,
];

const mistakeId = (code: string): string => `mistake/${code}`;

const mistakeRule = (code: string): Rule =>
  rule(
    mistakeId(code),
    (errorCodes as Readonly<Record<string, string>>)[code] ?? code,
    'A mistake in a spec or on the command line; `svscheck errors` lists the codes.',
  );

/**
 * That two runs found one thing: the same in the same file, wherever in it. GitHub makes the
 * `primaryLocationLineHash` that it goes by itself, of the line, and warns of one that differs.
 */
const fingerprint = (...parts: readonly string[]): Result['partialFingerprints'] => ({
  'svscheckResult/v1': createHash('sha256').update(JSON.stringify(parts)).digest('hex'),
});

/** A place in a file, or the whole file. */
function placeIn(file: string, { line, column = 1 }: Place = {}): object {
  return {
    artifactLocation: isAbsolute(file)
      ? { uri: pathToFileURL(wellFormed(file)).href }
      : { uri: relativeUri(file), uriBaseId: '%SRCROOT%' },
    ...(line === undefined ? {} : { region: { startLine: line, startColumn: column } }),
  };
}

const relativeUri = (file: string): string =>
  normalize(wellFormed(file)).split(sep).map(encodeURIComponent).join('/');

/** Half of a surrogate pair has no UTF-8, and so no URI. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

/** Paragraphs. Braces would be places for arguments, and `[text](target)` a link. */
function message(...paragraphs: readonly string[]): { readonly text: string } {
  const lines = paragraphs.map((text) =>
    plain(text).replace(/[{}]/g, '$&$&').replaceAll('](', '\\]('),
  );
  return { text: lines.join('\n') };
}
