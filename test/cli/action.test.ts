/** The GitHub Action: its steps as a runner runs them, over a folder of specs. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inFolder } from './run.js';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default: string }>
  >;
  readonly outputs: Readonly<
    Record<string, { readonly description: string; readonly value: string }>
  >;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}
interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

const action = parse(readFileSync('action.yml', 'utf8')) as Action;
const workflow = parse(readFileSync('docs/workflow.yml', 'utf8')) as Workflow;
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const { FORCE_COLOR: _, ...environment } = process.env;

/** As the runner knows it. */
const expression = (text: string): string => `\${{ ${text} }}`;

/** Runs the action's one step in a folder as the runner does: inputs in variables, a script in bash. */
function acted(folder: string, given: Readonly<Record<string, string>>) {
  const [step] = action.runs.steps;
  const inputOf = (name: string): string => given[name] ?? action.inputs[name]?.default ?? '';
  const env = Object.entries(step?.env ?? {}).map(([name, value]) => [
    name,
    value.replace(/^\$\{\{ inputs\.([a-z-]+) \}\}$/, (_all, input) => inputOf(input)),
  ]);
  const bash = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? ''];
  const files = {
    GITHUB_OUTPUT: join(folder, '.output'),
    GITHUB_STEP_SUMMARY: join(folder, '.md'),
  };
  const ran = spawnSync('bash', bash, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...environment,
      PATH: `${folder}:${environment.PATH}`,
      TMPDIR: folder,
      GITHUB_ACTION_PATH: resolve('.'),
      ...files,
      ...Object.fromEntries(env),
    },
  });
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  return {
    code: ran.status,
    out: ran.stdout,
    err: ran.stderr,
    output: read(files.GITHUB_OUTPUT),
    summary: read(files.GITHUB_STEP_SUMMARY),
  };
}

const local = { version: 'local' };
const plain = { ...local, annotations: 'false', summary: 'false' };
const good = 'title: A\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\n';
const bad = `${good}expect: { kernel-unreachable: violated }\n`;

describe('the action', () => {
  it('checks specs, and hands on the exit code and the report', () =>
    inFolder({ 'a.yaml': good, 'b c.yaml': good }, (folder) => {
      const ran = acted(folder, { ...plain, paths: 'a.yaml\nb c.yaml\n', json: 'out.json' });
      expect({ code: ran.code, err: ran.err, summary: ran.summary }).toEqual({
        code: 0,
        err: '',
        summary: '',
      });
      expect(ran.out).toContain('2 of 2 specs as expected');
      expect(ran.output).toBe('exit-code=0\njson=out.json\n');
      expect(JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')).files).toEqual([
        'a.yaml',
        'b c.yaml',
      ]);
    }));

  it('annotates, and writes the summary and each report, where a spec fails', () =>
    inFolder({ 'a.yaml': bad }, (folder) => {
      const ran = acted(folder, {
        ...local,
        paths: 'a.yaml',
        json: 'out.json',
        junit: 'out.xml',
        sarif: 'out.sarif',
      });
      expect({ code: ran.code, err: ran.err }).toEqual({ code: 1, err: '' });
      expect(ran.out).toMatch(/^::error file=a\.yaml,/m);
      expect(ran.output).toBe('exit-code=1\njson=out.json\njunit=out.xml\nsarif=out.sarif\n');
      expect(ran.summary).toContain('kernel-unreachable');
      expect(readdirSync(folder).sort()).toEqual([
        '.md',
        '.output',
        'a.yaml',
        'out.json',
        'out.sarif',
        'out.xml',
      ]);
      expect(JSON.parse(readFileSync(join(folder, 'out.sarif'), 'utf8')).version).toBe('2.1.0');
    }));

  it('checks shards within a budget, and merges them against a baseline', () =>
    inFolder({ 'a.yaml': good, 'b.yaml': bad }, (folder) => {
      const shard = (index: number) =>
        acted(folder, {
          ...plain,
          paths: 'a.yaml\nb.yaml',
          shard: `${index}/2`,
          budget: '9m',
          json: `${index}.json`,
          args: '--workers=1\n--traces=none',
        });
      expect([shard(1).code, shard(2).code]).toEqual([0, 1]);
      const merge = { ...plain, command: 'merge', paths: '1.json\n2.json', baseline: 'base.json' };
      const written = acted(folder, { ...merge, args: '--update-baseline' });
      expect(written.err).toContain('base.json: note: the baseline is that of this run');
      const { code, out } = acted(folder, merge);
      expect(out).toContain('1 of 2 specs as expected, 1 not as expected');
      expect(code).toBe(1);
    }));

  it.each([
    [{ command: 'rm' }, "command is 'rm'; it can be check or merge", ''],
    [{ shard: 'all' }, 'It must be which of how many', 'exit-code=2\n'],
    [{ paths: '--help' }, '--help: error[file-missing]', 'exit-code=2\n'],
    // No line of an output is another output.
    [{ json: 'a\nexit-code=0' }, 'a.yaml: error[file-missing]', 'exit-code=2\njson=aexit-code=0\n'],
  ])('refuses %j', (given, says, expected) =>
    inFolder({}, (folder) => {
      const { code, out, err, output } = acted(folder, { ...plain, paths: 'a.yaml', ...given });
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(says);
      expect(output).toBe(expected);
    }),
  );

  it('takes every input as text, whatever it would mean in a shell', () =>
    inFolder({ npx: '#!/bin/sh\nprintf "%s\\n" "$@"\n' }, (folder) => {
      chmodSync(join(folder, 'npx'), 0o755);
      const wild = '$(touch pwned) `touch pwned`; touch pwned; "\' && touch pwned';
      const all = Object.fromEntries(Object.keys(action.inputs).map((name) => [name, wild]));
      const { out, code } = acted(folder, { ...all, command: 'check' });
      expect(out.split('\n')).toEqual([
        '--yes',
        `svscheck@${wild}`,
        'check',
        ...['budget', 'shard', 'baseline'].map((name) => `--${name}=${wild}`),
        ...['json', 'junit', 'sarif'].map((name) => `--reporter=${name}=${wild}`),
        wild,
        '--',
        wild,
        '',
      ]);
      expect(code).toBe(0);
      expect(acted(folder, all).code).toBe(2);
      expect(readdirSync(folder).sort()).toEqual(['.output', 'npx']);
    }));

  it('asks npx for the version of this package, with all that is asked for', () =>
    inFolder({ npx: '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 3\n' }, (folder) => {
      chmodSync(join(folder, 'npx'), 0o755);
      const { code, out, output } = acted(folder, {
        budget: '2m',
        shard: '1/4',
        baseline: 'b.json',
      });
      const lines = out.trimEnd().split('\n');
      expect(lines.filter((line) => !line.startsWith('--reporter=markdown='))).toEqual([
        '--yes',
        `svscheck@${version}`,
        'check',
        '--budget=2m',
        '--shard=1/4',
        '--baseline=b.json',
        '--reporter=github',
        '--',
        'specs',
      ]);
      expect(lines.length).toBe(10);
      expect({ code, output }).toEqual({ code: 3, output: 'exit-code=3\n' });
    }));

  it('describes what it takes and gives; each input is a variable, and none is in a script', () => {
    const [step, ...others] = action.runs.steps;
    expect(others).toEqual([]);
    expect(Object.values(step?.env ?? {}).sort()).toEqual(
      Object.keys(action.inputs)
        .map((name) => expression(`inputs.${name}`))
        .sort(),
    );
    expect(step?.run).not.toContain('${{');
    const described = readFileSync('docs/ci.md', 'utf8');
    for (const [name, { description }] of [
      ...Object.entries(action.inputs),
      ...Object.entries(action.outputs),
    ]) {
      expect(description).toMatch(/\.$/);
      expect(described).toContain(`\`${name}\``);
    }
  });
});

describe('the example workflow', () => {
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  const own = steps.filter(({ uses }) => uses?.startsWith('OWNER/svscheck@'));

  it('uses this version of the action, with inputs that it has', () => {
    expect(own.map(({ uses }) => uses)).toEqual(own.map(() => `OWNER/svscheck@v${version}`));
    expect(own.length).toBe(3);
    const given = own.flatMap((step) => Object.keys(step.with ?? {}));
    expect(given.filter((name) => action.inputs[name] === undefined)).toEqual([]);
  });

  it('merges the shards that its matrix makes', () => {
    const [shard, merge] = own.map((step) => step.with);
    expect(shard?.json).toBe(`shard-${expression('matrix.shard')}.json`);
    expect(`${merge?.paths}`.trim().split('\n')).toEqual(
      [1, 2, 3, 4].map((index) => `shard-${index}.json`),
    );
    expect(shard?.shard).toBe(`${expression('matrix.shard')}/4`);
  });

  it('has no script into which anything is put', () => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });
});
