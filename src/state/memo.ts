/**
 * What follows from a number, computed once and kept: a block of words for each number that was
 * asked for. When it has grown to its limit it forgets all and starts again.
 */

/** Numbers of at most this many bits are looked up without a hash. */
const directBits = 10;
const defaultBytesMax = 2 ** 26;

export class Memo {
  /** All blocks, one after another. It is another array after a find() that made it grow. */
  data: Int32Array;
  private blocks = 0;
  private keys: Int32Array;
  /** Where a key's block starts, plus one; 0 for none. */
  private starts: Int32Array;
  private readonly isDirect: boolean;
  private readonly blocksMax: number;
  /** The lowest bit that a number can have. */
  private readonly low: number;

  /**
   * @param mask the bits that a number can have
   * @param blockWords the size of a block
   * @param compute fills the block at `at`, which holds zeros
   */
  constructor(
    mask: number,
    private readonly blockWords: number,
    private readonly compute: (value: number, into: Int32Array, at: number) => void,
    bytesMax = defaultBytesMax,
  ) {
    this.low = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    const span = 32 - Math.clz32(mask >>> this.low);
    this.isDirect = span <= directBits;
    this.blocksMax = Math.max(2 ** directBits, Math.floor(bytesMax / 4 / blockWords));
    this.keys = new Int32Array(this.isDirect ? 0 : 2 ** 12);
    this.starts = new Int32Array(this.isDirect ? 2 ** span : 2 ** 12);
    this.data = new Int32Array(blockWords * 64);
  }

  /** Forgets everything if there is no room for `more` blocks. What find() gave is of no use then. */
  keepRoom(more: number): void {
    if (this.blocks + more <= this.blocksMax || this.isDirect) return;
    this.blocks = 0;
    this.starts.fill(0);
    this.data.fill(0);
  }

  /** Where in `data` the block of a number starts. */
  find(value: number): number {
    const { starts } = this;
    if (this.isDirect) {
      const slot = value >>> this.low;
      const start = starts[slot] as number;
      return start !== 0 ? start - 1 : this.add(value, slot);
    }
    const { keys } = this;
    const last = keys.length - 1;
    for (let slot = hash(value) & last; ; slot = (slot + 1) & last) {
      const start = starts[slot] as number;
      if (start === 0) return this.add(value, slot);
      if (keys[slot] === (value | 0)) return start - 1;
    }
  }

  private add(value: number, slot: number): number {
    const at = this.blocks++ * this.blockWords;
    if (at + this.blockWords > this.data.length) {
      const grown = new Int32Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.compute(value >>> 0, this.data, at);
    this.starts[slot] = at + 1;
    if (!this.isDirect) {
      this.keys[slot] = value;
      if (this.blocks * 2 > this.keys.length) this.rehash();
    }
    return at;
  }

  private rehash(): void {
    const { keys, starts } = this;
    this.keys = new Int32Array(keys.length * 2);
    this.starts = new Int32Array(keys.length * 2);
    const last = this.keys.length - 1;
    for (const [from, start] of starts.entries()) {
      if (start === 0) continue;
      let slot = hash(keys[from] as number) & last;
      while (this.starts[slot] !== 0) slot = (slot + 1) & last;
      this.keys[slot] = keys[from] as number;
      this.starts[slot] = start;
    }
  }
}

function hash(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 15), 0x9e3779b1);
  return mixed ^ (mixed >>> 14);
}
