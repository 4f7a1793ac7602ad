/** Faults in what the search is given: learned rules, symmetry, partial orders. */

const reference = (spec) => ({ test: 'test/specs/reference.test.ts', title: `agree on ${spec}` });
const reduced = { test: 'test/por/search.test.ts', title: 'comes out the same' };
const tiny = (title) => ({ test: 'test/por/faults.test.ts', title });
const equivariance = (title) => ({ test: 'test/symmetry/equivariance.test.ts', title });
const designs = { test: 'test/modes/designs.test.ts', title: 'of random edits of' };

/** Rules that are learned. */
const rules = [
  {
    name: 'a decision tree forgets the last test',
    file: 'src/model/decisions.ts',
    find: 'for (const test of tests) {',
    replace: 'for (const test of tests.slice(0, Math.max(1, tests.length - 1))) {',
    test: 'test/model/decisions.test.ts',
    title: 'of a tree come out as the rule does',
  },
  {
    name: 'a key of a decision leaves out a bit',
    file: 'src/model/decisions.ts',
    find: 'key.masks.set(test.word, before | bits);',
    replace: 'key.masks.set(test.word, before | (bits & (bits - 1)));',
    test: 'test/model/decisions.test.ts',
    title: 'of trees by key come out as the rule does',
  },
  {
    name: 'of many bits that are read at once some alone make a test',
    file: 'src/state/tape.ts',
    find: '      this.learn(word, mask << shift);\n    }',
    replace: '      this.learn(word, bits);\n    }',
    test: 'test/model/decisions.test.ts',
    title: 'of a tree come out as the rule does',
  },
  {
    name: 'a patch writes a bit too few',
    file: 'src/state/tape.ts',
    find: 'this.written[word] = (this.written[word] as number) | mask;',
    replace: 'this.written[word] = (this.written[word] as number) | (mask & (mask - 1));',
    test: 'test/state/tape.test.ts',
    title: 'tells what was changed',
  },
  {
    name: 'a patch keeps a bit that had another value',
    file: 'src/state/tape.ts',
    find: 'const changed = (this.written[word] as number) & ~same;',
    replace:
      'const changed = (this.written[word] as number) & ~(this.given[word] as number) & ~same;',
    ...reference('specs/bugs/z04-deny-list.yaml'),
  },
  {
    name: 'the claims about one process alone are asked',
    file: 'src/model/packed-system.ts',
    find: 'mask |= rules.failingAt(rules.placeOf(family, rows, offset), rows, offset);',
    replace: 'mask = rules.failingAt(rules.placeOf(family, rows, offset), rows, offset);',
    ...designs,
  },
];

/** Symmetry. */
const symmetry = [
  {
    name: 'a symmetry leaves the L4 pages of pmaps where they are',
    file: 'src/transitions/symmetry.ts',
    find: "? toIndex(scope.l4OfPmap[toId<'pmap'>(moved(base.pmap, page.pmap))])",
    replace: '? toIndex(l4)',
    ...equivariance('takes the same steps'),
  },
  {
    name: 'a symmetry leaves the slot of a store that waits in a buffer',
    file: 'src/transitions/symmetry.ts',
    find: 'stores.pdir(to(pmap, store.pmap), to(slot, store.slot), store.present)',
    replace: 'stores.pdir(to(pmap, store.pmap), store.slot, store.present)',
    ...equivariance('under other names netbsd-2018 with store buffers takes the same steps'),
  },
  {
    name: 'the last permutation of each list is not tried',
    file: 'src/state/canonical-code.ts',
    find: 'for (let i = 0; i < list.length; i++) {',
    replace: 'for (let i = 0; i < Math.max(1, list.length - 1); i++) {',
    ...equivariance('has one canonical form for each orbit'),
  },
  {
    name: 'a memo that forgets keeps what its blocks had',
    file: 'src/state/memo.ts',
    find: '    this.starts.fill(0);\n    this.data.fill(0);',
    replace: '    this.starts.fill(0);',
    test: 'test/symmetry/canonical.test.ts',
    title: 'computes a number once, until it is full and forgets all',
  },
];

/** Partial orders. */
const orders = [
  {
    name: 'a step that claims see is taken as quiet',
    file: 'src/model/reach.ts',
    find: 'hidden.every((bits, word) => (~tape.patchOf(word).keep & ~bits) === 0)',
    replace: 'hidden.every(() => true)',
    ...tiny('showsForAWhile is violated'),
  },
  {
    name: 'a step is quiet though claims see less of its process after it',
    file: 'src/model/reach.ts',
    find: 'before.looks === after.looks && before.claims.every((claim) => after.claims.includes(claim))',
    replace: 'before.looks === after.looks',
    ...tiny('askedForAWhile is violated'),
  },
  {
    name: 'the reach of a variable is said to be narrower than it is',
    file: 'src/state/machine.ts',
    find: "pcid: reach('own-writes', usedIf(has.pcid, id(pcids))),",
    replace: "pcid: reach('hidden', usedIf(has.pcid, id(pcids))),",
    ...reference('specs/bugs/z54-pcide.yaml'),
  },
  {
    name: 'a guard that others can open is taken to stay shut',
    file: 'src/model/learned.ts',
    find: 'reaches.isOwnWay(action.process, tape.tests) ? shut : disabled;',
    replace: 'reaches.isOwnWay(action.process, tape.tests) ? shut : shut;',
    ...tiny('opensLater is violated'),
  },
  {
    name: 'a round of quiet steps is never led out of',
    file: 'src/model/reduced-system.ts',
    find: '    if (back < depth) return back;\n    this.add(at, action, into);',
    replace: '    if (back < depth) return back;',
    ...tiny('roundWithoutExit is violated'),
  },
  {
    name: 'claims are not asked of the states on the way',
    file: 'src/model/reduced-system.ts',
    find: 'this.failed |= rules.failingAt(place, way, at);',
    replace: '',
    ...tiny('wrongOnTheWayBack is violated'),
  },
  {
    name: 'witnesses are not looked for in the states on the way',
    file: 'src/model/reduced-system.ts',
    find: 'into.shown |= this.witnessed(way, at, ~into.shown);',
    replace: '',
    ...reduced,
  },
];

export const inModel = [...rules, ...symmetry, ...orders];
