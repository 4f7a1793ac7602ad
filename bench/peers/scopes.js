/** What is measured: a design at a size, the same in every tool. */

const mail = {
  promela: 'mail.pml',
  murphi: 'mail.m',
  /** Loops in any order, over scalar sets: what Rumur can reduce by symmetry. */
  murphiSymmetric: 'mail-any-order.m',
  tla: 'Mail.tla',
};
const netbsd = { promela: 'netbsd-2022.pml', murphi: 'netbsd-2022.m' };

/**
 * `spec` is extended by `machine`, and `constants` are the same in the words of the models.
 * `depth` bounds SPIN's stack and `states` sizes its hash table: both as they came out before.
 */
const scope = (name, models, spec, [cpus, pmaps, slots, nesting], more) => ({
  name,
  models,
  spec,
  machine: { cpus, pmaps, 'user-slots': slots, nesting },
  constants: { CPUS: cpus, PMAPS: pmaps, SLOTS: slots, NESTING: nesting, ...more.constants },
  states: more.states,
  depth: more.depth,
});

const asPosted = { MENDED: 0, CLAIMS: 0 };
const mended = { MENDED: 1, CLAIMS: 1 };
const [interleaved, locked] = ['specs/mail/interleaved.yaml', 'specs/mail/mended.yaml'];
const year2022 = 'bench/peers/netbsd-2022.yaml';

export const scopes = [
  scope('interleaved-2-2-1', mail, interleaved, [2, 2, 1, 1], {
    constants: asPosted,
    states: 24_636,
    depth: 10_000,
  }),
  scope('mended-2-2-1', mail, locked, [2, 2, 1, 1], {
    constants: mended,
    states: 26_120,
    depth: 10_000,
  }),
  scope('mended-3-2-1', mail, locked, [3, 2, 1, 1], {
    constants: mended,
    states: 3_386_984,
    depth: 100_000,
  }),
  scope('mended-3-2-2-flat', mail, locked, [3, 2, 2, 0], {
    constants: mended,
    states: 11_828_342,
    depth: 100_000,
  }),
  scope('mended-3-2-2', mail, locked, [3, 2, 2, 1], {
    constants: mended,
    states: 82_581_376,
    depth: 100_000,
  }),
  scope('netbsd-2022-2-2-1', netbsd, year2022, [2, 2, 1, 0], { states: 439_974, depth: 30_000 }),
  scope('netbsd-2022-2-2-2', netbsd, year2022, [2, 2, 2, 0], { states: 5_070_292, depth: 50_000 }),
  scope('netbsd-2022-3-1-2', netbsd, year2022, [3, 1, 2, 0], { states: 6_924_434, depth: 60_000 }),
];

export const defaultScopes = ['interleaved-2-2-1', 'mended-3-2-1', 'netbsd-2022-2-2-2'];
