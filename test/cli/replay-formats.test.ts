/** `svscheck replay --format`: one trace, as other tools read it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { traceFormat } from '../../src/report/document.js';
import type { Value } from './itf.js';
import { readItf } from './itf.js';
import { titleOf, ungrammatical } from './mermaid.js';
import { inFolder, svscheck } from './run.js';

const small = 'specs/mail/other-cpus-only.yaml';
const interleaved = '0:0.42.4.17.19.21.23.25.3.7.9.11.44.86.49.73.75.77.13.15.2.43';
const toViolation = ['replay', small, '--path', '0:0.6.3'];

/** Every value that is no record and no table, by its path as docs/json.md has it, in words. */
function leavesOf(value: Value, path: readonly (string | number)[] = []): Leaf[] {
  const text = (words: string): Leaf[] => [{ path, value: words }];
  if (value instanceof Set) return text([...value].join(', ') || 'nothing');
  if (value instanceof Map) {
    return [...value.values()].flatMap((row, index) => leavesOf(row, [...path, index]));
  }
  if (typeof value !== 'object') return text(String(value));
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
}
interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: string;
}

describe('replay as ITF', () => {
  it.each([
    { file: small, path: '0:0.6.3', actions: 3 },
    { file: 'specs/mail/interleaved.yaml', path: interleaved, actions: 22 },
    { file: 'specs/mail/kaslr-link-time.yaml', path: '0:', actions: 0 },
    { file: 'specs/bugs/z54-pcide.yaml', path: '0:60.67.68', actions: 3 },
    // With store buffers.
    {
      file: 'specs/variants/tso-plain-clear.yaml',
      path: '0:214.411.412.413.218.233.235.237.220.263.265.267.269.271.273.213.275.277.279.213.281.213.283.285.224.345.347.1.198.199',
      actions: 30,
    },
  ])('has every state of a trace of $file', ({ file, path, actions }) => {
    const told = (format: string) =>
      svscheck(['replay', file, '--path', path, '--format', format]).out;
    const trace = traceFormat.parse(JSON.parse(told('json')));
    const { meta, vars, states } = readItf(told('itf'));
    expect(meta).toMatchObject({ format: 'ITF', source: file, path });
    expect(vars[0]).toBe('action');
    expect(states.map((state) => state.meta)).toEqual(states.map((_, index) => ({ index })));
    expect(states.length).toBe(actions + 1);

    const leaves = states.map(({ values: { action, ...machine } }) => leavesOf(machine));
    const atFirst = leaves[0]?.filter(({ path }) => !/registers|saved/.test(path.join()));
    expect(atFirst).toEqual(trace.initial.map(({ path, value }) => ({ path, value })));
    const changes = leaves.slice(1).map((after, index) =>
      after.flatMap(({ path, value }, leaf) => {
        const from = leaves[index]?.[leaf]?.value;
        return from === value ? [] : [{ path, from, to: value }];
      }),
    );
    expect(changes).toEqual(
      trace.actions.map((one) => one.changes.map(({ path, from, to }) => ({ path, from, to }))),
    );
    expect(states[0]?.values.action).toBe('init');
    for (const [index, { cpu, operation }] of trace.actions.entries()) {
      expect(states[index + 1]?.values.action).toMatch(
        new RegExp(`^${cpu}: ${operation.replace(/[()]/g, '\\$&')}(/|$)`),
      );
    }
  });

  it('says what is violated at its end, and is the same by the reference', () => {
    const { code, out } = svscheck([...toViolation, '--format', 'itf']);
    expect(code).toBe(1);
    expect(readItf(out).meta).toEqual({
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      source: small,
      description: '(b) read literally, the other CPUs only',
      path: '0:0.6.3',
      violated: { 'user-slots-complete': 'a slot of the process is not in the per-CPU page' },
    });
    expect(svscheck([...toViolation, '--format', 'itf', '--reference']).out).toBe(out);
  });

  it('of a state is what the machine has', () => {
    const { states } = readItf(svscheck([...toViolation, '--format', 'itf']).out);
    expect(states[2]?.values).toEqual({
      action: 'cpu 0: l4-allocate(slot 0)',
      cpus: new Map([
        [
          'cpu 0',
          {
            mode: 'kernel',
            at: 'rest',
            saved: new Map([['level 0', { at: 'rest' }]]),
            pmap: 'pmap 0',
            cr3: 'L4 of pmap 0',
            kpdirpa: 'pmap 0',
            tlb: new Map([
              [
                'PCID_KERN',
                {
                  areas: new Set(['pte', 'direct-map', 'kernel-image', 'entry']),
                  user: new Map([
                    ['pmap 0', { slots: new Set(['slot 0']) }],
                    ['pmap 1', { slots: new Set() }],
                  ]),
                },
              ],
            ]),
            registers: { entry: 'none', loaded: false, remaining: new Set() },
          },
        ],
      ]),
      updirs: new Map([
        [
          'cpu 0',
          {
            lock: 'none',
            slots: new Map([
              ['slot 0', { owner: 'none' }],
              ['slot 1', { owner: 'none' }],
            ]),
          },
        ],
      ]),
      pmaps: new Map([
        ['pmap 0', { lock: 'none', kernelCpus: new Set(['cpu 0']), slots: new Set(['slot 0']) }],
        ['pmap 1', { lock: 'none', kernelCpus: new Set(), slots: new Set() }],
      ]),
    });
  });

  it.each([
    ['a number', 1],
    ['null', null],
    ['a record with a #', { a: 'b', '#set': [] }],
    ['an integer with a sign', { '#bigint': '+1' }],
    ['a pair of three', { '#map': [['a', 'b', 'c']] }],
    ['a member twice', { '#set': [{ a: 'b' }, { a: 'b' }] }],
    ['another form', { '#seq': [] }],
  ])('is read by a reader that refuses %s', (_, expression) => {
    const trace = (x: unknown) => JSON.stringify({ vars: ['x'], states: [{ x }] });
    expect(readItf(trace('a')).states).toEqual([{ meta: {}, values: { x: 'a' } }]);
    expect(() => readItf(trace(expression))).toThrow();
    expect(() => readItf(trace([expression]))).toThrow();
  });
});

describe('replay as JSON', () => {
  it('is the trace of the report', () => {
    const { code, out } = svscheck([...toViolation, '--format', 'json']);
    const { specs } = JSON.parse(svscheck(['check', '--json', small]).out);
    const { trace } = specs[0].properties.find(
      ({ name }: { name: string }) => name === 'user-slots-complete',
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual(trace);
    expect(trace.actions.length).toBe(3);
  });
});

describe('replay as Mermaid', () => {
  const draw = ['replay', 'specs/mail/interleaved.yaml', '--format', 'mermaid', '--path'];

  it('has a lane for each CPU and for what is written', async () => {
    const { code, out } = svscheck([...draw, interleaved]);
    expect(code).toBe(1);
    expect(ungrammatical('sequenceDiagram', out)).toEqual([]);
    await expect(out).toMatchFileSnapshot('golden/replay-interleaved.mermaid.txt');
  });

  it('ends without a note where nothing is violated', () => {
    const { code, out } = svscheck([...draw, '0:0']);
    expect(code).toBe(0);
    expect(out.split('\n').slice(3)).toEqual([
      'sequenceDiagram',
      '  participant p0 as cpu 0',
      '  participant p1 as cpu 1',
      '  Note over p0: 1 trap<br/>hardware-entry<br/>mode: user -> kernel',
      '',
    ]);
  });

  it('takes nothing of a title for its own', async () => {
    const title = '"; Note over p0: x\n---\n<i>#quot;';
    const spec = `title: ${JSON.stringify(title)}\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\n`;
    const { out } = await inFolder({ 'a.yaml': spec }, (folder) =>
      svscheck(['replay', 'a.yaml', '--format', 'mermaid', '--path', '0:0'], folder),
    );
    expect(ungrammatical('sequenceDiagram', out)).toEqual([]);
    expect(titleOf(out)).toBe(title.replaceAll('\n', ' '));
  });
});

describe('replay into a file', () => {
  it.each(['text', 'itf'])('writes as %s what it would print', (format) =>
    inFolder({}, (folder) => {
      const args = [...toViolation, '--format', format];
      const file = `${folder}/trace`;
      const colours = { FORCE_COLOR: '1' };
      expect(svscheck([...args, '--output', file], '.', colours)).toEqual({
        code: 1,
        out: '',
        err: '',
      });
      expect(readFileSync(file, 'utf8')).toBe(svscheck(args).out);
    }),
  );
});
