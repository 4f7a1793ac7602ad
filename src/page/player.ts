/** A trace to step through: its timeline, the state after a step, and the step in words. */
import type { ReportedSpec, Trace } from '../report/document.js';
import { h, spoken, svg } from './dom.js';
import { drawMachine } from './machine.js';
import { statesOf } from './states.js';
import { stepPanel, stepSentence } from './steps.js';
import { timelineOf } from './timeline.js';

/** Between two steps while it plays, in milliseconds. */
const pace = 900;

/** What the buttons are called, and their shapes in a box of 16 by 16. */
const icons = {
  first: 'M4 3v10M13 3l-7 5 7 5z',
  back: 'M12 3l-7 5 7 5z',
  play: 'M5 3l8 5-8 5z',
  pause: 'M5 3v10M11 3v10',
  next: 'M4 3l7 5-7 5z',
  last: 'M12 3v10M3 3l7 5-7 5z',
} as const;

export function playerOf(spec: ReportedSpec, name: string, trace: Trace): HTMLElement {
  const { actions, blamed, conjunct } = trace;
  const end = actions.length;
  const wrong = new Set(Object.values(trace.values ?? {}));
  const states = lazily(() => statesOf(trace));
  let step = 0;
  let timer: ReturnType<typeof setInterval> | null = null;

  const picture = h('div', { class: 'stage-picture' });
  const panel = h('div', { class: 'stage-panel' });
  const sentence = h('p', { class: 'spoken', 'aria-live': 'polite' });
  const count = h('p', { class: 'count' });
  const timeline = timelineOf(spec.machine, trace, (chosen) => go(chosen));

  const show = (): void => {
    const state = states()[step];
    if (state === undefined) return;
    const isFalse = conjunct !== null && step === end;
    timeline.show(step);
    picture.replaceChildren(
      drawMachine(spec.machine, state.values, state.changed, isFalse ? wrong : undefined),
    );
    panel.replaceChildren(stepPanel(trace, step));
    count.replaceChildren(h('strong', {}, String(step)), ` / ${end}`);
    allow(step > 0, buttons.first, buttons.back);
    allow(step < end, buttons.next, buttons.last);
  };
  const move = (to: number): void => {
    step = Math.max(0, Math.min(end, to));
    show();
    sentence.textContent = stepSentence(trace, step);
  };
  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    label(buttons.play, 'play', 'Play');
  };
  const go = (to: number): void => {
    stop();
    move(to);
  };
  const play = (): void => {
    if (timer !== null) {
      stop();
      return;
    }
    move(step === end ? 0 : step + 1);
    if (step === end) return;
    label(buttons.play, 'pause', 'Pause');
    timer = setInterval(() => {
      move(step + 1);
      if (step === end) stop();
    }, pace);
  };

  const buttons = {
    first: button('first', 'First state', () => go(0)),
    back: button('back', 'Step back', () => go(step - 1)),
    play: button('play', 'Play', play),
    next: button('next', 'Next step', () => go(step + 1)),
    last: button('last', 'Last step', () => go(end)),
  };
  const toBlame = h('button', { type: 'button', class: 'to-blame' }, 'Step to blame');
  toBlame.addEventListener('click', () => go((blamed ?? 0) + 1));

  const controls = h(
    'div',
    { class: 'controls' },
    ...Object.values(buttons),
    count,
    conjunct !== null && blamed !== null ? toBlame : null,
    h('p', { class: 'keys' }, ...keysHint()),
  );
  const player = h(
    'div',
    { class: 'player', role: 'group', 'aria-label': `Trace to ${name}`, tabindex: -1 },
    ...(end === 0 ? [] : [controls, timeline.element]),
    h('div', { class: 'stage' }, picture, panel),
    sentence,
  );
  const keys: Readonly<Record<string, () => void>> = {
    ArrowRight: () => go(step + 1),
    ArrowLeft: () => go(step - 1),
    Home: () => go(0),
    End: () => go(end),
    ' ': play,
  };
  player.addEventListener('keydown', (event) => {
    const { key, target, altKey, ctrlKey, metaKey, shiftKey } = event;
    const pressesButton = key === ' ' && target instanceof HTMLButtonElement;
    const act = keys[key];
    if (act === undefined || pressesButton || altKey || ctrlKey || metaKey || shiftKey) return;
    event.preventDefault();
    act();
  });
  whenSeen(player, show);
  return player;
}

const keysHint = () => [
  h('kbd', {}, '←'),
  h('kbd', {}, '→'),
  ' step ',
  h('kbd', {}, 'Home'),
  h('kbd', {}, 'End'),
  ' ends ',
  h('kbd', {}, 'Space'),
  ' plays',
];

function button(icon: keyof typeof icons, name: string, act: () => void): HTMLButtonElement {
  const element = h('button', { type: 'button', class: `control ${icon}` });
  label(element, icon, name);
  element.addEventListener('click', act);
  return element;
}

function label(element: HTMLElement, icon: keyof typeof icons, name: string): void {
  element.title = name;
  element.replaceChildren(
    svg(
      'svg',
      { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
      svg('path', { d: icons[icon] }),
    ),
    spoken(name),
  );
}

/** A button that does nothing now keeps the focus, and so the keys. */
function allow(does: boolean, ...elements: readonly HTMLElement[]): void {
  for (const element of elements) element.setAttribute('aria-disabled', String(!does));
}

/** A page of many traces draws those that come into view. */
function whenSeen(element: HTMLElement, draw: () => void): void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      draw();
    },
    { rootMargin: '100%' },
  );
  observer.observe(element);
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
