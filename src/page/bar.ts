/** Where the walk is, as something to type, to choose and to copy. */
import { h } from './dom.js';

/** Goes to the path that is typed into the field. */
export function pathForm(field: HTMLInputElement, go: (path: string) => void): HTMLElement {
  const form = h('form', {}, h('label', {}, 'Path ', field), h('button', {}, 'Go'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    go(field.value.trim());
  });
  return form;
}

/** A choice of the initial state, where there are several. */
export function initialField(
  initials: number,
  go: (path: string) => void,
): HTMLSelectElement | null {
  if (initials < 2) return null;
  const options = Array.from({ length: initials }, (_, index) =>
    h('option', { value: index }, String(index)),
  );
  const field = h('select', { name: 'initial' }, ...options);
  field.addEventListener('change', () => go(`${field.value}:`));
  return field;
}

/** Copies a line; where the browser does not let it, selects it. */
export function copyButton(line: HTMLElement, say: (text: string) => void): HTMLElement {
  const button = h('button', { type: 'button' }, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(line.textContent ?? '');
      button.textContent = 'Copied';
      say('The replay line is copied.');
    } catch {
      getSelection()?.selectAllChildren(line);
      say('The replay line is selected.');
    }
  });
  button.addEventListener('blur', () => {
    button.textContent = 'Copy';
  });
  return button;
}
