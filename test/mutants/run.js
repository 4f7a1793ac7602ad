/**
 * Mutation scores of src/explorer and src/state, by Stryker.
 *
 *   npm run test:mutants [-- [--quick] [--rest] [GROUP...]]
 *
 * Each mutant meets the quick tests of its group first, and what survives them then meets slower ones, in
 * helpers' threads too. Lists what survives both, with the score of each group; exits with 1 where one
 * is below 85. An hour and a half in all: --quick leaves out the second part, and --rest tries only what
 * survived the last time, by the slower tests or, with --quick, by the quick ones.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { groups } from './groups.js';
import { reasonOf } from './reasons.js';

const least = 85;
/** Neither caught nor survivors, by Stryker's own rules. */
const invalid = ['RuntimeError', 'CompileError', 'Ignored', 'Pending'];
const asked = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const [isQuick, isRest] = ['--quick', '--rest'].map((option) => process.argv.includes(option));

mkdirSync('reports', { recursive: true });
for (const name of asked.length > 0 ? asked : Object.keys(groups)) {
  const place = `reports/mutants-${name}.json`;
  const before = isRest
    ? JSON.parse(readFileSync(place, 'utf8'))
    : tried(name, groups[name].mutate, false);
  const isOver = isQuick ? !isRest : groups[name].slower === undefined;
  const rest = isOver ? [] : before.filter(({ survives }) => survives);
  const now = rest.length === 0 ? [] : tried(name, rest.map(rangeOf), !isQuick);
  const killed = new Set(now.filter(({ survives }) => !survives).map(keyOf));
  const all = before.map((mutant) => ({
    ...mutant,
    survives: mutant.survives && !killed.has(keyOf(mutant)),
  }));
  writeFileSync(place, JSON.stringify(all));
  if (tell(name, all) < least) process.exitCode = 1;
}

/** Tries all mutants of some files, or of ranges in them. */
function tried(name, mutate, isThorough) {
  const report = `reports/stryker-${name}-report.json`;
  const config = `reports/stryker-${name}.json`;
  writeFileSync(config, JSON.stringify(configOf(mutate, report)));
  const env = { ...process.env, MUTANTS: name, MUTANTS_THOROUGH: isThorough ? '1' : '' };
  const { status } = spawnSync('npx', ['stryker', 'run', config], { stdio: 'inherit', env });
  if (status !== 0) process.exit(1);
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  return Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants
      .filter(({ status }) => !invalid.includes(status))
      .map(({ mutatorName, replacement = '', location, status }) => ({
        ...{ file, mutatorName, replacement, location },
        survives: status === 'Survived' || status === 'NoCoverage',
      })),
  );
}

function configOf(mutate, report) {
  return {
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutants/vitest.config.js', related: false },
    mutate,
    ignorePatterns: ['docs', 'bench', 'specs-long', 'reports'],
    // What it would rewrite there it reads with a library that TypeScript 7 is not.
    tsconfigFile: 'none',
    // Helpers run what is built.
    buildCommand: 'npx tsc -p tsconfig.build.json --noCheck',
    timeoutMS: 3_000,
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: report },
  };
}

/** As Stryker takes it: lines from 1, columns from 0. */
function rangeOf({ file, location: { start, end } }) {
  const at = ({ line, column }) => `${line}:${column - 1}`;
  return `${file}:${at(start)}-${at(end)}`;
}

function keyOf({ file, location, mutatorName, replacement }) {
  return JSON.stringify([file, location, mutatorName, replacement]);
}

/** Prints what survives of a group, with the reason where it is known. @returns its score */
function tell(name, mutants) {
  const survivors = mutants.filter(({ survives }) => survives);
  for (const { file, location, mutatorName, replacement } of survivors) {
    const { line } = location.start;
    const text = readFileSync(file, 'utf8').split('\n')[line - 1];
    const mutant = `${mutatorName}: ${replacement.replace(/\s+/g, ' ').slice(0, 60)}`;
    const reason = reasonOf(file, text) ?? 'no reason is known';
    console.log(`${file}:${line} ${text.trim().slice(0, 80)}\n    ${mutant}\n    ${reason}`);
  }
  const caught = mutants.length - survivors.length;
  const score = (100 * caught) / mutants.length;
  console.log(`${name}: ${caught} of ${mutants.length} caught, ${score.toFixed(1)} %`);
  return score;
}
