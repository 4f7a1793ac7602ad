/** What is violated in a state, and what it is false for. */

import { named } from '../report/terminal.js';
import type { Violation } from '../report/walk.js';
import { h } from './dom.js';

export const violationList = (violated: readonly Violation[]): HTMLElement[] =>
  violated.map(({ name, claim, source, conjunct, values }) => {
    const told = Object.entries(values).map(([value, of]) => named(value, of));
    return h(
      'section',
      { class: 'violation' },
      h('h3', {}, `${name} is violated`),
      h('p', {}, `${claim} `, h('span', { class: 'source' }, source)),
      h(
        'p',
        { class: 'conjunct' },
        `Here ${conjunct}${told.length === 0 ? '' : ` (${told.join('; ')})`}.`,
      ),
    );
  });
