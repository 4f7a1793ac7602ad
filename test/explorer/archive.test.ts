/**
 * Searches that leave their states in files: what is in them, and what becomes of those that are
 * damaged. That searches on disk, and those that are gone on with, tell the same is in test/modes.
 */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Archive } from '../../src/explorer/archive.js';
import { privateWorkplace, sharedWords, sharedWorkplace } from '../../src/explorer/expand.js';
import type { Progress } from '../../src/explorer/progress.js';
import type { SearchOptions, SearchOutcome } from '../../src/explorer/search.js';
import { search } from '../../src/explorer/search.js';
import type { PackedSystem, Verdict } from '../../src/explorer/system.js';
import type { Graph } from './graph.js';
import { line, packedOf } from './graph.js';
import { packedOf as scatteredOf } from './scattered.js';

const owner = { search: 'this one', tool: 'this tool' };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'svscheck-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Where = 'memory' | 'disk';
const keepsOf = (where: Where) => (where === 'disk' ? { file: Archive.fileIn(folder) } : {});

/** Searches, and leaves what it found in the folder. */
function begun(system: PackedSystem, where: Where, options: SearchOptions = {}): SearchOutcome {
  const archive = Archive.create(folder, system.words, owner);
  const archiving = { archive, from: null, everyMs: 0 };
  const outcome = search(
    system,
    { ...options, archiving },
    privateWorkplace(system, keepsOf(where)),
  );
  archive.close();
  return outcome;
}

/** Goes on from what is in the folder. */
function resumed(
  system: PackedSystem,
  where: Where,
  notices: string[] = [],
  options: SearchOptions = {},
): SearchOutcome {
  const [archive, from] = Archive.open(folder, system.words, owner, (text) => notices.push(text));
  const archiving = { archive, from, everyMs: 0 };
  const outcome = search(
    system,
    { ...options, archiving },
    privateWorkplace(system, keepsOf(where)),
  );
  archive.close();
  return outcome;
}

/** All but what depends on where states are kept. */
const told = ({ bytes, load, ...rest }: SearchOutcome): object => rest;

const empty = (): void => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
};

describe('a search on disk', () => {
  it('has each state in its file once', () => {
    const graph = { size: 40_000, spread: 400, seed: 3, rare: 5000 };
    const outcome = begun(scatteredOf(graph), 'disk');
    expect(told(outcome)).toEqual(told(search(scatteredOf(graph))));
    const rows = readFileSync(join(folder, 'states'));
    expect(rows.length).toBe(outcome.statesDistinct * 12);
    const states = Array.from({ length: outcome.statesDistinct }, (_, n) =>
      rows.toString('hex', n * 12, (n + 1) * 12),
    );
    expect(new Set(states).size).toBe(outcome.statesDistinct);
  });

  it('leaves no file open', () => {
    const graph = { size: 300, spread: 9, seed: 3, rare: 50 };
    /** The numbers that a process has for files are the lowest that are free. */
    const free = (): number[] => {
      const files = Array.from({ length: 5 }, () => openSync(folder, 'r'));
      for (const file of files) closeSync(file);
      return files;
    };
    const before = free();
    for (let time = 0; time < 3; time++) {
      empty();
      begun(scatteredOf(graph), 'disk');
    }
    expect(free()).toEqual(before);
  });

  it('empties a table that is full and cannot grow, as often as it must', () => {
    const [wide, deep] = [60_000, 20];
    const to = (state: number): number[] => {
      if (state === 0) return Array.from({ length: wide }, (_, n) => n + 1);
      // All of the second level once more, which is known, and a line of a few.
      if (state === 1) return [...Array.from({ length: wide }, (_, n) => n + 1), wide + 1];
      return state > wide && state < wide + deep ? [state + 1] : [];
    };
    const size = wide + deep + 1;
    const graph: Graph = {
      ...line(1),
      edges: Array.from({ length: size }, (_, state) =>
        to(state).map((next) => ({ to: next, process: 0, failing: 0 })),
      ),
      failing: Array.from({ length: size }, (_, state) => (state === wide - 1 ? 1 : 0)),
      shown: new Array(size).fill(0),
    };
    const onDisk = (bytes: number): SearchOutcome => {
      empty();
      const archive = Archive.create(folder, 1, owner);
      const system = packedOf(graph);
      const store = { file: Archive.fileIn(folder) };
      const place = sharedWorkplace(system, sharedWords(system), bytes, store);
      if (place === null) throw new Error('no memory can be shared');
      const outcome = search(system, { archiving: { archive, from: null, everyMs: 0 } }, place);
      archive.close();
      return outcome;
    };
    // An index of 65,536 slots, to be filled to 52,428; one of 32,768 is too small to go on with.
    expect(told(onDisk(2 ** 18))).toEqual(told(search(packedOf(graph))));
    expect(statSync(join(folder, 'states')).size).toBe(size * 4);
    expect(onDisk(2 ** 17).stoppedBy).toBe('memory-max');
  });

  it('that is stopped within a level tells what it has found of the next, as in memory', () => {
    let late = 0;
    for (const seed of [1, 2, 3]) {
      const graph = { size: 100_000, spread: 25_000, seed, rare: 16_000 };
      const looks: Progress[] = [];
      const { verdicts } = search(scatteredOf(graph), {
        onProgress: (progress) => looks.push(progress) < 0,
      });
      const depths = verdicts.map((one) => (one.result === 'violated' ? one.depth : 0));
      // The last look within a level that leads to a violation: others of that level come after it.
      const within = looks.filter(({ depth }, index) => looks[index + 1]?.depth === depth);
      const stop = within.findLast(({ depth }) => depths.includes(depth + 1));
      if (stop === undefined) continue;
      const options: SearchOptions = {
        onProgress: ({ statesGenerated }) => statesGenerated >= stop.statesGenerated,
      };
      empty();
      const disk = begun(scatteredOf(graph), 'disk', options);
      expect(disk.stoppedBy).toBe('interrupted');
      expect(disk.verdicts).toEqual(search(scatteredOf(graph), options).verdicts);
      const isLate = (one: Verdict): boolean =>
        one.result === 'violated' && one.depth === stop.depth + 1;
      if (disk.verdicts.some(isLate)) late++;
    }
    expect(late).toBeGreaterThan(1);
  });

  it('ends as unfinished when the file cannot be read', () => {
    const graph = { size: 4000, spread: 40, seed: 3, rare: 500 };
    let looks = 0;
    const system = scatteredOf(graph);
    const { load } = system;
    system.load = (rows: Uint32Array, offset: number) => {
      if (++looks === 1000) truncateSync(Archive.fileIn(folder), 100);
      load(rows, offset);
    };
    const { stoppedBy, verdicts } = begun(system, 'disk');
    expect(stoppedBy).toBe('disk-error');
    expect(verdicts.filter(({ result }) => result === 'holds')).toEqual([]);
  });
});

describe('where nothing can be written', () => {
  const graph = { size: 3000, spread: 60, seed: 9, rare: 400 };
  const into = (archive: Archive, where: Where): SearchOutcome => {
    const system = scatteredOf(graph);
    const archiving = { archive, from: null, everyMs: 0 };
    return search(system, { archiving }, privateWorkplace(system, keepsOf(where)));
  };

  it('a search on disk ends as unfinished, and says why', () => {
    const archive = Archive.create(folder, 3, owner);
    archive.close();
    const { stoppedBy, notices, verdicts } = into(archive, 'disk');
    expect(stoppedBy).toBe('disk-error');
    expect(notices).toEqual([
      'states cannot be written (EBADF: bad file descriptor, write); what was written before is kept',
    ]);
    expect(verdicts.filter(({ result }) => result === 'holds')).toEqual([]);
  });

  it.each(['memory', 'disk'] as const)(
    'a search (%s) goes on without checkpoints, or ends',
    (where) => {
      const archive = Archive.create(folder, 3, owner);
      // What is to become the file of contents cannot be made.
      mkdirSync(join(folder, 'contents.json.new'));
      const { notices, ...outcome } = into(archive, where);
      archive.close();
      expect(notices.map((notice) => notice.replace(/ \(.*\)/, ''))).toEqual([
        'no checkpoint can be written; what was written before is kept',
      ]);
      const whole = search(scatteredOf(graph));
      if (where === 'memory') expect(told({ ...outcome, notices: [] })).toEqual(told(whole));
      else expect(outcome.stoppedBy).toBe('disk-error');
      rmSync(join(folder, 'contents.json.new'), { recursive: true });
    },
  );
});

describe('a search that was ended', () => {
  it('goes on twice, from within a level each time', () => {
    const graph = { size: 20_000, spread: 300, seed: 5, rare: 2000 };
    const stopAt = (limit: number): SearchOptions => {
      let looks = 0;
      return { onProgress: () => ++looks > limit };
    };
    const whole = told(search(scatteredOf(graph)));
    expect(begun(scatteredOf(graph), 'memory', stopAt(20)).stoppedBy).toBe('interrupted');
    const before = statSync(join(folder, 'states')).size;
    const [archive, from] = Archive.open(folder, 3, owner, () => {});
    const system = scatteredOf(graph);
    const options = { ...stopAt(60), archiving: { archive, from, everyMs: 0 } };
    expect(search(system, options).stoppedBy).toBe('interrupted');
    archive.close();
    expect(statSync(join(folder, 'states')).size).toBeGreaterThan(before);
    const notices: string[] = [];
    expect(told(resumed(scatteredOf(graph), 'memory', notices))).toEqual(whole);
    expect(notices).toEqual([]);
  });
});

describe('a search that writes seldom', () => {
  it('writes when it is stopped, and nothing when it has seen all', () => {
    const graph = { size: 3000, spread: 60, seed: 9, rare: 400 };
    const seldom = (options: SearchOptions): SearchOutcome => {
      const archive = Archive.create(folder, 3, owner);
      const archiving = { archive, from: null, everyMs: 1e9 };
      const outcome = search(scatteredOf(graph), { ...options, archiving });
      archive.close();
      return outcome;
    };
    const { stoppedBy } = seldom({ onProgress: ({ depth }) => depth === 20 });
    expect(stoppedBy).toBe('interrupted');
    const [archive, { levels }] = Archive.open(folder, 3, owner, () => {});
    archive.close();
    // The level that was begun last is the 20th after the initial states.
    expect(levels.length).toBe(21);
    empty();
    expect(seldom({}).stoppedBy).toBeNull();
    expect(Archive.isIn(folder)).toBe(false);
  });
});

describe('a level that is longer than what is read at once', () => {
  it.each(['memory', 'disk'] as const)('is gone on from (%s)', (where) => {
    const wide = 50_000;
    const size = wide + 4;
    const to = (state: number): number[] => {
      if (state === 0) return Array.from({ length: wide }, (_, n) => n + 1);
      // Another level comes after it.
      return state === 1 ? [wide + 1, wide + 2, wide + 3] : [state % 7];
    };
    const graph: Graph = {
      ...line(1),
      edges: Array.from({ length: size }, (_, state) =>
        to(state).map((next) => ({ to: next, process: 0, failing: 0 })),
      ),
      failing: Array.from({ length: size }, (_, state) => (state === wide ? 1 : 0)),
      shown: new Array(size).fill(0),
    };
    expect(begun(packedOf(graph), 'memory', { depthMax: 2 }).statesDistinct).toBe(size);
    const notices: string[] = [];
    expect(told(resumed(packedOf(graph), where, notices))).toEqual(told(search(packedOf(graph))));
    expect(notices).toEqual([]);
  });
});

describe('a search that is gone on with', () => {
  it.each([
    ['memory-max', { memoryMax: 1 }],
    ['interrupted', { onProgress: () => true }],
  ] as const)('ends as unfinished by %s before its states are read', (stoppedBy, limit) => {
    const graph = { size: 4000, spread: 40, seed: 3, rare: 100 };
    const before = begun(scatteredOf(graph), 'memory', { depthMax: 60 });
    expect(before.verdicts.map(({ result }) => result)).toContain('violated');
    const outcome = resumed(scatteredOf(graph), 'memory', [], limit);
    expect(outcome.stoppedBy).toBe(stoppedBy);
    const open = outcome.verdicts.map(() => ({ result: 'unfinished' }));
    expect(outcome.verdicts).toEqual(open);
    // Those of the last level are found again.
    expect(outcome.statesDistinct).toBe(statSync(join(folder, 'states')).size / 12);
    expect(outcome.statesDistinct).toBeLessThanOrEqual(before.statesDistinct);
    expect(outcome.depth).toBe(60);
    expect(told(resumed(scatteredOf(graph), 'disk'))).toEqual(told(search(scatteredOf(graph))));
  });
});

describe('an archive', () => {
  const graph = { size: 3000, spread: 60, seed: 9, rare: 400 };
  const whole = () => told(search(scatteredOf(graph)));
  const begin = () => begun(scatteredOf(graph), 'disk', { depthMax: 30 });
  const openIt = (change: Partial<typeof owner> = {}, words = 3) => {
    const [archive] = Archive.open(folder, words, { ...owner, ...change }, () => {});
    archive.close();
  };

  it('is refused when it is of another search, or of another tool', () => {
    begin();
    expect(() => openIt({ search: 'another' })).toThrow('it is of another spec');
    expect(() => openIt({}, 4)).toThrow('it is of another spec');
    expect(() => openIt({ tool: 'that tool' })).toThrow(
      'it was written by this tool, and this is that tool',
    );
    expect(() => begin()).toThrow('there is one already');
    expect(told(resumed(scatteredOf(graph), 'memory'))).toEqual(whole());
  });

  it('is refused when it is of other numbers, or has a state twice', () => {
    begin();
    const system = scatteredOf(graph);
    const misfit = 'it has not as many steps, properties or witnesses';
    for (const other of [
      { ...system, steps: 4, fired: new Float64Array(4) },
      { ...system, properties: 2 },
      { ...system, witnesses: 3 },
    ]) {
      for (const where of ['memory', 'disk'] as const) {
        expect(() => resumed(other, where)).toThrow(misfit);
        empty();
        begin();
      }
    }
    empty();
    const archive = Archive.create(folder, system.words, owner);
    const row = system.initials[0] as Uint32Array;
    archive.append(row, 0);
    archive.append(row, 0);
    const [violated, witnesses] = [
      [null, null, null],
      [null, null],
    ];
    archive.commit({ levels: [1, 1], statesGenerated: 3, fired: [0, 0, 0], violated, witnesses });
    archive.close();
    expect(() => resumed(system, 'memory')).toThrow('a state is in it twice');
  });

  it('is refused while another process uses it, and not when that has ended', () => {
    begin();
    writeFileSync(join(folder, `in-use-${process.ppid}`), '');
    expect(() => openIt()).toThrow(`process ${process.ppid} is using the folder`);
    renameSync(join(folder, `in-use-${process.ppid}`), join(folder, 'in-use-999999999'));
    expect(told(resumed(scatteredOf(graph), 'memory'))).toEqual(whole());
    expect(readdirSync(folder).filter((name) => name.startsWith('in-use'))).toEqual([]);
  });

  it('goes on from an earlier level when what was written last is damaged, and says so', () => {
    begin();
    const size = statSync(join(folder, 'states')).size;
    truncateSync(join(folder, 'states'), size - 1);
    const notices: string[] = [];
    expect(told(resumed(scatteredOf(graph), 'memory', notices))).toEqual(whole());
    expect(notices).toEqual([
      "level 30: the file 'states' is damaged, or ends too early: an earlier level is gone on from",
    ]);
  });

  it('goes on from the contents before when a count in the last was changed, and says so', () => {
    begin();
    const file = join(folder, 'contents.json');
    const text = readFileSync(file, 'utf8');
    const changed = text.replace(/"fired":\[(\d)/, (all, digit) => all.slice(0, -1) + (9 - digit));
    expect(changed).not.toBe(text);
    writeFileSync(file, changed);
    const notices: string[] = [];
    expect(told(resumed(scatteredOf(graph), 'memory', notices))).toEqual(whole());
    expect(notices).toEqual([
      'contents.json: it is damaged, or was not written to its end: an earlier level is gone on from',
    ]);
  });

  it('goes on from the contents before when the process was ended between two files', () => {
    begin();
    renameSync(join(folder, 'contents.json'), join(folder, 'elsewhere'));
    const notices: string[] = [];
    expect(told(resumed(scatteredOf(graph), 'disk', notices))).toEqual(whole());
    expect(notices).toEqual([
      'contents.json: there is no such file: an earlier level is gone on from',
    ]);
  });

  it('is refused, or does no harm, with any bit of it changed', () => {
    begin();
    const kept = new Map(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const),
    );
    const expected = whole();
    let noticed = 0;
    fc.assert(
      fc.property(fc.constantFrom(...kept.keys()), fc.nat(), fc.nat(7), (name, place, bit) => {
        empty();
        for (const [file, bytes] of kept) writeFileSync(join(folder, file), bytes);
        const bytes = Buffer.from(kept.get(name) as Buffer);
        const at = place % bytes.length;
        bytes[at] = (bytes[at] as number) ^ (1 << bit);
        writeFileSync(join(folder, name), bytes);
        let outcome: SearchOutcome;
        try {
          const notices: string[] = [];
          outcome = resumed(scatteredOf(graph), 'memory', notices);
          noticed += notices.length;
        } catch (error) {
          expect(String(error)).toMatch(/damaged/);
          noticed++;
          return;
        }
        expect(told(outcome)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
    expect(noticed).toBeGreaterThan(5);
  });
});
