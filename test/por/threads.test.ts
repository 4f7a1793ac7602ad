/** Partial orders in threads, with symmetry, and with the search for the traces that they lack. */
import { describe, expect, it } from 'vitest';
import type { RunOptions, Spec, SpecResult } from '../../dist/index.js';
import { loadSpec, runSpec } from '../../dist/index.js';
import { withReductions } from '../../dist/spec/load.js';

const reduced = (file: string): Spec => withReductions(loadSpec(file), { por: true });

async function told(spec: Spec, options: RunOptions = {}) {
  const { timeMs, bytes, workers, spec: _, model, ...result } = await runSpec(spec, options);
  return result;
}
const propertiesOf = ({ properties }: Pick<SpecResult, 'properties'>) => properties;

describe('a search with partial orders', () => {
  it.each([
    'specs/mail/without-trap-load.yaml',
    'specs/mail/mended-symmetric.yaml',
    'specs/mail/interleaved-symmetric.yaml',
  ])('of %s tells the same for one worker and for two', async (file) => {
    const one = await told(reduced(file), { workers: 1 });
    expect(await told(reduced(file), { workers: 2, eager: true })).toEqual(one);
    expect(one.reductions).toEqual(['por']);
  });

  it.each([
    'specs/mail/interleaved.yaml',
    'specs/mail/interleaved-symmetric.yaml',
    'specs/bugs/z40-nested-nmi.yaml',
    'specs/bugs/z12-disable-if1.yaml',
    'specs/bugs/z54-pcide.yaml',
  ])('of %s has the results of the full one, traces and all', async (file) => {
    const full = await told(loadSpec(file));
    const por = await told(reduced(file));
    expect(propertiesOf(por)).toEqual(propertiesOf(full));
    expect(por.status).toBe('as-expected');
    expect(por.statesDistinct).toBeLessThan(full.statesDistinct);
  });

  it('says nothing is violated that it has no trace for', async () => {
    const spec = reduced('specs/variants/wrong-set.yaml');
    // The reduced search has fewer states than the other before it comes to the violation.
    const result = await told(spec, { statesMax: 4700, workers: 1 });
    const of = (name: string) => result.properties.find((property) => property.name === name);
    expect(result.stoppedBy).toBeNull();
    expect(result.status).toBe('unfinished');
    expect(result.tracesStoppedBy).toBe('states-max');
    expect(of('no-freed-walk')).toMatchObject({ result: 'unfinished', path: null });
    expect(of('well-formed')).toMatchObject({ result: 'holds' });
    expect(result.notices).toEqual([
      expect.stringMatching(/violation was found of no-freed-walk;.*ended early \(states-max\)/),
    ]);
  });

  it('ends with the first violation where that is asked', async () => {
    const result = await told(reduced('specs/mail/interleaved.yaml'), { stopAtFirst: true });
    const depths = result.properties.flatMap(({ name, depth }) =>
      depth === null ? [] : [[name, depth]],
    );
    expect(depths).toEqual([['no-foreign-slots', 16]]);
  });

  it('leaves out nothing for the reference explorer', async () => {
    const { reductions, symmetry } = await told(reduced('specs/mail/base.yaml'), {
      reference: true,
    });
    expect({ reductions, symmetry }).toEqual({ reductions: [], symmetry: [] });
  });
});
