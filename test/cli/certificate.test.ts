/** Certificates: written by the fast search, derived again by the naive one. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/report/certificate.js';
import { inFolder, svscheck } from './run.js';

const spec = join(process.cwd(), 'specs/mail/other-cpus-only.yaml');

/** What verify says of the certificate of a spec, changed. */
function verified(change: (certificate: Certificate) => object) {
  return inFolder({}, (folder) => {
    const file = join(folder, 'c.json');
    const { code } = svscheck(['check', spec, '--certificate', file, '--traces', 'none']);
    expect(code).toBe(0);
    const certificate = JSON.parse(readFileSync(file, 'utf8')) as Certificate;
    writeFileSync(file, JSON.stringify(change(certificate)));
    return svscheck(['verify', 'c.json'], folder);
  });
}

describe('a certificate', () => {
  it('has every state of a small scope, and is found again', async () => {
    const { code, out } = await verified((certificate) => {
      expect(certificate.statesDistinct).toBe(144);
      expect(new Set(certificate.states).size).toBe(144);
      return certificate;
    });
    expect(code).toBe(0);
    expect(out).toMatch(/144 states and their digest found again; \d+ properties hold, 1 are/);
  });

  it.each<[string, (certificate: Certificate) => object, string]>([
    ['counts a state too many', (c) => ({ ...c, statesDistinct: 145 }), 'statesDistinct'],
    ['counts a state too few', (c) => ({ ...c, statesDistinct: 143 }), 'found more'],
    [
      'has another digest',
      (c) => ({ ...c, digest: '0'.repeat(64) }),
      'the digest of the states: the certificate says 0000',
    ],
    [
      'lists another state',
      (c) => ({ ...c, states: ['x', ...(c.states ?? []).slice(1)] }),
      'the states',
    ],
    [
      'says that a property holds which does not',
      (c) => ({
        ...c,
        properties: c.properties.map((p) => ({ ...p, result: 'holds', depth: null, path: null })),
      }),
      'user-slots-complete: the certificate says holds; found violated in 3',
    ],
    ['is of another design', (c) => ({ ...c, spec: { ...c.spec, edits: [] } }), 'FAIL'],
  ])('that %s is refused', async (_, change, message) => {
    const { code, out, err } = await verified(change);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain(message);
  });

  it('that is none is a mistake', async () => {
    const { code, err } = await verified((certificate) => ({ ...certificate, digest: 'short' }));
    expect(code).toBe(2);
    expect(err).toContain('error[wrong-format]: this is not a certificate');
  });

  it('of more states than there is memory for is a mistake', async () => {
    await inFolder({}, (folder) => {
      const [small, file] = ['specs/mail/other-cpus-only.yaml', join(folder, 'c.json')];
      svscheck(['check', small, '--certificate', file, '--traces', 'none']);
      const certificate = JSON.parse(readFileSync(file, 'utf8')) as Certificate;
      const machine = { ...certificate.spec.machine, cpus: 3, pmaps: 3 };
      const spec = { ...certificate.spec, machine, interleaving: 'step' };
      writeFileSync(file, JSON.stringify({ ...certificate, spec, statesDistinct: 1e9 }));
      const more = { NODE_OPTIONS: '--max-old-space-size=50' };
      const { code, out, err } = svscheck(['verify', 'c.json'], folder, more);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(
        /^c\.json: error\[unfinished\]: there is no memory for its 1,000,000,000 states; [\d,]+ were found\n/,
      );
    });
  });

  it('in a file of any name tells of it in one line', async () => {
    await inFolder({}, (folder) => {
      const file = join(folder, 'c\x1b[2J\n.json');
      const { err } = svscheck(['check', spec, '--states-max', '10', '--certificate', file]);
      expect(err).toContain('/c\\x1b[2J .json: note: no certificate was written');
    });
  });

  it('is not of several specs, of a reduced search, nor of an unfinished one', async () => {
    await inFolder({}, (folder) => {
      const file = join(folder, 'c.json');
      const two = svscheck(['check', spec, join(spec, '../base.yaml'), '--certificate', file]);
      expect([two.code, two.err]).toEqual([
        2,
        `${file}: error[bad-option]: a certificate is of one spec, and there are 2\n`,
      ]);
      const reduced = svscheck(['check', spec, '--reduction', 'por', '--certificate', file]);
      expect(reduced.err).toContain('this spec names a reduction\n  add `--reduction none`');
      const some = svscheck(['check', spec, '--states-max', '10', '--certificate', file]);
      expect([some.code, some.err]).toEqual([
        3,
        `${file}: note: no certificate was written: the search is unfinished\n`,
      ]);
      expect(existsSync(file)).toBe(false);
    });
  });
});
