/** What `explain` and `reorder` say, against tables that were read, and against the specs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inFolder, svscheck } from './run.js';

interface Row {
  readonly without: string;
  readonly result: string;
  readonly needed: boolean;
  readonly neededFor: string | null;
  readonly properties: readonly { readonly name: string; readonly depth: number | null }[];
}
const rowsOf = (out: string): readonly Row[] => JSON.parse(out).rows;

describe('explain', () => {
  it('prints what falls without each part of the mended design', async () => {
    const { code, out, err } = svscheck(['explain', 'specs/mail/mended.yaml']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    await expect(out).toMatchFileSnapshot('golden/explain-mended.txt');
  });

  it('agrees with the specs that drop one step', () => {
    const { out } = svscheck(['explain', 'specs/mail/mended.yaml', '--json']);
    const rows = new Map(rowsOf(out).map((row) => [row.without, row.properties[0]]));
    // The first property to fall in without-trap-load, without-return-load, without-switch-load.
    expect(rows.get('trap/load-kpdirpa')).toEqual({ name: 'kernel-on-kernel-tables', depth: 1 });
    expect(rows.get('return/load-updirpa')).toEqual({ name: 'kernel-unreachable', depth: 3 });
    expect(rows.get('context-switch/load-new-l4')).toEqual({
      name: 'kernel-on-kernel-tables',
      depth: 9,
    });
    expect(rows.get('l4-allocate/walk-cpus, the loop')).toEqual({
      name: 'user-slots-complete',
      depth: 4,
    });
  });

  it('says of each part of NetBSD 2022 that is not needed what it would be needed for', () => {
    const { code, out } = svscheck(['explain', 'specs/netbsd/2022-template.yaml', '--json']);
    expect(code).toBe(0);
    const rows = rowsOf(out);
    const idle = rows.filter(({ needed }) => !needed);
    expect(rows.length).toBeGreaterThan(60);
    expect(idle.length).toBeGreaterThan(10);
    const silent = idle.filter(
      ({ neededFor, result }) => neededFor === null && result !== 'never-taken',
    );
    expect(silent.map(({ without }) => without)).toEqual([]);
  });

  it('drops fences where there are store buffers, and nowhere else', async () => {
    const fences = (out: string) => rowsOf(out).filter(({ without }) => /fence/.test(without));
    expect(fences(svscheck(['explain', 'specs/mail/mended.yaml', '--json']).out)).toEqual([]);
    const spec = `title: A fence
extends: ${process.cwd()}/specs/mail/mended.yaml
memory: tso
store-buffer: 2
machine: { events: [] }
`;
    const { code, out } = await inFolder({ 'a.yaml': spec }, (folder) =>
      svscheck(['explain', '--extends-anywhere', 'a.yaml', '--json'], folder),
    );
    expect(code).toBe(0);
    expect(fences(out).map(({ without }) => without)).toEqual([
      'context-switch/leave-old-pmap, its fence',
      'context-switch/join-new-pmap, its fence',
      'context-switch/lock-own-updir, its fence',
      'l4-allocate/lock-pmap, its fence',
      'l4-allocate/lock-updir, its fence',
    ]);
    // The release of the lock is a store behind that of the slot: whoever takes it sees the slot.
    expect(fences(out).filter(({ needed }) => needed)).toEqual([]);
  });
});

describe('explain --repair', () => {
  it('finds the single edits that mend a design', async () => {
    const { code, out } = svscheck(['explain', '--repair', 'specs/bugs/z19-late-load.yaml']);
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot('golden/repair-late-load.txt');
  });

  it('says so when there is nothing to repair, and when no single edit does', () => {
    const whole = svscheck(['explain', '--repair', 'specs/mail/base.yaml']).out;
    expect(whole).toContain('every property holds: there is nothing to repair');
    const none = svscheck(['explain', '--repair', 'specs/bugs/z13-recursive-user.yaml']).out;
    expect(none).toContain('0 single edits of 0 tried make every property hold');
  });
});

describe('reorder', () => {
  it('prints the safe orders of an allocation, and what they share', async () => {
    const { code, out } = svscheck(['reorder', 'specs/mail/mended.yaml', 'l4-allocate']);
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot('golden/reorder-mended.txt');
  });

  it('reorders some steps only', () => {
    const args = ['reorder', 'specs/mail/mended.yaml', 'context-switch', '--json'];
    const { out } = svscheck([...args, '--steps', 'leave-old-pmap,publish-kpdirpa']);
    const { orders, constraints } = JSON.parse(out);
    expect(orders.map(({ safe }: { safe: boolean }) => safe)).toEqual([true, false]);
    expect(constraints).toContainEqual({ before: 'read-slot', after: 'write-slot' });
  });
});

describe('--json', () => {
  it('has the fields that its page describes, and no others', () => {
    const [, page = ''] = readFileSync('docs/json.md', 'utf8').split('# The documents of explain');
    const described = new Set([...page.matchAll(/`([a-zA-Z]+)`/g)].map(([, word]) => word));
    const found = new Set<string>();
    const visit = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return;
      for (const [key, inner] of Object.entries(value)) {
        if (!Array.isArray(value)) found.add(key);
        if (key !== 'edits') visit(inner);
      }
    };
    const late = 'specs/bugs/z19-late-load.yaml';
    for (const args of [
      ['explain', late],
      ['explain', '--repair', late],
      [
        'reorder',
        'specs/mail/mended.yaml',
        'context-switch',
        '--steps',
        'leave-old-pmap,load-new-l4',
      ],
    ]) {
      visit(JSON.parse(svscheck([...args, '--json']).out));
    }
    expect([...found].filter((field) => !described.has(field))).toEqual([]);
    const words = ['falls', 'holds', 'vacuous', 'refused', 'explain', 'reorder'];
    const fields = [...described].filter((word) => !words.includes(word ?? ''));
    expect(fields.filter((field) => !found.has(field ?? ''))).toEqual([]);
  });
});
