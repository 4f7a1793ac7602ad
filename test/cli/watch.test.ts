/** `check --watch`: the built program, whose files change under it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Ran } from './run.js';
import { inFolder, started, svscheck, timeless } from './run.js';

const base = 'title: Base\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\n';
const files = {
  'specs/a.yaml': 'title: A\nextends: ../base.yaml\n',
  'specs/b.yaml': base,
  'base.yaml': base,
};
const waiting = /Waiting for a change of specs \(\d files\); Ctrl-C ends\.\n/;

/** Watches the folder; after each run the next edit is made, after the last Ctrl-C comes. */
async function watched(
  folder: string,
  edits: readonly (() => void)[],
  ...args: string[]
): Promise<Ran & { readonly runs: readonly string[] }> {
  const left = [...edits];
  const ran = await started(['check', 'specs', '--watch', ...args], folder, (out, child) => {
    if (out.split(waiting).length - 1 <= edits.length - left.length) return;
    const edit = left.shift();
    if (edit === undefined) child.kill('SIGINT');
    else edit();
  });
  return { ...ran, runs: timeless(ran.out).split(waiting).slice(0, -1) };
}

describe('check --watch', () => {
  it('checks again what a change has to do with, and no more', () =>
    inFolder(files, async (folder) => {
      const write = (file: string, text: string) => () => writeFileSync(join(folder, file), text);
      const { code, err, runs } = await watched(folder, [
        write('base.yaml', `${base}secret: [entry]\n`),
        write('specs/b.yaml', 'title: B\nprotocoll: mail\n'),
        write('specs/c.yaml', base),
        write('base.yaml', base),
        () => rmSync(join(folder, 'specs/b.yaml')),
      ]);
      expect(runs.map((run) => run.split('\n')[0])).toEqual([
        'ok   specs/a.yaml           18 states  depth  10  all hold',
        'Changed: base.yaml; checked again: 1 spec.',
        'Changed: specs/b.yaml; checked again: 1 spec.',
        'Changed: specs/c.yaml; checked again: 1 spec.',
        'Changed: base.yaml; checked again: 1 spec.',
        'Changed: specs/b.yaml; checked again: 0 specs.',
      ]);
      const lines = runs.map((run) => run.match(/^\S+ +specs\/.\.yaml .*$/gm) ?? []);
      expect(lines.map((run) => run.length)).toEqual([2, 1, 0, 1, 1, 0]);
      expect(lines[1]?.[0]).toContain('FAIL specs/a.yaml');
      expect(runs.map((run) => run.trimEnd().split('\n').at(-1))).toEqual([
        '2 of 2 specs as expected, 36 states in N s',
        '1 of 2 specs as expected, 1 not as expected, 36 states in N s',
        '0 of 2 specs as expected, 1 not as expected, 18 states in N s',
        '1 of 3 specs as expected, 1 not as expected, 36 states in N s',
        '2 of 3 specs as expected, 36 states in N s',
        '2 of 2 specs as expected, 36 states in N s',
      ]);
      expect(err.match(/error\[[a-z-]+\]/g)).toEqual(['error[unknown-key]']);
      // What no spec takes, of a folder of two tiny specs.
      expect(code).toBe(1);
    }));

  it('writes the reports of reporters after each run', () =>
    inFolder(files, async (folder) => {
      const { code } = await watched(
        folder,
        [() => writeFileSync(join(folder, 'specs/b.yaml'), 'title: B\n')],
        '--reporter',
        'json=report.json',
      );
      const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
      expect(report.specs.map((spec: { file: string }) => spec.file)).toEqual(['specs/a.yaml']);
      expect(report.exitCode).toBe(2);
      expect(code).toBe(2);
    }));

  it('ends during a search as an interrupted run does', () =>
    inFolder(
      {
        'specs/a.yaml': `title: L\nextends: ${process.cwd()}/specs/mail/mended.yaml\nmachine: { cpus: 3, user-slots: 2 }\n`,
      },
      async (folder) => {
        const args = ['check', '--extends-anywhere', 'specs', '--watch', '--progress', 'json'];
        let isKilled = false;
        const { code, out } = await started(args, folder, (_, child, err) => {
          if (!isKilled && err.includes('"event":"progress"')) isKilled = child.kill('SIGINT');
        });
        expect(out).toContain('unfinished (interrupted)');
        expect(out).not.toMatch(waiting);
        expect(code).toBe(130);
      },
    ));

  it.each([
    [['--json'], "cannot be used with option '--json'"],
    [
      ['--reporter', 'json'],
      '--watch: error[bad-option]: one run after the other is no document for standard output',
    ],
    [['--shard', '1/2'], "cannot be used with option '--shard <i/n>'"],
    [['--reference'], "cannot be used with option '--reference'"],
  ])('does not go with %j', (args, says) => {
    const { code, out, err } = svscheck(['check', '--watch', ...args]);
    expect(err).toContain(says);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});
