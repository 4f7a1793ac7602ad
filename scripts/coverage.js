/**
 * Which lines of src/ the tests run: in their own process, or in a program that they start.
 *
 *   npm run coverage [-- --least 95]
 *
 * Prints a row for each file that is not whole, the total, and exits with 1 where that is too little.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import coverage from 'istanbul-lib-coverage';

const { values } = parseArgs({ options: { least: { type: 'string', default: '95' } } });

const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
};
rmSync('coverage', { recursive: true, force: true });
run('npx', 'vitest', 'run', '--config', 'vitest.coverage.config.ts');
run(
  'npx',
  ...['c8', 'report', '--temp-directory', 'coverage/programs', '--merge-async'],
  ...['--include', 'src/**', '--exclude', 'src/page/**', '--exclude-after-remap'],
  ...['--reporter', 'json', '--reports-dir', 'coverage/of-programs'],
);

const read = (folder) =>
  coverage.createCoverageMap(
    JSON.parse(readFileSync(`coverage/${folder}/coverage-final.json`, 'utf8')),
  );
const tests = read('tests');
const programs = read('of-programs');
const ranIn = (file) =>
  programs.files().includes(file) ? programs.fileCoverageFor(file).getLineCoverage() : {};

let [all, ran] = [0, 0];
for (const file of tests.files()) {
  const other = ranIn(file);
  // The tests' own says which lines there are: it knows the syntax, and not only bytes.
  const lines = Object.entries(tests.fileCoverageFor(file).getLineCoverage());
  const missed = lines.filter(([line, times]) => times === 0 && !(other[line] > 0));
  all += lines.length;
  ran += lines.length - missed.length;
  if (missed.length === 0) continue;
  const numbers = missed.map(([line]) => line).join(' ');
  console.log(`${relative('.', file).padEnd(36)} ${missed.length} of ${lines.length}: ${numbers}`);
}
const percent = (100 * ran) / all;
console.log(`${ran} of ${all} lines: ${percent.toFixed(1)} %`);
process.exitCode = percent < Number(values.least) ? 1 : 0;
