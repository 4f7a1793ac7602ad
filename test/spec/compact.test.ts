/** `--hash-compact` on whole specs: it finds what the exact search finds, and says no more of it. */
import { describe, expect, it } from 'vitest';
import type { RunOptions, SpecResult } from '../../dist/index.js';
import { loadSpec, runSpec } from '../../dist/index.js';

const run = (file: string, options: RunOptions = {}): Promise<SpecResult> =>
  runSpec(loadSpec(file), options);

/** What is the same, by fingerprints or not. */
function found({ properties, witnesses, ...result }: SpecResult) {
  const { statesDistinct, statesGenerated, depth, fired, stoppedBy, symmetry } = result;
  return {
    violated: properties.map(({ depth: steps, path }) => ({ steps, path })),
    witnesses: witnesses.map((witness) => witness.depth),
    ...{ statesDistinct, statesGenerated, depth, fired, stoppedBy, symmetry },
  };
}

describe('a spec searched by fingerprints', () => {
  it.each([
    'specs/mail/base.yaml',
    'specs/mail/mended.yaml',
    'specs/mail/interleaved.yaml',
    'specs/mail/interleaved-symmetric.yaml',
    'specs/mail/without-trap-load.yaml',
    'specs/netbsd/2018-symmetric.yaml',
    'specs/netbsd/2018-tso.yaml',
    'specs/bugs/z03-nmi-by-cs.yaml',
  ])('%s: counts, witnesses and traces are those of the exact search', async (file) => {
    const exact = await run(file);
    for (const workers of [1, 2, 3]) {
      const result = await run(file, { hashCompact: true, workers, eager: true });
      expect(found(result)).toEqual(found(exact));
      const { statesDistinct: n, omission } = result;
      expect(omission).toBe((n * (n + 1)) / 2 / 2 ** 64);
      expect(result.status).toBe('unfinished');
      expect(result.notices).toEqual([]);
      for (const [claim, { result: outcome, asExpected }] of result.properties.entries()) {
        const was = exact.properties[claim];
        if (outcome === 'probable') expect(was?.result).toMatch(/^(holds|not-applicable)$/);
        else
          expect({ result: outcome, asExpected }).toMatchObject({
            result: was?.result,
            asExpected: was?.asExpected,
          });
        expect(outcome).not.toBe('holds');
      }
    }
  });

  it('says of what was not reached that it was not reached', async () => {
    const file = 'specs/mail/base.yaml';
    const [exact, result] = [await run(file), await run(file, { hashCompact: true })];
    const vacuous = exact.properties.findIndex(
      ({ result: outcome }, claim) =>
        outcome === 'not-applicable' && exact.model.inapplicable[claim] === null,
    );
    expect(result.properties[vacuous]).toMatchObject({ result: 'probable' });
    expect(result.properties[vacuous]?.reason).toMatch(/ was not reached$/);
  });

  it('is unfinished, with a note, where the search for the trace is stopped', async () => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    let leaders = 0;
    const { properties, notices, status, stoppedBy } = await run('specs/mail/interleaved.yaml', {
      hashCompact: true,
      workers: 1,
      stop,
      onThread: () => {
        leaders++;
        if (leaders === 2) Atomics.store(stop, 0, 1);
      },
    });
    expect({ leaders, status, stoppedBy }).toEqual({
      leaders: 2,
      status: 'unfinished',
      stoppedBy: null,
    });
    const named = (outcome: string) =>
      properties.filter(({ result }) => result === outcome).map(({ name }) => name);
    const open = named('unfinished');
    expect(open).toContain('user-slots-complete');
    const told = `a violation was found of ${open.join(', ')}; the search for the shortest trace ended`;
    expect(notices).toEqual([expect.stringMatching(`^${told} early`)]);
    expect(named('probable').length).toBeGreaterThan(3);
  });

  it('stops at limits as unfinished', async () => {
    const result = await run('specs/mail/mended.yaml', { hashCompact: true, depthMax: 20 });
    expect(result.stoppedBy).toBe('depth-max');
    for (const { result: outcome } of result.properties) {
      expect(outcome).toMatch(/^(unfinished|not-applicable)$/);
    }
  });
});
