/**
 * Mutation scores of src/explorer and src/state, by Stryker.
 *
 *   npm run test:mutants [-- GROUP...]
 *
 * Lists what survives, with the score of each group; exits with 1 where one is below 85. Some hours in all.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { groups } from './groups.js';

const least = 85;
const asked = process.argv.slice(2);

mkdirSync('reports', { recursive: true });
for (const name of asked.length > 0 ? asked : Object.keys(groups)) {
  const report = `reports/mutants-${name}.json`;
  const config = `reports/stryker-${name}.json`;
  writeFileSync(config, JSON.stringify(configOf(name, report)));
  const env = { ...process.env, MUTANTS: name };
  const { status } = spawnSync('npx', ['stryker', 'run', config], { stdio: 'inherit', env });
  if (status !== 0) process.exit(1);
  if (tell(name, JSON.parse(readFileSync(report, 'utf8'))) < least) process.exitCode = 1;
}

function configOf(name, report) {
  return {
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutants/vitest.config.js', related: false },
    mutate: groups[name].mutate,
    ignorePatterns: ['docs', 'bench', 'specs-long', 'reports'],
    // What it would rewrite there it reads with a library that TypeScript 7 is not.
    tsconfigFile: 'none',
    timeoutMS: 15_000,
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: report },
  };
}

/** Prints what survives of a group. @returns its score */
function tell(name, { files }) {
  const mutants = Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants.map((mutant) => ({ ...mutant, file })),
  );
  const of = (...statuses) => mutants.filter(({ status }) => statuses.includes(status));
  const caught = of('Killed', 'Timeout');
  const survived = of('Survived', 'NoCoverage');
  for (const { file, location, mutatorName, replacement = '', status } of survived) {
    const text = replacement.replace(/\s+/g, ' ').slice(0, 60);
    console.log(`${file}:${location.start.line} ${status} ${mutatorName}: ${text}`);
  }
  const score = (100 * caught.length) / (caught.length + survived.length);
  console.log(
    `${name}: ${caught.length} of ${caught.length + survived.length} caught, ${score.toFixed(1)} %`,
  );
  return score;
}
