/**
 * A trace against its steps: a lane for each CPU, in it a bar for each operation from its first step
 * to its last, and a dot for each step. It is a slider: one stop of the Tab key, whose value is a step.
 */
import type { ReportedMachine, ToldAction, Trace } from '../report/document.js';
import { classes, h, svg, withVariables } from './dom.js';

export interface Timeline {
  readonly element: HTMLElement;
  /** Shows a step as the current one; 0 is the first state. */
  show(step: number): void;
}

/** An operation on a CPU: steps are counted from 1. */
interface Bar {
  readonly operation: string;
  readonly first: number;
  last: number;
}

/** `go` is called with the step that is clicked on. */
export function timelineOf(
  machine: ReportedMachine,
  trace: Trace,
  go: (step: number) => void,
): Timeline {
  const { actions, blamed } = trace;
  const columns = [null, ...actions].map((action, step) =>
    columnOf(action, step, step === actions.length, blamed !== null && step === blamed + 1),
  );
  const lanes = machine.cpus.flatMap((cpu, lane) => laneOf(cpu, lane, actions));
  const here = h('div', { class: 'here' });
  const grid = withVariables(
    h('div', { class: 'lanes', 'aria-hidden': 'true' }, here, ...lanes, ...columns),
    { steps: actions.length, lanes: machine.cpus.length },
  );
  grid.addEventListener('click', ({ target }) => {
    const column = target instanceof Element ? target.closest<HTMLElement>('.column') : null;
    if (column !== null) go(Number(column.dataset.step));
  });
  const element = h(
    'div',
    {
      class: 'timeline',
      role: 'slider',
      tabindex: 0,
      'aria-label': 'Step',
      'aria-valuemin': 0,
      'aria-valuenow': 0,
      'aria-valuemax': actions.length,
    },
    grid,
  );
  const dots = [...grid.querySelectorAll<SVGElement>('.dot')];
  return {
    element,
    show(step) {
      element.setAttribute('aria-valuenow', String(step));
      element.setAttribute('aria-valuetext', `step ${step} of ${actions.length}`);
      withVariables(here, { step });
      for (const dot of dots) {
        dot.classList.toggle('taken', Number(dot.dataset.step) <= step);
        dot.classList.toggle('current', Number(dot.dataset.step) === step);
      }
      for (const [index, column] of columns.entries()) {
        column.classList.toggle('current', index === step);
      }
      scrollTo(element, columns[step]);
    },
  };
}

/** All of a step, to click on; its number is at the top. */
function columnOf(
  action: ToldAction | null,
  step: number,
  isLast: boolean,
  isBlamed: boolean,
): HTMLElement {
  const says =
    action === null ? 'the first state' : `${action.cpu}: ${action.operation}/${action.label}`;
  return withVariables(
    h(
      'div',
      {
        class: classes('column', isBlamed && 'blamed', isLast && 'last'),
        'data-step': step,
        title: `${step}: ${says}${isBlamed ? ' (to blame)' : ''}`,
      },
      h('span', { class: 'step-number' }, String(step)),
    ),
    { step },
  );
}

function laneOf(cpu: string, lane: number, actions: readonly ToldAction[]): HTMLElement[] {
  const bars = barsOf(cpu, actions);
  const at = <E extends HTMLElement>(element: E, first: number, last: number): E =>
    withVariables(element, { lane, first, last });
  return [
    at(h('div', { class: 'lane-name' }, cpu), 0, 0),
    ...bars.flatMap(({ operation, first, last }, index) => {
      const next = bars[index + 1]?.first ?? actions.length + 1;
      return [
        at(h('div', { class: 'bar' }), first, last),
        at(h('div', { class: 'bar-name' }, operation), first, next - 1),
      ];
    }),
    ...actions.flatMap((action, index) => {
      const step = index + 1;
      const dot = svg('svg', { class: 'dot', 'data-step': step, viewBox: '-6 -6 12 12' });
      dot.append(svg('circle', { r: 4.5 }));
      return action.cpu === cpu ? [at(h('div', { class: 'spot' }, dot), step, step)] : [];
    }),
  ];
}

/** Operations of a CPU; one is over where the CPU is at rest after a step, or another begins. */
function barsOf(cpu: string, actions: readonly ToldAction[]): Bar[] {
  const bars: Bar[] = [];
  let isOver = true;
  for (const [index, action] of actions.entries()) {
    if (action.cpu !== cpu) continue;
    const step = index + 1;
    const bar = bars.at(-1);
    if (bar !== undefined && bar.operation === action.operation && !isOver) bar.last = step;
    else bars.push({ operation: action.operation, first: step, last: step });
    isOver = action.changes.some(({ field, to }) => field === 'at' && to === 'rest');
  }
  return bars;
}

/** Scrolls the timeline, and never the page. */
function scrollTo(timeline: HTMLElement, column: HTMLElement | undefined): void {
  if (column === undefined) return;
  const left = column.offsetLeft - timeline.clientWidth / 2 + column.offsetWidth / 2;
  timeline.scrollTo({ left });
}
