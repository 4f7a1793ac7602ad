/** Shards of a run, and what `merge` makes of their reports. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/document.js';
import { mergeShards } from '../../src/report/merge.js';
import { UserError } from '../../src/spec/errors.js';
import { inFolder, svscheck, timeless } from './run.js';

/** Machines of some hundred states: the names say where they are in the list. */
const tiny = (number: number, more = ''): string =>
  `title: Spec ${number}\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\n${more}`;
const nameOf = (number: number): string => `specs/s${String(number).padStart(3, '0')}.yaml`;
const specs = Object.fromEntries(
  Array.from({ length: 200 }, (_, number) => [
    nameOf(number),
    number === 17
      ? tiny(number, 'secert: [pte]\ninterleaving: sometimes\n')
      : number === 99
        ? tiny(number, 'expect: { kernel-unreachable: { violated: 3 } }\n')
        : number === 150
          ? tiny(number, 'secret: [entry]\n')
          : tiny(number),
  ]),
);
const withoutTimes = (json: string): string => json.replace(/"timeMs": \d+/g, '"timeMs": 0');

describe('merge', () => {
  const shards = [1, 2, 3, 4].map((index) => `${index}.json`);
  /** Holds the 200 specs, and the reports of the four shards of a run. */
  const folder = mkdtempSync(join(tmpdir(), 'svscheck-test-'));
  const run = (...args: string[]) => svscheck(args, folder);

  beforeAll(() => {
    mkdirSync(join(folder, 'specs'));
    for (const [file, text] of Object.entries(specs)) writeFileSync(join(folder, file), text);
    for (const [index, file] of shards.entries()) {
      const part = ['--shard', `${index + 1}/4`, '--workers', '1', '--reporter', `json=${file}`];
      run('check', 'specs', ...part);
    }
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const report = (file: string) => JSON.parse(textOf(file));
  const put = (file: string, document: unknown): void =>
    writeFileSync(join(folder, file), JSON.stringify(document));

  it('of 200 specs is byte for byte what the run without shards says, in JSON and as a page', () => {
    const whole = run('check', 'specs', '--workers', '1', '--reporter', 'json=whole.json');
    const merged = run('merge', ...shards.toReversed(), '--reporter', 'json=merged.json');
    const [expected, found] = ['whole.json', 'merged.json'].map(textOf);
    expect(report('whole.json').specs.length).toBe(199);
    expect(withoutTimes(found ?? '')).toBe(withoutTimes(expected ?? ''));
    expect(whole.out).toContain('kernel-unreachable is violated in the initial state.');
    expect(whole.out).toContain('197 of 200 specs as expected, 2 not as expected');
    expect(timeless(merged.out)).toBe(timeless(whole.out));
    expect(whole.err.match(/error\[unknown-key\]/g)?.length).toBe(1);
    expect({ code: merged.code, err: merged.err }).toEqual({ code: 2, err: whole.err });
    expect(whole.code).toBe(2);
  });

  it('has its parts alike, of whose specs it says nothing twice', () => {
    const files = shards.map((file) =>
      report(file).specs.map((spec: { file: string }) => spec.file),
    );
    expect(files.map((list) => list.length)).toEqual([50, 49, 50, 50]);
    expect(files.flat().sort()).toEqual(Object.keys(specs).filter((file) => file !== nameOf(17)));
    expect(files[2]?.slice(0, 2)).toEqual([nameOf(2), nameOf(6)]);
    expect(shards.map((file) => report(file).files)).toEqual(shards.map(() => Object.keys(specs)));
    expect(shards.map((file) => report(file).exitCode)).toEqual([0, 2, 1, 1]);
  });

  it('stays interrupted where one of them was', () => {
    const { specs: all, ...rest } = report('4.json');
    put('cut.json', { ...rest, exitCode: 130, specs: all.slice(0, 20) });
    const { code, out } = run('merge', '1.json', '2.json', '3.json', 'cut.json');
    expect(out).toMatch(/, interrupted\n$/);
    expect(code).toBe(130);
  });

  const changed = (
    file: string,
    change: (document: ReturnType<typeof report>) => unknown,
  ): string => {
    const name = `changed-${file}`;
    const document = report(file);
    put(name, change(document) ?? document);
    return name;
  };

  const merged = (...files: string[]) =>
    mergeShards(files.map((file) => ({ file, report: report(file) as Report })));

  it.each([
    [
      'one is missing',
      () => ['1.json', '4.json'],
      '1.json: error[shard-mismatch]: of 4 shards there is none of 2, 3',
    ],
    [
      'one is there twice',
      () => [...shards, '2.json'],
      '2.json: error[shard-mismatch]: this is shard 2 of 4, as 2.json is',
    ],
    [
      'one is of other specs',
      () => ['1.json', changed('2.json', (one) => void one.files.pop())],
      'changed-2.json: error[shard-mismatch]: this is a shard of another run than 1.json: its `files` are others',
    ],
    [
      'one is of more shards',
      () => ['1.json', changed('2.json', (one) => ({ ...one, shard: { index: 2, count: 5 } }))],
      'changed-2.json: error[shard-mismatch]: this is a shard of another run than 1.json: it is one of 5',
    ],
    [
      'one alone was of a folder',
      () => ['1.json', changed('2.json', (one) => ({ ...one, isSuite: false }))],
      'changed-2.json: error[shard-mismatch]: this is a shard of another run than 1.json: one was given a folder, the other none',
    ],
    [
      'one alone had a baseline',
      () => ['1.json', changed('2.json', (one) => ({ ...one, drift: [] }))],
      'changed-2.json: error[shard-mismatch]: this is a shard of another run than 1.json: one had a baseline, the other none',
    ],
    [
      'one has lost a spec',
      () => ['1.json', changed('3.json', (one) => void one.specs.pop())],
      `changed-3.json: error[shard-mismatch]: shard 3 of 4 says nothing of ${nameOf(198)}`,
    ],
    [
      'one has lost a mistake',
      () => ['1.json', changed('2.json', (one) => ({ ...one, mistakes: [] }))],
      `changed-2.json: error[shard-mismatch]: shard 2 of 4 says nothing of ${nameOf(17)}`,
    ],
    [
      'one has a spec of another',
      () => ['1.json', changed('3.json', (one) => void one.specs.push(report('4.json').specs[0]))],
      `changed-3.json: error[shard-mismatch]: ${nameOf(3)} is not a spec of shard 3 of 4`,
    ],
    [
      'one has a spec twice',
      () => ['1.json', changed('3.json', (one) => void one.specs.push(one.specs[0]))],
      `changed-3.json: error[shard-mismatch]: shard 3 of 4 has ${nameOf(2)} twice`,
    ],
    [
      'one is a whole run',
      () => [changed('1.json', (one) => ({ ...one, shard: null }))],
      'changed-1.json: error[shard-mismatch]: this is the report of a whole run, not of a shard\n  `svscheck check --shard 1/4 --json` makes one of a shard',
    ],
    [
      'most of a billion are missing',
      () => [
        changed('1.json', (one) => ({
          ...one,
          shard: { index: 1, count: 10 ** 9 },
          specs: [],
          files: [],
        })),
      ],
      'changed-1.json: error[shard-mismatch]: of 1000000000 shards there is none of 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and others',
    ],
  ])('is refused where %s', (_, files, says) => {
    const given = files();
    expect(() => merged(...given)).toThrow(UserError);
    expect(() => merged(...given)).toThrow(says);
  });

  it.each([
    [
      'is of a later version',
      () => changed('1.json', (one) => ({ ...one, version: 2 })),
      'changed-1.json: error[wrong-version]: this is version 2 of a report of `svscheck check --json`; version 1 is read here\n  merge with the version of svscheck that wrote it\n',
    ],
    [
      'is the sixth of four',
      () => changed('1.json', (one) => ({ ...one, shard: { index: 6, count: 4 } })),
      'changed-1.json: error[wrong-format]: this is not a report of `svscheck check --json`: shard: there are fewer shards\n',
    ],
    ['is a spec', () => nameOf(0), 'specs/s000.yaml: error[wrong-format]: the file is not JSON\n'],
    [
      'is not there',
      () => 'nowhere.json',
      'nowhere.json: error[file-missing]: there is no such file\n',
    ],
  ])('reads no file that %s', (_, file, says) => {
    expect(run('merge', file(), '--json')).toEqual({ code: 2, out: '', err: says });
  });

  it('cannot drive the terminal, whatever a report says', () => {
    const wild = '\u001b[2J\u202e';
    const files = shards.map((file) =>
      changed(file, (one) => {
        for (const spec of one.specs) {
          spec.notices = [wild];
          spec.symmetry = [wild];
          spec.fired[wild] = 0;
          for (const property of spec.properties) {
            Object.assign(property, { asExpected: false, name: `${property.name}${wild}` });
          }
        }
        for (const mistake of one.mistakes) mistake.code = wild;
      }),
    );
    const { out, err } = run('merge', ...files);
    expect(out).toContain('kernel-unreachable\\x1b[2J\\u202e: holds');
    expect(err).toContain('error[\\x1b[2J\\u202e]');
    for (const letter of ['\u001b', '\u202e']) expect(out + err).not.toContain(letter);
  });
});

describe('a shard', () => {
  it.each(['0/4', '5/4', '1/0', 'one/two', '1/4/2'])('is none of %j', (text) => {
    const { code, out, err } = svscheck(['check', `--shard=${text}`, 'specs/mail/base.yaml']);
    expect(err).toContain('It must be which of how many, such as 1/4 and then 2/4 to 4/4.');
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('can be empty, and says nothing of what no spec takes', async () => {
    await inFolder({ 'specs/a.yaml': tiny(1) }, (folder) => {
      expect(svscheck(['check', 'specs'], folder).out).toContain('FAIL no spec takes the step');
      const { code, out } = svscheck(['check', 'specs', '--shard', '1/2'], folder);
      expect(timeless(out).split('\n').slice(1)).toEqual([
        '',
        '1 of 1 specs as expected, 18 states in N s',
        '',
      ]);
      expect(code).toBe(0);
      const empty = svscheck(['check', 'specs', '--shard', '2/2'], folder);
      expect(empty).toEqual({
        code: 0,
        out: '\n0 of 0 specs as expected, 0 states in 0.0 s\n',
        err: '',
      });
    });
  });

  it('has a spec that is given twice once', () => {
    const { out } = svscheck(['check', 'specs/mail/base.yaml', 'specs/mail/base.yaml', '--json']);
    expect(JSON.parse(out).files).toEqual(['specs/mail/base.yaml']);
  });
});
