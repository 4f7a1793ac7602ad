/** Which variables the machine has under which design, over which domains, and how far they reach. */
import { describe, expect, it } from 'vitest';
import { bitsOf } from '../../src/state/layout.js';
import type { MachineBounds } from '../../src/state/machine.js';
import { machineSchema, registerNames } from '../../src/state/machine.js';
import type { Field, Leaf } from '../../src/state/schema.js';
import type { ScopeOptions, VariableGroup } from '../../src/state/scope.js';
import { scopeOf, variableGroups } from '../../src/state/scope.js';
import { someOptions } from './options.js';

const bounds: MachineBounds = { locations: 10, savable: 5, updirLocks: false };

interface Change {
  readonly options?: Partial<ScopeOptions>;
  readonly bounds?: Partial<MachineBounds>;
  readonly groups?: readonly VariableGroup[];
}
/** All leaves that take bits, each with its name and the rows it has. */
function leavesOf(change: Change): { name: string; leaf: Leaf; rows: number }[] {
  const scope = scopeOf({ ...someOptions, ...change.options }, new Set(change.groups));
  const walk = (field: Field, name: string, rows: number): ReturnType<typeof leavesOf> => {
    if (field.kind === 'table') return walk(field.row, name, rows * field.over.ids.length);
    if (field.kind !== 'record') {
      return rows > 0 && bitsOf(field) > 0 ? [{ name, leaf: field, rows }] : [];
    }
    return Object.entries(field.fields).flatMap(([key, inner]) =>
      walk(inner, name === '' ? key : `${name}.${key}`, rows),
    );
  };
  return walk(machineSchema(scope, { ...bounds, ...change.bounds }), '', 1);
}

function text(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'flag':
      return 'flag';
    case 'oneOf':
      return leaf.values.join('|');
    case 'count':
      return `${leaf.numbers} to ${leaf.max}`;
    default:
      return `${leaf.kind} ${leaf.of.name}`;
  }
}
const lines = (change: Change): string[] =>
  leavesOf(change).map(({ name, leaf, rows }) => `${rows} ${name}: ${text(leaf)}`);
const base = lines({});
const added = (change: Change): string[] => lines(change).filter((line) => !base.includes(line));

describe('the machine', () => {
  it('always has these variables', () => {
    expect(base).toEqual([
      '2 cpus.mode: user|kernel',
      '2 cpus.at: location to 9',
      '4 cpus.saved.at: location to 4',
      '2 cpus.pmap: id pmap',
      '2 cpus.cr3: id l4',
      '2 cpus.kpdirpa: id pmap',
      '2 cpus.tlb.areas: idSet area',
      '6 cpus.tlb.user.slots: idSet slot',
      '2 cpus.registers.entry: optionalId pmap',
      '2 cpus.registers.loaded: flag',
      '4 updirs.slots.owner: optionalId pmap',
      '3 pmaps.lock: optionalId cpu',
      '3 pmaps.kernelCpus: idSet cpu',
      '3 pmaps.slots: idSet slot',
    ]);
  });

  it.each<[VariableGroup, string[]]>([
    [
      'threads',
      [
        '2 cpus.thread: optionalId pmap',
        '2 cpus.wantPmapload: flag',
        '2 cpus.tlbstate: valid|lazy|stale',
        '2 cpus.registers.still: flag',
        '2 cpus.registers.others: flag',
        '3 pmaps.cpus: idSet cpu',
      ],
    ],
    [
      'stacks',
      [
        '4 cpus.saved.rsp: kernel|user|rsp0|ist',
        '2 cpus.rsp: kernel|user|rsp0|ist',
        '2 cpus.popped: flag',
        '2 cpus.tlb.stacks: idSet pmap',
        '2 updirs.stack: id pmap',
      ],
    ],
    ['nmiStore', ['2 cpus.nmistore.cr3: optionalId l4']],
    ['template', ['2 updirs.areas: idSet area', '2 updirs.ready: idSet area']],
    [
      'free',
      [
        '3 pmaps.deferred: idSet slot',
        '1 shootdown.sender: optionalId cpu',
        '1 shootdown.pending: idSet cpu',
        '1 shootdown.slot: optionalId slot',
      ],
    ],
    ['lifetime', ['3 pmaps.exited: flag', '3 pmaps.references: idSet cpu']],
    ['growth', ['3 pmaps.grown: flag', '1 kernel.grown: flag']],
    [
      'ldt',
      ['2 updirs.ldt.owner: id pmap', '2 updirs.ldt.edited: flag', '3 pmaps.ldtEdited: flag'],
    ],
    [
      'patching',
      [
        '1 patching.sender: optionalId cpu',
        '1 patching.arrived: idSet cpu',
        '1 patching.enter: flag',
        '1 patching.leave: flag',
        '1 patching.nmiEnter: flag',
        '1 patching.nmiLeave: flag',
        '1 patching.done: flag',
      ],
    ],
    ['isolation', ['2 cpus.tssRsp0: rsp0|kernel']],
    [
      'pcid',
      [
        '2 cpus.pcid: id pcid',
        '2 cpus.pcide: flag',
        '4 cpus.tlb.areas: idSet area',
        '12 cpus.tlb.user.slots: idSet slot',
      ],
    ],
  ])('has more where a design uses %s', (group, expected) => {
    expect(added({ groups: [group] })).toEqual(expected);
  });

  it('has more by other choices', () => {
    expect(added({ bounds: { updirLocks: true } })).toEqual(['2 updirs.lock: optionalId cpu']);
    expect(added({ options: { memory: 'tso' } })).toEqual([
      '8 cpus.buffer.store: optionalId store',
    ]);
    expect(added({ options: { kaslr: { positions: 3, layout: 'placed' } } })).toEqual([
      '2 layout.position: id position',
    ]);
    expect(added({ groups: ['nmiStore', 'pcid'] })).toContain('2 cpus.nmistore.pcid: id pcid');
    // No location that can be saved is one too.
    expect(lines({ bounds: { savable: 0 } }).join()).not.toContain('saved');
    expect(lines({ options: { nesting: 0 } }).join()).not.toContain('saved');
  });

  it('has a row for each member of these domains', () => {
    const scope = scopeOf({ ...someOptions, memory: 'tso' }, new Set());
    const tables = (field: Field, name: string): string[] => {
      if (field.kind === 'table') {
        const { over, row } = field;
        return [`${name}: ${over.ids.length} ${over.name}`, ...tables(row, name)];
      }
      return field.kind === 'record'
        ? Object.entries(field.fields).flatMap(([key, inner]) => tables(inner, `${name}.${key}`))
        : [];
    };
    expect(tables(machineSchema(scope, bounds), '')).toEqual([
      '.cpus: 2 cpu',
      '.cpus.saved: 2 level',
      '.cpus.buffer: 4 entry',
      '.cpus.tlb: 1 pcid',
      '.cpus.tlb.user: 3 pmap',
      '.updirs: 2 cpu',
      '.updirs.slots: 2 slot',
      '.pmaps: 3 pmap',
      '.layout: 0 area',
    ]);
    expect(added({ options: { loops: 'any-order' } })).toEqual([
      '2 cpus.registers.remaining: idSet member',
    ]);
  });

  it('has as many members of loops as the longest loop in any order', () => {
    const membersIn = (change: Change): number => {
      const found = leavesOf({ ...change, options: { loops: 'any-order', ...change.options } });
      const leaf = found.find(({ name }) => name === 'cpus.registers.remaining')?.leaf;
      return leaf?.kind === 'idSet' ? leaf.of.ids.length : 0;
    };
    expect([
      membersIn({}),
      membersIn({ options: { userSlots: 4 } }),
      membersIn({ options: { cpus: 5 } }),
      membersIn({ options: { pmaps: 6 } }),
      membersIn({ options: { pmaps: 6 }, groups: ['growth'] }),
    ]).toEqual([2, 4, 5, 2, 6]);
    expect(membersIn({ options: { loops: 'ordered' } })).toBe(0);
  });

  it('limits the reach of what belongs to one CPU', () => {
    const all = leavesOf({
      options: { loops: 'any-order', memory: 'tso', kaslr: { positions: 2, layout: 'placed' } },
      bounds: { updirLocks: true },
      groups: variableGroups,
    });
    const names = (limit: string | undefined) =>
      all.filter(({ leaf }) => leaf.reach === limit).map(({ name }) => name);
    expect(names('own')).toEqual([
      'cpus.mode',
      'cpus.pmap',
      'cpus.kpdirpa',
      'cpus.wantPmapload',
      'cpus.tssRsp0',
      'cpus.pcide',
      'cpus.registers.remaining',
    ]);
    expect(names('own-writes')).toEqual([
      'cpus.cr3',
      'cpus.pcid',
      'cpus.thread',
      'cpus.tlbstate',
      'cpus.buffer.store',
      'updirs.areas',
      'updirs.ready',
      'updirs.stack',
    ]);
    expect(names('hidden')).toEqual([
      'cpus.at',
      'cpus.saved.at',
      'cpus.saved.rsp',
      'cpus.rsp',
      'cpus.popped',
      'cpus.nmistore.cr3',
      'cpus.nmistore.pcid',
      'cpus.registers.entry',
      'cpus.registers.loaded',
      'cpus.registers.still',
      'cpus.registers.others',
    ]);
    expect(names(undefined).length).toBe(all.length - 26);
    const registers = all.flatMap(({ name }) => /^cpus\.registers\.(\w+)$/.exec(name)?.[1] ?? []);
    expect(registers).toEqual(registerNames);
  });
});
