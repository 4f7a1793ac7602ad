/** `--budget`, and specs that accept to be unfinished. */
import { describe, expect, it } from 'vitest';
import { shareOf } from '../../src/commands/searches.js';
import { inFolder, svscheck, timeless } from './run.js';

const small = (more = ''): string =>
  `title: A\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\n${more}`;
/** Some 80 million states: minutes, whatever the machine. */
const large = (more = ''): string =>
  `title: B\nextends: ${process.cwd()}/specs/mail/mended.yaml\nmachine: { cpus: 3, user-slots: 2 }\n${more}`;
const accepted = 'unfinished: accepted\n';

const check = (files: Readonly<Record<string, string>>, ...args: string[]) =>
  inFolder(files, (folder) =>
    svscheck(['check', '--extends-anywhere', ...Object.keys(files), ...args], folder),
  );

/** The status of each spec, what stopped it, and whether that is accepted. */
const endings = (json: string) =>
  JSON.parse(json).specs.map(
    (spec: { status: string; stoppedBy: string; unfinishedAccepted: boolean }) => [
      spec.status,
      spec.stoppedBy,
      spec.unfinishedAccepted,
    ],
  );

describe('--budget', () => {
  it('is divided among the specs that are left', () => {
    expect(shareOf(120_000, 4)).toBe(30_000);
    // The first three took a second: their rest is for the fourth.
    expect(shareOf(119_000, 1)).toBe(119_000);
    expect(shareOf(120_000, 4, 1000)).toBe(1000);
    expect(shareOf(120_000, 4, 60_000)).toBe(30_000);
    expect(shareOf(10, 100)).toBe(1);
    expect(shareOf(-5000, 3)).toBe(1);
  });

  it('ends what does not fit, which is unfinished', async () => {
    const files = { 'a.yaml': large(), 'b.yaml': large() };
    const { code, out } = await check(files, '--budget', '1500ms', '--json');
    expect(endings(out)).toEqual([
      ['unfinished', 'time-max', false],
      ['unfinished', 'time-max', false],
    ]);
    expect(code).toBe(3);
  });

  it('is of no matter where all fits', async () => {
    const { code, out } = await check({ 'a.yaml': small(), 'b.yaml': small() }, '--budget', '1h');
    expect(out).toContain('2 of 2 specs as expected');
    expect(code).toBe(0);
  });

  it('gives no spec more than --time-max', async () => {
    const { out } = await check(
      { 'a.yaml': large() },
      '--budget',
      '1h',
      '--time-max',
      '300ms',
      '--json',
    );
    expect(endings(out)).toEqual([['unfinished', 'time-max', false]]);
  });

  it.each([['3 weeks'], ['']])('is not %j', (text) => {
    const { code, err } = svscheck(['check', `--budget=${text}`]);
    expect(err).toContain('It must be a number and a unit: ms, s, m, h.');
    expect(code).toBe(2);
  });

  it('does not go with --reference, which has no limit of time', () => {
    const { code, err } = svscheck(['check', '--reference', '--budget', '1m']);
    expect(err).toContain("cannot be used with option '--budget <duration>'");
    expect(code).toBe(2);
  });
});

describe('unfinished: accepted', () => {
  it('lets a run pass where a limit ended a search, and says so', async () => {
    const files = { 'a.yaml': large(accepted), 'b.yaml': small() };
    const { code, out } = await check(files, '--states-max', '5000');
    expect(out).toMatch(/^\.\.\. {2}a\.yaml .* unfinished \(states-max\), accepted$/m);
    expect(timeless(out)).toMatch(
      /\n\n1 of 2 specs as expected, 1 unfinished as accepted, [\d,]+ states in N s\n$/,
    );
    expect(code).toBe(0);
  });

  it('is told of a spec alone', async () => {
    const { code, out } = await check({ 'a.yaml': large(accepted) }, '--depth-max', '12');
    expect(out).toContain(
      'stopped early (depth-max): what is not violated is unfinished, which the spec accepts',
    );
    expect(code).toBe(0);
  });

  it('is of that spec alone: neither of another, nor of one that extends it', async () => {
    const files = { 'a.yaml': large(accepted), 'b.yaml': 'title: C\nextends: a.yaml\n' };
    const { code, out } = await check(files, '--depth-max', '8', '--json');
    expect(endings(out)).toEqual([
      ['unfinished', 'depth-max', true],
      ['unfinished', 'depth-max', false],
    ]);
    expect(code).toBe(3);
  });

  it('accepts nothing that is found and not expected', async () => {
    const { code, out } = await check(
      { 'a.yaml': small(`${accepted}secret: [entry]\n`) },
      '--depth-max',
      '3',
    );
    expect(out).toContain(
      'FAIL kernel-unreachable       violated in the initial state, expected: holds',
    );
    expect(code).toBe(1);
  });

  it('accepts no violation whose trace alone is missing', async () => {
    const spec = `title: A\nextends: ${process.cwd()}/specs/mail/interleaved.yaml\nreductions: [por]\n${accepted}`;
    const { code, out } = await check({ 'a.yaml': spec }, '--states-max', '1000', '--json');
    const [found] = JSON.parse(out).specs;
    expect(found.tracesStoppedBy).toBe('states-max');
    expect(found.unfinishedAccepted).toBe(false);
    expect(code).toBe(3);
  });

  it.each([
    ['fingerprints', ['--hash-compact'], null],
    ['the first violation', ['--stop-at-first'], 'stop-at-first'],
  ])('accepts limits alone, not %s', async (_, args, stoppedBy) => {
    const spec = `title: A\nextends: ${process.cwd()}/specs/mail/interleaved.yaml\n${accepted}expect: { no-foreign-slots: violated, user-slots-complete: violated }\n`;
    const { code, out } = await check({ 'a.yaml': spec }, ...args, '--json');
    expect(endings(out)).toEqual([['unfinished', stoppedBy, false]]);
    expect(code).toBe(3);
  });

  it('is a word', async () => {
    const { code, err } = await check({ 'a.yaml': small('unfinished: acepted\n') });
    expect(err).toContain(
      'a.yaml:4:13: error[unknown-value]: \'unfinished\' cannot be the string "acepted"',
    );
    expect(err).toContain("did you mean 'accepted'?");
    expect(code).toBe(2);
  });
});
