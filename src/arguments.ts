/** Arguments of the command line: a text in, a value out, or a sentence that says what it must be. */
import { InvalidArgumentError } from 'commander';
import type { CheckOptions } from './commands/check.js';
import { graphStatesMax } from './commands/graph.js';
import type { ReporterName, Reporting } from './commands/reporters.js';
import { reporterNames } from './commands/reporters.js';
import { workersMax } from './explorer/crew.js';
import { plain, suggest } from './spec/errors.js';

export function whole(text: string): number {
  const number = /^\d+(_\d+)*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('It must be a whole number.');
  return number;
}

/** How many threads. */
export function threads(text: string): number {
  const number = whole(text);
  if (number >= 1 && number <= workersMax) return number;
  throw new InvalidArgumentError(
    `It must be from 1 to ${workersMax}: more threads than that only wait for memory.`,
  );
}

export function port(text: string): number {
  const number = whole(text);
  if (number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError('It must be from 1 to 65535.');
}

/** How many states a graph may have. */
export function drawn(text: string): number {
  const number = whole(text);
  if (number <= graphStatesMax) return number;
  throw new InvalidArgumentError(
    `It must be at most ${graphStatesMax}: no one reads a graph of more states.`,
  );
}

/** A number with a unit, in the unit of factor 1. */
function measured(units: ReadonlyMap<string, number>): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(text);
    const factor = units.get(match?.[2] ?? '');
    if (match === null || factor === undefined) {
      const names = [...units.keys()].join(', ');
      throw new InvalidArgumentError(`It must be a number and a unit: ${names}.`);
    }
    return Math.round(Number(match[1]) * factor);
  };
}

export const oneAlone = 'One reporter alone can have standard output; write --reporter NAME=FILE.';

/** `junit=out.xml`, or a name alone for standard output; as many as are given, one of those alone. */
export function reporting(text: string, before: readonly Reporting[] = []): Reporting[] {
  const [name = '', ...rest] = text.split('=');
  if (!(reporterNames as string[]).includes(name)) {
    const hint = suggest(name, reporterNames);
    throw new InvalidArgumentError(`There is no reporter '${plain(name.slice(0, 60))}'; ${hint}.`);
  }
  const file = rest.length === 0 ? {} : { file: rest.join('=') };
  if (file.file === '') throw new InvalidArgumentError('The file that it writes has no name.');
  if (before.some((one) => one.file !== undefined && one.file === file.file)) {
    throw new InvalidArgumentError('Another reporter writes that file.');
  }
  const asked = [...before, { name: name as ReporterName, ...file }];
  if (asked.filter((one) => one.file === undefined).length > 1) {
    throw new InvalidArgumentError(oneAlone);
  }
  return asked;
}

/** `2/4`: the second of four parts. */
export function shard(text: string): NonNullable<CheckOptions['shard']> {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  if (index !== undefined && count !== undefined && index >= 1 && index <= count) {
    return { index, count };
  }
  throw new InvalidArgumentError('It must be which of how many, such as 1/4 and then 2/4 to 4/4.');
}

/** A size; bytes. */
export const bytes = measured(
  new Map([
    ['MiB', 2 ** 20],
    ['GiB', 2 ** 30],
    ['M', 2 ** 20],
    ['G', 2 ** 30],
  ]),
);
/** A duration; milliseconds. */
export const duration = measured(
  new Map([
    ['ms', 1],
    ['s', 1000],
    ['m', 60_000],
    ['h', 3_600_000],
  ]),
);
