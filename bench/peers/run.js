/**
 * svscheck beside SPIN, Rumur and TLC on the same models.
 *
 *   npm run bench:peers -- [--rounds N] [--scope NAME[,NAME...]] [--part one|two|best]
 *
 * Builds what is installed, then runs all in turns, N times. Fails unless all runs without a
 * reduction have the same states and transitions. What counts are the ratios: times depend on the
 * machine.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderFor, parts } from './contenders.js';
import { machine, measure, toolVersions } from './measure.js';
import { defaultScopes, scopes } from './scopes.js';
import { median, tableOf } from './table.js';

const results = new URL('./results.json', import.meta.url);

/** Builds all of one scope; a tool that is missing, or a model that is, is named instead. */
function prepare(parent, scope, versions, chosen) {
  return chosen.flatMap((part) =>
    part.contenders.map((contender) => {
      const row = { part, contender, runs: [], missing: null };
      if (versions[contender.tool] === null) row.missing = 'not installed';
      else if (contender.file(scope) === undefined) row.missing = 'has no such model';
      if (row.missing !== null) return row;
      row.dir = folderFor(parent, scope, { name: `${part.title} ${contender.name}` });
      row.command = contender.build(row.dir, scope);
      return row;
    }),
  );
}

/** All in turns, so that what else the machine does falls on each alike. */
function runInTurns(rows, rounds) {
  for (let round = 0; round < rounds; round++) {
    for (const { contender, dir, command, runs, missing } of rows) {
      if (missing !== null) continue;
      const { output, ...cost } = measure(dir, command, contender.exitCodes);
      runs.push({ ...cost, ...contender.counts(output) });
    }
  }
}

function summarise({ part, contender, runs, missing }) {
  const middle = (key) => (missing === null ? median(runs.map((run) => run[key])) : null);
  const [{ statesDistinct, statesGenerated } = {}] = runs;
  return {
    part: part.title,
    name: contender.name,
    missing,
    statesDistinct: statesDistinct ?? null,
    statesGenerated: statesGenerated ?? null,
    cpuSeconds: middle('cpuSeconds'),
    wallSeconds: middle('wallSeconds'),
    peakMiB: middle('peakMiB'),
    runs,
  };
}

/** The runs without a reduction whose counts are not those of the first. */
function disagreements(rows) {
  const exact = rows.filter(({ part }) => part.exact);
  const told = exact.flatMap(({ contender, runs }) =>
    runs.map(({ statesDistinct, statesGenerated }) => ({
      name: contender.name,
      counts: `${statesDistinct} states, ${statesGenerated} generated`,
    })),
  );
  return told.filter(({ counts }) => counts !== told[0].counts);
}

function main() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      scope: { type: 'string', default: defaultScopes.join(',') },
      part: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  const chosenParts = parts.filter(({ title }) => title.includes(values.part ?? ''));
  const versions = toolVersions();
  if (versions.time === null) throw new Error('GNU time is needed: /usr/bin/time');
  const parent = mkdtempSync(join(tmpdir(), 'svscheck-peers-'));
  const measured = [];
  let failed = false;
  try {
    for (const name of values.scope.split(',')) {
      const scope = scopes.find((one) => one.name === name);
      if (scope === undefined) {
        const names = scopes.map((one) => one.name).join(', ');
        throw new Error(`no scope '${name}'; there are ${names}`);
      }
      const rows = prepare(parent, scope, versions, chosenParts);
      runInTurns(rows, rounds);
      const summaries = rows.map(summarise);
      measured.push({ scope: name, machine: scope.machine, rows: summaries });
      for (const { title, compares } of chosenParts) {
        const own = summaries.filter(({ part }) => part === title);
        console.log(`${name}, ${title}\n${tableOf(own, compares)}\n`);
      }
      for (const { name: who, counts } of disagreements(rows)) {
        console.error(`${name}: ${who} has other counts: ${counts}`);
        failed = true;
      }
    }
  } finally {
    rmSync(parent, { recursive: true });
  }
  const date = new Date().toISOString().slice(0, 10);
  const document = { date, rounds, machine: machine(), versions, scopes: measured };
  writeFileSync(results, `${JSON.stringify(document, null, 2)}\n`);
  if (failed) process.exitCode = 1;
}

main();
