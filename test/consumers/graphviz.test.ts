/** Graphviz draws what `svscheck graph` writes: every state, every transition, every letter. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { inFolder, svscheck } from '../cli/run.js';

/** What Graphviz makes of a graph. Throws where it is not installed. */
function graphviz(format: string, dot: string): string {
  const { error, status, stdout, stderr } = spawnSync('dot', [`-T${format}`], {
    input: dot,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (error !== undefined) {
    throw new Error(`these tests need Graphviz: 'dot' does not run (${error.message})`);
  }
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const unescaped = (xml: string): string =>
  xml
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

describe('Graphviz', () => {
  it('draws 144 states and 384 transitions', () => {
    const { out } = svscheck(['graph', 'specs/mail/other-cpus-only.yaml']);
    const lines = graphviz('plain', out).split('\n');
    const count = (kind: string) => lines.filter((line) => line.startsWith(`${kind} `)).length;
    expect([count('node'), count('edge')]).toEqual([144, 384]);
    const svg = graphviz('svg', out);
    expect(svg.match(/<g id="node\d+"/g)?.length).toBe(144);
    expect(svg.match(/<g id="edge\d+"/g)?.length).toBe(384);
    expect(svg).toContain('>cpu 0: l4&#45;allocate(slot 1)</text>');
  });

  it('shows a title as it is', async () => {
    const title = 'A "\\n" \\N & &lt; #35; <b>x</b>; ]} -> | ä';
    const spec = `title: ${JSON.stringify(title)}\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1, events: [] }\n`;
    const svg = await inFolder({ 'a.yaml': spec }, (folder) =>
      graphviz('svg', svscheck(['graph', 'a.yaml'], folder).out),
    );
    const texts = [...svg.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, text = '']) => text);
    expect(texts.map(unescaped)).toContain(title);
  });
});
