/**
 * Digests of the states that a search has seen: what a certificate has, for whoever does not believe.
 *
 * Of each state there is a key that goes by the variables and not by how they are packed (keyOf() of
 * state/immutable.ts). The digest of a set is the sum, modulo 2^256, of the SHA-256 digests of its
 * keys: the same in whatever order they come. Whoever finds the states by other means
 * comes to the same digest, or one of the two is wrong.
 */
import { createHash } from 'node:crypto';
import { keyOf } from '../state/immutable.js';
import type { MachineSchema } from '../state/machine.js';
import { pack } from '../state/packed.js';

/** The digest of a set of states, and up to `keysMax` the set. */
export interface StatesDigest {
  /** 64 hexadecimal digits. */
  readonly digest: string;
  /** Sorted; null where there are more. */
  readonly keys: readonly string[] | null;
}

/** States whose keys a certificate lists. */
export const keysMax = 10_000;

export class KeysDigest {
  private sum = 0n;
  private keys: string[] | null = [];

  /** Adds the key of a state; each once. */
  add(key: string): void {
    const digest = createHash('sha256').update(key).digest('hex');
    this.sum = (this.sum + BigInt(`0x${digest}`)) & (2n ** 256n - 1n);
    this.keys?.push(key);
    if (this.keys !== null && this.keys.length > keysMax) this.keys = null;
  }

  get result(): StatesDigest {
    const digest = this.sum.toString(16).padStart(64, '0');
    return { digest, keys: this.keys?.sort() ?? null };
  }
}

/** The same for packed states. */
export function packedDigest(schema: MachineSchema): {
  add(rows: Uint32Array, offset: number): void;
  readonly result: StatesDigest;
} {
  const { tape, view } = pack(schema);
  const digest = new KeysDigest();
  return {
    add: (rows, offset) => {
      tape.load(rows, offset);
      digest.add(keyOf(schema, view));
    },
    get result() {
      return digest.result;
    },
  };
}
