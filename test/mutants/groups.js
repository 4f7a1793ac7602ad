/** What is mutated together, and the tests that are run for it: the quick ones, so that thousands of runs end. */

/** Tests that take more than some seconds are left out, by a part of their names. */
const slowNames = [
  '"size":[2-9]0000',
  '"size":800000',
  '12 bytes a state',
  'random functions',
  'pairs with equal',
  'any bit of it',
  'of the next, as in memory',
  'index grow within',
  'way back',
  'wait for the slowest',
  'numbers each row once',
  'some thousand states, by several',
  'under other names netbsd-2022',
  'under other names netbsd-2018 (?:takes|has)',
];
/** Of the specs that are searched by both explorers: one for each kind of step. */
const specs = ['z04-deny-list', 'z12', 'z33', 'z54-pcide'];

export const slow = new RegExp(
  `${slowNames.join('|')}|reference agree on (?!specs/bugs/(?:${specs.join('|')}))`,
);

const explorer = (...names) => names.map((name) => `test/explorer/${name}.test.ts`);
const graphs = 'test/modes/graphs.test.ts';

/** By name: files of src/, the tests that each mutant meets, and what threads run, for survivors. */
export const groups = {
  canonical: {
    mutate: [
      'src/state/{canonical,canonical-code,cells,contributions,loop-members,memo,symmetry}.ts',
    ],
    tests: [
      'test/symmetry/canonical.test.ts',
      'test/symmetry/forms.test.ts',
      'test/symmetry/equivariance.test.ts',
    ],
  },
  values: {
    mutate: ['src/state/{changes,domain,immutable,layout,look-up,packed,schema,tape}.ts'],
    tests: [
      'test/state/schema.test.ts',
      'test/state/tape.test.ts',
      'test/state/scope.test.ts',
      'test/state/machine.test.ts',
      'test/state/forms.test.ts',
      'test/model/decisions.test.ts',
      'test/transitions/program.test.ts',
      'test/invariants/failures.test.ts',
      'test/specs/reference.test.ts',
    ],
  },
  machine: {
    mutate: ['src/state/{machine,scope,stores}.ts'],
    tests: [
      'test/state/scope.test.ts',
      'test/state/machine.test.ts',
      'test/invariants/failures.test.ts',
      'test/specs/reference.test.ts',
      'test/por/faults.test.ts',
    ],
  },
  sets: {
    mutate: ['src/explorer/{kernel,seen,log,store,compact,fingerprint}.ts'],
    tests: explorer('memory', 'seen').concat(graphs),
    slower: explorer('assist', 'compact'),
  },
  search: {
    mutate: [
      'src/explorer/{search,expand,levels,trace,traces,findings,outcome,progress,crew,reference,state-graph,system}.ts',
    ],
    tests: explorer('parts', 'state-graph', 'orbits').concat(graphs, explorer('search', 'archive')),
    slower: explorer('assist'),
  },
  files: {
    mutate: ['src/explorer/{archive,archiving,disk}.ts'],
    tests: explorer('contents', 'memory', 'archive').concat(graphs),
  },
};
