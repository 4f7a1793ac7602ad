/** `symmetry` on the command line: what the pages say of it, and the audit. */
import { describe, expect, it } from 'vitest';
import { inFolder, svscheck } from './run.js';

const symmetric = 'specs/mail/interleaved-symmetric.yaml';
const args = ['check', symmetric, '--traces', 'all'];

/** From the first trace on. */
const tracesOf = (page: string): string => page.slice(page.indexOf('is violated in'));

describe('check up to symmetry', () => {
  it('says so, and tells the traces of the full search, which replay', () => {
    const reduced = svscheck(args).out;
    const full = svscheck([...args, '--reduction', 'none']).out;
    expect(reduced).toContain('7,958 states up to symmetry of cpus, pmaps, 24,149 generated');
    expect(full).not.toContain('symmetry of cpus, pmaps,');
    expect(tracesOf(reduced)).toBe(tracesOf(full));
    const paths = [...reduced.matchAll(/Replay: svscheck (replay .+)/g)];
    expect(paths.length).toBe(2);
    for (const [, line = ''] of paths) expect(svscheck(line.split(' ')).code).toBe(1);
  });

  it('says so in the JSON report', () => {
    const symmetryOf = (...more: string[]) =>
      JSON.parse(svscheck(['check', '--json', symmetric, ...more]).out).specs[0].symmetry;
    expect(symmetryOf()).toEqual(['cpus', 'pmaps']);
    expect(symmetryOf('--reduction', 'none')).toEqual([]);
    expect(symmetryOf('--reference', '--depth-max', '8')).toEqual([]);
  });
});

describe('the audit', () => {
  it('has a line for each spec and reduction', () => {
    const { code, out } = svscheck(['check', '--audit', 'specs/mail', 'specs/netbsd']);
    expect({ code, out: out.trimEnd().split('\n') }).toEqual({
      code: 0,
      out: [
        `ok   ${symmetric} symmetry  2 cpus, 2 pmaps, 1 slots  7,958 of 31,598 states, 4.0 times fewer`,
        'ok   specs/mail/mended-symmetric.yaml symmetry  2 cpus, 2 pmaps, 1 slots  10,634 of 42,248 states, 4.0 times fewer',
        'ok   specs/netbsd/2018-symmetric.yaml symmetry  2 cpus, 1 pmaps, 2 slots  9,362 of 35,552 states, 3.8 times fewer',
      ],
    });
  });

  it('says so when there is nothing to audit', () => {
    const { code, out } = svscheck(['check', '--audit', 'specs/variants']);
    expect({ code, out }).toEqual({ code: 0, out: 'No spec names a reduction.\n' });
  });

  it('of a design that is not symmetric is the mistake of a user', async () => {
    const text = `title: A\nprotocol: mail\nmachine: { cpus: 2, pmaps: 1, user-slots: 1 }\nsymmetry: [cpus]\n`;
    const { code, err } = await inFolder({ 'a.yaml': text }, (folder) =>
      svscheck(['check', '--audit', 'a.yaml'], folder),
    );
    expect(code).toBe(2);
    expect(err).toContain('error[not-symmetric]');
  });
});
