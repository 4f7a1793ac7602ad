/**
 * The memory of a search: a log of rows, an index over it, and a table of ranges of rows.
 *
 * Shared memory is reserved at once for all that a search can come to hold: it takes address space,
 * and becomes memory where it is first written, so nothing ever has to be moved, handed to another
 * thread or waited for to be released. Memory of one thread is made as it is needed.
 */

/** Rows that a worker claims at once; a range lies in one block. */
export const blockRows = 256;
/** The index doubles when it would be fuller than this. */
export const loadMax = 0.8;
/** The most states that a 32-bit entry can number at that load. */
export const statesLimit = Math.floor(2 ** 31 * loadMax);

/** The most states of a level where only two levels are kept: 31 bits number the rows of both. */
const levelLimit = 2 ** 30;

export interface Store {
  readonly words: number;
  /** Rows lie in segments of `2 ** segmentBits` rows. */
  readonly segmentBits: number;
  readonly segments: Uint32Array[];
  index: Int32Array;
  readonly indexBitsMax: number;
  /** Pairs: the first row of a range, and how many rows it has. */
  ranges: Int32Array;
  /** Rows, at most. */
  readonly rowsMax: number;
  /** Where fingerprints are kept and not states: their two words; else null. */
  readonly fingerprints: Fingerprints | null;
  /** Where states lie in a file, and the log has what may be new; else null. */
  readonly disk: Disk | null;
  /** What other threads need to have the same store; null where they cannot. */
  readonly buffers: StoreBuffers | null;
}

/** States in a file: see disk.ts. */
export interface Disk {
  readonly file: string;
  /** A bit for each row of the log: whether it is in the file. */
  marks: Int32Array;
}

/** What a store is to keep: states, fingerprints of so many bits, or states in a file. */
export type Keeps = { readonly bits?: number; readonly file?: string };

/** The two words of fingerprints, by slot: 0 where there is none. */
export interface Fingerprints {
  /** Bits that are used: all 64, but for tests of what comes of fewer. */
  readonly bits: number;
  first: Int32Array;
  second: Int32Array;
}

export interface StoreBuffers {
  readonly words: number;
  readonly segmentBits: number;
  readonly log: readonly SharedArrayBuffer[];
  readonly index: SharedArrayBuffer;
  readonly ranges: SharedArrayBuffer;
  readonly fingerprints: {
    readonly bits: number;
    readonly first: SharedArrayBuffer;
    readonly second: SharedArrayBuffer;
  } | null;
  readonly disk: { readonly file: string; readonly marks: SharedArrayBuffer } | null;
}

const privateSegmentBits = 16;

/** The memory of one thread, which grows as it is needed. */
export function privateStore(words: number, { bits = 0, file }: Keeps = {}): Store {
  return {
    words,
    segmentBits: privateSegmentBits,
    segments: [],
    index: new Int32Array(0),
    indexBitsMax: 31,
    ranges: new Int32Array(64),
    rowsMax: bits === 0 ? statesLimit : levelLimit,
    fingerprints: bits === 0 ? null : { bits, first: new Int32Array(0), second: new Int32Array(0) },
    disk: file === undefined ? null : { file, marks: new Int32Array(0) },
    buffers: null,
  };
}

/** Bytes of a segment of the log: large, so that there are few, and few to find a row in. */
const segmentBytes = 2 ** 30;

/**
 * Reserves memory that threads can share: as much as a machine with `bytesMax` can fill. Where the
 * system does not give that much address space, less; null where it gives next to none.
 */
export function sharedStore(words: number, bytesMax: number, keeps: Keeps = {}): Store | null {
  if (typeof SharedArrayBuffer === 'undefined') return null;
  for (let bytes = bytesMax; bytes >= bytesMax / 64; bytes /= 4) {
    try {
      return storeOf(reserve(words, bytes, keeps));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return null;
}

function reserve(words: number, bytes: number, { bits = 0, file }: Keeps): StoreBuffers {
  const rowBytes = words * 4;
  const rows = Math.min(bits === 0 ? statesLimit : levelLimit, Math.ceil(bytes / rowBytes));
  const segmentBits = Math.floor(Math.log2(Math.min(bytes, segmentBytes) / rowBytes));
  const indexBits = Math.min(31, Math.floor(Math.log2(bytes / 4)));
  const segments = Math.ceil(rows / 2 ** segmentBits) * (bits === 0 ? 1 : 2);
  const slots = Math.min(2 ** 31, Math.floor(bytes / 8));
  return {
    words,
    segmentBits,
    log: Array.from(
      { length: segments },
      () => new SharedArrayBuffer(2 ** segmentBits * words * 4),
    ),
    index: new SharedArrayBuffer(bits === 0 ? 2 ** indexBits * 4 : 4),
    // A range for each block that is full, and room for many levels that end within one.
    ranges: new SharedArrayBuffer(
      (Math.ceil((bits === 0 ? rows : slots) / blockRows) + 2 ** 24) * 8,
    ),
    fingerprints:
      bits === 0
        ? null
        : {
            bits,
            first: new SharedArrayBuffer(slots * 4),
            second: new SharedArrayBuffer(slots * 4),
          },
    disk:
      file === undefined ? null : { file, marks: new SharedArrayBuffer(Math.ceil(rows / 32) * 4) },
  };
}

/** The same store in another thread. */
export function storeOf(buffers: StoreBuffers): Store {
  const { words, segmentBits, log, index, ranges, fingerprints, disk } = buffers;
  return {
    words,
    segmentBits,
    segments: log.map((buffer) => new Uint32Array(buffer)),
    index: new Int32Array(index),
    indexBitsMax: Math.log2(index.byteLength / 4),
    ranges: new Int32Array(ranges),
    rowsMax:
      fingerprints === null
        ? Math.min(statesLimit, log.length * 2 ** segmentBits)
        : Math.min(levelLimit, (log.length / 2) * 2 ** segmentBits),
    fingerprints: fingerprints && {
      bits: fingerprints.bits,
      first: new Int32Array(fingerprints.first),
      second: new Int32Array(fingerprints.second),
    },
    disk: disk && { file: disk.file, marks: new Int32Array(disk.marks) },
    buffers,
  };
}
