/** Paths that are saved as specs, and what comes of them when the design changes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReportedSpec } from '../../src/report/document.js';
import { reportFormat } from '../../src/report/document.js';
import { inFolder, svscheck, timeless } from './run.js';

const mail = (name: string) => readFileSync(`specs/mail/${name}.yaml`, 'utf8');
const bases = Object.fromEntries(
  ['base', 'interleaved', 'mended', 'test-outside-lock', 'without-walk', 'global-user'].map(
    (name) => [`mail/${name}.yaml`, mail(name)],
  ),
);

/** The 16 steps in which the design as posted violates no-foreign-slots. */
const path = '0:44.86.49.73.75.0.42.4.17.19.21.23.25.2.43.77';

const saved = `# This path violates no-foreign-slots. It is to do so no more: until then \`svscheck check\` fails.
# For a bug that is to stay, as an example, write \`outcome: breaks\`.

title: no-foreign-slots on a path of 16 steps
extends: ../mail/interleaved.yaml
pinned:
  property: no-foreign-slots
  outcome: mended
  initial: 0
  actions:
    - "cpu 1: trap"
    - "cpu 1: trap/load-kpdirpa"
    - "cpu 1: l4-allocate(slot 0)"
    - "cpu 1: l4-allocate(slot 0)/set-slot"
    - "cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/test-cpu"
    - "cpu 0: trap"
    - "cpu 0: trap/load-kpdirpa"
    - "cpu 0: context-switch(pmap 1)"
    - "cpu 0: context-switch(pmap 1)/join-new-pmap"
    - "cpu 0: context-switch(pmap 1)/publish-kpdirpa"
    - "cpu 0: context-switch(pmap 1)/copy-slots[slot 0]/read-slot"
    - "cpu 0: context-switch(pmap 1)/copy-slots[slot 0]/write-slot"
    - "cpu 0: context-switch(pmap 1)/load-new-l4"
    - "cpu 0: return"
    - "cpu 0: return/iret"
    - "cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/add-slot"
`;
/** The same design, with a secret that every user reaches from the start. */
const both = `${mail('interleaved')}secret: [kernel-image]\n`;
const onto = (base: string, text = saved): string =>
  text.replace('mail/interleaved', `mail/${base}`);
const known = (text: string): string => text.replace('outcome: mended', 'outcome: breaks');

/** Checks specs beside those of the mail; the reports of each, without their traces. */
async function checked(specs: Readonly<Record<string, string>>) {
  const names = Object.keys(specs);
  const files = Object.fromEntries(names.map((name) => [`bugs/${name}.yaml`, specs[name] ?? '']));
  return await inFolder({ ...bases, 'mail/both.yaml': both, ...files }, (folder) => {
    const args = names.map((name) => `bugs/${name}.yaml`);
    const { code, out } = svscheck(['check', '--json', ...args], folder);
    const report = reportFormat.parse(JSON.parse(out));
    expect(report.exitCode).toBe(code);
    return Object.fromEntries(
      report.specs.map((spec, index): [string, ReportedSpec] => [names[index] ?? '', spec]),
    );
  });
}

describe('a path that replay saves', () => {
  it('is a spec that extends its design, in which it is to break nothing', async () => {
    await inFolder({ ...bases, 'bugs/.keep': '' }, (folder) => {
      const save = ['replay', 'mail/interleaved.yaml', '--path', path, '--save', 'bugs/a.yaml'];
      const { code, out, err } = svscheck(save, folder);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(
        /\n\nwrote bugs\/a\.yaml; it fails until the path violates no-foreign-slots no more\n$/,
      );
      expect(readFileSync(join(folder, 'bugs/a.yaml'), 'utf8')).toBe(saved);
      writeFileSync(join(folder, 'bugs/a.yaml'), '');
      expect(svscheck([...save, '--force', '--reference'], folder).code).toBe(0);
      expect(readFileSync(join(folder, 'bugs/a.yaml'), 'utf8')).toBe(saved);
    });
  });

  it('is about the property that is asked for, where several are violated at its end', async () => {
    await inFolder({ ...bases, 'mail/both.yaml': both }, (folder) => {
      const save = (...more: string[]) => {
        const args = ['replay', 'mail/both.yaml', '--path', path, '--save', 'a.yaml', ...more];
        expect(svscheck(args, folder).code).toBe(0);
        return readFileSync(join(folder, 'a.yaml'), 'utf8').match(/property: .*/)?.[0];
      };
      expect(save()).toBe('property: kernel-unreachable');
      expect(save('--property', 'no-foreign-slots', '--force')).toBe('property: no-foreign-slots');
    });
  });

  it('can be of no step', async () => {
    await inFolder({ ...bases, 'mail/both.yaml': both }, (folder) => {
      const save = ['replay', 'mail/both.yaml', '--path', '0:', '--save', 'bugs.yaml'];
      expect(svscheck(save, folder).code).toBe(0);
      const text = readFileSync(join(folder, 'bugs.yaml'), 'utf8');
      expect(text).toContain('\ntitle: kernel-unreachable in the initial state\n');
      const { code, out } = svscheck(['check', 'bugs.yaml'], folder);
      expect(code).toBe(1);
      expect(out).toContain('violated in the initial state, expected: mended\n');
      expect(out).toContain('kernel-unreachable is violated in the initial state.\n');
    });
  });
});

describe('a pinned path', () => {
  it('fails while the design has the bug, unless the bug is to stay', async () => {
    const { red, green } = await checked({ red: saved, green: known(saved) });
    expect(red?.status).toBe('unexpected');
    expect(green?.status).toBe('as-expected');
    expect(red?.pinned).toEqual({
      property: 'no-foreign-slots',
      line: 26,
      column: 7,
      claim: 'In user mode no slot of another process is reachable.',
      source: '[M2]; [M5]; [M7a]',
      result: 'breaks',
      expected: 'mended',
      asExpected: false,
      length: 16,
      position: 16,
      action: 'cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/add-slot',
      because: null,
      gained: [],
      also: [],
      trace: expect.objectContaining({
        path,
        blamed: 15,
        conjunct: "the loaded page maps another process's slot",
      }),
    });
    const { statesDistinct, statesGenerated, depth, properties, witnesses, fired } = red ?? {};
    expect({ statesDistinct, statesGenerated, depth, properties, witnesses }).toEqual({
      statesDistinct: 17,
      statesGenerated: 17,
      depth: 16,
      properties: [],
      witnesses: [],
    });
    expect(fired).toMatchObject({ 'trap/hardware-entry': 2, 'l4-allocate/unlock-pmap': 0 });
  });

  it('is blocked by the lock that mends the design: who holds it is told', async () => {
    await inFolder({ ...bases, 'bugs/a.yaml': onto('mended') }, (folder) => {
      const { code, out } = svscheck(['check', 'bugs/a.yaml'], folder);
      const [top = '', trace = ''] = timeless(out).split('\n\n  cpu 1: trap  [M4]\n');
      expect({ code, top }).toEqual({
        code: 0,
        top: `no-foreign-slots on a path of 16 steps  bugs/a.yaml

  12 states, 12 generated, depth 11, N s

  ok   no-foreign-slots         not violated, blocked at action 11 of 16, as expected

no-foreign-slots is not violated by this path, of which action 11 of 16 cannot be taken.
  In user mode no slot of another process is reachable. [M2]; [M5]; [M7a]`,
      });
      expect(trace.slice(trace.indexOf('   11  '))).toBe(
        `   11  publish-kpdirpa              kpdirpa: pmap 0 -> pmap 1

  Then cpu 0: context-switch(pmap 1)/copy-slots[slot 0]/read-slot cannot be taken: cpu 0 stands
  before context-switch(pmap 1)/lock-own-updir, which waits for cpu 1, which holds ci_svs_mtx.

  Taken on the way, and not in the path: cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/lock-updir.

  Whether another path violates it is for a search of the design to say.

  Replay: svscheck replay bugs/a.yaml --path 0:60.118.65.97.99.101.0.58.4.21.23
`,
      );
      const replayed = ['replay', 'bugs/a.yaml', '--path', '0:60.118.65.97.99.101.0.58.4.21.23'];
      expect(svscheck(replayed, folder).code).toBe(0);
    });
  });

  it('turns green when the design is mended, and red when the bug comes back', async () => {
    const mending = mail('mended')
      .replace(/^[\s\S]*edits:/, 'edits:')
      .replace(/expect:[\s\S]*/, '');
    await inFolder({ ...bases, 'bugs/a.yaml': saved }, (folder) => {
      const codes = [mail('interleaved'), mail('interleaved') + mending, mail('interleaved')].map(
        (text) => {
          writeFileSync(join(folder, 'mail/interleaved.yaml'), text);
          return svscheck(['check', 'bugs/a.yaml'], folder).code;
        },
      );
      expect(codes).toEqual([1, 0, 1]);
    });
  });

  it('breaks its property, is blocked, gone or unknown, as the design is', async () => {
    const global = await inFolder({ ...bases }, (folder) => {
      const found = '0:0.58.5.37.60.118.64.81.83.85.87.89.91.93.62.119';
      const save = ['replay', 'mail/global-user.yaml', '--path', found, '--save', 'mail/a.yaml'];
      expect(svscheck(save, folder).code).toBe(0);
      return readFileSync(join(folder, 'mail/a.yaml'), 'utf8').replace(
        'extends: ',
        'extends: ../mail/',
      );
    });
    const specs = await checked({
      'a lock that is given back too early': onto('test-outside-lock'),
      'another bug on the way': onto('both'),
      'slots that are global': global,
      'slots that are global no more': global.replace('mail/global-user', 'mail/mended'),
      'no walk': onto('without-walk'),
      'no walk, and a bug that is to stay': known(onto('without-walk')),
      'a name that is none': saved.replace('walk-cpus[cpu 0]/test-cpu', 'walk-cpu[cpu 0]/test-cpu'),
      'a CPU that is none': saved.replaceAll('cpu 0: trap', 'cpu 2: trap'),
      'an initial state that is none': saved.replace('initial: 0', 'initial: 3'),
      'a bug that is to stay and is mended': known(onto('mended')),
      'a condition': saved.replace(
        '"cpu 1: l4-allocate(slot 0)"',
        '"cpu 1: context-switch(pmap 0)"',
      ),
    });
    const told = Object.entries(specs).map(([name, { status, pinned }]) => {
      const { result, position, because } = pinned ?? {};
      return [name, status, result, position, because];
    });
    const [red, green] = ['unexpected', 'as-expected'];
    const nameless = 'the design has no action of this name';
    const held =
      'cpu 0 stands before context-switch(pmap 1)/lock-own-updir, which waits for cpu 1, which holds ci_svs_mtx';
    const near = (name: string) => `${nameless}; did you mean '${name}'?`;
    const testCpu = 'cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/test-cpu';
    expect(told).toEqual([
      ['a lock that is given back too early', red, 'breaks', 16, null],
      ['another bug on the way', red, 'breaks', 16, null],
      ['slots that are global', red, 'breaks', 16, null],
      ['slots that are global no more', green, 'gone', null, null],
      ['no walk', red, 'unknown', 5, nameless],
      ['no walk, and a bug that is to stay', red, 'unknown', 5, nameless],
      ['a name that is none', red, 'unknown', 5, near(testCpu)],
      ['a CPU that is none', red, 'unknown', 6, near('cpu 0: trap')],
      [
        'an initial state that is none',
        red,
        'unknown',
        0,
        'there is no initial state 3; the only one is 0',
      ],
      ['a bug that is to stay and is mended', red, 'blocked', 11, held],
      ['a condition', green, 'blocked', 3, 'it starts only where another pmap is loaded'],
    ]);
    expect(specs['another bug on the way']?.pinned?.also).toEqual([
      { property: 'kernel-unreachable', position: 0 },
    ]);
    expect(specs['a lock that is given back too early']?.pinned?.gained).toEqual([
      'cpu 0: context-switch(pmap 1)/lock-own-updir',
      'cpu 0: context-switch(pmap 1)/unlock-own-updir',
      'cpu 1: l4-allocate(slot 0)/walk-cpus[cpu 0]/lock-updir-if-loaded',
    ]);
  });

  it('tells a name that is none so that a terminal can show it', async () => {
    const odd = saved.replace('"cpu 0: trap"', '"cpu 0: tr\\e[31map"');
    await inFolder({ ...bases, 'bugs/a.yaml': odd, 'bugs/b.yaml': onto('mended') }, (folder) => {
      const { code, out } = svscheck(['check', 'bugs'], folder);
      expect({ code, out: timeless(out) }).toEqual({
        code: 1,
        out: `FAIL bugs/a.yaml            0 states  depth   0  pinned: no-foreign-slots unknown at action 6 of 16
     no-foreign-slots: unknown at action 6 of 16, expected: mended

no-foreign-slots is not looked at: the design does not have action 6 of 16.
  In user mode no slot of another process is reachable. [M2]; [M5]; [M7a]

  cpu 0: tr\\x1b[31map: the design has no action of this name
ok   bugs/b.yaml           12 states  depth  11  pinned: no-foreign-slots not violated, blocked at action 11 of 16

1 of 2 specs as expected, 1 not as expected, 12 states in N s
`,
      });
    });
  });

  it('is no part of what a folder exercises, nor of an audit', async () => {
    const one = mail('other-cpus-only').replace('base.yaml', '../mail/base.yaml');
    const suiteOf = async (files: Readonly<Record<string, string>>) =>
      await inFolder({ ...bases, 'suite/one.yaml': one, ...files }, (folder) => {
        const { out } = svscheck(['check', 'suite', '--json'], folder);
        return reportFormat.parse(JSON.parse(out)).suite;
      });
    const gaps = await suiteOf({});
    const steps = ['l4-allocate/test-cpu of mail', 'l4-allocate/add-slot of mail'];
    expect(gaps).toEqual({ steps, witnesses: [] });
    // Its path takes the first of them, and its design has steps that nothing takes.
    expect(await suiteOf({ 'suite/a.yaml': onto('mended') })).toEqual(gaps);
    await inFolder({ ...bases, 'bugs/a.yaml': onto('mended') }, (folder) => {
      const { code, out } = svscheck(['check', 'bugs', '--audit', '--reduction', 'por'], folder);
      expect({ code, out }).toEqual({ code: 0, out: 'No spec names a reduction.\n' });
    });
  });
});
