import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeenSet } from '../../src/explorer/seen.js';

/** Rows of few different words, so that many are equal; often more than are looked up together. */
const someRows = (words: number) =>
  fc.array(fc.array(fc.nat(5), { minLength: words, maxLength: words }), {
    maxLength: 400,
    size: 'max',
  });

describe('the seen set', () => {
  it('numbers each row once, in the order in which it first came', () => {
    const rowsAndBatch = fc
      .integer({ min: 1, max: 5 })
      .chain((words) =>
        fc.tuple(fc.constant(words), someRows(words), fc.integer({ min: 1, max: 300 })),
      );
    fc.assert(
      fc.property(rowsAndBatch, ([words, rows, batch]) => {
        const seen = SeenSet.alone(words);
        for (let first = 0; first < rows.length; first += batch) {
          const some = rows.slice(first, first + batch);
          seen.addAll(Uint32Array.from(some.flat()), some.length);
        }
        const distinct = [...new Map(rows.map((row) => [row.join(), row])).values()];
        const stored = Array.from({ length: seen.count }, (_, id) => [
          ...seen.rowsOf(id).subarray(seen.offsetOf(id), seen.offsetOf(id) + words),
        ]);
        expect(stored).toEqual(distinct);
        for (const [id, row] of distinct.entries()) {
          expect(seen.find(Uint32Array.from(row), 0)).toBe(id);
        }
        expect(seen.find(new Uint32Array(words).fill(6), 0)).toBe(-1);
      }),
      { numRuns: 500 },
    );
  });

  it.each([1, 2, 5, 17])('tells rows of %i words apart that differ in one word alone', (words) => {
    // So many that some hundred meet a row whose entry in the index has the same bits of a hash.
    const total = 200_000;
    for (const word of new Set([0, words - 1])) {
      const seen = SeenSet.alone(words);
      const row = new Uint32Array(words);
      for (let n = 0; n < total; n++) {
        row[word] = n;
        seen.addAll(row, 1);
      }
      expect(seen.count).toBe(total);
      row[word] = total;
      expect(seen.find(row, 0)).toBe(-1);
    }
  });

  it('finds every row again after its index and its log have grown', () => {
    const seen = SeenSet.alone(2);
    const total = 300_000;
    const row = (n: number) => Uint32Array.of(n >>> 3, Math.imul(n, 0x01000193));
    for (let n = 0; n < total; n++) seen.addAll(row(n), 1);
    for (let n = 0; n < total; n += 7) seen.addAll(row(n), 1);
    expect(seen.count).toBe(total);
    const wrong = Array.from({ length: total }, (_, n) => n).filter(
      (n) => seen.find(row(n), 0) !== n,
    );
    expect(wrong).toEqual([]);
    expect(seen.load).toBeLessThanOrEqual(0.8);
    // Log: 1172 blocks of 256 rows of 8 bytes, and a range for each. Index: 2^19 slots of 4 bytes.
    expect(seen.bytes).toBe(1172 * 256 * 8 + 2 ** 19 * 4 + 1171 * 8);
  });
});
