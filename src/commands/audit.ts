/** `svscheck check --audit`: holds each reduction that a spec names against the full search. */
import type { Ending } from '../report/exit.js';
import { exitCodeOf } from '../report/exit.js';
import { grouped } from '../report/terminal.js';
import type { AuditRow } from '../spec/audit.js';
import { auditSpec } from '../spec/audit.js';
import { plain, UserError } from '../spec/errors.js';
import { findSpecs, loadSpec, withReductions } from '../spec/load.js';
import { color, print, printMistakes } from './output.js';
import type { SearchesOptions } from './searches.js';
import { reductionsFor } from './searches.js';
import type { ReadOptions } from './specs.js';
import { withinOf } from './specs.js';

/** @returns the exit code */
export function audit(
  paths: readonly string[],
  { reduction = 'spec', ...options }: Pick<SearchesOptions, 'reduction'> & ReadOptions,
): number {
  const within = withinOf(paths, options);
  const endings: Ending[] = ['ok'];
  let audited = 0;
  for (const file of findSpecs(paths)) {
    try {
      const spec = loadSpec(file, { within });
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
      printMistakes(error.mistakes);
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
