/** The tables of the README are those of the JSON that the benches have written. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Point {
  readonly statesDistinct: number;
  readonly statesGenerated: number;
}
interface Row extends Point {
  readonly part: string;
  readonly name: string;
  readonly missing: string | null;
  readonly runs: readonly Point[];
}
interface Peers {
  readonly date: string;
  readonly machine: { readonly cpu: string };
  readonly scopes: readonly { readonly scope: string; readonly rows: readonly Row[] }[];
}
const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const readme = readFileSync('README.md', 'utf8');

describe('the bench beside other checkers', () => {
  const peers: Peers = json('bench/peers/results.json');

  it('is in the README as it is in its JSON, with its date and machine', async () => {
    const { markdownOf } = await import(`${process.cwd()}/bench/peers/table.js`);
    expect(readme).toContain(markdownOf(peers));
    expect(readme).toContain(`${peers.date}, on ${peers.machine.cpu}`);
  });

  it('has the same states and transitions in every run without a reduction', () => {
    const all = peers.scopes.flatMap(({ rows }) => {
      const exact = rows.filter(({ part, missing }) => part.includes('no reduction') && !missing);
      const counts = exact.flatMap(({ runs }) =>
        runs.map(({ statesDistinct, statesGenerated }) => `${statesDistinct} ${statesGenerated}`),
      );
      expect(new Set(counts).size).toBe(1);
      return counts;
    });
    expect(all.length).toBeGreaterThan(10);
  });
});

describe('the bench of growing searches', () => {
  it('has its largest scopes in the README', async () => {
    const { largestOf } = await import(`${process.cwd()}/bench/peers/table.js`);
    const { points, largest } = json('bench/scale.json');
    expect(readme).toContain(largestOf({ largest }));
    const one = points.at(-1);
    const two = largest.find(
      ({ workers, statesDistinct }: { workers: number } & Point) =>
        workers === 2 && statesDistinct === one.statesDistinct,
    );
    const times = (one.wallSeconds / two.wallSeconds).toFixed(2);
    const states = one.statesDistinct.toLocaleString('en-US');
    expect(readme).toContain(
      `Two workers take ${times} times less than one over the ${states} states`,
    );
  });

  it('goes from ten thousand states to nearly a hundred million', () => {
    const { points }: { points: readonly Point[] } = json('bench/scale.json');
    const states = points.map(({ statesDistinct }) => statesDistinct);
    expect(states[0]).toBeLessThan(10 ** 5);
    expect(states.at(-1)).toBeGreaterThan(8 * 10 ** 7);
    const chart = readFileSync('docs/scale.svg', 'utf8');
    for (const count of states) expect(chart).toContain(count.toLocaleString('en-US'));
  });
});
