/**
 * The packed form: a state as a few 32-bit words, seen through views.
 *
 * A view is an object with a getter and a setter for every field, which shift and mask; it has the
 * interface of the immutable form's draft, so a rule cannot tell the two apart. All views of a
 * state go to one tape, which can record what a rule reads and writes: the search takes a rule's
 * steps from such records (model/decisions.ts), so views need not be fast.
 */
import type { Domain, Members } from './domain.js';
import type { LeafLayout, Place, RecordLayout } from './layout.js';
import { layoutOf } from './layout.js';
import type { Draft, Reach, RecordField } from './schema.js';
import { valuesOf } from './schema.js';
import { Tape } from './tape.js';

/** A state's tape and the view on it. */
export interface Packed<S extends RecordField> {
  readonly tape: Tape;
  readonly view: Draft<S>;
}

/** A value that does not fit its field: a rule's mistake, never a user's. */
export class RangeFault extends Error {}

/** A zeroed state, with a view on it. */
export function pack<S extends RecordField>(schema: S): Packed<S> {
  const layout = layoutOf(schema);
  const tape = new Tape(layout.words);
  return { tape, view: viewOf(layout, tape, 0, 0) as Draft<S> };
}

/** The layout in lines for people: `cpus[0].mode: word 0, bits 4..4`. */
export function describeLayout(layout: RecordLayout, path = '', word = 0, bit = 0): string[] {
  return layout.fields.flatMap((field) => {
    const name = path + field.name;
    if (field.kind === 'leaf') {
      if (field.bits === 0) return [];
      const from = bit + field.bit;
      return [`${name}: word ${word + field.word}, bits ${from}..${from + field.bits - 1}`];
    }
    return field.places.flatMap((place, index) => {
      const row = field.kind === 'table' ? `${name}[${index}]` : name;
      return describeLayout(field.row, `${row}.`, word + place.word, bit + place.bit);
    });
  });
}

/** The bits of a state that a process's variables of one reach take, by word. */
export type BitMasks = Int32Array;

/**
 * By member of a domain, and by reach: the bits of the variables that are limited to it, in the rows
 * of that member in all tables that the state has at its top.
 */
export function reachOf(schema: RecordField, of: Domain): Record<Reach, BitMasks>[] {
  const layout = layoutOf(schema);
  return of.ids.map((_, index) => {
    const masks = {
      'own-writes': new Int32Array(layout.words),
      own: new Int32Array(layout.words),
      hidden: new Int32Array(layout.words),
    };
    for (const field of layout.fields) {
      const found = schema.fields[field.name];
      if (field.kind !== 'table' || found?.kind !== 'table' || found.over !== of) continue;
      const { word, bit } = field.places[index] as Place;
      addReach(field.row, word, bit, masks);
    }
    return masks;
  });
}

function addReach(
  layout: RecordLayout,
  word: number,
  bit: number,
  masks: Record<Reach, BitMasks>,
): void {
  for (const field of layout.fields) {
    if (field.kind !== 'leaf') {
      for (const place of field.places) {
        addReach(field.row, word + place.word, bit + place.bit, masks);
      }
    } else if (field.leaf.reach !== undefined && field.bits > 0) {
      const mask = masks[field.leaf.reach];
      const at = word + field.word;
      mask[at] = (mask[at] as number) | (((2 ** field.bits - 1) << (bit + field.bit)) | 0);
    }
  }
}

type View = Record<string, unknown>;

function viewOf(layout: RecordLayout, tape: Tape, word: number, shift: number): View {
  const view: View = {};
  const lookUps = new Map<string, LookUp>();
  for (const field of layout.fields) {
    if (field.kind !== 'leaf') {
      const rows = field.places.map((place) =>
        viewOf(field.row, tape, word + place.word, shift + place.bit),
      );
      view[field.name] = field.kind === 'table' ? rows : rows[0];
    } else if (field.leaf.kind === 'idSet') {
      const members = field.leaf.unused === true ? 0 : field.leaf.of.ids.length;
      view[field.name] =
        members === 0 ? emptySet : new BitSet(tape, word + field.word, shift + field.bit, members);
    } else {
      const place = { word: word + field.word, shift: shift + field.bit };
      Object.defineProperty(view, field.name, accessorsOf(field, tape, place.word, place.shift));
      const mask = 2 ** field.bits - 1;
      lookUps.set(field.name, (classes) => tape.classOf(place.word, place.shift, mask, classes));
    }
  }
  Object.defineProperty(view, lookUpIn, {
    value: (name: string, classes: Int32Array) => (lookUps.get(name) as LookUp)(classes),
  });
  return view;
}

type LookUp = (classes: Int32Array) => number;

/** The method of a view that is a number field looked up in a table of classes; see look-up.ts. */
export const lookUpIn = Symbol('lookUpIn');

function misfit(field: string, value: unknown): never {
  throw new RangeFault(`${String(value)} does not fit the field '${field}'`);
}

/** The getter and the setter of one field, whose values are coded as numbers from 0. */
function accessorsOf(
  { name, leaf, bits }: LeafLayout,
  tape: Tape,
  word: number,
  shift: number,
): PropertyDescriptor {
  const mask = 2 ** bits - 1;
  const values = valuesOf(leaf);
  const { decode, encode } = codeOf(leaf);
  return {
    enumerable: true,
    get: () => decode(bits === 0 ? 0 : tape.read(word, shift, mask)),
    set: (value: unknown) => {
      const code = encode(value);
      if (!(code >= 0 && code < values)) misfit(name, value);
      if (bits > 0) tape.write(word, mask << shift, code << shift);
    },
  };
}

interface Code {
  decode(code: number): unknown;
  /** A number that is out of range for a value that the field cannot have. */
  encode(value: unknown): number;
}

function codeOf(leaf: LeafLayout['leaf']): Code {
  switch (leaf.kind) {
    case 'flag':
      return { decode: (code) => code !== 0, encode: (value) => (value ? 1 : 0) };
    case 'oneOf': {
      const { values } = leaf;
      return { decode: (code) => values[code], encode: (value) => values.indexOf(value as string) };
    }
    case 'optionalId':
      return {
        decode: (code) => (code === 0 ? null : code - 1),
        encode: (value) =>
          value === null ? 0 : (value as number) >= 0 ? (value as number) + 1 : -1,
      };
    default:
      return { decode: (code) => code, encode: (value) => value as number };
  }
}

/** A set over an empty domain, or of an unused variable. */
const emptySet = {
  size: 0,
  mask: 0,
  has: () => false,
  hasAll: ({ mask }: Members<string>) => mask === 0,
  addAll: ({ mask }: Members<string>) => mask === 0 || misfit('a set', mask),
  keepOnly: () => {},
  add: (id: number) => misfit('a set', id),
  delete: () => {},
  clear: () => {},
};

/** An id set as bits of one word. */
class BitSet {
  /** A bit for each member of the domain, at the low end. */
  private readonly all: number;

  constructor(
    private readonly tape: Tape,
    private readonly word: number,
    private readonly shift: number,
    private readonly members: number,
  ) {
    this.all = 0xffffffff >>> (32 - members);
  }

  has(id: number): boolean {
    // A rule may ask for a member that the domain does not have, as of a plain set.
    return id >= 0 && id < this.members && this.tape.read(this.word, this.shift + id, 1) === 1;
  }

  hasAll({ mask }: Members<string>): boolean {
    return this.tape.hasAll(this.word, mask << this.shift);
  }

  addAll({ mask }: Members<string>): void {
    this.tape.write(this.word, mask << this.shift, mask << this.shift);
  }

  keepOnly({ mask }: Members<string>): void {
    this.tape.write(this.word, (this.all & ~mask) << this.shift, 0);
  }

  add(id: number): void {
    if (!(id >= 0 && id < this.members)) misfit('a set', id);
    this.tape.write(this.word, 1 << (this.shift + id), 1 << (this.shift + id));
  }

  delete(id: number): void {
    if (!(id >= 0 && id < this.members)) misfit('a set', id);
    this.tape.write(this.word, 1 << (this.shift + id), 0);
  }

  clear(): void {
    this.tape.write(this.word, this.all << this.shift, 0);
  }

  get size(): number {
    let size = 0;
    for (let rest = this.mask; rest !== 0; rest &= rest - 1) size++;
    return size;
  }

  /** The members as bits at the low end: what a Members has, so that sets can be given to sets. */
  get mask(): number {
    return this.tape.read(this.word, this.shift, this.all);
  }
}
