/** A state graph, or a trace, in Mermaid: what GitHub and GitLab draw in Markdown. */
import { plain } from '../spec/errors.js';
import type { ToldAction, Trace } from './document.js';
import type { ToldGraph } from './graph.js';
import { stateLines, violationLines } from './graph.js';
import { changeTexts, valuesText, wrap } from './terminal.js';

/** What Mermaid draws unless its configuration says more, which a diagram itself cannot. */
export const mermaidMax = { edges: 500, characters: 50_000 };

/** Initial states have round ends; what violates a property has six sides, or a dotted arrow. */
export function flowchart({ title, states, transitions }: ToldGraph): string {
  return [
    ...heading(title),
    'flowchart TD',
    ...states.map((state, index) => {
      const text = `"${lines(stateLines(state, index))}"`;
      if (state.violates.length > 0) return `  s${index}{{${text}}}:::violated`;
      return state.isInitial ? `  s${index}([${text}])` : `  s${index}[${text}]`;
    }),
    ...transitions.map(({ from, to, action, violates }) => {
      const arrow = violates.length > 0 ? '-.->' : '-->';
      return `  s${from} ${arrow}|"${lines([action, ...violationLines(violates)])}"| s${to}`;
    }),
    '  classDef violated stroke:red,stroke-width:3px',
  ].join('\n');
}

/**
 * A trace with a lane for each CPU and for all else that is written. A note over a CPU is what it
 * does and what that changes of its own; an arrow from it, what that changes elsewhere.
 *
 * @param violated what is violated at its end, first what the trace is told for
 */
export function sequenceDiagram(
  title: string,
  trace: Trace,
  violated: readonly { readonly name: string; readonly conjunct: string }[],
): string {
  const lanes = lanesOf(trace);
  const wrong = violated.flatMap(({ name, conjunct }, index) => [
    `${name} is violated`,
    conjunct,
    ...(index === 0 ? [valuesText(trace)] : []),
  ]);
  return [
    ...heading(title),
    'sequenceDiagram',
    ...lanes.map((lane, index) => `  participant p${index} as ${lines([lane])}`),
    ...trace.actions.flatMap((action, index) => {
      const isBlamed = trace.conjunct !== null && index === trace.blamed;
      return actionLines(action, index, isBlamed, lanes);
    }),
    ...(wrong.length === 0 ? [] : [`  Note over p0,p${lanes.length - 1}: ${lines(wrong)}`]),
  ].join('\n');
}

const noteWidth = 48;

/** Who has a lane, in the order of the state. */
function lanesOf({ initial, actions }: Trace): string[] {
  const written = new Set(actions.flatMap(({ changes }) => changes.map(({ owner }) => owner)));
  const owners = initial
    .filter(({ path, owner }) => path[0] === 'cpus' || written.has(owner))
    .map(({ owner }) => owner);
  return [...new Set(owners)];
}

function actionLines(
  action: ToldAction,
  index: number,
  isBlamed: boolean,
  lanes: readonly string[],
): string[] {
  const { cpu, operation, label, changes, reads } = action;
  const by = `p${lanes.indexOf(cpu)}`;
  const textsOf = (owner: string): string[] =>
    changeTexts({
      ...action,
      cpu: owner,
      changes: changes.filter((change) => change.owner === owner),
      reads: owner === cpu ? reads : [],
    });
  const steps = label === '' ? [] : wrap(label, noteWidth);
  const note = [`${index + 1} ${operation}`, ...steps, ...textsOf(cpu)];
  const others = lanes.filter(
    (lane) => lane !== cpu && changes.some(({ owner }) => owner === lane),
  );
  return [
    `  Note over ${by}: ${lines(isBlamed ? [...note, 'to blame'] : note)}`,
    ...others.map((lane) => `  ${by}->>p${lanes.indexOf(lane)}: ${lines(textsOf(lane))}`),
  ];
}

/** The front matter is YAML, of which a JSON string is one; nothing in it can end it. */
const heading = (title: string): string[] => [
  '---',
  `title: ${JSON.stringify(plain(title)).replace(/[<>&%#]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}`,
  '---',
];

/** Lines as a label. An entity is begun by `#` and ended by `;`, a statement is ended by `;` too. */
const lines = (texts: readonly string[]): string =>
  texts
    .map((text) => plain(text).replace(/["#&;<`]/g, (c) => `#${c.charCodeAt(0)};`))
    .join('<br/>');
