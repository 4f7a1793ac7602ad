/**
 * Makes docs/mutants.md of what test:mutants found last: node test/mutants/list.js > docs/mutants.md
 *
 * Lines that are mutated alike and survive for one reason are one line there.
 */
import { readFileSync } from 'node:fs';
import { groups } from './groups.js';
import { reasonOf } from './reasons.js';

const found = Object.keys(groups).map((name) => ({
  name,
  mutants: JSON.parse(readFileSync(`reports/mutants-${name}.json`, 'utf8')),
}));
const survivorsOf = (mutants) => mutants.filter(({ survives }) => survives);
const score = (mutants) => (100 * (1 - survivorsOf(mutants).length / mutants.length)).toFixed(1);
const all = found.flatMap(({ mutants }) => mutants);

const row = (name, mutants) =>
  `| ${name} | ${mutants.length} | ${survivorsOf(mutants).length} | ${score(mutants)} % |`;

/** By file, then by line and reason: how many survive. */
function linesOf(file) {
  const text = readFileSync(file, 'utf8').split('\n');
  const lines = new Map();
  for (const { location } of survivorsOf(all).filter((mutant) => mutant.file === file)) {
    const line = text[location.start.line - 1];
    const key = `| \`${line.trim().replaceAll('`', "'").slice(0, 90).replaceAll('|', '\\|')}\` | `;
    const why = reasonOf(file, line) ?? 'not known';
    lines.set(key, { times: (lines.get(key)?.times ?? 0) + 1, why });
  }
  return [...lines].map(([key, { times, why }]) => `${key}${times} | ${why} |`);
}

const files = [...new Set(survivorsOf(all).map(({ file }) => file))].sort();
console.log(`# Mutants that survive

Stryker changes src/explorer and src/state in one place at a time, and runs the quick tests of that part,
and slower ones, in which threads take part, for what survives those. Tests of more than some seconds,
whole specs and the fuzzer among them, are not run for mutants. What no test told from the original is
listed here, with the reason. A reason is for all mutants of a line, and is a person's word
(test/mutants/reasons.js); a mutant of which none is known may be one that a test should kill.

Made by \`npm run test:mutants\` and \`node test/mutants/list.js\`.

| Group | Mutants | Survive | Score |
| --- | ---: | ---: | ---: |
${found.map(({ name, mutants }) => row(name, mutants)).join('\n')}
${row('all', all)}`);
for (const file of files) {
  console.log(`\n## ${file}\n\n| Line | Mutants | Why |\n| --- | ---: | --- |`);
  console.log(linesOf(file).join('\n'));
}
