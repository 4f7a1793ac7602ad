/** `svscheck graph`: all states of a small machine, as Graphviz and Mermaid read them. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { titleOf, ungrammatical } from './mermaid.js';
import { inFolder, svscheck } from './run.js';

/** A state that is wrong, and transitions that are. */
const tiny = `title: A tiny machine
protocol: mail
machine: { cpus: 1, pmaps: 1, user-slots: 1, events: [interrupt] }
edits:
  - { replace: l4-allocate/walk-cpus, with: walk-other-cpus }
  - { insert: reload-kpdirpa, after: interrupt/interrupt-entry }
`;
/** What each language of the output takes for more than a letter. */
const hostile = 'A "\\n" & #35; <b>x</b>; %%{init: {}}%% `y` ]} --> | \u202e\u0000';
const shown = 'A "\\n" & #35; <b>x</b>; %%{init: {}}%% `y` ]} --> | \\u202e\\x00';

const smallSpec = 'specs/mail/other-cpus-only.yaml';
const countsOf = (args: readonly string[], cwd = '.'): [states: number, transitions: number] => {
  const { specs } = JSON.parse(svscheck(['check', '--json', ...args], cwd).out);
  const [{ statesDistinct, statesGenerated }] = specs;
  return [statesDistinct, statesGenerated - 1];
};
const statesIn = (dot: string) => dot.match(/^ {2}\d+ \[/gm) ?? [];
const edgesIn = (dot: string): [number, number][] =>
  [...dot.matchAll(/^ {2}(\d+) -> (\d+) \[/gm)].map(([, from, to]) => [Number(from), Number(to)]);

describe('graph', () => {
  it.each(['dot', 'mermaid'])('draws a tiny machine whole as %s', async (format) => {
    const { code, out, err } = await inFolder({ 'a.yaml': tiny }, (folder) =>
      svscheck(['graph', 'a.yaml', '--format', format], folder),
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    await expect(out).toMatchFileSnapshot(`golden/graph-tiny.${format}.txt`);
  });

  it('has a node for each state and an edge for each transition that check counts', () => {
    const dot = svscheck(['graph', smallSpec]).out;
    const counts = countsOf([smallSpec]);
    expect(counts).toEqual([144, 384]);
    expect([statesIn(dot).length, edgesIn(dot).length]).toEqual(counts);
    const mermaid = svscheck(['graph', smallSpec, '--format', 'mermaid']).out;
    expect(mermaid.match(/^ {2}s\d+[[({]/gm)?.length).toBe(144);
    expect(mermaid.match(/^ {2}s\d+ -->/gm)?.length).toBe(384);
    expect(ungrammatical('flowchart', mermaid)).toEqual([]);
  });

  it('reaches a violation in as many steps as check does', () => {
    const dot = svscheck(['graph', smallSpec]).out;
    const wrong = new Set(
      [...dot.matchAll(/^ {2}(\d+) \[.*\\nviolates user-slots-complete"/gm)].map(([, s]) =>
        Number(s),
      ),
    );
    const edges = edgesIn(dot);
    let [level, depth] = [new Set([0]), 0];
    for (; ![...level].some((state) => wrong.has(state)); depth++) {
      level = new Set(edges.filter(([from]) => level.has(from)).map(([, to]) => to));
    }
    expect(depth).toBe(3);
    expect(dot.match(/, initial\\n/g)?.length).toBe(1);
  });

  it('draws every state, whatever reductions the spec names', async () => {
    const symmetric = `title: S
protocol: mail
machine: { cpus: 1, pmaps: 2, user-slots: 1, events: [] }
symmetry: [pmaps]
`;
    await inFolder({ 'a.yaml': symmetric }, (folder) => {
      const dot = svscheck(['graph', 'a.yaml'], folder).out;
      expect(countsOf(['a.yaml'], folder)[0]).toBe(44);
      const counts = countsOf(['a.yaml', '--reduction', 'none'], folder);
      expect([statesIn(dot).length, edgesIn(dot).length]).toEqual(counts);
      expect(counts).toEqual([88, 100]);
    });
  });

  it('refuses a machine of more states, and writes nothing', async () => {
    await inFolder({ 'a.yaml': tiny }, (folder) => {
      const args = ['graph', 'a.yaml', '--output', 'a.dot', '--states-max'];
      const { code, out, err } = svscheck([...args, '17'], folder);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain('a.yaml:3:1: error[graph-too-large]: this machine has more than 17');
      expect(existsSync(`${folder}/a.dot`)).toBe(false);
      expect(svscheck([...args, '18'], folder)).toEqual({ code: 0, out: '', err: '' });
      expect(readFileSync(`${folder}/a.dot`, 'utf8')).toBe(
        svscheck(['graph', 'a.yaml'], folder).out,
      );
    });
  });

  it('has a limit to its limit', () => {
    const { code, err } = svscheck(['graph', smallSpec, '--states-max', '5001']);
    expect(code).toBe(2);
    expect(err).toContain('It must be at most 5000');
    const most = svscheck(['graph', 'specs/mail/interleaved.yaml', '--states-max', '5000']).err;
    expect(most).toContain('\n  make the machine smaller; ');
  });

  it('says so where Mermaid would not draw it', () => {
    const args = ['graph', 'specs/mail/base.yaml', '--states-max', '256'];
    const { code, out, err } = svscheck([...args, '--format', 'mermaid']);
    expect(code).toBe(0);
    expect(ungrammatical('flowchart', out)).toEqual([]);
    expect(err).toContain(
      `note: this graph has 1,536 edges and ${(out.length - 1).toLocaleString('en-US')} characters;`,
    );
    expect(svscheck(args).err).toBe('');
  });

  it('takes nothing of a title for its own', async () => {
    const spec = tiny.replace('A tiny machine', JSON.stringify(hostile));
    await inFolder({ 'a.yaml': spec }, (folder) => {
      const [, dot = ''] = svscheck(['graph', 'a.yaml'], folder).out.split('\n');
      const escaped = String.raw`A \"\\n\" &amp; #35; <b>x</b>; %%{init: {}}%% ${'`y`'} ]} --> | \\u202e\\x00`;
      expect(dot).toBe(`  label="${escaped}"`);
      const mermaid = svscheck(['graph', 'a.yaml', '--format', 'mermaid'], folder).out;
      expect(ungrammatical('flowchart', mermaid)).toEqual([]);
      expect(titleOf(mermaid)).toBe(shown);
    });
  });
});
