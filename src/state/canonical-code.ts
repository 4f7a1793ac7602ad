/**
 * What finds the canonical form of each state, as text: as in views (packed.ts), which word is looked
 * up where is then in the code. Nothing but numbers enters it. canonical.ts says what it does.
 */
import type { Part } from './contributions.js';
import type { Place } from './layout.js';
import type { LoopMembers } from './loop-members.js';
import type { Memo } from './memo.js';

/** A word of a row of the greatest table, whichever row it is. */
export interface RowPart {
  readonly part: Part;
  readonly memo: Memo;
}

/** Bits of one word that do not belong to the greatest table, and the words that they can go to. */
export interface Rest {
  readonly word: number;
  readonly mask: number;
  readonly memo: Memo;
  readonly targets: readonly number[];
}

export interface LeastPlan {
  readonly words: number;
  readonly permutations: number;
  /** Of the greatest table: where each row starts, and how many words it has. */
  readonly places: readonly Place[];
  readonly rowWords: number;
  readonly parts: readonly RowPart[];
  readonly rests: readonly Rest[];
  readonly members: LoopMembers | null;
  /** By permutation and row: the row that it is taken to. */
  readonly rowTo: Int32Array;
  /** The word of a row with the key; where in its blocks the least keys are, then their lists. */
  readonly keyWord: number;
  readonly keyAt: number;
  /** Permutations that take a row to the first place with the least key. */
  readonly lists: readonly Int32Array[];
}

/** Writes the least state of an orbit into `best`; gives the index of a permutation that leads to it. */
export type Least = (states: Uint32Array, at: number, best: Int32Array) => number;

/** The function that finds the least state of an orbit. */
export function generateLeast(plan: LeastPlan): Least {
  const { words, permutations, places, rowWords, parts, rests, members, lists, rowTo } = plan;
  const { keyWord, keyAt } = plan;
  const rows = places.length;
  const each = <T>(of: readonly T[], line: (one: T, index: number) => string): string =>
    of.map(line).join('\n');
  const rowFrom = new Int32Array(permutations * rows);
  for (const [index, to] of rowTo.entries()) {
    rowFrom[index - (index % rows) + to] = index % rows;
  }
  /** What a word comes to under the permutation g: of rows, then of the rest. */
  const wordText = (word: number): string => {
    const ofRows = places.flatMap((place, row) => {
      const target = word - place.word;
      if (target < 0 || target >= rowWords) return [];
      const found = parts.flatMap(({ part }, p) =>
        part.reaches(target)
          ? [`(data${p}[found[from${row} + ${p}] + g * ${rowWords} + ${target}] << ${place.bit})`]
          : [],
      );
      const held = members?.word === target ? [`members.of(from${row} / ${rowWords}, g)`] : [];
      return [...found, ...held];
    });
    const ofRests = rests.flatMap(({ targets }, r) => {
      const target = targets.indexOf(word);
      return target < 0 ? [] : [`rest${r}[at${r} + g * ${targets.length} + ${target}]`];
    });
    return [...ofRows, ...ofRests, '0'].join(' | ');
  };
  const all = Array.from({ length: words }, (_, word) => word);
  const source = `
      const found = new Int32Array(${rows * rowWords});
      ${each(parts, (_, p) => `const memo${p} = parts[${p}].memo;`)}
      ${each(rests, (_, r) => `const restMemo${r} = rests[${r}].memo;`)}
      return (states, at, best) => {
        ${each(places, ({ word, bit }, row) =>
          each(
            parts,
            ({ part }, p) =>
              `found[${row * rowWords + p}] = memo${p}.find((states[at + ${word + p}] >>> ${bit}) & ${part.mask | 0});`,
          ),
        )}
        ${each(rests, ({ word, mask }, r) => `const at${r} = restMemo${r}.find(states[at + ${word}] & ${mask});`)}
        ${each(parts, (_, p) => `const data${p} = memo${p}.data;`)}
        ${each(rests, (_, r) => `const rest${r} = restMemo${r}.data;`)}
        ${members === null ? '' : 'members.read(states, at);'}
        let least = ${2 ** 31 - 1};
        ${each(
          places,
          (_, row) => `const key${row} = found[${row * rowWords + keyWord}] + ${keyAt + row};
            if (data${keyWord}[key${row}] < least) least = data${keyWord}[key${row}];`,
        )}
        let winner = -1;
        ${each(all, (word) => `let best${word} = 0;`)}
        for (let row = 0; row < ${rows}; row++) {
          const key = found[row * ${rowWords} + ${keyWord}] + ${keyAt} + row;
          if (data${keyWord}[key] !== least) continue;
          const list = lists[data${keyWord}[key + ${rows}]];
          for (let i = 0; i < list.length; i++) {
            const g = list[i];
            ${each(places, (_, row) => `const from${row} = rowFrom[g * ${rows} + ${row}] * ${rowWords};`)}
            let isLess = winner < 0;
            ${each(
              all,
              (word) => `const word${word} = ${wordText(word)};
                if (!isLess) {
                  if (word${word} > best${word}) continue;
                  isLess = word${word} < best${word};
                }`,
            )}
            if (!isLess) continue;
            winner = g;
            ${each(all, (word) => `best${word} = word${word};`)}
          }
        }
        ${each(all, (word) => `best[${word}] = best${word};`)}
        return winner;
      };`;
  const make = new Function('parts', 'rests', 'members', 'lists', 'rowFrom', source);
  return make(parts, rests, members, lists, rowFrom) as Least;
}
