/**
 * The page of `svscheck explore`: a walk through the states. The path is the hash of the address, so
 * that the browser's history is that of the walk; each path is asked of the server, which takes it.
 */

import { changeTexts, counted } from '../report/terminal.js';
import type { FoundProperty, Walk, WalkedSpec } from '../report/walk.js';
import { ask } from './ask.js';
import { h } from './dom.js';
import { drawMachine } from './machine.js';
import type { Ahead } from './next-steps.js';
import { focusNext, nextSteps } from './next-steps.js';
import { searchPanel } from './search-panel.js';
import { statesOf } from './states.js';
import { trail } from './trail.js';
import { violationList } from './violations.js';

const spec = JSON.parse(document.getElementById('data')?.textContent ?? '') as WalkedSpec;
const { machine } = spec;

/** Where the walk is; null until the server has answered. */
let walk: Walk | null = null;
/** The trace that is followed, and the property that is violated at its end. */
let followed: { readonly property: string; readonly walk: Walk } | null = null;

const said = h('p', { class: 'spoken', role: 'status' });
const failed = h('p', { class: 'failed', role: 'alert', hidden: true });
const place = h('h2', { tabindex: -1 }, 'The state');
const back = h('button', { type: 'button' }, 'Back one step');
const onward = h('button', { type: 'button' }, 'Next step of the trace');
const path = h('input', { name: 'path', spellcheck: 'false', autocomplete: 'off' });
const replay = h('code', { class: 'replay' });
const copy = h('button', { type: 'button' }, 'Copy');
const violations = h('div', { class: 'violations' });
const picture = h('div', { class: 'drawn' });
const steps = h('div', {});
const way = h('div', {});

const pathHere = (): string => location.hash.slice(1) || '0:';
const goTo = (to: string): void => {
  location.hash = to;
};

/** The path of the first actions of a walk. */
function prefixOf({ trace }: Walk, length: number): string {
  const [initial = '0'] = trace.path.split(':');
  const actions = trace.actions.slice(0, length).map(({ action }) => action);
  return `${initial}:${actions.join('.')}`;
}

/** The walk that the trail shows: the trace that is followed, where the way so far lies on it. */
function trailOf(here: Walk): Walk {
  const length = here.trace.actions.length;
  const isOn = followed !== null && prefixOf(followed.walk, length) === here.trace.path;
  return isOn && followed !== null ? followed.walk : here;
}

function aheadOf(here: Walk): Ahead | null {
  const next = trailOf(here).trace.actions[here.trace.actions.length];
  if (next === undefined || followed === null) return null;
  return { action: next.action, property: followed.property };
}

/** The path with one more action. */
const pathWith = ({ trace }: Walk, action: number): string =>
  `${trace.path}${trace.actions.length === 0 ? '' : '.'}${action}`;

function show(here: Walk): void {
  const { trace, violated } = here;
  const length = trace.actions.length;
  const state = statesOf(trace)[length];
  const ahead = aheadOf(here);
  const wasIn = [steps, way].find((part) => part.contains(document.activeElement));
  const take = (action: number): void => goTo(pathWith(here, action));
  walk = here;
  place.textContent =
    length === 0 ? 'The initial state' : `The state after ${counted(length, 'step')}`;
  path.value = trace.path;
  replay.textContent = here.replay;
  copy.textContent = 'Copy';
  back.setAttribute('aria-disabled', String(length === 0));
  onward.hidden = followed === null;
  onward.setAttribute('aria-disabled', String(ahead === null));
  violations.replaceChildren(...violationList(violated));
  const wrong = new Set(violated.flatMap(({ values }) => Object.values(values)));
  if (state !== undefined) {
    picture.replaceChildren(drawMachine(machine, state.values, state.changed, wrong));
  }
  steps.replaceChildren(...nextSteps(machine, here, ahead, take));
  const onTrail = trailOf(here);
  way.replaceChildren(trail(onTrail.trace.actions, length, (some) => prefixOf(onTrail, some)));
  if (wasIn === steps) focusNext(steps, trace.actions.at(-1)?.cpu);
  if (wasIn === way) way.querySelector<HTMLElement>('[aria-current] a')?.focus();
  if (document.activeElement === document.body && wasIn !== undefined) place.focus();
  said.textContent = spokenOf(here);
}

/** What has happened, for who does not see it. */
function spokenOf({ trace, violated, enabled }: Walk): string {
  const last = trace.actions.at(-1);
  const taken =
    last === undefined
      ? ['The initial state.']
      : [
          `Step ${trace.actions.length}, ${last.cpu}: ${last.operation}, ${last.label}.`,
          ...changeTexts(last).map((text) => `${text}.`),
        ];
  const wrong = violated.map(({ name }) => `${name} is violated.`);
  return [...taken, ...wrong, `${counted(enabled.length, 'step')} can be taken.`].join(' ');
}

function fail(error: unknown): void {
  failed.textContent = error instanceof Error ? `${error.message}.` : String(error);
  failed.hidden = false;
}

const walkAlong = (along: string): Promise<Walk> =>
  ask<Walk>(`/api/walk?path=${encodeURIComponent(along)}`);

/** Shows where the address says that the walk is, unless by then it says something else. */
async function arrive(): Promise<void> {
  const wanted = pathHere();
  try {
    const here = await walkAlong(wanted);
    if (wanted !== pathHere()) return;
    failed.hidden = true;
    show(here);
  } catch (error) {
    path.value = wanted;
    fail(error);
  }
}

async function follow(property: FoundProperty, where: 'end' | 'beginning'): Promise<void> {
  if (property.path === null) return;
  try {
    followed = { property: property.name, walk: await walkAlong(property.path) };
    const to = where === 'end' ? property.path : prefixOf(followed.walk, 0);
    if (to === pathHere()) await arrive();
    else goTo(to);
  } catch (error) {
    fail(error);
  }
}

function goBack(): void {
  if (walk !== null && walk.trace.actions.length > 0) {
    goTo(prefixOf(walk, walk.trace.actions.length - 1));
  }
}

function goOnward(): void {
  const ahead = walk === null ? null : aheadOf(walk);
  if (walk !== null && ahead !== null) goTo(pathWith(walk, ahead.action));
}

/** Left and right go back and onward, up and down from step to step. */
function onKey(event: KeyboardEvent): void {
  const { key, target, altKey, ctrlKey, metaKey } = event;
  if (altKey || ctrlKey || metaKey || target === path || target instanceof HTMLSelectElement)
    return;
  if (key === 'ArrowLeft') goBack();
  else if (key === 'ArrowRight') goOnward();
  else if (key === 'ArrowUp' || key === 'ArrowDown') {
    const buttons = [...steps.querySelectorAll('button')];
    const at = buttons.indexOf(target as HTMLButtonElement);
    if (at < 0) return;
    buttons[at + (key === 'ArrowUp' ? -1 : 1)]?.focus();
  } else return;
  event.preventDefault();
}

/** Where there are several initial states: which. */
function initialChoice(): HTMLElement | null {
  if (spec.initials < 2) return null;
  const choice = h(
    'select',
    { name: 'initial' },
    ...Array.from({ length: spec.initials }, (_, index) =>
      h('option', { value: index }, String(index)),
    ),
  );
  choice.addEventListener('change', () => goTo(`${choice.value}:`));
  window.addEventListener('hashchange', () => {
    choice.value = pathHere().split(':')[0] ?? '';
  });
  choice.value = pathHere().split(':')[0] ?? '';
  return h('label', {}, 'Initial state ', choice);
}

back.addEventListener('click', goBack);
onward.addEventListener('click', goOnward);
copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(replay.textContent ?? '');
    copy.textContent = 'Copied';
    said.textContent = 'The replay line was copied.';
  } catch {
    getSelection()?.selectAllChildren(replay);
    said.textContent = 'The replay line is selected.';
  }
});
const typed = h('form', {}, h('label', {}, 'Path ', path), h('button', {}, 'Go'));
typed.addEventListener('submit', (event) => {
  event.preventDefault();
  const wanted = path.value.trim();
  if (wanted === pathHere()) void arrive();
  else goTo(wanted);
});
window.addEventListener('hashchange', arrive);
document.addEventListener('keydown', onKey);

document.body.append(
  h(
    'header',
    {},
    h('h1', {}, spec.title),
    h('p', { class: 'file' }, spec.file),
    spec.shows === null ? null : h('p', { class: 'shows' }, spec.shows),
  ),
  h(
    'nav',
    { class: 'bar', 'aria-label': 'The walk' },
    h('div', {}, back, onward, initialChoice(), typed),
  ),
  h(
    'main',
    {},
    h('section', { class: 'state' }, place, failed, violations, picture),
    h(
      'div',
      { class: 'beside' },
      h(
        'section',
        {},
        h('h2', {}, 'Steps that can be taken'),
        h('p', { class: 'hint' }, 'Arrow keys: ↑ ↓ from step to step, ← back, → along a trace.'),
        steps,
      ),
      h(
        'section',
        { class: 'jump' },
        h('h2', {}, 'Violations'),
        searchPanel({
          follow: (property, where) => void follow(property, where),
          say: (text) => {
            said.textContent = text;
          },
          fail,
        }),
      ),
    ),
    h(
      'section',
      { class: 'way' },
      h('h2', {}, 'The way here'),
      h('p', { class: 'share' }, replay, copy),
      way,
    ),
  ),
  said,
);
void arrive();
