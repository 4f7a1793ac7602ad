/** The exhaustive search: begun, watched and cancelled; then the violations that it found. */

import { counted, grouped } from '../report/terminal.js';
import type { FoundProperty, WalkSearch } from '../report/walk.js';
import { ask } from './ask.js';
import { h } from './dom.js';

/** Milliseconds between two looks at a search that runs. */
const pause = 300;

export interface SearchPanelSlots {
  /** Shows the end of a property's trace, or where the trace begins. */
  follow(property: FoundProperty, where: 'end' | 'beginning'): void;
  /** Tells who cannot see it. */
  say(text: string): void;
  fail(error: unknown): void;
}

export function searchPanel({ follow, say, fail }: SearchPanelSlots): HTMLElement {
  const body = h('div', { class: 'search' });
  const progress = h('p', { class: 'progress' });
  let shown: WalkSearch['state'] | null = null;

  const show = (search: WalkSearch): void => {
    progress.textContent = search.progress ?? 'It begins.';
    if (search.state === shown) return;
    const wasFocused = body.contains(document.activeElement);
    if (shown === 'running') say(verdict(search));
    shown = search.state;
    body.replaceChildren(...contents(search));
    if (wasFocused) body.querySelector('button')?.focus();
  };
  const watch = async (route: string, method: 'GET' | 'POST' = 'GET'): Promise<void> => {
    try {
      let search = await ask<WalkSearch>(route, method);
      show(search);
      while (search.state === 'running' && method === 'GET') {
        await new Promise((resolve) => setTimeout(resolve, pause));
        search = await ask<WalkSearch>(route);
        show(search);
      }
    } catch (error) {
      fail(error);
    }
  };
  const button = (text: string, act: () => void): HTMLButtonElement => {
    const made = h('button', { type: 'button' }, text);
    made.addEventListener('click', act);
    return made;
  };
  const start = async (): Promise<void> => {
    await watch('/api/search/start', 'POST');
    await watch('/api/search');
  };
  const contents = (search: WalkSearch): HTMLElement[] => {
    if (search.state === 'running') {
      return [progress, button('Cancel', () => watch('/api/search/cancel', 'POST'))];
    }
    if (search.state === 'not-started') {
      return [
        h('p', {}, 'Search every state, and jump to what is violated.'),
        button('Search', start),
      ];
    }
    const violated = search.properties.filter(({ path }) => path !== null);
    const list = h(
      'ul',
      { class: 'found' },
      ...violated.map((property) =>
        h(
          'li',
          {},
          h('strong', {}, property.name),
          h('p', { class: 'claim' }, `${property.claim} `, source(property.source)),
          button(`Jump to its end, ${counted(property.depth ?? 0, 'step')}`, () =>
            follow(property, 'end'),
          ),
          button('Walk from its beginning', () => follow(property, 'beginning')),
        ),
      ),
    );
    const again = search.stoppedBy === null ? [] : [button('Search again', start)];
    return [h('p', {}, verdict(search)), list, ...again];
  };
  void watch('/api/search');
  return body;
}

const source = (text: string): HTMLElement => h('span', { class: 'source' }, text);

function verdict({ statesDistinct, stoppedBy, properties }: WalkSearch): string {
  const violated = properties.filter(({ path }) => path !== null).length;
  const found =
    violated === 0
      ? 'no property is violated'
      : `${violated} ${violated === 1 ? 'property is' : 'properties are'} violated`;
  const states = `${grouped(statesDistinct)} states`;
  return stoppedBy === null
    ? `The search is complete, ${states}: ${found}.`
    : `The search ended early (${stoppedBy}), after ${states}: ${found} in them.`;
}
