/** Texts of JSON that say what no run of svscheck says. */
import fc from 'fast-check';

const values = [
  ...String.raw`
    null true -1 0 1 0.5 1e21 1e308 1e999 -1e999 2147483648 4294967296 9007199254740993
    [] {} [[]] [null] [-1] [1e999] {"length":1e9} {"__proto__":null} {"violated":1e999}
    "" "x" "holds" "violated" "holds\n" "0:1.2" "../../x" "constructor" "]]>" "\n::error::x"
    "\u001b[2J" "\u009b31m" "\u202e" "\u2028" "\ud800"
  `
    .trim()
    .split(/\s+/),
  '"violated in 1"',
  '"violated in 999999999999999999999"',
  `[${'0,'.repeat(5000)}0]`,
  `${'['.repeat(9000)}${']'.repeat(9000)}`,
  `"${'x'.repeat(20_000)}"`,
];
const keys = ['__proto__', 'constructor', 'toString', '', 'version', '0', '\x1b[2J'];
const others = [
  '',
  '{',
  '\ufeff{}',
  'null',
  '[]',
  '1',
  '"x"',
  '{}',
  '{"version":1}',
  '{"version":2}',
];

/** Where a value stands: in what list or mapping, and as which of its values. */
interface Place {
  readonly within: object;
  readonly key: string;
}

function* placesIn(value: unknown): Generator<Place> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield { within: value, key };
    yield* placesIn(inner);
  }
}

const valueAt = ({ within, key }: Place): unknown => (within as Record<string, unknown>)[key];
const put = ({ within, key }: Place, value: unknown): void => {
  Object.defineProperty(within, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
};
/** Stands for a value that is not to be written as JSON.stringify would. */
const mark = (index: number): string => `<value ${index}>`;
const marks = /"<value (\d+)>"/g;

/** What is done at a place; `n` is any number, `other` another place. */
const changes: Readonly<Record<string, (place: Place, n: number, other: Place) => void>> = {
  replace: (place, n) => put(place, mark(n % values.length)),
  count: (place, n) => {
    const value = valueAt(place);
    put(place, typeof value === 'number' ? value + (n % 7) - 3 : n % 40);
  },
  copy: (place, _, other) => put(place, structuredClone(valueAt(other))),
  rename: (place, n) => {
    if (Array.isArray(place.within)) return;
    const value = valueAt(place);
    Reflect.deleteProperty(place.within, place.key);
    put({ ...place, key: keys[n % keys.length] as string }, value);
  },
  drop: ({ within, key }) => {
    if (Array.isArray(within)) within.splice(Number(key), 1);
    else Reflect.deleteProperty(within, key);
  },
  twice: (place) => {
    if (Array.isArray(place.within)) place.within.push(valueAt(place));
    else put({ ...place, key: `${place.key}2` }, valueAt(place));
  },
};

/** A text with a few of its values replaced, moved or left out; now and then its beginning, or another. */
export function changedJson(text: string): fc.Arbitrary<string> {
  const change = fc.tuple(fc.constantFrom(...Object.keys(changes)), fc.nat(), fc.nat(), fc.nat());
  const few = fc.array(change, { maxLength: 3 }).map((made) => {
    const whole: unknown = JSON.parse(text);
    for (const [how, at, n, from] of made) {
      const places = [...placesIn(whole)];
      const [place, other] = [places[at % places.length], places[from % places.length]];
      if (place !== undefined && other !== undefined) changes[how]?.(place, n, other);
    }
    return JSON.stringify(whole, null, 2).replace(marks, (_, n) => values[n] as string);
  });
  const cut = fc.nat().map((at) => text.slice(0, at % (text.length + 1)));
  return fc.oneof(
    { weight: 20, arbitrary: few },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
    { weight: 1, arbitrary: cut },
  );
}
