/** Elements, made of text and of other elements: nothing is ever parsed as HTML. */

export type Child = Node | string | null;

/** What is null or false is left out; what is true is there without a value. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An HTML element. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of a drawing. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** Text for a screen reader alone. */
export const spoken = (text: string): HTMLElement => h('span', { class: 'spoken' }, text);

/** Sets variables of CSS; the page's policy forbids style attributes, and not this. */
export function withVariables<E extends HTMLElement | SVGElement>(
  element: E,
  variables: Readonly<Record<string, string | number>>,
): E {
  for (const [name, value] of Object.entries(variables)) {
    element.style.setProperty(`--${name}`, String(value));
  }
  return element;
}

/** A browser that lays out the parts of a table otherwise may forget what they are: they say it. */
export function withTableRoles(table: HTMLTableElement): HTMLTableElement {
  const roles = {
    'thead, tbody': 'rowgroup',
    tr: 'row',
    'th[scope^="col"]': 'columnheader',
    'th[scope^="row"]': 'rowheader',
    td: 'cell',
  };
  table.setAttribute('role', 'table');
  for (const [selector, role] of Object.entries(roles)) {
    for (const part of table.querySelectorAll(selector)) part.setAttribute('role', role);
  }
  return table;
}

/** Class names, without those that are false. */
export const classes = (...names: readonly (string | false)[]): string =>
  names.filter((name) => name !== false).join(' ');

/** Text that may break after `/`, where names of steps are joined. */
export const breakable = (text: string): Child[] =>
  text
    .split(/(?<=\/)/)
    .flatMap((part, index) => (index === 0 ? [part] : [document.createElement('wbr'), part]));

function filled<E extends Element>(
  element: E,
  attributes: Attributes,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}
