/** The way so far, and what is ahead of it on a trace, each step a link to the state after it. */
import type { ToldAction } from '../report/document.js';
import { classes, h } from './dom.js';
import { changeList } from './told.js';

/** @param here how many of the actions have been taken */
export function trail(
  actions: readonly ToldAction[],
  here: number,
  pathOf: (length: number) => string,
): HTMLElement {
  const item = (length: number, ...parts: readonly (Node | string | null)[]): HTMLElement =>
    h(
      'li',
      {
        class: classes(length > here && 'ahead'),
        'aria-current': length === here && 'step',
      },
      ...parts,
    );
  const link = (length: number, text: string): HTMLElement =>
    h('a', { href: `#${pathOf(length)}` }, text);
  return h(
    'ol',
    { class: 'trail', start: 0 },
    item(0, link(0, 'initial state')),
    ...actions.map((action, index) => {
      const { cpu, operation, label } = action;
      const name = label === '' ? operation : `${operation}/${label}`;
      return item(index + 1, link(index + 1, `${cpu}: ${name}`), changeList(action));
    }),
  );
}
