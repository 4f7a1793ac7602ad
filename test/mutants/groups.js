/** What is mutated together, and the tests that are run for it: the quick ones, so that thousands of runs end. */

/** Tests that take more than some seconds are left out, by a part of their names. */
const slow = [
  '"size":[2-9]0000',
  '"size":800000',
  '12 bytes a state',
  'random functions',
  'pairs with equal',
  'any bit of it',
  'index grow within',
  'not met changes',
  'way back',
];
/** Of the specs that are searched by both explorers: one for each kind of step. */
const specs = ['z04-deny-list', 'z12', 'z33', 'z54-pcide'];

export const quick = new RegExp(
  `^(?!.*(?:${slow.join('|')}))(?!.*reference agree on (?!specs/bugs/(?:${specs.join('|')})))`,
);

const explorer = (...names) => names.map((name) => `test/explorer/${name}.test.ts`);
const graphs = 'test/modes/graphs.test.ts';

/** By name: files of src/, and tests. The quickest tests come first. */
export const groups = {
  canonical: {
    mutate: ['src/state/{canonical,canonical-code,memo,symmetry,look-up}.ts'],
    tests: [
      'test/symmetry/canonical.test.ts',
      'test/state/tape.test.ts',
      'test/symmetry/equivariance.test.ts',
    ],
  },
  values: {
    mutate: [
      'src/state/{cells,changes,contributions,domain,immutable,layout,loop-members,packed,schema,tape}.ts',
    ],
    tests: [
      'test/state/*.test.ts',
      'test/model/decisions.test.ts',
      'test/transitions/program.test.ts',
      'test/invariants/failures.test.ts',
      'test/specs/reference.test.ts',
    ],
  },
  machine: {
    mutate: ['src/state/{machine,scope,stores}.ts'],
    tests: [
      'test/invariants/failures.test.ts',
      'test/specs/reference.test.ts',
      'test/por/faults.test.ts',
    ],
  },
  sets: {
    mutate: ['src/explorer/{kernel,seen,log,store,compact,fingerprint}.ts'],
    tests: explorer('seen', 'search', 'compact').concat(graphs, explorer('workers')),
  },
  search: {
    mutate: [
      'src/explorer/{search,expand,levels,trace,traces,findings,outcome,progress,crew,reference,state-graph,system}.ts',
    ],
    tests: explorer('state-graph', 'search').concat(
      graphs,
      explorer('archive', 'workers', 'compact'),
    ),
  },
  files: {
    mutate: ['src/explorer/{archive,archiving,disk}.ts'],
    tests: explorer('archive').concat(graphs),
  },
};
