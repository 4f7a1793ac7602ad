/** The way so far, and what is ahead of it on a trace: each step a link to the state after it. */
import type { ToldAction } from '../report/document.js';
import { changeTexts } from '../report/terminal.js';
import { classes, h } from './dom.js';

/** @param here how many of the actions have been taken */
export function trail(
  actions: readonly ToldAction[],
  here: number,
  pathOf: (length: number) => string,
): HTMLElement {
  const link = (length: number, text: string): HTMLElement =>
    h('a', { href: `#${pathOf(length)}` }, text);
  const number = (length: number): HTMLElement => h('span', { class: 'number' }, String(length));
  const item = (length: number, ...parts: readonly (Node | null)[]): HTMLElement =>
    h(
      'li',
      { class: classes(length > here && 'ahead'), 'aria-current': length === here && 'step' },
      ...parts,
    );
  return h(
    'ol',
    { class: 'trail' },
    item(0, number(0), link(0, 'initial state')),
    ...actions.map((action, index) => {
      const { operation, label } = action;
      return item(
        index + 1,
        headingOf(action, actions[index - 1]),
        number(index + 1),
        link(index + 1, label || operation),
        changeList(action),
      );
    }),
  );
}

/** Where another CPU or another operation goes on. */
function headingOf(action: ToldAction, before: ToldAction | undefined): HTMLElement | null {
  const { cpu, operation, source } = action;
  if (before?.cpu === cpu && before.operation === operation) return null;
  return h(
    'p',
    { class: 'heading' },
    `${cpu}: ${operation} `,
    h('span', { class: 'source' }, source),
  );
}

export function changeList(action: ToldAction): HTMLElement {
  const texts = changeTexts(action);
  const told = texts.length === 0 ? [`nothing but where ${action.cpu} is`] : texts;
  return h('ul', { class: 'changes' }, ...told.map((text) => h('li', {}, text)));
}
