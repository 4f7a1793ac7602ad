/** What the program has written and reads back: reports of shards, baselines, certificates. */
import { join } from 'node:path';
import fc from 'fast-check';
import { readBaseline, settle } from '../../src/commands/baseline.js';
import { merged } from '../../src/commands/merge.js';
import { jsonText } from '../../src/commands/output.js';
import { verification } from '../../src/commands/verify.js';
import { baselineText } from '../../src/report/baseline.js';
import { certificateOf } from '../../src/report/certificate.js';
import type { Report, ReportedSpec } from '../../src/report/document.js';
import { reportedSpec } from '../../src/report/reported.js';
import { reportOf } from '../../src/report/run.js';
import { loadSpec } from '../../src/spec/load.js';
import { runSpec } from '../../src/spec/run.js';
import { changedJson } from './json.js';
import type { Kind } from './kinds.js';
import { knownSpecs } from './spec-case.js';
import { linesOf } from './told.js';

const [small, pinned] = ['specs/mail/other-cpus-only.yaml', 'specs/mail/svs-off.yaml'];
const results = await Promise.all(
  [small, pinned].map((file) => runSpec(loadSpec(file), { statesMax: 2000, certify: true })),
);
const told = results.map(reportedSpec) as [ReportedSpec, ReportedSpec];
const files = [small, pinned];

/** The report of a shard of a run of two specs. */
const shardOf = (index: 1 | 2): Report => {
  const specs = [told[index - 1] as ReportedSpec];
  return reportOf({ files, shard: { index, count: 2 }, mistakes: [], isSuite: true, specs }, false);
};
const [first, second] = [jsonText(shardOf(1)), jsonText(shardOf(2))];

export const reports: Kind = {
  name: 'reports to merge',
  share: 12,
  beside: { '2.json': second },
  cases: changedJson(first).map((text) => ({
    files: { '1.json': text },
    args: ['merge', '1.json', '2.json', '--traces', 'all', '--reporter', 'html=out'],
    writes: ['out'],
  })),
  run: (folder) => linesOf(merged(['1.json', '2.json'].map((name) => join(folder, name)))),
};

export const baselines: Kind = {
  name: 'baselines',
  share: 6,
  beside: knownSpecs,
  cases: fc
    .tuple(changedJson(baselineText(told)), fc.constantFrom([], [], ['--update-baseline']))
    .map(([text, more]) => ({
      files: { 'baseline.json': text },
      args: ['check', small, '--baseline', 'baseline.json', '--traces', 'none', ...more],
      writes: ['baseline.json'],
    })),
  run(folder, { args }) {
    const baseline = join(folder, 'baseline.json');
    const options = { baseline, updateBaseline: args.includes('--update-baseline') };
    const run = { files: [small], shard: null, mistakes: [], isSuite: false, specs: [told[0]] };
    const ended = { run, interrupted: false, drift: null };
    // To write it is told on standard error: that is for the program to do.
    if (options.updateBaseline) return [];
    return linesOf(ended, settle(ended, readBaseline(options), options));
  },
};

export const certificates: Kind = {
  name: 'certificates',
  share: 6,
  beside: {},
  cases: changedJson(jsonText(results.map(certificateOf)[0] ?? {})).map((text) => ({
    files: { 'certificate.json': text },
    args: ['verify', 'certificate.json'],
  })),
  run: (folder) => verification(join(folder, 'certificate.json')).lines,
};
