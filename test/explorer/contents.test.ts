/** What an archive has in its folder: files that somebody else may have written, too. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mark } from '../../src/explorer/archive.js';
import { Archive, ArchiveError } from '../../src/explorer/archive.js';
import { Keeper } from '../../src/explorer/archiving.js';
import { Levels } from '../../src/explorer/levels.js';

const owner = { search: 'this one', tool: 'this tool' };
const words = 2;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'svscheck-contents-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});
const pathOf = (name: string): string => join(folder, name);

const markOf = (...levels: number[]): Mark => ({
  levels,
  statesGenerated: 9,
  fired: [4, 5],
  violated: [null, 0],
  witnesses: [0],
});
const rowOf = (row: number) => Uint32Array.of(row, row ^ 0x5a5a5a5a);

/** Appends rows of which each is what its number says. */
function append(archive: Archive, rows: number): void {
  for (const end = archive.rows + rows; archive.rows < end; )
    archive.append(rowOf(archive.rows), 0);
}
function expectRows(archive: Archive, rows: number): void {
  const found = new Uint32Array((rows + 1) * words);
  expect(archive.read(0, found)).toBe(rows);
  const isWrong = (word: number, at: number): boolean =>
    word !== rowOf(Math.floor(at / words))[at % words];
  expect(found.subarray(0, rows * words).findIndex(isWrong)).toBe(-1);
}

/** An archive of two levels, closed. */
function begin(): void {
  const archive = Archive.create(folder, words, owner);
  append(archive, 1);
  archive.commit(markOf(1));
  append(archive, 3);
  archive.commit(markOf(1, 3));
  archive.close();
}
const open = (notices: string[] = []) =>
  Archive.open(folder, words, owner, (text) => notices.push(text));
/** Why it cannot be opened. */
function refusal(): string {
  try {
    open()[0].close();
  } catch (error) {
    expect(error).toBeInstanceOf(ArchiveError);
    return (error as ArchiveError).message;
  }
  return 'none';
}

interface Text {
  [key: string]: unknown;
  marks: Record<string, unknown>[];
  parts: Record<string, unknown>[];
}
const textIn = (name: string): Text =>
  JSON.parse(readFileSync(pathOf(name), 'utf8').split('\n')[1] as string);
/** Writes contents with a right digest, whatever they are. */
function forge(text: string): void {
  const digest = createHash('sha256').update(text).digest('hex');
  writeFileSync(pathOf('contents.json'), `${digest}\n${text}\n`);
  rmSync(pathOf('contents-before.json'), { force: true });
}
const noneBefore = 'contents-before.json: there is no such file';

describe('contents with a right digest', () => {
  const format = `contents.json: it is not of the format 'svscheck states, version 1'; ${noneBefore}`;

  it.each(['no json', 'null', '5', '"text"', '[]', '{}'])('are refused: %s', (text) => {
    begin();
    forge(text);
    expect(refusal()).toBe(format);
  });

  it.each<Partial<Text>>([
    { format: 'svscheck states, version 2' },
    { search: 5 },
    { tool: null },
    { words: -2 },
    { words: '2' },
    { words: null },
    { words: 1.5 },
    { words: 2 ** 60 },
    { parts: {} as never },
    { parts: [null] as never },
    { parts: ['text'] as never },
    { parts: [{ rows: 4, digest: 5 }] },
    { parts: [{ rows: '4', digest: 'd' }] },
    { parts: [{ digest: 'd' }] },
    { marks: { 0: {} } as never },
    { marks: [null] as never },
    { marks: [5] as never },
  ])('are refused with %j', (change) => {
    begin();
    forge(JSON.stringify({ ...textIn('contents.json'), ...change }));
    expect(refusal()).toBe(format);
  });

  it.each([
    { levels: null },
    { levels: {} },
    { levels: [] },
    { levels: [], violated: [], witnesses: [] },
    { levels: [1, -3] },
    { levels: [1, 3.5] },
    { statesGenerated: -1 },
    { statesGenerated: null },
    { parts: -1 },
    { parts: 'all' },
    { fired: null },
    { fired: [null] },
    { fired: [-1] },
    { violated: 0 },
    { violated: [2] },
    { violated: [-1] },
    { violated: [0.5] },
    { violated: ['0'] },
    { witnesses: {} },
    { witnesses: [2] },
  ])('are refused with a mark that has %j', (change) => {
    begin();
    const text = textIn('contents.json');
    forge(JSON.stringify({ ...text, marks: [{ ...text.marks[0], ...change }] }));
    expect(refusal()).toBe(format);
  });

  it('are gone by with any depth up to the last', () => {
    begin();
    const text = textIn('contents.json');
    const violated = [null, 0, 1];
    forge(JSON.stringify({ ...text, marks: [{ ...text.marks[0], violated }] }));
    const [archive, mark] = open();
    expect(mark.violated).toEqual(violated);
    archive.close();
  });

  it('are refused where the levels are not the rows', () => {
    begin();
    const text = textIn('contents.json');
    const marks = [{ ...text.marks[0], levels: [1, 2] }];
    forge(JSON.stringify({ ...text, marks }));
    expect(refusal()).toBe(`level 1: its levels are not its rows; ${noneBefore}`);
    forge(JSON.stringify({ ...text, marks: [{ ...text.marks[0], parts: 0 }] }));
    expect(refusal()).toBe(`level 1: its levels are not its rows; ${noneBefore}`);
  });
});

describe('a file of contents', () => {
  const damaged = `contents.json: it is damaged, or was not written to its end; ${noneBefore}`;
  const alone = () => {
    begin();
    rmSync(pathOf('contents-before.json'));
    return readFileSync(pathOf('contents.json'), 'utf8');
  };

  it('is refused when it ends early, or has more', () => {
    const text = alone();
    for (const other of [text.slice(0, -1), `${text}\n`, `${text}more`, `${text}\nmore\n`, '']) {
      writeFileSync(pathOf('contents.json'), other);
      expect(refusal()).toBe(damaged);
    }
  });

  it('is refused when it is none', () => {
    alone();
    rmSync(pathOf('contents.json'));
    expect(refusal()).toBe(`contents.json: there is no such file; ${noneBefore}`);
    mkdirSync(pathOf('contents.json'));
    expect(refusal()).toBe(`contents.json: it is not a file; ${noneBefore}`);
  });

  it('is refused without a look into it when it has more bytes than any', () => {
    alone();
    truncateSync(pathOf('contents.json'), 2 ** 26);
    expect(refusal()).toBe(damaged);
    truncateSync(pathOf('contents.json'), 2 ** 26 + 1);
    expect(refusal()).toBe(
      `contents.json: it has 67108865 bytes, more than any has; ${noneBefore}`,
    );
  });
});

describe('a folder', () => {
  it('is not written to where it, or the file of states, is a link', () => {
    begin();
    const before = readFileSync(pathOf('states'));
    renameSync(pathOf('states'), pathOf('elsewhere'));
    symlinkSync(pathOf('elsewhere'), pathOf('states'));
    expect(() => open()).toThrow('ELOOP');
    expect(readFileSync(pathOf('elsewhere'))).toEqual(before);
    const link = pathOf('link');
    symlinkSync(folder, link);
    expect(() => Archive.open(link, words, owner, () => {})).toThrow('it is a link');
  });

  it('has an archive where either of two files is', () => {
    expect(Archive.isIn(folder)).toBe(false);
    begin();
    expect(Archive.isIn(folder)).toBe(true);
    rmSync(pathOf('contents.json'));
    expect(Archive.isIn(folder)).toBe(true);
    rmSync(pathOf('contents-before.json'));
    expect(Archive.isIn(folder)).toBe(false);
  });

  it('is refused with what to do about it', () => {
    const hintOf = (run: () => void): string => {
      try {
        run();
      } catch (error) {
        return (error as ArchiveError).hint;
      }
      return 'none';
    };
    begin();
    expect(hintOf(() => Archive.create(folder, words, owner))).toBe(
      '--resume goes on from it; remove the folder to search from the beginning',
    );
    const other = `in-use-${process.ppid}`;
    writeFileSync(pathOf(other), '');
    expect(hintOf(() => open())).toBe(
      `end it or wait for it; if it is no search, remove the file ${other}`,
    );
    rmSync(pathOf(other));
    forge('{}');
    expect(hintOf(() => open())).toBe('remove the folder to search from the beginning');
  });

  it('may have files that are only called like locks, or are of no process', () => {
    begin();
    const names = [`old-in-use-${process.ppid}`, `in-use-${process.ppid}-old`];
    for (const name of [...names, 'in-use-0', 'in-use-2147483648', 'in-use-99999999999']) {
      writeFileSync(pathOf(name), '');
    }
    open()[0].close();
    const left = readdirSync(folder).filter((name) => name.includes('in-use'));
    expect(left.toSorted()).toEqual(names.toSorted());
  });
});

describe('an archive', () => {
  it('has rows that are longer than what is written at once', () => {
    const archive = Archive.create(join(folder, 'deep', 'down'), words, owner);
    append(archive, 140_000);
    archive.commit(markOf(140_000));
    expectRows(archive, 140_000);
    archive.close();
    const [again, mark] = Archive.open(archive.folder, words, owner, () => {});
    expect(mark).toMatchObject(markOf(140_000));
    expect(again.rows).toBe(140_000);
    expectRows(again, 140_000);
    append(again, 2);
    again.commit(markOf(140_000, 2));
    expectRows(again, 140_002);
    again.close();
    expect(readdirSync(archive.folder)).not.toContain(`in-use-${process.pid}`);
    const notices: string[] = [];
    const [last] = Archive.open(archive.folder, words, owner, (text) => notices.push(text));
    expect(notices).toEqual([]);
    last.close();
  });

  it('tells of all that it could not go on from', () => {
    begin();
    truncateSync(pathOf('states'), 2 * words * 4);
    const notices: string[] = [];
    const [archive, mark] = open(notices);
    expect(mark).toMatchObject(markOf(1));
    archive.close();
    expect(notices).toEqual([
      "level 1: the file 'states' is damaged, or ends too early: an earlier level is gone on from",
    ]);
    truncateSync(pathOf('states'), words * 4);
    writeFileSync(pathOf('contents-before.json'), readFileSync(pathOf('contents.json')));
    writeFileSync(pathOf('contents.json'), 'nothing');
    notices.length = 0;
    open(notices)[0].close();
    expect(notices).toEqual([
      'contents.json: it is damaged, or was not written to its end; ' +
        "level 1: the file 'states' is damaged, or ends too early: an earlier level is gone on from",
    ]);
  });

  it('that was gone on with has the mark from there, and the one before', () => {
    begin();
    const [archive] = open();
    append(archive, 2);
    archive.commit(markOf(1, 3, 2));
    archive.close();
    const { marks } = textIn('contents.json');
    expect(marks).toMatchObject([markOf(1, 3, 2), markOf(1, 3)]);
  });

  it('keeps the contents before that would outlast a power failure, and two marks', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    const archive = Archive.create(folder, words, owner);
    const levels: number[] = [];
    /** The depths that both files tell of, after another level. */
    const next = (later: number): number[][] => {
      vi.setSystemTime(Date.now() + later);
      append(archive, 1);
      levels.push(1);
      archive.commit(markOf(...levels));
      return ['contents.json', 'contents-before.json'].map((name) =>
        existsSync(pathOf(name))
          ? textIn(name).marks.map(({ levels }) => (levels as number[]).length)
          : [],
      );
    };
    expect(next(0)).toEqual([[1], []]);
    expect(next(0)).toEqual([[2, 1], [1]]);
    expect(next(500)).toEqual([[3, 2], [1]]);
    expect(next(499)).toEqual([[4, 3], [1]]);
    expect(next(1)).toEqual([[5, 4], [1]]);
    expect(next(999)).toEqual([
      [6, 5],
      [5, 4],
    ]);
    expect(next(1)).toEqual([
      [7, 6],
      [5, 4],
    ]);
    archive.close();
  });
});

describe('who keeps an archive', () => {
  const levelsOf = (...rows: number[]): Levels => {
    const levels = new Levels();
    for (const row of rows) levels.add(() => [{ rows: rowOf(row), offset: 0 }]);
    return levels;
  };

  it('writes the levels before the mark, each once', () => {
    const archive = Archive.create(folder, words, owner);
    const keeper = new Keeper({ archive, from: null, everyMs: 0 });
    expect(keeper.write(levelsOf(), false)).toBe(true);
    expect(archive.rows).toBe(0);
    keeper.mark = markOf(1, 1);
    expect(keeper.write(levelsOf(0, 1, 2), false)).toBe(true);
    expect(keeper.write(levelsOf(0, 1, 2), false)).toBe(true);
    expect(archive.rows).toBe(2);
    keeper.mark = markOf(1, 1, 1);
    expect(keeper.write(levelsOf(0, 1, 2, 3), false)).toBe(true);
    expectRows(archive, 3);
    archive.close();
  });

  it('writes no rows that are there already', () => {
    const archive = Archive.create(folder, words, owner);
    const keeper = new Keeper({ archive, from: null, everyMs: 0 });
    append(archive, 2);
    keeper.mark = markOf(1, 1);
    expect(keeper.write(levelsOf(5, 6), true)).toBe(true);
    expectRows(archive, 2);
    expect(textIn('contents.json').marks).toMatchObject([{ levels: [1, 1] }]);
    archive.close();
  });

  it('is to write again some time after it has', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    const archive = Archive.create(folder, words, owner);
    const keeper = new Keeper({ archive, from: null, everyMs: 5000 });
    vi.setSystemTime(1_004_999);
    expect(keeper.isDue).toBe(false);
    vi.setSystemTime(1_005_000);
    expect(keeper.isDue).toBe(true);
    keeper.mark = markOf(1);
    keeper.write(levelsOf(0), false);
    expect(keeper.isDue).toBe(false);
    vi.setSystemTime(1_010_000);
    expect(keeper.isDue).toBe(true);
    archive.close();
  });

  it('goes on without, and says so once, where nothing can be written', () => {
    const archive = Archive.create(folder, words, owner);
    const keeper = new Keeper({ archive, from: null, everyMs: 0 });
    // What is to become the file of contents cannot be made.
    mkdirSync(pathOf('contents.json.new'));
    keeper.mark = markOf(1);
    expect(keeper.write(levelsOf(0), false)).toBe(false);
    keeper.mark = markOf(1, 1);
    expect(keeper.write(levelsOf(0, 1), false)).toBe(true);
    expect(keeper.notices.map((notice) => notice.replace(/ \(.+\);/, ';'))).toEqual([
      'no checkpoint can be written; what was written before is kept',
    ]);
    archive.close();
  });

  it('throws what is no fault of the file system', () => {
    const archive = Archive.create(folder, words, owner);
    const keeper = new Keeper({ archive, from: null, everyMs: 0 });
    keeper.mark = markOf(1);
    const levels = new Levels();
    levels.add(() => {
      throw new RangeError('a mistake of ours');
    });
    expect(() => keeper.write(levels, false)).toThrow('a mistake of ours');
    expect(keeper.notices).toEqual([]);
    archive.close();
  });
});
