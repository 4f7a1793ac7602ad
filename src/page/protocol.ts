/** The protocol after its edits: operations, their steps, and how often each was taken. */
import type { ReportedSpec } from '../report/document.js';
import { grouped } from '../report/terminal.js';
import { classes, h, spoken, withVariables } from './dom.js';
import { badge } from './verdict.js';

type Operation = ReportedSpec['protocol']['operations'][number];

export function protocolTables({ protocol, fired }: ReportedSpec): HTMLElement {
  const most = Math.max(1, ...Object.values(fired));
  return h(
    'div',
    { class: 'operations' },
    ...protocol.operations
      .filter(({ steps }) => steps.length > 0)
      .map((operation) => operationTable(operation, fired, most)),
  );
}

function operationTable(
  { name, source, steps }: Operation,
  fired: ReportedSpec['fired'],
  most: number,
): HTMLElement {
  return h(
    'table',
    { class: 'operation-table' },
    h(
      'caption',
      {},
      h('code', { class: 'operation-code' }, name),
      h('span', { class: 'source' }, source),
    ),
    h(
      'colgroup',
      {},
      ...['step', 'from', 'count'].map((column) => h('col', { class: `${column}-column` })),
    ),
    h(
      'thead',
      { class: 'spoken' },
      h('tr', {}, ...['Step', 'Source', 'Taken'].map((head) => h('th', { scope: 'col' }, head))),
    ),
    h(
      'tbody',
      {},
      ...steps.flatMap((step, index) => {
        const { loop } = step;
        const begins = loop !== null && steps[index - 1]?.loop !== loop;
        const count = fired[step.name] ?? 0;
        const head = h(
          'tr',
          { class: 'loop' },
          h('th', { scope: 'rowgroup', colspan: 3 }, h('code', {}, loop ?? '')),
        );
        return [...(begins ? [head] : []), stepRow(name, step, count, most)];
      }),
    ),
  );
}

function stepRow(
  operation: string,
  { name, source, loop }: Operation['steps'][number],
  count: number,
  most: number,
): HTMLElement {
  const short = name.startsWith(`${operation}/`) ? name.slice(operation.length + 1) : name;
  const share = Math.sqrt(count / most);
  return h(
    'tr',
    { class: classes(count === 0 && 'never', loop !== null && 'in-loop') },
    h(
      'th',
      { scope: 'row' },
      h('code', {}, short),
      loop === null ? null : spoken(` in the loop ${loop}`),
    ),
    h('td', { class: 'source' }, source),
    h(
      'td',
      { class: 'taken' },
      count === 0 ? badge('open', 'never taken') : grouped(count),
      withVariables(h('span', { class: 'bar-of-count' }), { share }),
    ),
  );
}
