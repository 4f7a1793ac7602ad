/** What a step changes, in words. */
import type { ToldAction } from '../report/document.js';
import { h } from './dom.js';

/** The changes as sentences; those of the CPU that takes the step do not say whose they are. */
export function changesOf({ cpu, changes, reads }: ToldAction): string[] {
  const told = changes.map(({ owner, field, text }) =>
    owner === cpu ? `${field}: ${text}` : `${owner} ${field}: ${text}`,
  );
  const read = reads.map((one) => `reads ${one}`);
  return told.length + read.length === 0 ? ['changes nothing'] : [...told, ...read];
}

export const changeList = (action: ToldAction): HTMLElement =>
  h('ul', { class: 'changes' }, ...changesOf(action).map((text) => h('li', {}, text)));
