/** A case of one spec: the commands that read specs, and all that they tell of one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { reporterNames } from '../../src/commands/reporters.js';
import { stateGraph } from '../../src/explorer/state-graph.js';
import { ImmutableModel } from '../../src/model/immutable-system.js';
import { dotText } from '../../src/report/dot.js';
import { tellGraph } from '../../src/report/graph.js';
import { flowchart } from '../../src/report/mermaid.js';
import { reportedSpec } from '../../src/report/reported.js';
import { findSpecs, loadSpec } from '../../src/spec/load.js';
import { runSpec } from '../../src/spec/run.js';
import type { Case, Files } from './kinds.js';
import { linesOf } from './told.js';

/** Every spec that there is, in the folders that they are in. */
export const knownSpecs: Files = Object.fromEntries(
  findSpecs(['specs']).map((file) => [file, readFileSync(file, 'utf8')]),
);

const check = fc
  .record({
    written: fc.subarray(reporterNames),
    printed: fc.constantFrom(
      [],
      [],
      ['--json'],
      ...reporterNames.map((name) => ['--reporter', name]),
    ),
    more: fc.constantFrom<string[][]>(
      [],
      ['--traces', 'all'],
      ['--reduction', 'por'],
      ['--progress', 'json'],
    ),
  })
  .map(({ written, printed, more }) => ({
    name: 'check',
    options: [
      ...['--states-max', '300', '--time-max', '2s'],
      ...written.flatMap((name) => ['--reporter', `${name}=out.${name}`]),
      ...printed,
      ...more,
    ],
    writes: written.map((name) => `out.${name}`),
  }));

const others = [
  { name: 'show', options: [], writes: [] },
  { name: 'graph', options: ['--states-max', '30', '--output', 'out'], writes: ['out'] },
  { name: 'graph', options: ['--states-max', '30', '--format', 'mermaid'], writes: [] },
  { name: 'simulate', options: ['--seed', '1', '--steps', '40'], writes: [] },
];

const command = fc.oneof(
  { weight: 4, arbitrary: check },
  { weight: 1, arbitrary: fc.constantFrom(...others) },
);

/** A case of one spec. */
export const caseOf = (
  spec: fc.Arbitrary<{ readonly file: string; readonly contents: string | Uint8Array }>,
): fc.Arbitrary<Case> =>
  fc.record({ spec, command }).map(({ spec: { file, contents }, command: given }) => ({
    files: { [file]: contents },
    args: [given.name, file, ...given.options],
    writes: given.writes,
  }));

/** Everything that is told of a spec, in every form that there is. */
export async function told(folder: string, { args: [, file = ''] }: Case): Promise<string[]> {
  const result = await runSpec(loadSpec(join(folder, file), { within: [folder] }), {
    statesMax: 60,
  });
  const specs = [reportedSpec(result)];
  const files = specs.map((spec) => spec.file);
  const run = { files, shard: null, mistakes: [], isSuite: true, specs };
  const texts = linesOf({ run, interrupted: false, drift: null });
  const graph = stateGraph(new ImmutableModel(result.model), 6);
  if (graph === null) return texts;
  const drawn = tellGraph(result.model, result.spec.title, graph);
  return [...texts, dotText(drawn), flowchart(drawn)];
}
