/**
 * States in files, from which a search goes on: what `--checkpoint` writes and `--disk` works on.
 *
 * One file has rows, level by level, and is only ever appended to. Another says what they are: of
 * which search, which rows are of which level, what had been found when a level was begun, and a
 * digest of every part of the first file. It is replaced whole, and the one before is kept, so that
 * whatever ends the process, the states up to some level are there. Nothing in either is believed
 * before its digest is right.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import * as process from 'node:process';

/** What had been found when a level was begun; with the states up to it, all that a search is. */
export interface Mark {
  /** The states of each level, up to that which is to be expanded. */
  readonly levels: readonly number[];
  readonly statesGenerated: number;
  /** How often each named step was taken. */
  readonly fired: readonly number[];
  /** By property and by witness: the depth at which it was first seen, or null. */
  readonly violated: readonly (number | null)[];
  readonly witnesses: readonly (number | null)[];
}

/** A part of the file of rows: its end, in rows, and the digest of what is before it. */
interface Part {
  readonly rows: number;
  readonly digest: string;
}

interface Contents {
  readonly format: typeof format;
  /** What search it is of, in the words of whoever searches. */
  readonly search: string;
  readonly tool: string;
  readonly words: number;
  readonly parts: readonly Part[];
  /** The latest first; each is of some of the parts. */
  readonly marks: readonly (Mark & { readonly parts: number })[];
}

const format = 'svscheck states, version 1';
const files = {
  rows: 'states',
  contents: 'contents.json',
  before: 'contents-before.json',
} as const;
/** The files of processes that use a folder, each named by its number. */
const lockOf = (pid: number): string => `in-use-${pid}`;
const lockName = /^in-use-(\d+)$/;

/** Bytes of a file of contents, at most: some thousand levels take a few hundred thousand. */
const contentsMax = 2 ** 26;
/** What is in a folder may be somebody else's link, and what it leads to is not ours to write. */
const noLinks = fs.constants.O_NOFOLLOW ?? 0;
/** Milliseconds between two times that the system is told to have files on the disk. */
const syncEveryMs = 1000;
/** Bytes read or written at once. */
const pieceBytes = 2 ** 20;

/** It cannot be used, and why: a sentence without its end. */
export class ArchiveError extends Error {
  /** @param hint what to do about it */
  constructor(
    message: string,
    readonly hint = 'remove the folder to search from the beginning',
  ) {
    super(message);
  }
}

export class Archive {
  /** Rows in the file. */
  rows = 0;
  private parts: Part[] = [];
  private marks: (Mark & { parts: number })[] = [];
  private digest = createHash('sha256');
  private readonly file: number;
  private readonly pieces: Uint8Array;
  private filled = 0;
  private synced = 0;
  /** Whether the contents of now would be there after a power failure. */
  private isSafe = false;

  private constructor(
    readonly folder: string,
    readonly words: number,
    private readonly owner: Owner,
    flags: number,
  ) {
    this.file = fs.openSync(Archive.fileIn(folder), fs.constants.O_RDWR | noLinks | flags);
    this.pieces = new Uint8Array(Math.ceil(pieceBytes / (words * 4)) * words * 4);
  }

  /** The file of rows of a folder. */
  static fileIn(folder: string): string {
    return join(folder, files.rows);
  }

  /** Whether a folder has an archive, of whatever search. */
  static isIn(folder: string): boolean {
    return [files.contents, files.before].some((name) => fs.existsSync(join(folder, name)));
  }

  /** An empty one. Throws ArchiveError where the folder has one, or another process uses it. */
  static create(folder: string, words: number, owner: Owner): Archive {
    fs.mkdirSync(folder, { recursive: true });
    return locked(folder, () => {
      if (Archive.isIn(folder)) {
        const hint = '--resume goes on from it; remove the folder to search from the beginning';
        throw new ArchiveError('there is one already', hint);
      }
      const { O_CREAT, O_TRUNC } = fs.constants;
      return new Archive(folder, words, owner, O_CREAT | O_TRUNC);
    });
  }

  /**
   * One that a search left: the latest state of it that is whole.
   *
   * @param tell called with a sentence where that is not the last that was written
   * @returns the archive, and where that search was
   */
  static open(
    folder: string,
    words: number,
    owner: Owner,
    tell: (notice: string) => void,
  ): [Archive, Mark] {
    return locked(folder, () => {
      const faults: string[] = [];
      for (const name of [files.contents, files.before]) {
        const contents = readContents(join(folder, name));
        if (typeof contents === 'string') {
          faults.push(`${name}: ${contents}`);
          continue;
        }
        refuseForeign(contents, words, owner);
        const archive = new Archive(folder, words, owner, 0);
        for (const mark of contents.marks) {
          const fault = archive.adopt(contents, mark);
          if (fault === null) {
            if (faults.length > 0) tell(`${faults.join('; ')}: an earlier level is gone on from`);
            return [archive, mark];
          }
          faults.push(`level ${mark.levels.length - 1}: ${fault}`);
        }
        fs.closeSync(archive.file);
      }
      throw new ArchiveError(faults.join('; '));
    });
  }

  /** Appends a row; it is in the file after `commit()` or `flush()`. */
  append(rows: Uint32Array, offset: number): void {
    const { pieces, words } = this;
    if (this.filled === pieces.length) this.flush();
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset + offset * 4, words * 4);
    pieces.set(bytes, this.filled);
    this.filled += words * 4;
    this.rows++;
  }

  /** Writes what was appended. Throws what the file system throws: no space, no disk. */
  flush(): void {
    const { pieces, filled, rows, words } = this;
    let at = rows * words * 4 - filled;
    for (let done = 0; done < filled; ) {
      const written = fs.writeSync(this.file, pieces, done, filled - done, at);
      done += written;
      at += written;
    }
    this.digest.update(pieces.subarray(0, filled));
    this.filled = 0;
  }

  /** From here on the search can go on from a level: all its rows have been appended. */
  commit(mark: Mark): void {
    this.flush();
    const { rows, words, folder, owner } = this;
    this.parts.push({ rows, digest: this.digest.digest('hex') });
    this.digest = createHash('sha256');
    this.marks = [{ ...mark, parts: this.parts.length }, ...this.marks.slice(0, 1)];
    // A machine that goes down may lose the last levels of a moment; a process that is killed none. So
    // the contents before are always such as would outlast the former.
    const isDue = Date.now() - this.synced >= syncEveryMs;
    if (isDue) fs.fdatasyncSync(this.file);
    const { parts, marks } = this;
    const text = JSON.stringify({ format, ...owner, words, parts, marks } satisfies Contents);
    const [now, before] = [join(folder, files.contents), join(folder, files.before)];
    const beside = `${now}.new`;
    fs.rmSync(beside, { force: true });
    write(beside, `${digestOf(text)}\n${text}\n`, isDue);
    if (this.isSafe) fs.renameSync(now, before);
    fs.renameSync(beside, now);
    this.isSafe = isDue;
    if (isDue) this.synced = Date.now();
  }

  /** Reads rows from number `first` on; fewer at the end of the file. @returns how many */
  read(first: number, into: Uint32Array): number {
    return readRows(this.file, this.words, first, into);
  }

  /** What is in it stays. */
  close(): void {
    fs.closeSync(this.file);
    freeLock(this.folder);
  }

  /** Takes over the rows up to a mark; or says why they are not what they were. */
  private adopt(contents: Contents, mark: Contents['marks'][number]): string | null {
    const parts = contents.parts.slice(0, mark.parts);
    const rows = mark.levels.reduce((sum, states) => sum + states, 0);
    if ((parts.at(-1)?.rows ?? 0) !== rows) return 'its levels are not its rows';
    let first = 0;
    for (const part of parts) {
      if (this.digestOfRows(first, part.rows) !== part.digest) {
        return `the file '${files.rows}' is damaged, or ends too early`;
      }
      first = part.rows;
    }
    // What comes after is of a level that was not ended.
    fs.ftruncateSync(this.file, rows * this.words * 4);
    this.rows = rows;
    this.parts = [...parts];
    this.marks = [mark];
    return null;
  }

  private digestOfRows(first: number, end: number): string {
    const rowBytes = this.words * 4;
    const hash = createHash('sha256');
    for (let at = first * rowBytes; at < end * rowBytes; ) {
      const wanted = Math.min(this.pieces.length, end * rowBytes - at);
      const read = fs.readSync(this.file, this.pieces, 0, wanted, at);
      if (read === 0) break;
      hash.update(this.pieces.subarray(0, read));
      at += read;
    }
    return hash.digest('hex');
  }
}

/** Whose an archive is: what must be the same for a search to go on from it. */
export interface Owner {
  readonly search: string;
  readonly tool: string;
}

/** Rows of a file from number `first` on. @returns how many there were */
export function readRows(file: number, words: number, first: number, into: Uint32Array): number {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  let done = 0;
  while (done < bytes.length) {
    const read = fs.readSync(file, bytes, done, bytes.length - done, first * words * 4 + done);
    if (read === 0) break;
    done += read;
  }
  return Math.floor(done / (words * 4));
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function write(path: string, text: string, synced: boolean): void {
  const file = fs.openSync(path, 'wx');
  try {
    fs.writeFileSync(file, text);
    if (synced) fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

/** The contents that a file has; or what is wrong with it. */
function readContents(path: string): Contents | string {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 'there is no such file';
  if (!stat.isFile()) return 'it is not a file';
  if (stat.size > contentsMax) return `it has ${stat.size} bytes, more than any has`;
  const [digest = '', text = '', end, ...more] = fs.readFileSync(path, 'utf8').split('\n');
  if (end !== '' || more.length > 0 || digest !== digestOf(text)) {
    return 'it is damaged, or was not written to its end';
  }
  const contents = parsed(text);
  return isContents(contents) ? contents : `it is not of the format '${format}'`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

const isListOf = <T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] =>
  Array.isArray(value) && value.every(isOne);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Whether it can be gone by: a right digest says that nobody changed it, not who wrote it. */
function isContents(value: unknown): value is Contents {
  return (
    isRecord(value) &&
    value.format === format &&
    typeof value.search === 'string' &&
    typeof value.tool === 'string' &&
    isCount(value.words) &&
    isListOf(value.parts, isPart) &&
    isListOf(value.marks, isMark)
  );
}

const isPart = (value: unknown): value is Part =>
  isRecord(value) && isCount(value.rows) && typeof value.digest === 'string';

function isMark(value: unknown): value is Contents['marks'][number] {
  if (!isRecord(value) || !isListOf(value.levels, isCount)) return false;
  const { length } = value.levels;
  if (length === 0) return false;
  const isDepth = (one: unknown): one is number | null =>
    one === null || (isCount(one) && one < length);
  return (
    isCount(value.statesGenerated) &&
    isCount(value.parts) &&
    isListOf(value.fired, isCount) &&
    isListOf(value.violated, isDepth) &&
    isListOf(value.witnesses, isDepth)
  );
}

function refuseForeign({ search, tool, words }: Contents, wordsNow: number, owner: Owner): void {
  if (tool !== owner.tool) {
    throw new ArchiveError(`it was written by ${tool}, and this is ${owner.tool}`);
  }
  if (search !== owner.search || words !== wordsNow) {
    throw new ArchiveError('it is of another spec, or the spec has changed since');
  }
}

/**
 * Opens an archive in a folder that this process alone uses from then on: two searches in one would
 * write over each other. Of two that begin at once one is refused, or both.
 */
function locked<T>(folder: string, open: () => T): T {
  if (fs.lstatSync(folder).isSymbolicLink()) throw new ArchiveError('it is a link');
  const own = lockOf(process.pid);
  fs.rmSync(join(folder, own), { force: true });
  fs.writeFileSync(join(folder, own), '', { flag: 'wx' });
  try {
    for (const name of fs.readdirSync(folder)) {
      const pid = Number(lockName.exec(name)?.[1]);
      if (Number.isNaN(pid) || name === own) continue;
      if (isRunning(pid)) {
        const hint = `end it or wait for it; if it is no search, remove the file ${name}`;
        throw new ArchiveError(`process ${pid} is using the folder`, hint);
      }
      fs.rmSync(join(folder, name), { force: true });
    }
    return open();
  } catch (error) {
    freeLock(folder);
    throw error;
  }
}

/** This process uses a folder no more: `close()` says so, unless the thread that had it is gone. */
export function freeLock(folder: string): void {
  try {
    fs.rmSync(join(folder, lockOf(process.pid)));
  } catch {
    // There is no folder that could be in use; whoever wanted to use it has been told.
  }
}

function isRunning(pid: number): boolean {
  // To kill() it stands for the group of this very process.
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
