/** `--baseline`: what has moved since a run that was accepted. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { inFolder, svscheck, timeless } from './run.js';

const spec = (more = ''): string =>
  `title: A\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\n${more}`;
const dropped = spec(
  'edits: [{ replace: l4-allocate/walk-cpus, with: walk-other-cpus }]\nexpect: { user-slots-complete: violated }\n',
);
const two = { 'a.yaml': spec(), 'b.yaml': spec() };
const base = ['--baseline', 'base.json'];

let written = '';
beforeAll(async () => {
  await inFolder(two, (folder) => {
    const args = ['check', 'b.yaml', 'a.yaml', ...base, '--update-baseline'];
    expect(svscheck(args, folder)).toMatchObject({
      code: 0,
      err: 'base.json: note: the baseline is that of this run\n',
    });
    written = readFileSync(join(folder, 'base.json'), 'utf8');
  });
}, 60_000);

/** Runs in a folder of two specs and their baseline. */
const withBaseline = (
  use: (run: (...args: string[]) => ReturnType<typeof svscheck>, folder: string) => void,
) =>
  inFolder({ ...two, 'base.json': written }, (folder) =>
    use((...args) => svscheck(args, folder), folder),
  );

describe('a baseline', () => {
  it('has the verdicts and counts of each spec, in the order of their names', () => {
    const { specs, version } = JSON.parse(written);
    expect(version).toBe(1);
    expect(Object.keys(specs)).toEqual(['a.yaml', 'b.yaml']);
    const { properties, ...counts } = specs['a.yaml'];
    expect(counts).toEqual({ depth: 10, statesDistinct: 18, statesGenerated: 27 });
    expect(Object.keys(properties)).toEqual(Object.keys(properties).sort());
    expect(properties['kernel-unreachable']).toBe('holds');
    expect(written.split('\n').length).toBe(58);
  });

  it('is what a later run comes to, whatever workers and limits it has', () =>
    withBaseline((run, folder) => {
      const again = run('check', 'a.yaml', 'b.yaml', ...base, '--workers', '2', '--time-max', '9m');
      expect(again.code).toBe(0);
      expect(again.out).not.toContain('drifted');
      run('check', 'a.yaml', 'b.yaml', ...base, '--update-baseline');
      expect(readFileSync(join(folder, 'base.json'), 'utf8')).toBe(written);
    }));

  it('fails a run with each value that has moved, in a line and in the report', () =>
    withBaseline((run, folder) => {
      writeFileSync(join(folder, 'a.yaml'), dropped);
      const { code, out } = run('check', 'a.yaml', 'b.yaml', ...base, '--reporter', 'json=r.json');
      expect(timeless(out).split('\n').slice(2)).toEqual([
        'FAIL a.yaml: statesDistinct was 18, is 14',
        'FAIL a.yaml: statesGenerated was 27, is 20',
        'FAIL a.yaml: depth was 10, is 8',
        'FAIL a.yaml: user-slots-complete was holds, is violated in 7',
        '',
        '2 of 2 specs as expected, 4 values drifted, 32 states in N s',
        '',
      ]);
      expect(code).toBe(1);
      const { drift, exitCode } = JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8'));
      expect(drift).toContainEqual({
        file: 'a.yaml',
        what: 'user-slots-complete',
        was: 'holds',
        now: 'violated in 7',
      });
      expect(exitCode).toBe(1);
      expect(run('check', 'a.yaml', 'b.yaml', ...base, '--update-baseline').code).toBe(0);
      expect(run('check', 'a.yaml', 'b.yaml', ...base).code).toBe(0);
    }));

  it('fails a run for a spec that is new and one that is gone', () =>
    withBaseline((run, folder) => {
      writeFileSync(join(folder, 'c.yaml'), spec());
      const { code, out } = run('check', 'c.yaml', 'a.yaml', ...base);
      expect(out).toContain(
        [
          'FAIL c.yaml: the spec is not in the baseline',
          'FAIL b.yaml: the spec is in the baseline, and not in this run',
          '',
        ].join('\n'),
      );
      expect(code).toBe(1);
      const one = run('check', 'a.yaml', ...base);
      expect(one.out).toContain('FAIL b.yaml: the spec is in the baseline, and not in this run');
      expect(one.code).toBe(1);
    }));

  it('of a shard is about its specs; merged they say what the whole run says', () =>
    withBaseline((run, folder) => {
      writeFileSync(join(folder, 'b.yaml'), dropped);
      writeFileSync(join(folder, 'c.yaml'), spec());
      const shard = (index: number) =>
        run(
          'check',
          'b.yaml',
          'c.yaml',
          ...base,
          '--shard',
          `${index}/2`,
          '--reporter',
          `json=${index}.json`,
        );
      const [first, second] = [shard(1), shard(2)];
      expect(first.out.match(/^FAIL .*: the spec .*$/gm)).toEqual([
        'FAIL a.yaml: the spec is in the baseline, and not in this run',
      ]);
      expect(second.out.match(/^FAIL .*$/gm)).toEqual([
        'FAIL c.yaml: the spec is not in the baseline',
      ]);
      const whole = run('check', 'b.yaml', 'c.yaml', ...base);
      expect(whole.code).toBe(1);
      for (const more of [[], base]) {
        const merged = run('merge', '1.json', '2.json', ...more);
        expect(timeless(merged.out)).toBe(timeless(whole.out));
        expect(merged.code).toBe(1);
      }
      expect(run('merge', '1.json', '2.json', ...base, '--update-baseline').code).toBe(0);
      expect(run('check', 'b.yaml', 'c.yaml', ...base).code).toBe(0);
    }));

  it('is not drifted from by what a limit left open, but by what is found', () =>
    withBaseline((run, folder) => {
      const cut = run('check', 'a.yaml', 'b.yaml', ...base, '--depth-max', '7');
      expect(cut.out).not.toContain('FAIL');
      expect(cut.code).toBe(3);
      writeFileSync(join(folder, 'a.yaml'), dropped);
      const { code, out } = run('check', 'a.yaml', 'b.yaml', ...base, '--depth-max', '7');
      expect(out.match(/^FAIL.*$/gm)).toEqual([
        'FAIL a.yaml: user-slots-complete was holds, is violated in 7',
      ]);
      expect(code).toBe(1);
    }));

  it.each([
    ['unfinished', ['--depth-max', '4'], 'a.yaml is unfinished (depth-max)'],
    ['probable', ['--hash-compact'], 'a.yaml is probable'],
    ['with a mistake', ['c.yaml'], 'there is a mistake in c.yaml'],
  ])('is not updated by a run that is %s', (_, more, why) =>
    withBaseline((run, folder) => {
      writeFileSync(join(folder, 'c.yaml'), 'title: C\n');
      writeFileSync(join(folder, 'b.yaml'), dropped);
      const args = ['a.yaml', 'b.yaml', ...more, ...base, '--update-baseline'];
      const { code, err } = run('check', ...args);
      expect(err).toContain(`base.json: error[baseline-kept]: it is left as it was: ${why}\n`);
      expect(code).toBe(2);
      expect(readFileSync(join(folder, 'base.json'), 'utf8')).toBe(written);
    }),
  );

  it.each([
    [
      'is not there',
      null,
      'file-missing]: there is no such baseline\n  `--update-baseline` writes it',
    ],
    [
      'is of another version',
      '{"version":2,"specs":{}}',
      'wrong-version]: this is version 2 of a baseline; version 1 is read here\n  `--update-baseline` writes it anew',
    ],
    [
      'has another verdict',
      '{"version":1,"specs":{"a":{"depth":1,"statesDistinct":1,"statesGenerated":1,"properties":{"p":"so-so"}}}}',
      'wrong-format]: this is not a baseline: specs.a.properties.p: ',
    ],
    ['is not JSON', 'specs:\n', 'wrong-format]: the file is not JSON'],
  ])('that %s is a mistake', async (_, text, says) => {
    const files = { ...two, ...(text === null ? {} : { 'base.json': text }) };
    await inFolder(files, (folder) => {
      const { code, out, err } = svscheck(['check', 'a.yaml', ...base], folder);
      expect(err).toContain(`base.json: error[${says}`);
      expect({ code, out }).toEqual({ code: 2, out: '' });
    });
  });

  it('is written over one of another version, and over nothing else', async () => {
    const files = {
      ...two,
      'base.json': '{"version":2,"specs":{}}',
      'package.json': '{"version":"1"}',
    };
    await inFolder(files, (folder) => {
      const update = (file: string) =>
        svscheck(['check', 'a.yaml', '--baseline', file, '--update-baseline'], folder);
      expect(update('base.json').code).toBe(0);
      const other = update('package.json');
      expect(other.err).toContain(
        'package.json: error[wrong-format]: this is not a baseline: version: ',
      );
      expect(other.code).toBe(2);
      expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe('{"version":"1"}');
    });
  });

  it.each([
    [['--update-baseline'], '--update-baseline: error[bad-option]: there is no baseline to update'],
    [
      [...base, '--update-baseline', '--shard', '1/2'],
      "'--shard <i/n>' cannot be used with option '--update-baseline'",
    ],
  ])('is not written with %j', async (args, says) => {
    await inFolder(two, (folder) => {
      const { code, err } = svscheck(['check', 'a.yaml', ...args], folder);
      expect(err).toContain(says);
      expect(code).toBe(2);
      expect(existsSync(join(folder, 'base.json'))).toBe(false);
    });
  });
});
