/** A state graph as data: what dot.ts and mermaid.ts draw. */
import type { StateGraph } from '../explorer/state-graph.js';
import type { DesignModel } from '../spec/design-model.js';
import type { Machine } from '../state/machine.js';
import { nodeLabel } from '../transitions/nodes.js';

export interface ToldGraph {
  readonly title: string;
  /** In the order in which they were found; transitions name them by index. */
  readonly states: readonly {
    readonly isInitial: boolean;
    /** A line for each CPU. */
    readonly cpus: readonly string[];
    /** The properties that it violates, by name; likewise of a transition. */
    readonly violates: readonly string[];
  }[];
  readonly transitions: readonly {
    readonly from: number;
    readonly to: number;
    readonly action: string;
    readonly violates: readonly string[];
  }[];
}

export function tellGraph(
  model: DesignModel,
  title: string,
  { states, transitions }: StateGraph<Machine>,
): ToldGraph {
  const named = (failing: readonly number[]): string[] =>
    failing.map((claim) => model.claims[claim]?.name ?? '');
  return {
    title,
    states: states.map(({ state, isInitial, failing }) => ({
      isInitial,
      cpus: cpuLines(model, state),
      violates: named(failing),
    })),
    transitions: transitions.map(({ from, to, action, failing }) => ({
      from,
      to,
      action: model.actions[action]?.label ?? '',
      violates: named(failing),
    })),
  };
}

/** What a state or a transition is labelled with beside its name: the words carry what colours do. */
export const violationLines = (violates: readonly string[]): string[] =>
  violates.map((name) => `violates ${name}`);

/** The lines of a state's label. */
export const stateLines = (
  { isInitial, cpus, violates }: ToldGraph['states'][number],
  index: number,
): string[] => [
  isInitial ? `${index}, initial` : String(index),
  ...cpus,
  ...violationLines(violates),
];

/** `cpu 0: user, updir of cpu 0`; in an operation also the step that it is to take next. */
function cpuLines({ design: { program, scope } }: DesignModel, m: Machine): string[] {
  return scope.cpus.ids.map((cpu) => {
    const { mode, cr3, at } = m.cpus[cpu];
    const node = program.locations[at] ?? null;
    const standing = node === null ? [] : [`before ${nodeLabel(scope, node)}`];
    return `${scope.cpus.label(cpu)}: ${[mode, scope.l4s.label(cr3), ...standing].join(', ')}`;
  });
}
