/**
 * The page of `svscheck explore`: a walk through the states. The path is the hash of the address, so
 * that the browser's history is that of the walk; each path is asked of the server, which takes it.
 */

import { changeTexts, counted } from '../report/terminal.js';
import type { FoundProperty, Walk, WalkedSpec } from '../report/walk.js';
import { ask } from './ask.js';
import { copyButton, initialField, pathForm } from './bar.js';
import { h } from './dom.js';
import { drawMachine } from './machine.js';
import { focusNext, nextSteps } from './next-steps.js';
import type { Followed } from './paths.js';
import { aheadOf, pathWith, prefixOf, wayOf } from './paths.js';
import { searchPanel } from './search-panel.js';
import { statesOf } from './states.js';
import { trail } from './trail.js';
import { violationList } from './violations.js';

const spec = JSON.parse(document.getElementById('data')?.textContent ?? '') as WalkedSpec;

/** Where the walk is; null until the server has answered. */
let walk: Walk | null = null;
let followed: Followed | null = null;

const pathHere = (): string => location.hash.slice(1) || '0:';
function goTo(path: string): void {
  if (path === pathHere()) void arrive();
  else location.hash = path;
}

/** What is seen of the walk. */
const place = h('h2', { tabindex: -1 }, 'The state');
const violations = h('div', {});
const picture = h('div', {});
const steps = h('div', {});
const way = h('div', {});
const replay = h('code', { class: 'replay' });
/** What is told of it: what has happened, for who does not see it; and what went wrong. */
const spoken = h('p', { class: 'spoken', role: 'status' });
const failed = h('p', { class: 'failed', role: 'alert', hidden: true });
const say = (text: string): void => spoken.replaceChildren(text);
/** What moves it. */
const back = h('button', { type: 'button' }, 'Back one step');
const onward = h('button', { type: 'button' }, 'Next step of the trace');
const path = h('input', { name: 'path', spellcheck: 'false', autocomplete: 'off' });
const initial = initialField(spec.initials, goTo);

function show(here: Walk): void {
  const { trace, violated } = here;
  const length = trace.actions.length;
  const ahead = aheadOf(here, followed);
  const hadFocus = [steps, way].find((part) => part.contains(document.activeElement));
  walk = here;
  place.textContent =
    length === 0 ? 'The initial state' : `The state after ${counted(length, 'step')}`;
  path.value = trace.path;
  if (initial !== null) initial.value = trace.path.split(':')[0] ?? '';
  replay.textContent = here.replay;
  back.setAttribute('aria-disabled', String(length === 0));
  onward.setAttribute('aria-disabled', String(ahead === null));
  onward.hidden = followed === null;
  violations.replaceChildren(...violationList(violated));
  const wrong = new Set(violated.flatMap(({ values }) => Object.values(values)));
  const state = statesOf(trace)[length];
  if (state !== undefined) {
    picture.replaceChildren(drawMachine(spec.machine, state.values, state.changed, wrong));
  }
  const take = (action: number): void => goTo(pathWith(here, action));
  steps.replaceChildren(...nextSteps(spec.machine, here, ahead, take));
  const whole = wayOf(here, followed);
  way.replaceChildren(trail(whole.trace.actions, length, (some) => prefixOf(whole, some)));
  if (hadFocus === steps) focusNext(steps, trace.actions.at(-1)?.cpu);
  if (hadFocus === way) way.querySelector<HTMLElement>('[aria-current] a')?.focus();
  if (hadFocus !== undefined && document.activeElement === document.body) place.focus();
  say(spokenOf(here));
}

/** What has happened, and what can be done. */
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

async function follow({ name, path }: FoundProperty, where: 'end' | 'beginning'): Promise<void> {
  if (path === null) return;
  try {
    followed = { property: name, walk: await walkAlong(path) };
    goTo(where === 'end' ? path : prefixOf(followed.walk, 0));
  } catch (error) {
    fail(error);
  }
}

function goBack(): void {
  const length = walk?.trace.actions.length ?? 0;
  if (walk !== null && length > 0) goTo(prefixOf(walk, length - 1));
}

function goOnward(): void {
  const ahead = walk === null ? null : aheadOf(walk, followed);
  if (walk !== null && ahead !== null) goTo(pathWith(walk, ahead.action));
}

/** Left and right go back and onward, up and down from step to step; fields have their own. */
function onKey(event: KeyboardEvent): void {
  const { key, target, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (altKey || ctrlKey || metaKey || shiftKey || target === path || target === initial) return;
  const buttons = [...steps.querySelectorAll('button')];
  const at = buttons.indexOf(target as HTMLButtonElement);
  if (key === 'ArrowLeft') goBack();
  else if (key === 'ArrowRight') goOnward();
  else if (key === 'ArrowUp' && at >= 0) buttons[at - 1]?.focus();
  else if (key === 'ArrowDown' && at >= 0) buttons[at + 1]?.focus();
  else return;
  event.preventDefault();
}

back.addEventListener('click', goBack);
onward.addEventListener('click', goOnward);
document.addEventListener('keydown', onKey);
window.addEventListener('hashchange', arrive);

document.body.append(
  h(
    'header',
    {},
    h(
      'p',
      { class: 'masthead' },
      h('strong', {}, 'svscheck'),
      ' explore',
      h('span', { class: 'file' }, spec.file),
    ),
    h(
      'div',
      { class: 'title' },
      h('h1', {}, spec.title),
      spec.shows === null ? null : h('p', { class: 'shows' }, spec.shows),
    ),
  ),
  h(
    'nav',
    { class: 'bar', 'aria-label': 'The walk' },
    h(
      'div',
      {},
      back,
      onward,
      initial === null ? null : h('label', {}, 'Initial state ', initial),
      pathForm(path, goTo),
    ),
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
        searchPanel({ follow: (property, where) => void follow(property, where), say, fail }),
      ),
    ),
    h(
      'section',
      { class: 'way' },
      h('h2', {}, 'The way here'),
      h('p', { class: 'share' }, replay, copyButton(replay, say)),
      way,
    ),
  ),
  spoken,
);
void arrive();
