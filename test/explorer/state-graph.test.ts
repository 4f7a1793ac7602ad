/** The graph of a transition system has what the reference explorer counts, and no state less. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/explorer/reference.js';
import { stateGraph } from '../../src/explorer/state-graph.js';
import type { Graph } from './graph.js';
import { line, referenceOf, someGraph } from './graph.js';

const graphOf = (graph: Graph, statesMax = Number.POSITIVE_INFINITY) =>
  stateGraph(referenceOf(graph), statesMax);

describe('the state graph', () => {
  it('has the states and transitions that the reference explorer counts', () => {
    fc.assert(
      fc.property(someGraph, (graph) => {
        const { statesDistinct, statesGenerated } = explore(referenceOf(graph));
        const drawn = graphOf(graph);
        expect([drawn?.states.length, drawn?.transitions.length]).toEqual([
          statesDistinct,
          statesGenerated - graph.initials.length,
        ]);
      }),
    );
  });

  it('numbers states as they are found, and says what is wrong where', () => {
    const graph: Graph = {
      ...line(4, 2),
      initials: [1, 0, 1],
      edges: [
        [{ to: 3, process: 0, failing: 0 }],
        [
          { to: 3, process: 0, failing: 1 },
          { to: 3, process: 1, failing: 0 },
        ],
        [],
        [{ to: 3, process: 0, failing: 0 }],
      ],
    };
    expect(graphOf(graph)).toEqual({
      states: [
        { state: 1, isInitial: true, failing: [] },
        { state: 0, isInitial: true, failing: [] },
        { state: 3, isInitial: false, failing: [0] },
      ],
      transitions: [
        { from: 0, to: 2, action: 8, failing: [0] },
        { from: 0, to: 2, action: 9, failing: [] },
        { from: 1, to: 2, action: 0, failing: [] },
        { from: 2, to: 2, action: 24, failing: [] },
      ],
    });
  });

  it('is whole, or there is none', () => {
    expect(graphOf(line(7), 7)?.states.length).toBe(7);
    expect(graphOf(line(7), 6)).toBeNull();
    expect(graphOf({ ...line(3), initials: [0, 1, 2] }, 2)).toBeNull();
  });
});
