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
  /** What other threads need to have the same store; null where they cannot. */
  readonly buffers: StoreBuffers | null;
}

export interface StoreBuffers {
  readonly words: number;
  readonly segmentBits: number;
  readonly log: readonly SharedArrayBuffer[];
  readonly index: SharedArrayBuffer;
  readonly ranges: SharedArrayBuffer;
}

const privateSegmentBits = 16;

/** The memory of one thread; `ensure...` of the seen set lets it grow. */
export function privateStore(words: number): Store {
  return {
    words,
    segmentBits: privateSegmentBits,
    segments: [],
    index: new Int32Array(0),
    indexBitsMax: 31,
    ranges: new Int32Array(64),
    rowsMax: statesLimit,
    buffers: null,
  };
}

/** Bytes of a segment of the log: large, so that there are few, and few to find a row in. */
const segmentBytes = 2 ** 30;

/**
 * Reserves memory that threads can share: as much as a machine with `bytesMax` can fill. Where the
 * system does not give that much address space, less; null where it gives next to none.
 */
export function sharedStore(words: number, bytesMax: number): Store | null {
  if (typeof SharedArrayBuffer === 'undefined') return null;
  for (let bytes = bytesMax; bytes >= bytesMax / 64; bytes /= 4) {
    try {
      return storeOf(reserve(words, bytes));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return null;
}

function reserve(words: number, bytes: number): StoreBuffers {
  const rowBytes = words * 4;
  const rows = Math.min(statesLimit, Math.ceil(bytes / rowBytes));
  const segmentBits = Math.floor(Math.log2(Math.min(bytes, segmentBytes) / rowBytes));
  const indexBits = Math.min(31, Math.floor(Math.log2(bytes / 4)));
  const segments = Math.ceil(rows / 2 ** segmentBits);
  return {
    words,
    segmentBits,
    log: Array.from(
      { length: segments },
      () => new SharedArrayBuffer(2 ** segmentBits * words * 4),
    ),
    index: new SharedArrayBuffer(2 ** indexBits * 4),
    // A range for each block that is full, and room for many levels that end within one.
    ranges: new SharedArrayBuffer((Math.ceil(rows / blockRows) + 2 ** 24) * 8),
  };
}

/** The same store in another thread. */
export function storeOf(buffers: StoreBuffers): Store {
  const { words, segmentBits, log, index, ranges } = buffers;
  return {
    words,
    segmentBits,
    segments: log.map((buffer) => new Uint32Array(buffer)),
    index: new Int32Array(index),
    indexBitsMax: Math.log2(index.byteLength / 4),
    ranges: new Int32Array(ranges),
    rowsMax: Math.min(statesLimit, log.length * 2 ** segmentBits),
    buffers,
  };
}
