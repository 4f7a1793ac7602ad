/** A step in words: what the player shows beside a state, what it says aloud, and all steps as a table. */
import type { Change, ToldAction, Trace } from '../report/document.js';
import { counted, named } from '../report/terminal.js';
import type { Child } from './dom.js';
import { breakable, classes, h } from './dom.js';

/** `updir of cpu 0 slot 0`; of the CPU that takes the step the field alone. */
const placeText = ({ cpu }: ToldAction, { owner, field }: Change): string =>
  owner === cpu ? field : `${owner} ${field}`;

/** Where the CPU stands is what the step is called: it comes last. */
const inOrder = (changes: readonly Change[]): Change[] => [
  ...changes.filter(({ field }) => field !== 'at'),
  ...changes.filter(({ field }) => field === 'at'),
];

/** The panel for a step of a trace; 0 is the first state. */
export function stepPanel(trace: Trace, step: number): HTMLElement {
  const action = trace.actions[step - 1];
  const isEnd = step === trace.actions.length;
  return h(
    'div',
    { class: 'step' },
    h('div', {}, ...(action === undefined ? firstState(trace) : told(trace, action, step))),
    action === undefined ? null : h('div', { class: 'step-changes' }, ...toldChanges(action)),
    isEnd ? falseAtEnd(trace) : null,
  );
}

function firstState({ path, actions, conjunct }: Trace): Child[] {
  const index = path.slice(0, path.indexOf(':'));
  const steps = counted(actions.length, 'step');
  const leads = actions.length === 0 ? 'No step is needed.' : `The violation is ${steps} away.`;
  const says = conjunct === null ? `${steps} in all.` : leads;
  return [
    h('p', { class: 'eyebrow' }, 'Before the first step'),
    h('p', { class: 'step-name' }, index === '0' ? 'The initial state' : `Initial state ${index}`),
    h('p', { class: 'source' }, says),
  ];
}

function told({ actions, blamed, conjunct }: Trace, action: ToldAction, step: number): Child[] {
  const isBlamed = conjunct !== null && blamed === step - 1;
  const { cpu, operation, source, label, steps } = action;
  return [
    h(
      'p',
      { class: 'eyebrow' },
      `Step ${step} of ${actions.length}`,
      isBlamed ? h('span', { class: 'blame' }, 'to blame') : null,
    ),
    h(
      'p',
      { class: 'operation-name' },
      h('strong', {}, cpu),
      ` ${operation}`,
      h('span', { class: 'source' }, source),
    ),
    steps.length > 1
      ? h(
          'ol',
          { class: 'step-list' },
          ...steps.map(({ name, source: from }) =>
            h('li', {}, h('code', {}, name), h('span', { class: 'source' }, from)),
          ),
        )
      : h(
          'p',
          { class: 'step-name' },
          ...breakable(label),
          ...steps.map(({ source: from }) => h('span', { class: 'source' }, from)),
        ),
  ];
}

function toldChanges(action: ToldAction): Child[] {
  const { steps, changes, reads } = action;
  return [
    steps.length === 0 ? h('p', {}, 'Nothing: what it is limited to is not so.') : null,
    changes.length === 0 ? null : h('p', { class: 'list-head' }, 'Changes'),
    changes.length === 0
      ? null
      : h('ul', { class: 'changes' }, ...inOrder(changes).map((one) => changeItem(action, one))),
    reads.length === 0 ? null : h('p', { class: 'list-head' }, 'Reads, the same as before'),
    reads.length === 0
      ? null
      : h('ul', { class: 'changes' }, ...reads.map((read) => h('li', {}, h('code', {}, read)))),
  ];
}

function changeItem(action: ToldAction, change: Change): HTMLElement {
  return h(
    'li',
    { class: classes(change.field === 'at' && 'minor') },
    h('span', { class: 'place' }, placeText(action, change)),
    h('code', {}, ...breakable(change.text)),
  );
}

function falseAtEnd({ actions, conjunct, values }: Trace): HTMLElement | null {
  if (conjunct === null) return null;
  return h(
    'div',
    { class: 'false' },
    h('p', { class: 'conjunct' }, `${actions.length === 0 ? 'There' : 'Then'} ${conjunct}.`),
    h(
      'dl',
      {},
      ...Object.entries(values ?? {}).map(([name, value]) =>
        h('div', {}, h('dt', {}, name), h('dd', {}, value)),
      ),
    ),
  );
}

/** What happened in a step, in a sentence or two. */
export function stepSentence(trace: Trace, step: number): string {
  const { actions, blamed, conjunct, values } = trace;
  const action = actions[step - 1];
  const isEnd = conjunct !== null && step === actions.length;
  const wrong = Object.entries(values ?? {}).map(([name, value]) => named(name, value));
  const end = isEnd ? [`Then ${conjunct} (${wrong.join('; ')}).`] : [];
  if (action === undefined) return ['The initial state.', ...end].join(' ');
  const { cpu, operation, label, changes, reads } = action;
  const changed = inOrder(changes).map((one) => `${placeText(action, one)}: ${one.text}`);
  const blame = conjunct !== null && blamed === step - 1 ? ['This step is to blame.'] : [];
  return [
    `Step ${step} of ${actions.length}. ${cpu}: ${operation}, ${label}.`,
    ...[...changed, ...reads].map((text) => `${text}.`),
    ...blame,
    ...end,
  ].join(' ');
}

/** Every step with every change: for print, and for whoever reads rather than plays. */
export function stepTable(trace: Trace): HTMLElement {
  const head = ['Step', 'CPU', 'Operation and step', 'Source', 'Changes'];
  return h(
    'table',
    { class: 'step-table' },
    h('caption', { class: 'spoken' }, 'Every step of the trace, with all that it changes'),
    h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, firstRow(trace), ...trace.actions.map((one, index) => row(trace, one, index))),
  );
}

function firstRow({ initial }: Trace): HTMLElement {
  const owners = [...new Set(initial.map(({ owner }) => owner))];
  const valuesOf = (whose: string): string =>
    initial
      .filter(({ owner }) => owner === whose)
      .map(({ field, value }) => named(field, value))
      .join('; ');
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, '0'),
    h('td'),
    h('td', {}, 'the first state'),
    h('td'),
    h(
      'td',
      {},
      h(
        'ul',
        { class: 'changes' },
        ...owners.map((owner) =>
          h('li', {}, h('span', { class: 'place' }, owner), h('code', {}, valuesOf(owner))),
        ),
      ),
    ),
  );
}

function row({ blamed, conjunct }: Trace, action: ToldAction, index: number): HTMLElement {
  const { cpu, operation, label, steps, changes, reads } = action;
  const isBlamed = conjunct !== null && blamed === index;
  const sources = [...new Set(steps.map(({ source }) => source))];
  return h(
    'tr',
    { class: classes(isBlamed && 'blamed') },
    h('th', { scope: 'row' }, String(index + 1)),
    h('td', { class: 'who' }, cpu),
    h(
      'td',
      {},
      h('span', { class: 'operation' }, operation),
      h('code', {}, ...breakable(label)),
      isBlamed ? h('span', { class: 'blame' }, 'to blame') : null,
    ),
    h('td', { class: 'source' }, sources.join('; ')),
    h(
      'td',
      {},
      h(
        'ul',
        { class: 'changes' },
        ...inOrder(changes).map((one) => changeItem(action, one)),
        ...reads.map((read) => h('li', {}, h('code', {}, read))),
      ),
    ),
  );
}
