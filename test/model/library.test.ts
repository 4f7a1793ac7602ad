/** Models of one's own, through the package's own entry. */
import { describe, expect, it } from 'vitest';
import type { SearchOutcome } from '../../src/explorer/outcome.js';
import { checkModel, defineModel, flag, record } from '../../src/index.js';
import { twoPhaseCommit } from '../models/two-phase-commit.js';

describe('two-phase commit', () => {
  it('has the published counts for three resource managers', () => {
    const { statesDistinct, statesGenerated, claims, sometimes } = checkModel(twoPhaseCommit(3));
    expect({ statesDistinct, statesGenerated }).toEqual({
      statesDistinct: 288,
      statesGenerated: 1146,
    });
    expect(claims.map(({ name, result }) => [name, result])).toEqual([
      ['consistent', 'holds'],
      ['none-commits', 'violated'],
    ]);
    expect(sometimes).toEqual({ 'all-committed': 10, 'a-commit-without-preparing': null });
  });

  it('has the published count for five', () => {
    expect(checkModel(twoPhaseCommit(5)).statesDistinct).toBe(8832);
  });

  it('tells the shortest trace as immutable states', () => {
    const [, violated] = checkModel(twoPhaseCommit(2)).claims;
    expect(violated?.depth).toBe(6);
    expect(violated?.trace.map(({ action }) => action)).toEqual([
      null,
      'RMPrepare(rm 0)',
      'TMRcvPrepared(rm 0)',
      'RMPrepare(rm 1)',
      'TMRcvPrepared(rm 1)',
      'TMCommit',
      'RMRcvCommitMsg(rm 0)',
    ]);
    const last = violated?.trace.at(-1)?.state;
    expect(last).toMatchObject({ tm: 'done', rm: [{ state: 'committed' }, { state: 'prepared' }] });
    expect(Object.isFrozen(last)).toBe(true);
  });

  it('has no more claims than the search can tell apart', () => {
    const claims = (n: number) =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`c${i}`, () => i !== n - 1]));
    const define = (n: number) =>
      defineModel({ state: record({ on: flag() }), rules: [], always: claims(n) });
    const results = checkModel(define(31)).claims.map(({ result }) => result);
    expect(results).toEqual([...Array(30).fill('holds'), 'violated']);
    expect(() => define(32)).toThrow(RangeError);
  });

  it('comes out the same by the reference explorer', () => {
    const { bytes, load, workers, notices, tracesStoppedBy, ...packed } = checkModel(
      twoPhaseCommit(3),
    ) as ReturnType<typeof checkModel> & SearchOutcome;
    expect(notices).toEqual([]);
    expect({ bytes, load, workers }).toEqual({
      bytes: expect.any(Number),
      load: expect.any(Number),
      workers: 1,
    });
    expect(checkModel(twoPhaseCommit(3), { reference: true })).toEqual(packed);
  });
});
