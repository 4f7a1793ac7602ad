/**
 * A transition system made of numbers alone: large enough for several workers to share a level, and
 * in plain JavaScript, so that a thread can make it anew.
 */

const mix = (a, b) => {
  let h = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const processes = 3;
export const processOf = (action) => action % processes;

/**
 * States are numbers below `size`; each has three steps, most of them to a state that is at most
 * `spread` above it. One state in `rare` violates a property, one in `rare` steps does.
 *
 * With `fan` states lie in layers of so many, and a few of each layer lead to all of the next: what
 * one worker finds all others find as well, at the same time. With `lag` whoever searches sleeps for so
 * many milliseconds before each state that it expands.
 */
function edgesOf({ size, spread, seed, rare, fan = 0 }, state) {
  if (fan > 0) {
    const next = (Math.floor(state / fan) + 1) * fan;
    if (next >= size || state % 64 !== 0) return [];
    return Array.from({ length: fan }, (_, i) => {
      const process = i % processes;
      return { action: state * processes + process, process, to: next + i, failing: 0 };
    });
  }
  return Array.from({ length: processes }, (_, process) => {
    const h = mix(state * processes + process, seed);
    const up = state + 1 + (h % spread);
    const to = up < size && h % 11 !== 0 ? up : h % (state + 1);
    return {
      action: state * processes + process,
      process,
      to,
      failing: mix(h, 7) % rare === 0 ? 2 : 0,
    };
  });
}

const failingOf = ({ seed, rare }, state) => (mix(state, seed + 1) % rare === 0 ? 1 : 0);
const shownOf = ({ size }, state) => (state > size / 2 ? 1 : 0);

/** Nobody wakes who sleeps here. */
const sleeping = new Int32Array(new SharedArrayBuffer(4));

export function packedOf(graph) {
  const row = (state) => Uint32Array.of(state & 0xff, state >>> 8, mix(state, 3));
  const stateOf = (rows, offset) => rows[offset] | (rows[offset + 1] << 8);
  let loaded = 0;
  return {
    words: 3,
    properties: 3,
    witnesses: 2,
    initials: [row(0), row(5), row(0)],
    steps: processes,
    fired: new Float64Array(processes),
    load: (rows, offset) => {
      if (graph.lag > 0) Atomics.wait(sleeping, 0, 0, graph.lag);
      loaded = stateOf(rows, offset);
    },
    failing: (rows, offset, asked) => failingOf(graph, stateOf(rows, offset)) & asked,
    witnessed: (rows, offset, asked) => shownOf(graph, stateOf(rows, offset)) & asked,
    expand(into) {
      for (const { action, process, to, failing } of edgesOf(graph, loaded)) {
        this.fired[process]++;
        into.push(row(to), action, failing);
      }
    },
    processOf,
  };
}

export function referenceOf(graph) {
  const fired = new Array(processes).fill(0);
  return {
    properties: 3,
    witnesses: 2,
    initials: [0, 5, 0],
    fired,
    key: String,
    failing: (state) => (failingOf(graph, state) === 0 ? [] : [0]),
    witnessed: (state) => (shownOf(graph, state) === 0 ? [] : [0]),
    *successors(state) {
      for (const { action, process, to, failing } of edgesOf(graph, state)) {
        fired[process]++;
        yield { action, process, next: to, failing: failing === 0 ? [] : [1] };
      }
    },
  };
}
