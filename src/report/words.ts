/** What reports say in words: the same on a terminal and on a page. */
import type { ToldAction } from './document.js';

export const grouped = (n: number): string => n.toLocaleString('en-US');

/** `1 step`, `2 steps`. */
export const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** Where a trace ends: `in the initial state`, `in 1 step`, `in 3 steps`. */
export const inSteps = (depth: number | null): string =>
  depth === 0 ? 'in the initial state' : `in ${counted(depth ?? 0, 'step')}`;

/** `cr3: updir of cpu 0`; but `pmap 0`, not `pmap: pmap 0`. */
export const named = (name: string, value: string): string =>
  value.startsWith(`${name} `) ? value : `${name}: ${value}`;

/** Changes in words, but for where the CPU stands, which the step tells, and cleared registers. */
export function changeTexts({ cpu, changes, reads, steps }: ToldAction): string[] {
  if (steps.length === 0) return ['(nothing: what it is limited to is not so)'];
  const told = changes.filter(({ path, to }) => {
    const register = path.includes('registers') && ['false', 'none', 'nothing'].includes(to);
    return path.at(-1) !== 'at' && !register;
  });
  const texts = told.map(
    ({ owner, field, text }) => `${owner === cpu ? '' : `${owner} `}${field}: ${text}`,
  );
  return [...texts, ...reads];
}
