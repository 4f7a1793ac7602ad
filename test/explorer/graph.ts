/** Random transition systems, behind both ports of the explorer. */
import fc from 'fast-check';
import type {
  PackedSystem,
  ReferenceSystem,
  Successors,
  Transition,
} from '../../src/explorer/system.js';

interface Edge {
  readonly to: number;
  readonly process: number;
  readonly failing: number;
}
/** States are numbers; an edge's place in its state's list is its action. */
export interface Graph {
  readonly initials: readonly number[];
  readonly edges: readonly (readonly Edge[])[];
  /** By state: bit masks. */
  readonly failing: readonly number[];
  readonly shown: readonly number[];
  readonly properties: number;
  readonly witnesses: number;
  readonly processes: number;
  readonly words: number;
}

const actionsPerState = 8;

export const someGraph: fc.Arbitrary<Graph> = fc
  .record({
    size: fc.integer({ min: 1, max: 40 }),
    properties: fc.integer({ min: 0, max: 4 }),
    witnesses: fc.integer({ min: 0, max: 3 }),
    processes: fc.integer({ min: 1, max: 3 }),
    words: fc.integer({ min: 1, max: 3 }),
  })
  .chain(({ size, properties, witnesses, processes, words }) => {
    const state = fc.nat(size - 1);
    // Most states violate nothing: else every trace is short.
    const mask = (bits: number) =>
      fc.oneof(
        { weight: 8, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.nat(2 ** bits - 1) },
      );
    const edge = fc.record({
      to: state,
      process: fc.nat(processes - 1),
      failing: mask(properties),
    });
    const each = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: size, maxLength: size });
    return fc.record({
      initials: fc.array(state, { minLength: 1, maxLength: 3 }),
      edges: each(fc.array(edge, { maxLength: 4 })),
      failing: each(mask(properties)),
      shown: each(mask(witnesses)),
      properties: fc.constant(properties),
      witnesses: fc.constant(witnesses),
      processes: fc.constant(processes),
      words: fc.constant(words),
    });
  });

/** A line of `length` states, the last of which violates the one property. */
export function line(length: number, branches = 1): Graph {
  const of = <T>(make: (state: number) => T) => Array.from({ length }, (_, state) => make(state));
  return {
    initials: [0],
    edges: of((state) =>
      Array.from({ length: branches }, (_, branch) => branch + 1)
        .filter((step) => state + step < length)
        .map((step) => ({ to: state + step, process: 0, failing: 0 })),
    ),
    failing: of((state) => (state === length - 1 ? 1 : 0)),
    shown: of(() => 0),
    properties: 1,
    witnesses: 0,
    processes: 1,
    words: 1,
  };
}

export const processOf = (graph: Graph, action: number): number => {
  const from = Math.floor(action / actionsPerState);
  return graph.edges[from]?.[action % actionsPerState]?.process ?? 0;
};

export function packedOf(graph: Graph): PackedSystem {
  const row = (state: number) => Uint32Array.from({ length: graph.words }, (_, i) => state + i);
  let loaded = 0;
  return {
    words: graph.words,
    properties: graph.properties,
    witnesses: graph.witnesses,
    initials: graph.initials.map(row),
    steps: 1,
    fired: new Float64Array(1),
    load: (rows, offset) => {
      loaded = rows[offset] as number;
    },
    failing: (rows, offset, asked) => (graph.failing[rows[offset] as number] as number) & asked,
    witnessed: (rows, offset, asked) => (graph.shown[rows[offset] as number] as number) & asked,
    expand(into: Successors) {
      for (const [index, { to, failing }] of graph.edges[loaded]?.entries() ?? []) {
        this.fired[0] = (this.fired[0] as number) + 1;
        into.push(row(to), loaded * actionsPerState + index, failing);
      }
    },
    processOf: (action) => processOf(graph, action),
  };
}

const bitsOf = (mask: number): number[] =>
  Array.from({ length: 31 }, (_, bit) => bit).filter((bit) => (mask >>> bit) & 1);

export function referenceOf(graph: Graph): ReferenceSystem<number> {
  const fired = [0];
  return {
    properties: graph.properties,
    witnesses: graph.witnesses,
    initials: graph.initials,
    fired,
    key: String,
    failing: (state) => bitsOf(graph.failing[state] as number),
    witnessed: (state) => bitsOf(graph.shown[state] as number),
    *successors(state): Generator<Transition<number>> {
      for (const [index, { to, process, failing }] of graph.edges[state]?.entries() ?? []) {
        fired[0] = (fired[0] as number) + 1;
        const action = state * actionsPerState + index;
        yield { action, process, next: to, failing: bitsOf(failing) };
      }
    },
  };
}
