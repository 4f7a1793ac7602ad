/**
 * The packed form: a state as a few 32-bit words, seen through views.
 *
 * A view is an object with a getter and a setter for every field, which shift and mask; it has the
 * interface of the immutable form's draft, so a rule cannot tell the two apart. All views of a
 * state share one buffer. The classes are generated from the layout, one for each record type, with
 * the field's place as a constant in the code: that is what lets V8 turn `m.cpus[cpu].cr3 = x` into
 * a handful of instructions. The only names that enter the generated text are field names, which
 * layoutOf() has checked to be identifiers.
 */
import type { Members } from './domain.js';
import type { LeafLayout, RecordLayout } from './layout.js';
import { layoutOf } from './layout.js';
import type { Draft, RecordField } from './schema.js';
import { valuesOf } from './schema.js';

/** A state's words and the view on them. */
export interface Packed<S extends RecordField> {
  readonly words: Uint32Array;
  readonly view: Draft<S>;
}

/** A value that does not fit its field: a rule's mistake, never a user's. */
export class RangeFault extends Error {}

/** A zeroed buffer for one state, with a view on it. */
export function pack<S extends RecordField>(schema: S): Packed<S> {
  const layout = layoutOf(schema);
  const words = new Uint32Array(layout.words);
  return { words, view: viewOf(layout, words, 0, 0) as Draft<S> };
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

type View = Record<string, unknown>;
type ViewClass = new (words: Uint32Array, word: number, shift: number) => View;

function viewOf(layout: RecordLayout, words: Uint32Array, word: number, shift: number): View {
  const view = new (classOf(layout))(words, word, shift);
  for (const field of layout.fields) {
    if (field.kind === 'leaf') {
      if (field.leaf.kind === 'idSet') {
        const members = field.leaf.unused === true ? 0 : field.leaf.of.ids.length;
        view[field.name] =
          members === 0
            ? emptySet
            : new BitSet(words, word + field.word, shift + field.bit, members);
      }
      continue;
    }
    const rows = field.places.map((place) =>
      viewOf(field.row, words, word + place.word, shift + place.bit),
    );
    view[field.name] = field.kind === 'table' ? rows : rows[0];
  }
  return view;
}

/** Classes by their generated source: two models with one layout share them, and V8's feedback. */
const classes = new Map<string, ViewClass>();

function classOf(layout: RecordLayout): ViewClass {
  const leaves = layout.fields.filter(
    (field): field is LeafLayout => field.kind === 'leaf' && field.leaf.kind !== 'idSet',
  );
  const others = layout.fields.filter((field) => !leaves.includes(field as LeafLayout));
  const source = `
    return class {
      constructor(words, word, shift) {
        this.words = words; this.word = word; this.shift = shift;
        ${others.map((field) => `this.${field.name} = undefined;`).join('\n')}
      }
      ${leaves.map((leaf) => accessors(leaf, layout.bits > 32)).join('\n')}
    };`;
  let view = classes.get(source);
  if (view === undefined) {
    view = new Function('misfit', source)(misfit) as ViewClass;
    classes.set(source, view);
  }
  return view;
}

function misfit(field: string, value: unknown): never {
  throw new RangeFault(`${String(value)} does not fit the field '${field}'`);
}

function accessors({ name, leaf, bits, word, bit }: LeafLayout, aligned: boolean): string {
  const at = `this.words[this.word + ${word}]`;
  // A record of several words starts at bit 0, so its shifts are constants.
  const shift = aligned ? `${bit}` : `(this.shift + ${bit})`;
  const mask = 2 ** bits - 1;
  const stored = bits === 0 ? '0' : `((${at} >>> ${shift}) & ${mask})`;
  const store = (raw: string) =>
    bits === 0 ? '' : `${at} = (${at} & ~(${mask} << ${shift})) | (${raw} << ${shift});`;
  const greatest = valuesOf(leaf) - 1;
  const checked = (least: number, offset: number) =>
    `if (!(v >= ${least} && v <= ${greatest - offset})) misfit('${name}', v);`;
  switch (leaf.kind) {
    case 'flag':
      return `get ${name}() { return ${stored} !== 0; }
        set ${name}(v) { ${bits === 0 ? checked(0, 0) : store('(v ? 1 : 0)')} }`;
    case 'oneOf': {
      const words = leaf.values.slice(0, greatest + 1).map((value) => JSON.stringify(value));
      const read = words.map((value, index) => `case ${index}: return ${value};`).join(' ');
      const write = words.map((value, index) => `case ${value}: r = ${index}; break;`).join(' ');
      return `get ${name}() { switch (${stored}) { ${read} } }
        set ${name}(v) { let r; switch (v) { ${write} default: misfit('${name}', v); } ${store('r')} }`;
    }
    case 'optionalId':
      return `get ${name}() { const r = ${stored}; return r === 0 ? null : r - 1; }
        set ${name}(v) { if (v === null) { ${store('0')} return; } ${checked(0, 1)} ${store('(v + 1)')} }`;
    default:
      return `get ${name}() { return ${stored}; }
        set ${name}(v) { ${checked(0, 0)} ${store('v')} }`;
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
    private readonly words: Uint32Array,
    private readonly word: number,
    private readonly shift: number,
    private readonly members: number,
  ) {
    this.all = 0xffffffff >>> (32 - members);
  }

  has(id: number): boolean {
    return (((this.words[this.word] as number) >>> (this.shift + id)) & 1) === 1;
  }

  hasAll({ mask }: Members<string>): boolean {
    return (((this.words[this.word] as number) >>> this.shift) & mask) === mask;
  }

  addAll({ mask }: Members<string>): void {
    this.words[this.word] = (this.words[this.word] as number) | (mask << this.shift);
  }

  keepOnly({ mask }: Members<string>): void {
    this.words[this.word] = (this.words[this.word] as number) & ~((this.all & ~mask) << this.shift);
  }

  add(id: number): void {
    if (!(id >= 0 && id < this.members)) misfit('a set', id);
    this.words[this.word] = (this.words[this.word] as number) | (1 << (this.shift + id));
  }

  delete(id: number): void {
    if (!(id >= 0 && id < this.members)) misfit('a set', id);
    this.words[this.word] = (this.words[this.word] as number) & ~(1 << (this.shift + id));
  }

  clear(): void {
    this.words[this.word] = (this.words[this.word] as number) & ~(this.all << this.shift);
  }

  get size(): number {
    let size = 0;
    for (let rest = this.mask; rest !== 0; rest &= rest - 1) size++;
    return size;
  }

  /** The members as bits at the low end: what a Members has, so that sets can be given to sets. */
  get mask(): number {
    return ((this.words[this.word] as number) >>> this.shift) & this.all;
  }
}
