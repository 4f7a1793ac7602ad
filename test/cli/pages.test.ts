/** What people and CI read: whole pages, exit codes, limits, replays. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportFormat } from '../../src/report/document.js';
import { exitCodeOf, exitCodes } from '../../src/report/exit.js';
import { inFolder, started, svscheck, timeless } from './run.js';

const small = `title: A
protocol: mail
machine: { cpus: 1, pmaps: 1, user-slots: 1 }
`;
/** Some 80 million states: minutes, whatever the machine. */
const large = `title: A large one
extends: ${process.cwd()}/specs/mail/mended.yaml
machine: { cpus: 3, user-slots: 2 }
`;

describe('check', () => {
  it('has no verdict where nobody reads it, good or bad', () => {
    for (const spec of ['base', 'copy-unlocked']) {
      const line = `node dist/cli.js check specs/mail/${spec}.yaml | true`;
      const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', line]);
      expect({ status, err: String(stderr) }).toEqual({ status: 141, err: '' });
    }
  });

  it('prints a violated spec whole: counts, properties, trace, blame, replay line', async () => {
    const { code, out, err } = svscheck(['check', 'specs/mail/other-cpus-only.yaml']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    await expect(timeless(out)).toMatchFileSnapshot('golden/check-other-cpus-only.txt');
  });

  it('prints the two traces of the interleaved design', async () => {
    const { code, out } = svscheck(['check', 'specs/mail/interleaved.yaml']);
    expect(code).toBe(0);
    await expect(timeless(out)).toMatchFileSnapshot('golden/check-interleaved.txt');
  });

  it('shows an initial state that is itself wrong', async () => {
    const { out } = svscheck(['check', 'specs/mail/svs-off.yaml']);
    await expect(timeless(out)).toMatchFileSnapshot('golden/check-svs-off.txt');
  });

  it('prints a folder as a table', () => {
    const { code, out } = svscheck(['check', 'specs/mail']);
    const lines = out.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines.slice(0, 2)).toEqual([
      'ok   specs/mail/all-secret.yaml                        256 states  depth  10  kernel-unreachable violated in 0',
      'ok   specs/mail/base.yaml                              256 states  depth  10  all hold',
    ]);
    expect(timeless(lines.at(-1) ?? '')).toBe(
      '36 of 36 specs as expected, 2,238,210 states in N s',
    );
  });

  it('says so when a store buffer was full, since a larger one may show more', () => {
    const file = 'specs/variants/tso-one-store.yaml';
    const whole = svscheck(['check', file, '--traces', 'none']).out;
    expect(whole).toContain(
      'a store buffer was full: with a larger one (`store-buffer`) there may',
    );
    const line = svscheck(['check', file, 'specs/netbsd/2018-tso.yaml', '--traces', 'none']).out;
    expect(line).toContain('user-slots-complete violated in 57, a store buffer full');
    expect(line).toContain('user-slots-complete violated in 57\n');
  });

  it('has no colour unless asked', () => {
    const args = ['check', 'specs/mail/base.yaml'];
    expect(svscheck(args).out).not.toContain('\u001b');
    expect(svscheck(args, '.', { FORCE_COLOR: '1' }).out).toContain('\u001b[32mok');
  });

  it('by the reference prints the same page', () => {
    const args = ['check', 'specs/mail/other-cpus-only-two-cpus.yaml'];
    const [packed, reference] = [svscheck(args), svscheck([...args, '--reference'])];
    expect(timeless(reference.out)).toBe(timeless(packed.out));
    expect(packed.out).toContain('1,160 states, 6,273 generated, depth 12');
  });

  it('twice prints the same page', () => {
    const args = ['check', 'specs/mail/test-outside-lock.yaml'];
    expect(timeless(svscheck(args).out)).toBe(timeless(svscheck(args).out));
  });
});

describe('progress', () => {
  const events = (err: string) =>
    err.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));

  it('as JSON has a line for each spec at its end, with what the report says', () => {
    const files = ['specs/mail/base.yaml', 'specs/mail/other-cpus-only.yaml'];
    const { out, err } = svscheck(['check', ...files, '--json', '--progress', 'json']);
    const { specs } = JSON.parse(out);
    const ends = events(err);
    expect(ends.map(({ event, file }) => [event, file])).toEqual(files.map((f) => ['end', f]));
    for (const [index, { event, statesPerSecond, ...end }] of ends.entries()) {
      expect(specs[index]).toMatchObject(end);
      expect(statesPerSecond).toBeGreaterThan(0);
    }
  });

  it('as JSON tells how far a large search is, in fields that are described', async () => {
    const args = [
      'check',
      '--extends-anywhere',
      'a.yaml',
      '--time-max',
      '1500ms',
      '--progress',
      'json',
    ];
    const { err } = await inFolder({ 'a.yaml': large }, (folder) => svscheck(args, folder));
    const lines = events(err);
    const [first] = lines;
    expect(first).toMatchObject({ event: 'progress', file: 'a.yaml', statesRemaining: null });
    expect(first.frontier).toBeGreaterThan(0);
    expect(first.memory).toBeGreaterThan(first.bytes);
    expect(lines.at(-1)).toMatchObject({ event: 'end', stoppedBy: 'time-max' });
    const described = readFileSync('docs/json.md', 'utf8');
    for (const field of lines.flatMap((line) => Object.keys(line))) {
      expect(described).toContain(`\`${field}\``);
    }
  });

  it('is not there where nobody looks, nor when it is not wanted', () => {
    for (const more of [[], ['--progress', 'none']]) {
      expect(svscheck(['check', 'specs/mail/mended.yaml', ...more]).err).toBe('');
    }
    const text = svscheck(['check', 'specs/mail/mended.yaml', '--progress', 'text']).err;
    const shown = text.split('\r\u001b[K').filter((line) => line !== '');
    for (const line of shown)
      expect(line).toMatch(/ states, .*\/s, depth \d+, .* to expand, .* MiB/);
  });
});

describe('workers', () => {
  it('change nothing on the page', () => {
    const page = (workers: string) =>
      timeless(svscheck(['check', 'specs/mail/without-trap-load.yaml', '--workers', workers]).out);
    expect(page('3')).toBe(page('1'));
  });

  it('are one, with a note, on a machine where threads cannot share memory', () => {
    const NODE_OPTIONS = '--import data:text/javascript,delete%20globalThis.SharedArrayBuffer';
    const args = ['check', 'specs/mail/mended.yaml', '--workers', '2'];
    const { code, out, err } = svscheck(args, '.', { NODE_OPTIONS });
    expect(err).toBe(
      'specs/mail/mended.yaml: note: threads cannot share memory here: one worker searches\n',
    );
    expect(code).toBe(0);
    expect(timeless(out)).toBe(timeless(svscheck(args).out));
  });
});

describe('the exit code', () => {
  const kinds = ['ok', 'unfinished', 'unexpected', 'mistake', 'interrupted'] as const;

  it('is that of the gravest ending', () => {
    const table = kinds.map((one) => kinds.map((other) => exitCodeOf([one, other])));
    expect(table).toEqual([
      [0, 3, 1, 2, 130],
      [3, 3, 1, 2, 130],
      [1, 1, 1, 2, 130],
      [2, 2, 2, 2, 130],
      [130, 130, 130, 130, 130],
    ]);
  });

  it('stands in the help', () => {
    const { out } = svscheck(['--help']);
    for (const { code, says } of Object.values(exitCodes)) {
      expect(out).toContain(`${String(code).padEnd(4)} ${says}`);
    }
  });

  const expecting = (text: string) => `${small}expect: { ${text} }\n`;
  it.each([
    [0, expecting('no-foreign-slots: not-applicable'), 'no-foreign-slots         not applicable'],
    [
      1,
      expecting('user-slots-complete: violated'),
      'FAIL user-slots-complete      holds, expected: violated',
    ],
    [
      1,
      expecting('kernel-mode: unreachable'),
      'FAIL kernel-mode              reached in 2 steps, expected: unreachable',
    ],
    [
      1,
      `${small}secret: [entry]\n`,
      'FAIL kernel-unreachable       violated in the initial state, expected: holds',
    ],
  ])('is %i for expectations %j', async (expected, text, says) => {
    const { code, out } = await inFolder({ 'a.yaml': text }, (folder) =>
      svscheck(['check', '--extends-anywhere', 'a.yaml'], folder),
    );
    expect(out).toContain(says);
    expect(code).toBe(expected);
  });

  it.each([
    [['--states-max', '5000'], 'states-max'],
    [['--depth-max', '12'], 'depth-max'],
    [['--time-max', '300ms'], 'time-max'],
    [['--memory-max', '90MiB'], 'memory-max'],
  ])('is 3 when a limit ends the search: %j', async (limit, name) => {
    const { code, out } = await inFolder({ 'a.yaml': large }, (folder) =>
      svscheck(['check', '--extends-anywhere', 'a.yaml', ...limit], folder),
    );
    expect(out).toContain(`stopped early (${name}): what is not violated is unfinished`);
    expect(out).not.toMatch(/^ +\S+ +\S+ +holds/m);
    expect(code).toBe(3);
  });

  it('is 3 when the first violation leaves others open', () => {
    const { code, out } = svscheck(['check', 'specs/mail/interleaved.yaml', '--stop-at-first']);
    expect(out).toContain('no-foreign-slots         violated in 16 steps, as expected');
    expect(out).toMatch(/\.\.\. +user-slots-complete +unfinished/);
    expect(code).toBe(3);
  });

  it('is 130 after Ctrl-C, and what was explored is told', async () => {
    let isKilled = false;
    const { code, out } = await inFolder({ 'a.yaml': large }, (folder) =>
      started(
        ['check', '--extends-anywhere', 'a.yaml', '--progress', 'json'],
        folder,
        (_, child, err) => {
          const isUnderWay = /"statesDistinct":\d{5}/.test(err);
          if (isUnderWay && !isKilled) isKilled = child.kill('SIGINT');
        },
      ),
    );
    expect(out).toMatch(/[1-9][\d,]{4,} states, [\d,]+ generated, depth \d+/);
    expect(out).toContain('stopped early (interrupted)');
    expect(out).toContain('Interrupted: what was explored so far is above.');
    expect(out).not.toMatch(/^ +\S+ +\S+ +holds/m);
    expect(code).toBe(130);
  });
});

describe('a trace', () => {
  const replayOf = (page: string): string[][] =>
    [...page.matchAll(/Replay: svscheck (replay .+)/g)].map(([, args = '']) => args.split(' '));

  it.each([
    'interleaved',
    'copy-unlocked',
    'global-user',
    'nmi',
    'kaslr-link-time',
    'lock-never-released',
    'without-return-load',
  ])('of %s replays, by the packed rules and by the immutable ones', (name) => {
    const page = svscheck(['check', `specs/mail/${name}.yaml`]).out;
    const replays = replayOf(page);
    expect(replays.length).toBe(page.match(/ is violated /g)?.length);
    for (const args of replays) {
      const [packed, reference] = [svscheck(args), svscheck([...args, '--reference'])];
      expect(reference).toEqual(packed);
      expect(packed.code).toBe(1);
      expect(packed.out).toMatch(/^ {2}[a-z-]+ is violated: /m);
    }
  });

  it('that is cut short violates nothing', () => {
    const [args = []] = replayOf(svscheck(['check', 'specs/mail/interleaved.yaml']).out);
    const cut = args.map((arg) => arg.replace(/\.\d+$/, ''));
    const { code, out } = svscheck(cut);
    expect(out).toContain('no property is violated at the end of this path');
    expect(code).toBe(0);
  });
});

describe('simulate', () => {
  it('walks as its seed says', () => {
    const walk = (seed: string) =>
      svscheck(['simulate', 'specs/mail/interleaved.yaml', '--seed', seed, '--steps', '40']);
    expect(walk('1')).toEqual(walk('1'));
    expect(walk('1').out).not.toBe(walk('2').out);
    expect(walk('1').out).toMatch(/^seed 1, 40 steps/);
  });

  it('finds in a bad design what check finds, sooner or later', () => {
    const codes = Array.from({ length: 20 }, (_, seed) => {
      const args = ['simulate', 'specs/mail/without-trap-load.yaml', '--seed', `${seed}`];
      return svscheck([...args, '--steps', '20']).code;
    });
    expect(codes.filter((code) => code === 1).length).toBeGreaterThan(10);
  });
});

describe('init', () => {
  it('writes a spec that meets its expectations', async () => {
    await inFolder({}, (folder) => {
      expect(svscheck(['init'], folder)).toEqual({
        code: 0,
        out: 'wrote design.yaml; now: svscheck check design.yaml\n',
        err: '',
      });
      const { code, out } = svscheck(['check', 'design.yaml'], folder);
      expect(out).toContain('ok   user-slots-complete      holds, as expected');
      expect(code).toBe(0);
      expect(svscheck(['init', '--force'], folder).code).toBe(0);
    });
  });

  it('names the schema in its first line, where the project has it', async () => {
    const firstLine = (file: string) => readFileSync(file, 'utf8').split('\n')[0];
    const schema = 'node_modules/svscheck/specs/spec.schema.json';
    await inFolder({ [schema]: '{}', 'a/b/README': '' }, (folder) => {
      for (const file of ['own.yaml', 'a/b/own.yaml']) svscheck(['init', file], folder);
      expect(firstLine(`${folder}/own.yaml`)).toBe(`# yaml-language-server: $schema=${schema}`);
      expect(firstLine(`${folder}/a/b/own.yaml`)).toBe(
        `# yaml-language-server: $schema=../../${schema}`,
      );
    });
    await inFolder({}, (folder) => {
      svscheck(['init', 'own.yaml'], folder);
      expect(firstLine(`${folder}/own.yaml`)).toBe('# What is checked, in one line.');
    });
  });

  it('names the schema of this repository in a spec that lies in it', () => {
    const folder = mkdtempSync('test/init-');
    try {
      svscheck(['init', `${folder}/own.yaml`]);
      const [first] = readFileSync(`${folder}/own.yaml`, 'utf8').split('\n');
      expect(first).toBe('# yaml-language-server: $schema=../../specs/spec.schema.json');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('list and show', () => {
  it('list every step with its source, every property and witness', async () => {
    await expect(svscheck(['list']).out).toMatchFileSnapshot('golden/list.txt');
  });

  it('show the protocol after edits, and the packing', async () => {
    const { out } = svscheck(['show', 'specs/mail/mended.yaml']);
    await expect(out).toMatchFileSnapshot('golden/show-mended.txt');
  });
});

describe('--json', () => {
  const { out, code } = svscheck(['check', 'specs/mail/other-cpus-only.yaml', '--json']);
  const report = JSON.parse(out);
  const [spec] = report.specs;

  it('tells what the page tells', () => {
    expect({ code, version: report.version, exitCode: report.exitCode }).toEqual({
      code: 0,
      version: 1,
      exitCode: 0,
    });
    expect(spec).toMatchObject({
      file: 'specs/mail/other-cpus-only.yaml',
      status: 'as-expected',
      statesDistinct: 144,
      statesGenerated: 385,
      depth: 9,
      stoppedBy: null,
    });
    const { trace, ...violated } = spec.properties.find(
      ({ result }: { result: string }) => result === 'violated',
    );
    expect(violated).toMatchObject({ name: 'user-slots-complete', depth: 3, asExpected: true });
    expect(trace.path).toMatch(/^0:\d+\.\d+\.\d+$/);
    expect(trace.actions.length).toBe(3);
    expect(spec.fired['l4-allocate/set-slot']).toBeGreaterThan(0);
  });

  it('is of its format, and has no field that the format has not', () => {
    const bad = svscheck(['check', 'nowhere.yaml', '--json']);
    expect(bad.code).toBe(2);
    const suite = svscheck(['check', 'specs/mail', '--json', '--states-max', '2000']);
    for (const document of [report, JSON.parse(bad.out), JSON.parse(suite.out)]) {
      expect(reportFormat.parse(document)).toEqual(document);
    }
  });
});
