/** `check --hash-compact` as a user has it. */
import { describe, expect, it } from 'vitest';
import { svscheck, timeless } from './run.js';

const compact = (...args: string[]) => svscheck(['check', '--hash-compact', ...args]);

describe('check --hash-compact', () => {
  it('says how probable it is that a state was missed, and exits 3', () => {
    const { code, out, err } = compact('specs/mail/mended.yaml');
    expect({ code, err }).toEqual({ code: 3, err: '' });
    expect(out).toContain('26,120 states, 78,273 generated, depth 66');
    expect(out).toContain('...  no-foreign-slots         probable, expected: holds\n');
    expect(out).toContain(
      [
        '  fingerprints were kept, not states: a state was missed with probability at most 1.9e-11',
        '  probable: no violation was found; nothing is said to hold\n',
      ].join('\n'),
    );
    expect(out).not.toMatch(/^ +\S+ +\S+ +holds/m);
  });

  it('tells the traces of the exact search', () => {
    const file = 'specs/mail/interleaved.yaml';
    const traces = (page: string) => timeless(page.slice(page.indexOf('is violated in')));
    const { code, out } = compact(file);
    expect(code).toBe(3);
    expect(out).toContain('ok   no-foreign-slots         violated in 16 steps, as expected');
    expect(traces(out)).toBe(traces(svscheck(['check', file]).out));
  });

  it('has a line for each spec of a folder', () => {
    const { code, out } = compact('specs/mail/base.yaml', 'specs/mail/interleaved.yaml');
    expect(code).toBe(3);
    expect(timeless(out)).toBe(
      [
        '...  specs/mail/base.yaml                 256 states  depth  10  probable (a state missed: at most 1.8e-15)',
        '...  specs/mail/interleaved.yaml       24,636 states  depth  57  user-slots-complete violated in 22, no-foreign-slots violated in 16, probable (a state missed: at most 1.7e-11)',
        '',
        '0 of 2 specs as expected, 2 unfinished, 24,892 states in N s',
        '',
      ].join('\n'),
    );
  });

  it('is a number in the JSON report', () => {
    const { out, code } = compact('specs/mail/base.yaml', '--json');
    const { specs, exitCode } = JSON.parse(out);
    expect({ code, exitCode }).toEqual({ code: 3, exitCode: 3 });
    expect(specs[0].omission).toBe((256 * 257) / 2 / 2 ** 64);
    expect(specs[0].properties[0].result).toBe('probable');
  });

  it.each(['--reference', '--audit'])('does not go with %s', (other) => {
    const { code, err } = compact(other, 'specs/mail/base.yaml');
    expect(code).toBe(2);
    expect(err).toContain(`'--hash-compact' cannot be used with option '${other}'`);
  });
});
