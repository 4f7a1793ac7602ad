/** A state graph in DOT, the language of Graphviz. */
import { plain } from '../spec/errors.js';
import type { ToldGraph } from './graph.js';
import { stateLines, violationLines } from './graph.js';

/** Initial states have two outlines; what violates a property has eight sides, or a dashed arrow. */
export function dotText({ title, states, transitions }: ToldGraph): string {
  return [
    'digraph {',
    `  label=${quoted([title])}`,
    '  labelloc=t',
    '  node [shape=box]',
    ...states.map((state, index) => {
      const outline = state.isInitial ? ', peripheries=2' : '';
      const wrong = state.violates.length > 0 ? ', shape=octagon, color=red' : '';
      return `  ${index} [label=${quoted(stateLines(state, index))}${outline}${wrong}]`;
    }),
    ...transitions.map(({ from, to, action, violates }) => {
      const wrong = violates.length > 0 ? ', style=dashed, color=red' : '';
      const label = quoted([action, ...violationLines(violates)]);
      return `  ${from} -> ${to} [label=${label}${wrong}]`;
    }),
    '}',
  ].join('\n');
}

/** Lines as a quoted string. Within it a backslash begins an escape, and `&` an entity of HTML. */
const quoted = (lines: readonly string[]): string =>
  `"${lines.map((line) => plain(line).replace(/[\\"]/g, '\\$&').replaceAll('&', '&amp;')).join('\\n')}"`;
