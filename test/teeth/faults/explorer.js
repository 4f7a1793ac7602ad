/** Faults in how states are found, counted and told. */

const seen = (title) => ({ test: 'test/explorer/seen.test.ts', title });
const search = (title) => ({ test: 'test/explorer/search.test.ts', title });
const workers = (title) => ({ test: 'test/explorer/workers.test.ts', title });
const compact = (title) => ({ test: 'test/explorer/compact.test.ts', title });
const reference = (spec) => ({ test: 'test/specs/reference.test.ts', title: `agree on ${spec}` });
const graphs = {
  test: 'test/modes/graphs.test.ts',
  title: 'of transition systems of a few states',
};

/** The states that are found. */
const states = [
  {
    name: 'the last word of a state is not compared',
    file: 'src/explorer/kernel.ts',
    find: 'each((i) => `d |= log[base',
    replace: "each((i) => i === words - 1 ? '' : `d |= log[base",
    ...seen('words apart that differ in one word alone'),
  },
  {
    name: 'states are equal whose hashes share their upper bits',
    file: 'src/explorer/kernel.ts',
    find: 'if (d === 0) break;',
    replace: 'break;',
    ...seen('words apart that differ in one word alone'),
  },
  {
    name: 'a state of zeros is known from the start',
    file: 'src/explorer/kernel.ts',
    find: 'recent.set(other, place * words);',
    replace: '',
    ...graphs,
  },
  {
    name: 'a state that another worker enters at the same time is entered twice',
    file: 'src/explorer/kernel.ts',
    find: 'e = Atomics.compareExchange(index, slot, 0, (h & tags) | (position + 1));',
    replace: 'Atomics.store(index, slot, (h & tags) | (position + 1));',
    ...workers('find each state once where all find the same at the same time'),
  },
  {
    name: 'the last of the states that are looked up together is left out',
    file: 'src/explorer/log.ts',
    find: 'const some = Math.min(chunkRows, count - row);',
    replace: 'const some = Math.min(chunkRows - 1, count - row);',
    ...seen('numbers each row once'),
  },
  {
    name: 'a full block of the frontier is lost',
    file: 'src/explorer/log.ts',
    find: '    this.flush();\n    this.begun = this.spare;',
    replace: '    this.begun = this.spare;',
    ...workers('agree with one and with the reference'),
  },
  {
    name: 'a level ends before its last range of states',
    file: 'src/explorer/expand.ts',
    find: 'while (range < end && this.expandRange(range)) range = crew.take(at.cursor);',
    replace:
      'while (range < Math.max(end - 1, 1) && this.expandRange(range)) range = crew.take(at.cursor);',
    ...workers('agree with one and with the reference'),
  },
  {
    name: 'the index grows without the last range of states',
    file: 'src/explorer/seen.ts',
    find: 'const total = crew.get(at.ranges);',
    replace: 'const total = crew.get(at.ranges) - 1;',
    ...seen('finds every row again'),
  },
  {
    name: 'states are not counted that earlier ranges of a block have',
    file: 'src/explorer/log.ts',
    find: 'this.entered += count;',
    replace: '',
    ...seen('numbers each row once'),
  },
];

/** What workers do to one another. */
const crew = [
  {
    name: 'a missed barrier: the leader does not wait for the end of a level',
    file: 'src/explorer/search.ts',
    find: '      worker.expand();\n      crew.awaitAll();',
    replace: '      worker.expand();',
    ...workers('wait for the slowest of them'),
  },
  {
    name: 'a worker goes by the size that the index had before',
    file: 'src/explorer/expand.ts',
    find: '    this.seen.refresh();\n    const end',
    replace: '    const end',
    ...workers('agree where the index has grown in levels in which the leader was alone'),
  },
  {
    name: 'what helpers have counted is left out',
    file: 'src/explorer/expand.ts',
    find: 'for (let own = 0; own < counts.length; own += countsOf(steps, 1)) {\n    generated',
    replace: 'for (let own = 0; own === 0; own += countsOf(steps, 1)) {\n    generated',
    ...workers('agree with one and with the reference'),
  },
];

/** What is told of them. */
const findings = [
  {
    name: 'transitions from a state to itself are not counted',
    file: 'src/explorer/expand.ts',
    find: 'this.countGenerated(pending.count + pending.idle);',
    replace: 'this.countGenerated(pending.count);',
    ...reference('specs/bugs/z04-deny-list.yaml'),
  },
  {
    name: 'a property is not asked of a batch once another is violated in it',
    file: 'src/explorer/expand.ts',
    find: 'properties &= ~failing;',
    replace: 'properties = failing === 0 ? properties : 0;',
    ...graphs,
  },
  {
    name: 'properties are not asked any more once one is violated',
    file: 'src/explorer/findings.ts',
    find: 'crew.set(at.askedProperties, crew.get(at.askedProperties) & ~failing);',
    replace: 'crew.set(at.askedProperties, failing === 0 ? crew.get(at.askedProperties) : 0);',
    ...search('goes on through violating states'),
  },
  {
    name: 'initial states are not asked whether they violate anything',
    file: 'src/explorer/expand.ts',
    find: 'system.failing(row, 0, crew.get(at.askedProperties))',
    replace: 'system.failing(row, 0, 0)',
    ...graphs,
  },
  {
    name: 'of the violating steps of a range the last step alone counts',
    file: 'src/explorer/expand.ts',
    find: 'failing |= pending.failing[row] as number;',
    replace: 'failing = pending.failing[row] as number;',
    ...graphs,
  },
  {
    name: 'a witness is told one step late',
    file: 'src/explorer/findings.ts',
    find: 'witnesses[i] ??= depth;',
    replace: 'witnesses[i] ??= depth + 1;',
    ...graphs,
  },
  {
    name: 'a limit ends in `holds`',
    file: 'src/explorer/search.ts',
    find: 'const isExhaustive = stoppedBy === null && seen instanceof SeenSet;',
    replace: 'const isExhaustive = seen instanceof SeenSet;',
    ...search('ends a search as unfinished, never as holds'),
  },
];

/** Fingerprints in place of states. */
const fingerprints = [
  {
    name: 'a search by fingerprints ends in `holds`',
    file: 'src/explorer/search.ts',
    find: 'const isExhaustive = stoppedBy === null && seen instanceof SeenSet;',
    replace: 'const isExhaustive = stoppedBy === null;',
    ...compact('misses states where fingerprints have few bits'),
  },
  {
    name: 'one word of two is compared of a fingerprint',
    file: 'src/explorer/fingerprint.ts',
    find: 'if (other === g) break;',
    replace: 'break;',
    ...compact('finds it with any number of workers'),
  },
  {
    name: 'a table of fingerprints grows without its first slots',
    file: 'src/explorer/compact.ts',
    find: 'for (let top = end; top > 0; top--) {',
    replace: 'for (let top = end; top > 64; top--) {',
    ...compact('finds it with any number of workers'),
  },
  {
    name: 'the omission that is told counts states and not pairs of them',
    file: 'src/explorer/compact.ts',
    find: '(count * (count + 1)) / 2 / 2 ** this.fingerprints.bits',
    replace: 'count / 2 ** this.fingerprints.bits',
    ...compact('misses states where fingerprints have few bits'),
  },
  {
    name: 'a violation that fingerprints find, without a trace, is told as probable',
    file: 'src/spec/search.ts',
    find: '  compact.violated[claim] === null &&\n',
    replace: '',
    test: 'test/spec/compact.test.ts',
    title: 'is unfinished, with a note, where the search for the trace is stopped',
  },
];

/** The traces. */
const traces = [
  {
    name: 'a swapped parent: a state on the way is taken for the one before it',
    file: 'src/explorer/trace.ts',
    find: 'return this.costs[this.states.find(rows, offset)];',
    replace:
      'const at = this.states.find(rows, offset);\n    return this.costs[at > 0 ? at - 1 : at];',
    ...search('gives the path with the fewest changes of process'),
  },
  {
    name: 'a trace takes the greatest of equally good actions',
    file: 'src/explorer/trace.ts',
    find: 'looked.actionOf(row) < looked.actionOf(best)',
    replace: 'looked.actionOf(row) > looked.actionOf(best)',
    ...search('gives the path with the fewest changes of process'),
  },
  {
    name: 'changes of process do not count at the step that is chosen',
    file: 'src/explorer/trace.ts',
    find: 'last >= 0 && process !== last ? 1 : 0',
    replace: 'last >= 0 && process !== last ? 0 : 0',
    ...search('gives the path with the fewest changes of process'),
  },
  {
    name: 'of several ways on by one process the last counts',
    file: 'src/explorer/trace.ts',
    find: 'this.byProcess.set(process, Math.min(known, changes));',
    replace: 'this.byProcess.set(process, known < 0 ? known : changes);',
    ...search('goes by the best of several ways on by one process'),
  },
  {
    name: 'a trace does not end with a step that violates',
    file: 'src/explorer/levels.ts',
    find: 'if (((successors.failing[row] as number) & bit) !== 0) return true;',
    replace: 'if (((successors.failing[row] as number) & bit) !== 0) return false;',
    ...graphs,
  },
  {
    name: 'steps that are taken on the way back to a violation are counted',
    file: 'src/explorer/expand.ts',
    find: 'this.addFired(this.system.fired, 1);\n    take();\n    this.addFired(this.system.fired, -1);',
    replace: 'take();',
    ...graphs,
  },
  {
    name: 'a trace up to symmetry goes by other names than its own',
    file: 'src/explorer/trace.ts',
    find: 'renamed === undefined ? process : (renamed[process] as number)',
    replace: 'renamed === undefined ? process : process',
    test: 'test/symmetry/search.test.ts',
    title: 'comes out the same',
  },
];

export const inExplorer = [...states, ...crew, ...findings, ...fingerprints, ...traces];
