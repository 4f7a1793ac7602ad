/** Reductions on the command line: what the pages say of them, and the audit. */
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

describe('check with partial orders', () => {
  const file = 'specs/mail/interleaved.yaml';
  const reduced = svscheck(['check', file, '--reduction', 'por']);
  const full = svscheck(['check', file]);

  it('says so, and tells the traces of the full search', () => {
    expect(reduced.code).toBe(0);
    expect(reduced.out).toContain('8,250 states, reduced by partial orders, ');
    expect(full.out).not.toContain('partial orders');
    expect(tracesOf(reduced.out)).toBe(tracesOf(full.out));
    expect(tracesOf(full.out).split('\n').length).toBeGreaterThan(60);
  });

  it('goes with symmetry', () => {
    const both = svscheck([...args, '--reduction', 'por']).out;
    expect(both).toContain('states up to symmetry of cpus, pmaps, reduced by partial orders, ');
    expect(tracesOf(both)).toBe(tracesOf(svscheck([...args, '--reduction', 'none']).out));
  });

  it('says so in the JSON report, of which the properties are the same', () => {
    const json = (...more: string[]) =>
      JSON.parse(svscheck(['check', '--json', file, ...more]).out).specs[0];
    const [with_, without] = [json('--reduction', 'por'), json()];
    expect(with_.reductions).toEqual(['por']);
    expect(without.reductions).toEqual([]);
    expect(with_.tracesStoppedBy).toBeNull();
    expect(with_.properties).toEqual(without.properties);
  });

  it('says of a witness that it is reached, and not in how many steps', async () => {
    const text = `title: A\nextends: ${process.cwd()}/specs/mail/base.yaml\nreductions: [por]\nexpect: { kernel-mode: reachable }\n`;
    const { out } = await inFolder({ 'a.yaml': text }, (folder) =>
      svscheck(['check', '--extends-anywhere', 'a.yaml'], folder),
    );
    expect(out).toMatch(/kernel-mode +reached, as expected/);
  });

  it('has no trace where a limit ends the search for it, and says why', () => {
    const limited = ['specs/variants/wrong-set.yaml', '--states-max', '4700'];
    const { code, out, err } = svscheck(['check', ...limited, '--reduction', 'por']);
    expect(code).toBe(3);
    expect(out).toContain('no trace for all that is violated (states-max)');
    expect(out).not.toContain('is violated in');
    expect(err).toContain('a violation was found of no-freed-walk;');
  });

  it('is left out of explain', async () => {
    const text = `title: A\nextends: ${process.cwd()}/specs/bugs/z19-late-load.yaml\nreductions: [por]\n`;
    const repaired = (path: string, folder = '.') =>
      svscheck(['explain', '--extends-anywhere', '--repair', path], folder)
        .out.split('\n')
        .slice(1);
    expect(await inFolder({ 'a.yaml': text }, (folder) => repaired('a.yaml', folder))).toEqual(
      repaired('specs/bugs/z19-late-load.yaml'),
    );
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
        'ok   specs/netbsd/2022-nmi-reduced.yaml partial orders  1 cpus, 1 pmaps, 1 slots  475 of 954 states, 2.0 times fewer',
      ],
    });
  });

  it('has partial orders alone, and with the symmetry that a spec names', () => {
    const { code, out } = svscheck(['check', '--audit', '--reduction', 'por', symmetric]);
    expect({ code, out: out.trimEnd().split('\n') }).toEqual({
      code: 0,
      out: [
        `ok   ${symmetric} symmetry  2 cpus, 2 pmaps, 1 slots  7,958 of 31,598 states, 4.0 times fewer`,
        `ok   ${symmetric} partial orders  2 cpus, 2 pmaps, 1 slots  10,310 of 31,598 states, 3.1 times fewer`,
        `ok   ${symmetric} symmetry and partial orders  2 cpus, 2 pmaps, 1 slots  2,612 of 31,598 states, 12.1 times fewer`,
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
      svscheck(['check', '--extends-anywhere', '--audit', 'a.yaml'], folder),
    );
    expect(code).toBe(2);
    expect(err).toContain('error[not-symmetric]');
  });
});
