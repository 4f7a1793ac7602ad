/** The values of a state: by the JSON of their path, in the words of the report. */
import type { ReportedMachine } from '../report/document.js';

export type ValuePath = readonly (string | number)[];

/** Keys are made by `keyOf`. */
export type Values = ReadonlyMap<string, string>;

export const keyOf = (path: ValuePath): string => JSON.stringify(path);

/** The members of a set in words: `cpu 0, cpu 1`, or `nothing`. */
export const membersIn = (value: string): readonly string[] =>
  value === 'nothing' ? [] : value.split(', ');

/**
 * What differs between two states: keys of values and, of a set, keys of the members that came or
 * went, which are its path and the member.
 */
export function changedBetween(before: Values, after: Values): Set<string> {
  const changed = new Set<string>();
  for (const [key, value] of after) {
    const old = before.get(key) ?? value;
    if (old === value) continue;
    changed.add(key);
    const path = JSON.parse(key) as ValuePath;
    const [was, is] = [membersIn(old), membersIn(value)];
    for (const member of [...was, ...is]) {
      if (was.includes(member) !== is.includes(member)) changed.add(keyOf([...path, member]));
    }
  }
  return changed;
}

/** Whose value it is and which of its values, as traces name them. */
export function placeOf(
  machine: ReportedMachine,
  path: ValuePath,
): { readonly owner: string; readonly field: string } {
  const [table = '', row = '', ...rest] = path;
  const index = Number(row);
  switch (table) {
    case 'cpus':
      return { owner: machine.cpus[index] ?? '', field: fieldOf(machine, rest) };
    case 'updirs':
      return { owner: `updir of ${machine.cpus[index] ?? ''}`, field: fieldOf(machine, rest) };
    case 'pmaps':
      return { owner: machine.pmaps[index] ?? '', field: fieldOf(machine, rest) };
    case 'layout':
      return { owner: machine.areas[index] ?? '', field: fieldOf(machine, rest) };
    case 'kernel':
      return { owner: 'pmap_kernel', field: [row, ...rest].join(' ') };
    default:
      return { owner: String(table), field: [row, ...rest].join(' ') };
  }
}

function fieldOf(machine: ReportedMachine, [first = '', ...rest]: ValuePath): string {
  if (first === 'tlb') {
    const [pcid = 0, kind = '', pmap = 0] = rest;
    const tag = machine.pcids.length > 1 ? [machine.pcids[Number(pcid)]] : [];
    return ['tlb', ...tag, kind === 'user' ? machine.pmaps[Number(pmap)] : kind].join(' ');
  }
  if (first === 'buffer') return `store buffer ${rest[0]}`;
  if (first === 'slots' && rest.length > 0) return machine.slots[Number(rest[0])] ?? '';
  return [first, ...rest].filter((key) => key !== 'registers').join(' ');
}
