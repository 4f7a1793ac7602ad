/**
 * A state, drawn: each CPU with an arrow to the L4 page that its CR3 names; the pages and the TLBs as
 * rows of one table, so that a slot is in one column wherever it is; all other values as a list.
 *
 * What shows a value has the JSON of its path as `data-path`. A value that is a set has an element
 * for each member that may be in it, with `data-member`, and `data-in` where it is.
 */
import type { ReportedMachine } from '../report/document.js';
import { connect } from './arrows.js';
import type { Child } from './dom.js';
import { breakable, classes, h, spoken, svg, withTableRoles, withVariables } from './dom.js';
import type { Holding, Mapping, Row } from './pages.js';
import { pagesOf, tlbsOf } from './pages.js';
import type { ValuePath, Values } from './values.js';
import { keyOf, membersIn, placeOf } from './values.js';

/** A state that is being drawn. */
interface Drawing {
  readonly machine: ReportedMachine;
  readonly values: Values;
  readonly changed: ReadonlySet<string>;
  /** Labels of what is wrong: CPUs, pages, slots and areas. */
  readonly wrong: ReadonlySet<string>;
  /** Keys of values that the drawing shows; the list has the others. */
  readonly shown: Set<string>;
}

/**
 * Draws a state. `values` goes by `keyOf`, `changed` is what `changedBetween` gives; `wrong` has the
 * labels of what a false claim is about.
 * The design's variables are those that are in `values`: a group that it does not have is not drawn.
 */
export function drawMachine(
  machine: ReportedMachine,
  values: Values,
  changed: ReadonlySet<string>,
  wrong: ReadonlySet<string> = new Set(),
): HTMLElement {
  const drawing: Drawing = { machine, values, changed, wrong, shown: new Set() };
  const overlay = svg('svg', { class: 'arrows', 'aria-hidden': 'true' });
  const picture = withVariables(
    h(
      'div',
      { class: 'picture' },
      h('div', { class: 'cpus' }, ...machine.cpus.map((_, cpu) => cpuCard(drawing, cpu))),
      pageTable(drawing),
      overlay,
    ),
    { slots: machine.slots.length, areas: machine.areas.length, cpus: machine.cpus.length },
  );
  connect(picture, overlay);
  return h('div', { class: 'machine' }, picture, otherValues(drawing), legend(drawing));
}

function cpuCard(drawing: Drawing, cpu: number): HTMLElement {
  const { machine, values, wrong } = drawing;
  const label = machine.cpus[cpu] ?? '';
  const value = (field: string) => values.get(keyOf(['cpus', cpu, field])) ?? '';
  const mode = value('mode');
  const [operation = '', ...within] = value('at').split('/');
  const rows = ['pmap', 'cr3', 'pcid'].filter((field) => values.has(keyOf(['cpus', cpu, field])));
  return h(
    'section',
    { class: classes('cpu', mode, wrong.has(label) && 'wrong'), 'aria-label': label },
    h(
      'p',
      { class: 'cpu-head' },
      h('strong', {}, label),
      text(drawing, ['cpus', cpu, 'mode'], 'mode', [mode]),
    ),
    text(drawing, ['cpus', cpu, 'at'], 'at', [
      h('span', { class: 'operation' }, operation),
      ...(within.length === 0
        ? []
        : [h('span', { class: 'within' }, ...breakable(`/${within.join('/')}`))]),
    ]),
    h(
      'dl',
      {},
      ...rows.map((field) => {
        const path = ['cpus', cpu, field];
        const port = field === 'cr3' ? value('cr3') : null;
        const isChanged = drawing.changed.has(keyOf(path));
        return h(
          'div',
          {
            class: 'cpu-value',
            'data-cr3': port,
            'data-changed': port !== null && isChanged && 'true',
          },
          h('dt', {}, field),
          h('dd', {}, text(drawing, path, 'value', [value(field)])),
        );
      }),
    ),
  );
}

/** A value in words, marked where it has changed. */
function text(
  drawing: Drawing,
  path: ValuePath,
  kind: string,
  words: readonly Child[],
): HTMLElement {
  return h('span', valueAttributes(drawing, path, kind), ...words, ...changedNote(drawing, path));
}

/** The attributes of what shows a value. */
function valueAttributes({ shown, changed }: Drawing, path: ValuePath, kind: string) {
  const key = keyOf(path);
  shown.add(key);
  return { class: classes(kind, changed.has(key) && 'changed'), 'data-path': key };
}

/** A screen reader is told what is outlined. */
const changedNote = ({ changed }: Drawing, path: ValuePath): Child[] =>
  changed.has(keyOf(path)) ? [spoken(' (changed)')] : [];

function pageTable(drawing: Drawing): HTMLElement {
  const { machine, values, wrong } = drawing;
  const pages = pagesOf(machine, values);
  const tlbs = tlbsOf(machine, values);
  const sets = (['lock', 'kernelCpus', 'cpus'] as const).filter((name) =>
    pages.some((page) => page[name] !== null),
  );
  const faulty = faultyPages(drawing, pages);
  const columnHead = (label: string, kind: string) =>
    h(
      'th',
      { scope: 'col', class: classes(kind, wrong.has(label) && 'wrong') },
      h('span', {}, label),
    );
  const body = (name: string, rows: readonly Row[]) =>
    h(
      'tbody',
      {},
      h('tr', { class: 'group' }, h('th', { scope: 'rowgroup', colspan: '100' }, name)),
      ...rows.map((row) => pageRow(drawing, row, sets, faulty)),
    );
  const table = h(
    'table',
    { class: classes('pages', columnKind(machine)) },
    h('caption', { class: 'spoken' }, 'What the L4 pages and the TLBs hold'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col', class: 'name' }, spoken('page')),
        ...machine.slots.map((slot) => columnHead(slot, 'slot')),
        ...machine.areas.map((area) =>
          columnHead(area, classes('area', machine.secret.includes(area) && 'secret')),
        ),
        ...sets.map((name) => columnHead(name, name)),
      ),
    ),
    body('L4 pages', pages),
    body('TLBs: all that hardware may have cached', tlbs),
  );
  return withTableRoles(table);
}

/** How much room a column has, and so how its head is written. */
function columnKind({ slots, areas }: ReportedMachine): string {
  const columns = slots.length + areas.length;
  return columns > 8 ? 'many' : columns > 5 ? 'some' : 'few';
}

/** The pages that a false claim is about: those that it names, else those that its CPUs have loaded. */
function faultyPages(
  { machine, values, wrong }: Drawing,
  pages: readonly Row[],
): readonly string[] {
  const named = pages.map(({ label }) => label).filter((label) => wrong.has(label));
  if (named.length > 0) return named;
  return machine.cpus.flatMap((cpu, index) => {
    const cr3 = values.get(keyOf(['cpus', index, 'cr3']));
    return wrong.has(cpu) && cr3 !== undefined ? [cr3] : [];
  });
}

function pageRow(
  drawing: Drawing,
  row: Row,
  sets: readonly ('lock' | 'kernelCpus' | 'cpus')[],
  faulty: readonly string[],
): HTMLElement {
  const { machine, wrong } = drawing;
  const isWrong = (column: string) => faulty.includes(row.label) && wrong.has(column);
  const isPage = !row.label.startsWith('TLB');
  const loaded = machine.cpus.filter(
    (_, cpu) => drawing.values.get(keyOf(['cpus', cpu, 'cr3'])) === row.label,
  );
  return h(
    'tr',
    { class: classes(isPage && 'page', loaded.length > 0 && 'loaded') },
    h(
      'th',
      { scope: 'row', class: 'name', 'data-page': isPage && row.label },
      row.label,
      loaded.length > 0 ? spoken(`, loaded by ${loaded.join(', ')}`) : null,
    ),
    ...row.slots.map((holdings, slot) =>
      h(
        'td',
        { class: classes('slot', isWrong(machine.slots[slot] ?? '') && 'wrong') },
        ...slotCell(drawing, holdings),
        isWrong(machine.slots[slot] ?? '') ? spoken(' (wrong)') : null,
      ),
    ),
    ...row.areas.map((mapping, area) => areaCell(drawing, mapping, area, isWrong)),
    ...sets.map((name) => setCell(drawing, name, row[name])),
  );
}

/** Whose memory is at a slot; of a TLB a token for each pmap that it may have there. */
function slotCell(drawing: Drawing, holdings: readonly Holding[]): Child[] {
  const { machine, changed } = drawing;
  const isEmpty = holdings.every(({ pmap }) => pmap === null);
  const tokens = holdings.map(({ path, pmap, member }) => {
    const token = h('span', { class: 'token' }, pmap === null ? '' : (machine.pmaps[pmap] ?? ''));
    token.classList.add(pmap === null ? 'none' : `pmap-${pmap % 8}`);
    if (path !== null) markMember(drawing, token, path, member, pmap !== null);
    if (pmap === null && holdings.length > 1) token.hidden = true;
    return token;
  });
  const touched = holdings.some(
    ({ path, member }) => path !== null && changed.has(memberKey(path, member)),
  );
  const empty = h('span', { class: classes('token', 'none', touched && 'changed') });
  return [
    ...tokens,
    isEmpty && holdings.length > 1 ? empty : null,
    isEmpty ? spoken('empty') : null,
    touched ? spoken(' (changed)') : null,
  ];
}

/** What `changed` has for a value, or for a member of one that is a set. */
const memberKey = (path: ValuePath, member: string | null): string =>
  keyOf(member === null ? path : [...path, member]);

function markMember(
  { shown, changed }: Drawing,
  element: HTMLElement,
  path: ValuePath,
  member: string | null,
  isIn: boolean,
): void {
  const key = keyOf(path);
  shown.add(key);
  element.dataset.path = key;
  if (member !== null) element.dataset.member = member;
  if (member !== null && isIn) element.dataset.in = '';
  if (changed.has(memberKey(path, member))) element.classList.add('changed');
}

function areaCell(
  drawing: Drawing,
  { path, isMapped }: Mapping,
  area: number,
  isWrong: (column: string) => boolean,
): HTMLElement {
  const { machine } = drawing;
  const label = machine.areas[area] ?? '';
  const isSecret = machine.secret.includes(label);
  const token = h('span', { class: classes('token', isSecret ? 'secret' : 'kernel') });
  if (!isMapped) token.classList.add('none');
  if (path !== null) markMember(drawing, token, path, label, isMapped);
  const said = isMapped ? 'mapped' : 'empty';
  return h(
    'td',
    { class: classes('area', isWrong(label) && 'wrong') },
    token,
    spoken(isMapped && isSecret ? 'mapped, secret' : said),
    isWrong(label) ? spoken(' (wrong)') : null,
    ...(path === null ? [] : changedNote(drawing, [...path, label])),
  );
}

function setCell(
  drawing: Drawing,
  name: 'lock' | 'kernelCpus' | 'cpus',
  path: ValuePath | null,
): HTMLElement {
  if (path === null) return h('td', { class: name });
  const value = drawing.values.get(keyOf(path)) ?? '';
  if (name === 'lock') {
    const kind = value === 'none' ? 'free' : 'held';
    return h('td', { class: name }, text(drawing, path, kind, [value]));
  }
  return h(
    'td',
    { class: name },
    h(
      'span',
      { ...valueAttributes(drawing, path, 'set'), role: 'img', 'aria-label': value },
      ...drawing.machine.cpus.map((cpu) =>
        h(
          'span',
          {
            class: classes('bit', drawing.changed.has(memberKey(path, cpu)) && 'changed'),
            'data-path': keyOf(path),
            'data-member': cpu,
            'data-in': membersIn(value).includes(cpu),
          },
          cpu.replace('cpu ', ''),
        ),
      ),
    ),
    ...changedNote(drawing, path),
  );
}

/** Values that say that there is nothing to say. */
const idle: ReadonlySet<string> = new Set(['none', 'nothing', 'false', 'rest']);

/** What is not in the picture, by owner. */
function otherValues(drawing: Drawing): HTMLElement | null {
  const { machine, values, changed, shown } = drawing;
  const owners = new Map<string, HTMLElement[]>();
  for (const [key, value] of values) {
    if (shown.has(key)) continue;
    const path = JSON.parse(key) as ValuePath;
    const { owner, field } = placeOf(machine, path);
    const kind = classes(idle.has(value) && !changed.has(key) && 'idle');
    const pair = h(
      'li',
      { class: kind },
      value.startsWith(`${field} `) ? null : h('span', { class: 'field' }, `${field} `),
      text(drawing, path, 'value', [value]),
    );
    owners.set(owner, [...(owners.get(owner) ?? []), pair]);
  }
  if (owners.size === 0) return null;
  return h(
    'dl',
    { class: 'others' },
    ...[...owners].map(([owner, pairs]) =>
      h('div', { class: 'owner' }, h('dt', {}, owner), h('dd', {}, h('ul', {}, ...pairs))),
    ),
  );
}

function legend({ machine }: Drawing): HTMLElement {
  const entry = (kind: string, says: string) =>
    h('li', {}, h('span', { class: classes('token', 'legend-token', kind) }), says);
  return h(
    'ul',
    { class: 'legend', 'aria-label': 'Legend' },
    ...machine.pmaps.map((pmap, index) => entry(`pmap-${index % 8}`, `memory of ${pmap}`)),
    entry('kernel', 'kernel area'),
    machine.secret.length > 0 ? entry('secret', 'secret area') : null,
    entry('none', 'not mapped'),
    entry('changed', 'changed in this step'),
  );
}
