/** Where a report has several specs: a row for each, to filter, and to go to. */
import type { Report, ReportedSpec } from '../report/document.js';
import { counted, grouped, seconds } from '../report/terminal.js';
import { h } from './dom.js';
import { statusBadge, table } from './verdict.js';

const filters = {
  all: { says: 'all', has: () => true },
  violated: {
    says: 'with a violation',
    has: ({ properties }: ReportedSpec) => properties.some(({ result }) => result === 'violated'),
  },
  holds: {
    says: 'without',
    has: ({ properties }: ReportedSpec) => properties.every(({ result }) => result !== 'violated'),
  },
  wrong: {
    says: 'not as expected',
    has: ({ status }: ReportedSpec) => status !== 'as-expected',
  },
} as const;

/** `sections` are those of the specs, in their order; what is filtered out is hidden. */
export function specIndex(
  { specs }: Report,
  ids: readonly string[],
  sections: readonly HTMLElement[],
): HTMLElement {
  const rows = specs.map((spec, index) => indexRow(spec, ids[index] ?? ''));
  const words = specs.map((spec) => [spec.title, spec.file, spec.protocol.name, ...violated(spec)]);
  const search = h('input', { type: 'search', id: 'filter', autocomplete: 'off' });
  const choice = h(
    'select',
    { id: 'filter-outcome' },
    ...Object.entries(filters).map(([name, { says }]) => h('option', { value: name }, says)),
  );
  const found = h('p', { class: 'found', role: 'status' });
  const filter = (): void => {
    const text = search.value.trim().toLowerCase();
    const { has } = filters[choice.value as keyof typeof filters];
    let left = 0;
    for (const [index, spec] of specs.entries()) {
      const names = words[index]?.join(' ').toLowerCase() ?? '';
      const isShown = has(spec) && names.includes(text);
      if (isShown) left++;
      for (const element of [rows[index], sections[index]]) {
        if (element !== undefined) element.hidden = !isShown;
      }
    }
    found.textContent = `${left} of ${counted(specs.length, 'spec')}`;
  };
  search.addEventListener('input', filter);
  choice.addEventListener('change', filter);
  filter();
  return h(
    'nav',
    { class: 'index', 'aria-label': 'Specs' },
    h(
      'div',
      { class: 'filters' },
      h('label', { for: 'filter' }, 'Filter', search),
      h('label', { for: 'filter-outcome' }, 'Show', choice),
      found,
    ),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of specs' },
      table('specs', 'Specs', ['Spec', 'Violated', 'States', 'Depth', 'Time', 'Outcome'], rows),
    ),
  );
}

const violated = ({ properties }: ReportedSpec): string[] =>
  properties
    .filter(({ result }) => result === 'violated')
    .map(({ name, depth }) => `${name} in ${depth}`);

function indexRow(spec: ReportedSpec, id: string): HTMLElement {
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      h('a', { href: `#${id}` }, spec.title),
      h('span', { class: 'file' }, spec.file),
    ),
    h('td', {}, h('ul', {}, ...violated(spec).map((text) => h('li', {}, h('code', {}, text))))),
    h('td', { class: 'number' }, grouped(spec.statesDistinct)),
    h('td', { class: 'number' }, grouped(spec.depth)),
    h('td', { class: 'number' }, seconds(spec.timeMs)),
    h('td', {}, statusBadge(spec)),
  );
}
