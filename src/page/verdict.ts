/** What came of a spec: its properties, its witnesses, its counts and the machine that it is about. */
import type { ReportedProperty, ReportedSpec, ReportedWitness } from '../report/document.js';
import {
  counted,
  expectationText,
  grouped,
  inSteps,
  oddsText,
  reachText,
  resultText,
  seconds,
} from '../report/terminal.js';
import type { Child } from './dom.js';
import { classes, h, withTableRoles } from './dom.js';

/** A mark, which has a shape of its own beside its colour, and a word. */
export const badge = (kind: 'good' | 'bad' | 'open' | 'none', word: string): HTMLElement =>
  h('span', { class: `badge ${kind}` }, word);

export const statusBadge = ({ status }: ReportedSpec): HTMLElement => {
  if (status === 'as-expected') return badge('good', 'as expected');
  return status === 'unexpected' ? badge('bad', 'not as expected') : badge('open', 'unfinished');
};

/** Where the trace of a property is. */
export const traceId = (spec: string, { name }: Pick<ReportedProperty, 'name'>): string =>
  `${spec}-${name}`;

/** What is violated first, then what holds or is open, then what does not apply. */
const ranks: Readonly<Record<ReportedProperty['result'], number>> = {
  violated: 0,
  unfinished: 1,
  probable: 1,
  holds: 1,
  'not-applicable': 2,
};

export function propertyTable({ properties }: ReportedSpec, id: string): HTMLElement {
  const sorted = [...properties].sort((a, b) => ranks[a.result] - ranks[b.result]);
  return table(
    'verdicts',
    'Properties',
    ['Property', 'Source', 'Outcome', 'Expected'],
    sorted.map((property) =>
      h(
        'tr',
        { class: classes(property.result, isMissed(property) && 'unexpected') },
        h('th', { scope: 'row' }, h('code', {}, property.name), h('p', {}, property.claim)),
        h('td', { class: 'source' }, property.source),
        h('td', {}, ...outcomeOf(property, id)),
        expectedCell(property, isOpen(property)),
      ),
    ),
  );
}

function outcomeOf(property: ReportedProperty, id: string): Child[] {
  const { result, depth, reason, trace } = property;
  switch (result) {
    case 'holds':
      return [badge('good', 'holds')];
    case 'violated': {
      const where = ` ${inSteps(depth)}`;
      const link = h('a', { href: `#${traceId(id, property)}` }, where.trim());
      return [badge('bad', 'violated'), ' ', trace === null ? where.trim() : link];
    }
    case 'not-applicable':
      return [badge('none', 'not applicable'), h('p', { class: 'reason' }, reason ?? '')];
    default:
      return [badge('open', resultText(property))];
  }
}

/** What is unfinished has not failed. */
const isOpen = ({ result }: ReportedProperty): boolean =>
  result === 'unfinished' || result === 'probable';
const isMissed = (property: ReportedProperty): boolean => !property.asExpected && !isOpen(property);

function expectedCell({ expected, asExpected }: ReportedProperty | ReportedWitness, open: boolean) {
  if (expected === null && asExpected) return h('td', { class: 'source' }, 'no violation');
  const missed = open ? badge('open', 'not told') : badge('bad', 'not so');
  const met = asExpected ? badge('good', 'as expected') : missed;
  return h('td', {}, expectationText(expected), ' ', met);
}

/** The witnesses that a machine of this size has room for, in a table; the others by name. */
export function witnessTable({ witnesses, reductions }: ReportedSpec): HTMLElement {
  const isTold = ({ hasRoom, expected }: ReportedWitness): boolean => hasRoom || expected !== null;
  const others = witnesses.filter((witness) => !isTold(witness)).map(({ name }) => name);
  return h(
    'div',
    {},
    table(
      'verdicts',
      'Witnesses',
      ['Witness', 'Outcome', 'Expected'],
      witnesses.filter(isTold).map((witness) => {
        const { name, claim, depth, expected, asExpected } = witness;
        return h(
          'tr',
          { class: classes(depth === null && 'not-applicable', !asExpected && 'unexpected') },
          h('th', { scope: 'row' }, h('code', {}, name), h('p', {}, claim)),
          h('td', {}, badge(depth === null ? 'none' : 'good', reachText(depth, reductions))),
          expected === null ? h('td') : expectedCell(witness, false),
        );
      }),
    ),
    others.length === 0
      ? null
      : h(
          'p',
          { class: 'no-room' },
          'This machine has no room for ',
          h('code', {}, others.join(', ')),
          '.',
        ),
  );
}

export function table(
  kind: string,
  caption: string,
  heads: readonly string[],
  rows: readonly HTMLElement[],
): HTMLElement {
  const made = h(
    'table',
    { class: kind },
    h('caption', { class: 'spoken' }, caption),
    h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, ...rows),
  );
  return withTableRoles(made);
}

/** The numbers of the search. */
export function counts(spec: ReportedSpec): HTMLElement {
  const { statesDistinct, statesGenerated, depth, timeMs, bytes, workers } = spec;
  const number = (value: string, what: string): HTMLElement =>
    h('div', {}, h('dt', {}, what), h('dd', {}, value));
  return h(
    'dl',
    { class: 'counts' },
    number(grouped(statesDistinct), 'states'),
    number(grouped(statesGenerated), 'generated'),
    number(grouped(depth), 'depth'),
    number(seconds(timeMs), 'time'),
    bytes === null ? null : number(`${grouped(Math.ceil(bytes / 2 ** 20))} MiB`, 'seen set'),
    number(grouped(workers), counted(workers, 'worker').replace(/^\d+ /, '')),
  );
}

/** What limits the verdict, a sentence each. */
export function cautions(spec: ReportedSpec): HTMLElement | null {
  const { stoppedBy, tracesStoppedBy, omission, symmetry, reductions, notices } = spec;
  const sentences = [
    ...(stoppedBy === null
      ? []
      : [`The search was stopped early (${stoppedBy}): what is not violated is unfinished.`]),
    ...(tracesStoppedBy === null
      ? []
      : [`There is no trace for all that is violated (${tracesStoppedBy}).`]),
    ...(omission === null
      ? []
      : [
          `Fingerprints were kept, not states: a state was missed with probability ${oddsText(omission)}.`,
        ]),
    ...(symmetry.length === 0
      ? []
      : [`States are counted up to symmetry of ${symmetry.join(', ')}.`]),
    ...(reductions.length === 0
      ? []
      : ['States are those that are left where partial orders are reduced.']),
    ...notices,
  ];
  if (sentences.length === 0) return null;
  return h('ul', { class: 'cautions' }, ...sentences.map((sentence) => h('li', {}, sentence)));
}

export function machineFacts({ machine, protocol }: ReportedSpec): HTMLElement {
  const { cpus, pmaps, slots, areas, secret, carried, pcids, nesting } = machine;
  const fact = (name: string, ...value: readonly Child[]): HTMLElement =>
    h('div', {}, h('dt', {}, name), h('dd', {}, ...value));
  const names = (list: readonly string[]): Child =>
    list.length === 0 ? 'none' : h('code', {}, list.join(', '));
  const perCpu = carried === null ? 'as the state has it' : names(carried);
  return h(
    'dl',
    { class: 'facts' },
    fact('protocol', h('code', {}, protocol.name)),
    fact(
      'size',
      [
        counted(cpus.length, 'CPU'),
        counted(pmaps.length, 'pmap'),
        counted(slots.length, 'user slot'),
        `${counted(nesting, 'saved frame')} a CPU`,
      ].join(', '),
    ),
    fact('kernel areas', names(areas)),
    fact('secret', names(secret)),
    fact('in a pmap’s own L4 page', names(machine.kernelHalf)),
    fact('in the per-CPU pages', perCpu),
    fact('PCIDs', names(pcids)),
    fact('events', names(machine.events)),
    fact('atomic', machine.interleaving === 'step' ? 'each step' : 'each operation'),
    fact('loops', machine.loops === 'ordered' ? 'in order' : 'in any order'),
    fact(
      'memory',
      machine.memory === 'tso'
        ? 'total store order: plain stores wait in a FIFO'
        : 'sequentially consistent',
    ),
  );
}

/** The machine in a line. */
export function machineLine({ machine, protocol }: ReportedSpec): string {
  const { cpus, pmaps, slots, memory, interleaving } = machine;
  return [
    protocol.name,
    counted(cpus.length, 'CPU'),
    counted(pmaps.length, 'pmap'),
    counted(slots.length, 'user slot'),
    interleaving === 'step' ? 'every step interleaved' : 'operations atomic',
    memory === 'tso' ? 'TSO' : 'SC',
  ].join(' · ');
}
