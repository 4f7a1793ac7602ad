/** `svscheck graph`: the reachable states of a small machine, to be drawn. */
import { stateGraph } from '../explorer/state-graph.js';
import { ImmutableModel } from '../model/immutable-system.js';
import { dotText } from '../report/dot.js';
import { exitCodes } from '../report/exit.js';
import type { ToldGraph } from '../report/graph.js';
import { tellGraph } from '../report/graph.js';
import { flowchart, mermaidMax } from '../report/mermaid.js';
import { grouped } from '../report/terminal.js';
import { buildSpec } from '../spec/build.js';
import { plain, UserError } from '../spec/errors.js';
import { loadSpec } from '../spec/load.js';
import { checkWritable, put } from './files.js';
import { printError } from './output.js';
import type { ReadOptions } from './specs.js';
import { withinOf } from './specs.js';

const graphs = { dot: dotText, mermaid: flowchart } satisfies Record<
  string,
  (graph: ToldGraph) => string
>;
export type GraphFormat = keyof typeof graphs;
export const graphFormats = Object.keys(graphs) as GraphFormat[];

/** What can be laid out at all, with patience. */
export const graphStatesMax = 5000;

export interface GraphOptions extends ReadOptions {
  readonly format: GraphFormat;
  readonly statesMax: number;
  /** The file to write; standard output without one. */
  readonly output?: string;
}

export function graph(file: string, options: GraphOptions): number {
  const { format, statesMax, output } = options;
  if (output !== undefined) checkWritable(output);
  const spec = loadSpec(file, { within: withinOf([file], options) });
  const model = buildSpec(spec);
  const found = stateGraph(new ImmutableModel(model), statesMax);
  if (found === null) {
    const message = `this machine has more than ${grouped(statesMax)} states, and a graph has all of them`;
    const raise = `, or raise --states-max, to ${grouped(graphStatesMax)} at most`;
    const hint = `make the machine smaller${statesMax < graphStatesMax ? raise : ''}; 'svscheck check' counts its states`;
    const place = spec.place(['machine']);
    throw new UserError([{ code: 'graph-too-large', file, ...place, message, hint }]);
  }
  const text = graphs[format](tellGraph(model, spec.title, found));
  put(output, text);
  const edges = found.transitions.length;
  const { edges: edgesMax, characters } = mermaidMax;
  if (format === 'mermaid' && (edges > edgesMax || text.length > characters)) {
    printError(
      `${plain(file)}: note: this graph has ${grouped(edges)} edges and ${grouped(text.length)} characters; Mermaid draws ${grouped(edgesMax)} and ${grouped(characters)} at most, unless its \`maxEdges\` and \`maxTextSize\` say more`,
    );
  }
  return exitCodes.ok.code;
}
