/** The steps that can be taken, by CPU and operation, each with what it would change. */
import type { ReportedMachine } from '../report/document.js';
import type { EnabledAction, WaitingStep, Walk } from '../report/walk.js';
import { classes, h } from './dom.js';
import { changeList } from './trail.js';

/** The step by which a trace goes on from here. */
export interface Ahead {
  readonly action: number;
  /** The property whose trace it is. */
  readonly property: string;
}

export function nextSteps(
  { cpus }: ReportedMachine,
  { enabled, waiting, violated }: Walk,
  ahead: Ahead | null,
  take: (action: number) => void,
): HTMLElement[] {
  const already = new Set(violated.map(({ name }) => name));
  const none =
    enabled.length === 0 ? [h('p', {}, 'No step can be taken: nobody goes on from here.')] : [];
  const sections = cpus.map((cpu) => {
    const own = enabled.filter((action) => action.cpu === cpu);
    const operations = [...new Set(own.map(({ operation }) => operation))];
    return h(
      'section',
      { class: 'cpu-steps' },
      h('h3', {}, cpu),
      ...waiting.filter((step) => step.cpu === cpu).map(waitingStep),
      ...operations.flatMap((operation) => {
        const actions = own.filter((action) => action.operation === operation);
        return [
          h('h4', {}, `${operation} `, h('span', { class: 'source' }, actions[0]?.source ?? '')),
          h(
            'ul',
            { class: 'steps' },
            ...actions.map((action) => stepCard(action, already, ahead, take)),
          ),
        ];
      }),
      own.length === 0 ? h('p', { class: 'resting' }, 'has no step to take') : null,
    );
  });
  return [...none, ...sections];
}

const waitingStep = ({ operation, label, awaited }: WaitingStep): HTMLElement =>
  h('p', { class: 'waiting' }, h('strong', {}, `${operation}/${label}`), ` waits for ${awaited}`);

/** @param already the properties that are violated before it */
function stepCard(
  action: EnabledAction,
  already: ReadonlySet<string>,
  ahead: Ahead | null,
  take: (action: number) => void,
): HTMLElement {
  const { label, operation, violates, awaits } = action;
  const says = `step-${action.action}`;
  const isAhead = action.action === ahead?.action;
  const isNew = violates.some((name) => !already.has(name));
  const button = h('button', { type: 'button', 'aria-describedby': says }, label || operation);
  button.dataset.cpu = action.cpu;
  button.dataset.ahead = String(isAhead);
  button.addEventListener('click', () => take(action.action));
  return h(
    'li',
    { class: classes('step', isNew && 'violating', isAhead && 'ahead') },
    button,
    h(
      'div',
      { id: says },
      isAhead ? h('p', { class: 'mark' }, `next step of the trace to ${ahead.property}`) : null,
      ...violates.map((name) =>
        already.has(name)
          ? h('p', { class: 'resting' }, `${name} stays violated`)
          : h('p', { class: 'violates' }, `violates ${name}`),
      ),
      changeList(action),
      awaits === null ? null : h('p', { class: 'awaits' }, `then waits for ${awaits}`),
    ),
  );
}

/**
 * Where to go on by keyboard after a step: the next of the trace, else the next of the same CPU, else
 * the first there is.
 */
export function focusNext(steps: HTMLElement, cpu: string | undefined): void {
  const buttons = [...steps.querySelectorAll('button')];
  const next =
    buttons.find(({ dataset }) => dataset.ahead === 'true') ??
    buttons.find(({ dataset }) => dataset.cpu === cpu) ??
    buttons[0];
  next?.focus();
}
