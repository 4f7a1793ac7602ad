/**
 * Workflow commands, which a step of GitHub Actions prints to annotate files: an error for what is
 * not as expected, a warning for a spec that is unfinished (a notice if it accepts that), and at the
 * end a notice.
 *
 * GitHub shows ten of a kind for a step, so what is unfinished is told once for a spec, not once
 * for each property; the log has them all.
 */
import { normalize } from 'node:path';
import { plain } from '../spec/errors.js';
import type { Report, ReportedSpec } from './document.js';
import type { Place, ReportedMistake } from './run.js';
import { filesAmiss } from './run.js';
import { driftText, gapTexts, summary } from './terminal.js';
import type { Verdict } from './verdicts.js';
import { explained, unfinishedText, verdictsOf } from './verdicts.js';

export function github(report: Report): string {
  return [
    ...filesAmiss(report).flatMap(({ file, mistakes }) =>
      mistakes.length === 0
        ? [command('error', { ...placeIn(file), title: 'not run' }, ['the spec was not run'])]
        : mistakes.map(mistakeCommand),
    ),
    ...report.specs.flatMap(specCommands),
    ...gapTexts(report.suite).map((text) => command('error', { title: 'not exercised' }, [text])),
    ...(report.drift ?? []).map((drift) =>
      command('error', { ...placeIn(drift.file), title: 'drift' }, [driftText(drift)]),
    ),
    command('notice', { title: 'svscheck' }, [summary(report).trim()]),
  ].join('\n');
}

function mistakeCommand(mistake: ReportedMistake): string {
  const { code, file, message, hint } = mistake;
  const properties = { ...placeIn(file, mistake), title: code };
  return command('error', properties, [message, ...(hint === undefined ? [] : [hint])]);
}

function specCommands(spec: ReportedSpec): string[] {
  const { file } = spec;
  const unexpected = verdictsOf(spec).filter(({ status }) => status === 'unexpected');
  const open = unfinishedText(spec);
  return [
    ...unexpected.map((verdict) => unexpectedCommand(file, verdict)),
    ...(open === null
      ? []
      : [
          command(
            spec.unfinishedAccepted ? 'notice' : 'warning',
            { ...placeIn(file, spec), title: 'unfinished' },
            [open],
          ),
        ]),
  ];
}

function unexpectedCommand(file: string, verdict: Verdict): string {
  const { name, text } = verdict;
  const properties = { ...placeIn(file, verdict), title: name };
  return command('error', properties, [text, ...explained(file, verdict)]);
}

type Properties = Readonly<Record<string, string | number | undefined>>;

const placeIn = (file: string, { line, column }: Place = {}): Properties => ({
  file: normalize(file),
  line,
  col: column,
});

function command(name: string, properties: Properties, lines: readonly string[]): string {
  const told = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapeProperty(String(value))}`],
  );
  return `::${name} ${told.join(',')}::${lines.map(escapeData).join('%0A')}`;
}

/** A line, as the runner reads it back; `plain` has left no end of a line in it. */
const escapeData = (text: string): string => plain(text).replaceAll('%', '%25');

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
