/** `svscheck check --audit`: holds each reduction that a spec names against the full search. */
import type { Ending } from '../report/exit.js';
import { exitCodeOf } from '../report/exit.js';
import { grouped } from '../report/terminal.js';
import type { AuditRow } from '../spec/audit.js';
import { auditSpec } from '../spec/audit.js';
import { describeMistake, plain, UserError } from '../spec/errors.js';
import { findSpecs, withReductions } from '../spec/load.js';
import type { CheckOptions } from './check.js';
import { reductionsFor } from './check.js';
import { color, print, printError } from './output.js';
import { readSpec } from './specs.js';

/** @returns the exit code */
export function audit(
  paths: readonly string[],
  options: Pick<CheckOptions, 'reduction' | 'extendsAnywhere'>,
): number {
  const { reduction = 'spec' } = options;
  const endings: Ending[] = ['ok'];
  let audited = 0;
  for (const file of findSpecs(paths)) {
    try {
      const spec = readSpec(file, options, paths);
      // A path is taken there and nothing is searched, with reductions or without.
      if (spec.pinned !== null) continue;
      for (const row of auditSpec(withReductions(spec, reductionsFor[reduction]))) {
        audited++;
        endings.push(endingOf(row));
        for (const line of linesOf(file, row)) print(line);
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      endings.push('mistake');
      for (const mistake of error.mistakes) printError(describeMistake(mistake));
    }
  }
  if (audited === 0) print('No spec names a reduction.');
  return exitCodeOf(endings);
}

const endingOf = ({ machine, differences }: AuditRow): Ending => {
  if (machine === null) return 'unfinished';
  return differences.length > 0 ? 'unexpected' : 'ok';
};

function linesOf(file: string, row: AuditRow): string[] {
  const { reduction, machine, states, statesReduced, differences } = row;
  const name = `${plain(file)} ${reduction}`;
  if (machine === null) return [`${color.yellow('... ')} ${name}: no machine is small enough`];
  const size = `${machine.cpus} cpus, ${machine.pmaps} pmaps, ${machine.userSlots} slots`;
  const mark = differences.length > 0 ? color.red('FAIL') : color.green('ok  ');
  const counts =
    statesReduced === 0
      ? `${grouped(states)} states`
      : `${grouped(statesReduced)} of ${grouped(states)} states, ${(states / statesReduced).toFixed(1)} times fewer`;
  return [
    `${mark} ${name}  ${size}  ${counts}`,
    ...differences.map((difference) => `     ${difference}`),
  ];
}
