/** Every mistake that a user can make: its code, its place, what was found, what to write instead. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { buildSpec } from '../../src/spec/build.js';
import { errorCodes, UserError } from '../../src/spec/errors.js';
import { findSpecs, loadSpec } from '../../src/spec/load.js';
import { inFolder, svscheck } from './run.js';

interface Case {
  readonly title: string;
  /** What follows a good base in a.yaml; or all the files, of which a.yaml is checked. */
  readonly files: string | Readonly<Record<string, string | Uint8Array>>;
  /** The beginning of the report: place, code, message, and the hint on a line of its own. */
  readonly says: string;
  readonly args?: readonly string[];
}

/** Four lines; what a case adds starts on the fifth. */
const base = `title: A
protocol: mail
machine: { cpus: 1, pmaps: 1, user-slots: 1 }
interleaving: step
`;
const c = (title: string, files: Case['files'], says: string, args?: readonly string[]): Case => ({
  title,
  files,
  says,
  ...(args === undefined ? {} : { args }),
});

const edit = (text: string) => `edits:\n  - ${text}\n`;
const pinned = (text: string) => `pinned: { ${text} }`;

const cases: readonly Case[] = [
  c('a missing file', {}, 'a.yaml: error[file-missing]: there is no such file or folder'),
  c(
    'a missing base',
    'extends: b.yaml',
    "a.yaml:5:10: error[file-missing]: 'b.yaml' does not exist (looked for b.yaml)",
  ),
  c(
    'a file that is too large',
    { 'a.yaml': `# ${'x'.repeat(300 * 1024)}` },
    'a.yaml: error[file-unreadable]: the file has 307202 bytes; a spec has 262144 at most',
  ),
  c(
    'a binary file',
    { 'a.yaml': Uint8Array.of(0x74, 0x3a, 0xff, 0xfe) },
    'a.yaml: error[file-unreadable]: the file is not UTF-8 text',
  ),
  c(
    'an explanation of a design that was not searched to the end',
    { 'a.yaml': base },
    'a.yaml: error[unfinished]: the search of the design itself ended early (states-max)\n  raise the limit, or make it smaller',
    ['explain', 'a.yaml', '--states-max', '10'],
  ),
  c(
    'an operation that is not there',
    { 'a.yaml': base },
    "a.yaml: error[bad-option]: there is no operation 'return-to-user'\n  it can be trap, return, context-switch, l4-allocate, user-access, interrupt",
    ['reorder', 'a.yaml', 'return-to-user'],
  ),
  c(
    'more orders than are tried',
    { 'a.yaml': base },
    "a.yaml: error[bad-option]: 'context-switch' has 240 orders\n  name fewer steps with --steps, or raise --orders-max (100)",
    ['reorder', 'a.yaml', 'context-switch', '--orders-max', '100'],
  ),
  c(
    'a step to reorder that is not there',
    { 'a.yaml': base },
    "a.yaml: error[bad-option]: there is no step or loop 'read-slots' in 'context-switch'\n  did you mean 'read-slot'?",
    ['reorder', 'a.yaml', 'context-switch', '--steps', 'read-slots'],
  ),
  c(
    'a symmetry of CPUs that a loop visits in order',
    {
      'a.yaml':
        'title: A\nprotocol: mail\nmachine: { cpus: 2, pmaps: 1, user-slots: 1 }\nsymmetry: [pmaps, cpus]\n',
    },
    'a.yaml:4:19: error[not-symmetric]: the design is not symmetric in its cpus: the loop l4-allocate/walk-cpus visits them in their order\n  write `loops: any-order`',
  ),
  c(
    'a symmetry of slots of which an edit names one',
    {
      'a.yaml': `title: A\nprotocol: mail\nmachine: { cpus: 1, pmaps: 2, user-slots: 2 }\nloops: any-order\nsymmetry: [user-slots]\n${edit('{ rebind: context-switch/read-slot, name: slot, to: 1 }')}`,
    },
    'a.yaml:5:12: error[not-symmetric]: the design is not symmetric in its user-slots: an edit gives context-switch/read-slot one of them by number\n  leave `user-slots` out of `symmetry`',
  ),
  c(
    'a symmetry of CPUs of which a condition knows the first',
    {
      'a.yaml': `title: A\nprotocol: mail\nmachine: { cpus: 2, pmaps: 1, user-slots: 1 }\nloops: any-order\nsymmetry: [cpus]\n${edit('{ limit: trap/load-kpdirpa, to: first-cpu }')}`,
    },
    'a.yaml:5:12: error[not-symmetric]: the design is not symmetric in its cpus: trap/load-kpdirpa is taken only where the CPU is the first\n',
  ),
  c(
    'a symmetry of processes of which some opted out',
    {
      'a.yaml':
        'title: A\nprotocol: netbsd-2018\nmachine: { cpus: 1, pmaps: 2, user-slots: 1 }\nsymmetry: [pmaps]\nunisolated: [1]\n',
    },
    'a.yaml:4:12: error[not-symmetric]: the design is not symmetric in its pmaps: `unisolated` names some of them\n',
  ),
  c(
    'a symmetry of too many permutations',
    {
      'a.yaml':
        'title: A\nprotocol: mail\nmachine: { cpus: 8, pmaps: 2, user-slots: 1 }\nloops: any-order\nsymmetry: [pmaps, cpus]\n',
    },
    'a.yaml:5:12: error[not-symmetric]: the design is not symmetric in its pmaps: there would be 80640 permutations; there can be 1200\n',
  ),
  c(
    'a symmetry of what there is not',
    { 'a.yaml': `${base}symmetry: [slots]\n` },
    "a.yaml:5:12: error[unknown-value]: 'symmetry.0' cannot be",
  ),
  c(
    'an event that the protocol has nothing for',
    {
      'a.yaml':
        'title: A\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1, events: [nmi, free] }\n',
    },
    "a.yaml:3:60: error[conflict]: 'mail' has no operation for the event 'free'\n  leave it out",
  ),
  c(
    'a key of another kind of protocol',
    'unisolated: [0]',
    "a.yaml:5:13: error[conflict]: 'mail' takes no `unisolated`\n  leave `unisolated` out",
  ),
  c(
    'a process that opts out and is not there',
    {
      'a.yaml':
        'title: A\nprotocol: netbsd-2018\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\nunisolated: [1]\n',
    },
    'a.yaml:4:14: error[out-of-range]: there is no process 1; the machine has 1',
  ),
  c(
    'TSO where operations are atomic',
    {
      'a.yaml':
        'title: A\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\ninterleaving: operation\nmemory: tso\n',
    },
    'a.yaml:5:9: error[conflict]: an operation that is atomic leaves nothing in a store buffer\n  write `interleaving: step`, or leave `memory` out',
  ),
  c(
    'a slot that is not there',
    edit('{ rebind: l4-allocate/add-slot, name: slot, to: 3 }'),
    'a.yaml:6:53: error[out-of-range]: there is no slot 3; the machine has 1',
  ),
  c(
    'a name that the step is not given',
    edit('{ rebind: l4-allocate/add-slot, name: pmap, to: 0 }'),
    "a.yaml:6:43: error[unbound-step]: 'l4-allocate/add-slot' is given no 'pmap'\n  it can be other, slot",
  ),
  c(
    'a condition that is none',
    edit('{ limit: trap/load-kpdirpa, to: lasy }'),
    "a.yaml:6:37: error[unknown-value]: 'edits.0.to' cannot be the string \"lasy\"\n  did you mean 'lazy'?",
  ),
  c(
    'a limit on a loop',
    edit('{ limit: l4-allocate/walk-cpus, to: lazy }'),
    "a.yaml:6:14: error[unknown-step]: 'l4-allocate/walk-cpus' is a loop; this edit is of one step\n  did you mean 'l4-allocate/test-cpu'?",
  ),
  c(
    'a loop before the initial state',
    {
      'a.yaml': `title: A\nprotocol: netbsd-2018\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\n${edit('{ move: pmap-load/copy-slots, after: boot/map-utls }')}`,
    },
    "a.yaml:5:5: error[boot-loop]: the loop 'copy-slots' would stand where steps are taken once in 'boot'",
  ),
  c(
    'an NMI that gives back what it did not save',
    {
      'a.yaml': `title: A\nprotocol: netbsd-2022\nmachine: { cpus: 1, pmaps: 1, user-slots: 1, events: [nmi] }\n${edit('drop: nmi/save-cr3')}`,
    },
    "a.yaml:5:5: error[unset-register]: 'restore-cr3' uses the register 'nmi-scratch', which no step before it sets in 'nmi'",
  ),
  c(
    'an empty folder',
    { 'b/readme.txt': '' },
    'b: error[empty-folder]: there is no spec (*.yaml) here\n  `svscheck init` writes one to start from',
    ['check', 'b'],
  ),
  c(
    'YAML that is none',
    'edits: [',
    'a.yaml:6:1: error[yaml-syntax]: Flow sequence in block collection',
  ),
  c(
    'an alias',
    'secret: &s [pte]\nunmapped: *s',
    'a.yaml:6:11: error[yaml-syntax]: aliases such as *s are not used in specs; write the value out',
  ),
  c(
    'a tag',
    'shows: !!js/function x',
    'a.yaml:5:8: error[yaml-syntax]: tags are not used in specs; write the value alone',
  ),
  c(
    'a tag that YAML knows',
    'shows: !!str x',
    'a.yaml:5:14: error[yaml-syntax]: tags are not used in specs; write the value alone',
  ),
  c(
    'a tag of a list',
    'secret: !!set { pte, heap }',
    'a.yaml:5:9: error[yaml-syntax]: tags are not used in specs; write the value alone',
  ),
  c(
    'a key twice, of a thousand letters',
    `${'x'.repeat(1000)}: 1\n`.repeat(2),
    `a.yaml:6:1: error[yaml-syntax]: the key '${'x'.repeat(60)}' stands twice\n`,
  ),
  c(
    'a mapping for a word, which JavaScript would ask to be one',
    { 'a.yaml': 'title: A\nprotocol: { toString: 1 }\n' },
    "a.yaml:2:11: error[unknown-value]: 'protocol' cannot be a mapping\n  it can be mail, netbsd-2018",
  ),
  c(
    'a file that extends one outside',
    { 'b/a.yaml': `${base}extends: ../../c.yaml\n` },
    "a.yaml:5:10: error[extends-outside]: '../../c.yaml' leads out of the folders that specs are read from, to /",
    ['check', 'b/a.yaml'],
  ),
  c('a key twice', 'title: B', "a.yaml:5:1: error[yaml-syntax]: the key 'title' stands twice"),
  c(
    'values nested ten thousand deep',
    `edits: ${'['.repeat(10_000)}`,
    'a.yaml:5:23: error[yaml-syntax]: values are nested more than 16 deep',
  ),
  c(
    'keys that hold one another, without an end of any',
    { 'a.yaml': '"a", a:\n'.repeat(7500) },
    'a.yaml:17:4: error[yaml-syntax]: values are nested more than 16 deep',
  ),
  c(
    'two hundred thousand faults',
    { 'a.yaml': `edits: [${'\n['.repeat(128_000)}` },
    'a.yaml:2:1: error[yaml-syntax]: Flow sequence in block collection must be sufficiently indented and end with a ]\n',
  ),
  c(
    'no title',
    { 'a.yaml': 'protocol: mail\n' },
    "a.yaml:1:1: error[missing-key]: the key 'title' is missing",
  ),
  c(
    'no protocol',
    { 'a.yaml': 'title: A\n' },
    "a.yaml:1:1: error[missing-key]: the key 'protocol' is missing, here and in what this file extends\n  write `protocol: mail`",
  ),
  c(
    'no machine',
    { 'a.yaml': 'title: A\nprotocol: mail\n' },
    "a.yaml:1:1: error[missing-key]: the key 'machine.cpus' is missing, here and in what this file extends",
  ),
  c(
    'an unknown key near a known one',
    'secrets: [pte]',
    "a.yaml:5:1: error[unknown-key]: there is no key 'secrets'\n  did you mean 'secret'?",
  ),
  c(
    'a key that every object has',
    '__proto__: 1',
    "a.yaml:5:1: error[unknown-key]: there is no key '__proto__'",
  ),
  c(
    'something that is no edit',
    edit('remove: trap/load-kpdirpa'),
    'a.yaml:6:5: error[unknown-key]: this is not an edit\n  an edit is one of: `drop: operation/step`;',
  ),
  c(
    'a list for a word',
    'interleaving2: step\nsvs: []',
    "a.yaml:6:6: error[wrong-type]: 'svs' is a list; it must be a boolean",
  ),
  c('an empty file', { 'a.yaml': '' }, 'a.yaml:1:1: error[wrong-type]: the file is empty'),
  c(
    'an unknown area',
    'secret: [pte, directmap]',
    "a.yaml:5:15: error[unknown-value]: 'secret.1' cannot be the string \"directmap\"\n  did you mean 'direct-map'?",
  ),
  c(
    'an unknown protocol',
    { 'a.yaml': 'title: A\nprotocol: email\n' },
    "a.yaml:2:11: error[unknown-value]: 'protocol' cannot be the string \"email\"\n  did you mean 'mail'?",
  ),
  c(
    'a scope that does not fit',
    { 'a.yaml': 'title: A\nprotocol: mail\nmachine: { cpus: 9, pmaps: 1, user-slots: 1 }\n' },
    "a.yaml:3:18: error[scope-too-large]: 'machine.cpus' is the number 9; it can be 8 at most",
  ),
  c(
    'a file that extends itself',
    'extends: a.yaml',
    "a.yaml:5:10: error[extends-cycle]: 'a.yaml' leads back to a.yaml\n  the files are a.yaml -> a.yaml",
  ),
  c(
    'two files that extend each other',
    { 'a.yaml': 'title: A\nextends: b.yaml\n', 'b.yaml': 'title: B\nextends: a.yaml\n' },
    "b.yaml:2:10: error[extends-cycle]: 'a.yaml' leads back to a.yaml\n  the files are a.yaml -> b.yaml -> a.yaml",
  ),
  c(
    'seventeen files in a row',
    Object.fromEntries(
      Array.from({ length: 18 }, (_, i) => [
        `${i === 0 ? 'a' : `f${i}`}.yaml`,
        `title: A\nextends: f${i + 1}.yaml\n`,
      ]),
    ),
    'f15.yaml:2:10: error[extends-too-deep]: more than 16 files extend one another',
  ),
  c(
    'an order of loops in atomic operations',
    { 'a.yaml': `${base.replace('step', 'operation')}loops: any-order\n` },
    'a.yaml:5:8: error[conflict]: an operation that is atomic leaves no order of its loops to choose\n  write `interleaving: step`, or leave `loops` out',
  ),
  c(
    'an area that the spec leaves out',
    'kernel-areas: [pte, kernel-image]\nsecret: [entry]',
    "a.yaml:6:9: error[conflict]: 'secret' has 'entry', which is not among the kernel areas",
  ),
  c(
    'an expectation for nothing',
    'expect: { user-slots-complet: violated }',
    "a.yaml:5:11: error[unknown-property]: there is no property or witness 'user-slots-complet'\n  did you mean 'user-slots-complete'?",
  ),
  c(
    'a property that should be reachable',
    'expect: { no-deadlock: reachable }',
    "a.yaml:5:24: error[wrong-expectation]: 'no-deadlock' is a property: it cannot be expected to be 'reachable'\n  write 'holds', 'violated' or 'not-applicable'",
  ),
  c(
    'an edit of a step that is not there',
    edit('drop: trap/load-kpdirp'),
    "a.yaml:6:11: error[unknown-step]: there is no step or loop 'trap/load-kpdirp'\n  did you mean 'trap/load-kpdirpa'?",
  ),
  c(
    'an insertion of what is not exported',
    edit('{ insert: lock-updr, before: l4-allocate/test-cpu }'),
    "a.yaml:6:15: error[unknown-export]: 'lock-updr' is not exported\n  did you mean 'lock-updir'?",
  ),
  c(
    'an edit of hardware',
    edit('drop: return/iret'),
    "a.yaml:6:11: error[hardware-step]: 'return/iret' is hardware's own step; an edit can only change the kernel",
  ),
  c(
    'a step where nothing binds what it needs',
    edit('{ insert: lock-updir, before: l4-allocate/set-slot }'),
    "a.yaml:6:5: error[unbound-step]: 'lock-updir' needs a cpu as 'other', which nothing binds in 'l4-allocate'",
  ),
  c(
    'one name for two steps',
    `edits:\n  - { insert: flush-global, before: return/iret }\n  - { insert: flush-global, before: return/iret }\n`,
    "a.yaml:7:5: error[duplicate-step]: 'flush-global' would stand twice; give one `as:` a name in 'return'",
  ),
  c(
    'a loop without a step',
    'edits:\n  - drop: context-switch/write-slot\n  - drop: context-switch/read-slot\n',
    "a.yaml:7:5: error[empty-loop]: the loop 'copy-slots' has no step left; drop the loop instead in 'context-switch'",
  ),
  c(
    'a loop in a loop',
    edit('{ move: l4-allocate/walk-cpus, after: context-switch/read-slot }'),
    "a.yaml:6:5: error[nested-loop]: 'walk-cpus' would be a loop inside 'copy-slots' in 'context-switch'",
  ),
  c(
    'a register that nothing sets',
    edit('drop: context-switch/read-slot'),
    "a.yaml:6:5: error[unset-register]: 'write-slot' uses the register 'entry', which no step before it sets in 'context-switch'",
  ),
  c(
    'an unlock alone',
    edit('{ insert: unlock-own-updir, after: context-switch/copy-slots }'),
    "a.yaml:6:5: error[unlock-without-lock]: 'unlock-own-updir' releases 'updir-lock', which no step before it takes in 'context-switch'",
  ),
  c(
    'a handler that overwrites registers',
    edit('{ insert: walk-other-cpus, after: interrupt/interrupt-entry }'),
    "a.yaml:6:5: error[handler-register]: the loop 'walk-other-cpus' would set registers of the code that it interrupts in 'interrupt'",
  ),
  c(
    'a loop in a handler',
    `edits:
  - { insert: lock-updir, before: l4-allocate/test-cpu }
  - { drop: l4-allocate/add-slot }
  - { drop: l4-allocate/test-cpu }
  - { move: l4-allocate/walk-cpus, after: interrupt/interrupt-entry }`,
    "a.yaml:9:5: error[handler-register]: the loop 'walk-cpus' would set registers of the code that it interrupts",
  ),
  c(
    'a path that is none',
    base,
    "a.yaml: error[bad-path]: '0-1' is not a path\n  a path is the number of an initial state",
    ['replay', 'a.yaml', '--path', '0-1'],
  ),
  c(
    'a path that the model does not take',
    base,
    'a.yaml: error[bad-path]: action 2 of the path: there is no action 999',
    ['replay', 'a.yaml', '--path', '0:0.999'],
  ),
  c(
    'a path of very many actions',
    base,
    'a.yaml: error[bad-path]: the path has 10001 actions; one to replay has 10000 at most',
    ['replay', 'a.yaml', '--path', `0:0${'.0'.repeat(10_000)}`],
  ),
  c(
    'a graph of more states than it may have',
    base,
    "a.yaml:3:1: error[graph-too-large]: this machine has more than 10 states, and a graph has all of them\n  make the machine smaller, or raise --states-max, to 5,000 at most; 'svscheck check' counts its states",
    ['graph', 'a.yaml', '--states-max', '10'],
  ),
  c(
    'a trace that is to be written over a folder',
    base,
    '.: error[file-unwritable]: this is a folder',
    ['replay', 'a.yaml', '--path', '0:0', '--output', '.'],
  ),
  c(
    'a report for a folder that is not there',
    base,
    'b/c.xml: error[file-unwritable]: nothing can be written into b (ENOENT)',
    ['check', 'a.yaml', '--reporter', 'junit=b/c.xml'],
  ),
  c(
    'a pinned path of a property that is none',
    pinned('property: no-foreign-slot, outcome: mended, actions: []'),
    "a.yaml:5:21: error[unknown-property]: 'pinned.property' cannot be the string \"no-foreign-slot\"\n  did you mean 'no-foreign-slots'?",
  ),
  c(
    'a pinned path that is to come out as nothing does',
    pinned('property: no-foreign-slots, outcome: fixed, actions: []'),
    'a.yaml:5:48: error[unknown-value]: \'pinned.outcome\' cannot be the string "fixed"\n  it can be mended, breaks',
  ),
  c(
    'a pinned path without actions',
    pinned('property: no-foreign-slots, outcome: mended'),
    "a.yaml:5:1: error[missing-key]: the key 'pinned.actions' is missing",
  ),
  c(
    'a pinned path with a key that it does not have',
    pinned('property: no-foreign-slots, outcome: mended, actions: [], steps: 3'),
    "a.yaml:5:69: error[unknown-key]: there is no key 'steps'\n  it can be property, outcome, initial, actions",
  ),
  c(
    'a pinned path by numbers',
    pinned('property: no-foreign-slots, outcome: mended, actions: [44]'),
    "a.yaml:5:66: error[wrong-type]: 'pinned.actions.0' is the number 44; it must be a string",
  ),
  c(
    'a pinned path with a name that is too long',
    pinned(`property: no-foreign-slots, outcome: mended, actions: [${'x'.repeat(201)}]`),
    "a.yaml:5:66: error[wrong-type]: 'pinned.actions.0' has 201 characters; it can have 200 at most",
  ),
  c(
    'a pinned path that is too long',
    pinned(`property: no-foreign-slots, outcome: mended, actions: [${'x,'.repeat(10_001)}]`),
    "a.yaml:5:65: error[wrong-type]: 'pinned.actions' has 10001 items; it can have 10000 at most",
  ),
  c(
    'a pinned path and what a search is to find',
    `${pinned('property: no-foreign-slots, outcome: mended, actions: []')}\nexpect: { no-foreign-slots: holds }`,
    'a.yaml:6:9: error[conflict]: a path is taken here and nothing is searched: `expect` says nothing of it\n  leave it out; what must come out is `pinned.outcome`',
  ),
  c(
    'a pinned path of a property that says nothing of the design',
    pinned('property: updir-locked, outcome: mended, actions: []'),
    "a.yaml:5:21: error[conflict]: 'updir-locked' says nothing of this design: the protocol has no lock on the per-CPU pages\n  remove the spec",
  ),
  ...[
    { doing: 'explain', args: ['explain', 'a.yaml'] },
    { doing: 'explain', args: ['explain', 'a.yaml', '--repair'] },
    { doing: 'reorder', args: ['reorder', 'a.yaml', 'context-switch'] },
    { doing: 'simulate', args: ['simulate', 'a.yaml'] },
    {
      doing: 'save a path from',
      args: ['replay', 'a.yaml', '--path', '0:0', '--save', 'c.yaml'],
    },
  ].map(({ doing, args }) =>
    c(
      `a pinned path, to ${args.join(' ')}`,
      {
        'a.yaml': `title: A\nextends: b.yaml\n${pinned('property: no-foreign-slots, outcome: mended, actions: []')}`,
        'b.yaml': base,
      },
      `a.yaml:3:9: error[bad-option]: this spec pins a path: there is nothing to ${doing}\n  name what it extends, b.yaml`,
      args,
    ),
  ),
  c(
    'a path to save where there is a file',
    { 'a.yaml': base, 'b.yaml': '' },
    'b.yaml: error[bad-option]: the file exists; it is left as it is\n  --force replaces it',
    ['replay', 'a.yaml', '--path', '0:0', '--save', 'b.yaml'],
  ),
  c(
    'a path to save in place of its design',
    { 'a.yaml': `title: A\nextends: b/b.yaml\n`, 'b/b.yaml': base },
    'b/b.yaml: error[bad-option]: this is the design that the path is of\n  save the path in a file of its own',
    ['replay', 'a.yaml', '--path', '0:0', '--save', 'b/b.yaml', '--force'],
  ),
  c(
    'a path to save that violates nothing',
    { 'a.yaml': base },
    'a.yaml: error[bad-path]: no property is violated at the end of this path: there is nothing to save',
    ['replay', 'a.yaml', '--path', '0:0', '--save', 'b.yaml'],
  ),
  c(
    'a path to save for a property that it does not violate',
    { 'a.yaml': `${base}secret: [entry]\n` },
    "a.yaml: error[bad-path]: 'no-foreign-slots' is not violated at the end of this path: there is nothing to save\n  what is violated is kernel-unreachable",
    ['replay', 'a.yaml', '--path', '0:', '--save', 'b.yaml', '--property', 'no-foreign-slots'],
  ),
  c(
    'a path to save for a property that is none',
    base,
    "a.yaml: error[bad-option]: there is no property 'no-foreign'\n  it can be well-formed",
    ['replay', 'a.yaml', '--path', '0:0', '--save', 'b.yaml', '--property', 'no-foreign'],
  ),
  c(
    'a property to save a path for, and no file',
    base,
    'a.yaml: error[bad-option]: --property says how to save the path\n  name a file with --save',
    ['replay', 'a.yaml', '--path', '0:0', '--property', 'no-foreign-slots'],
  ),
  c(
    'a path to save in a folder that is not there',
    base,
    'b/c.yaml: error[file-unwritable]: nothing can be written into b (ENOENT)',
    ['replay', 'a.yaml', '--path', '0:0', '--save', 'b/c.yaml'],
  ),
  c(
    'a checkpoint in a file',
    {
      'a.yaml': 'title: A\nprotocol: mail\nmachine: { cpus: 2, pmaps: 2, user-slots: 1 }\n',
      'b.txt': '',
    },
    'error[checkpoint-unusable]: ENOTDIR',
    ['check', 'a.yaml', '--checkpoint', 'b.txt'],
  ),
  c(
    'a file that init would overwrite',
    base,
    'a.yaml: error[bad-option]: the file exists; it is left as it is\n  --force replaces it',
    ['init', 'a.yaml'],
  ),
  c('a report that is no JSON', base, 'a.yaml: error[wrong-format]: the file is not JSON', [
    'merge',
    'a.yaml',
  ]),
  c(
    'a baseline of another version',
    { 'a.yaml': base, 'b.json': '{ "version": 7 }' },
    'b.json: error[wrong-version]: this is version 7 of a baseline; version 1 is read here\n  `--update-baseline` writes it anew',
    ['check', 'a.yaml', '--baseline', 'b.json'],
  ),
  c(
    'a report of a whole run among shards',
    {
      'a.json':
        '{ "version": 1, "exitCode": 0, "files": [], "shard": null, "mistakes": [], "suite": null, "drift": null, "isSuite": false, "specs": [] }',
    },
    'a.json: error[shard-mismatch]: this is the report of a whole run, not of a shard\n  `svscheck check --shard 1/4 --json` makes one of a shard',
    ['merge', 'a.json'],
  ),
  c(
    'a baseline of a run that did not come to its end',
    { 'a.yaml': 'title: A\n' },
    'b.json: error[baseline-kept]: it is left as it was: there is a mistake in a.yaml',
    ['check', 'a.yaml', '--baseline', 'b.json', '--update-baseline'],
  ),
];

const filesOf = ({ files, args }: Case) =>
  typeof files !== 'string'
    ? files
    : { 'a.yaml': args === undefined ? `${base}${files}\n` : files };

describe('a mistake', () => {
  const codes = new Set<string>();

  it.each(cases)('$title', async (one) => {
    const { code, out, err } = await inFolder(filesOf(one), (folder) =>
      svscheck(one.args ?? ['check', 'a.yaml'], folder),
    );
    expect(err).toContain(one.says);
    expect(err).not.toMatch(/\n\s+at /);
    expect({ code, out }).toEqual({ code: 2, out: expect.not.stringContaining('holds') });
    codes.add(/error\[([a-z-]+)\]/.exec(one.says)?.[1] ?? '');
  });

  afterAll(() => {
    expect([...codes].sort()).toEqual(Object.keys(errorCodes).sort());
  });

  it('in a file that is extended is told at its place there', async () => {
    const files = {
      'a.yaml': 'title: A\nextends: b/b.yaml\n',
      'b/b.yaml': `${base}${edit('drop: trap/x')}`,
    };
    const { err } = await inFolder(files, (folder) => svscheck(['check', 'a.yaml'], folder));
    expect(err).toMatch(/^b\/b\.yaml:6:11: error\[unknown-step\]/);
  });

  it('cannot drive the terminal', async () => {
    const files = { 'a.yaml': `title: "\\e[31mred\\u202e"\n"\\e]0;x\\a": 1\n` };
    const { err } = await inFolder(files, (folder) => svscheck(['check', 'a.yaml'], folder));
    expect(err).toContain("there is no key '\\x1b]0;x\\x07'");
    const good = { 'a.yaml': base.replace('A', '"\\e[31mred\\u202e"') };
    const { out } = await inFolder(good, (folder) => svscheck(['check', 'a.yaml'], folder));
    expect(out).toContain('\\x1b[31mred\\u202e  a.yaml');
  });

  it.each([
    [['chek'], "error: unknown command 'chek'"],
    [['check', '--workers', '0'], 'It must be from 1 to 64'],
    [['check', '--workers', '10000'], 'more threads than that only wait for memory'],
    [['check', '--workers', 'abc'], 'It must be a whole number.'],
    [['check', '--workers', '2', '--reference'], "cannot be used with option '--workers <n>'"],
    [['check', '--progress', 'xml'], 'Allowed choices are auto, text, json, none.'],
    [['check', '--fast'], "error: unknown option '--fast'"],
    [['check', '--states-max', '-1'], 'It must be a whole number.'],
    [['check', '--time-max', '3 weeks'], 'It must be a number and a unit: ms, s, m, h.'],
    [['check', '--memory-max', '4KB'], 'It must be a number and a unit: MiB, GiB, M, G.'],
    [
      ['check', '--reference', '--states-max', '5'],
      "cannot be used with option '--states-max <n>'",
    ],
    [['replay', 'a.yaml'], "required option '--path <path>' not specified"],
  ])('on the command line: %j', (args, says) => {
    const { code, err } = svscheck(args);
    expect(err).toContain(says);
    expect(code).toBe(2);
  });
});

describe('any text', () => {
  const specs = findSpecs(['specs/mail']).map((file) => [
    basename(file),
    readFileSync(file, 'utf8'),
  ]);
  const good = specs.map(([, text]) => text as string);
  const scrap = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ': ',
    '- ',
    '\n',
    '  ',
    '1e9',
    'null',
    '~',
    '"',
    "'",
    '|',
    '&a ',
    '*a',
    '!!x ',
    '<<: ',
    '#',
    'trap/iret',
    'edits',
    'cpus',
  );
  const mutated = fc
    .record({
      text: fc.constantFrom(...good),
      at: fc.nat(),
      remove: fc.nat(12),
      scraps: fc.array(scrap, { maxLength: 3 }),
    })
    .map(({ text, at, remove, scraps }) => {
      const place = at % text.length;
      return text.slice(0, place) + scraps.join('') + text.slice(place + remove);
    });

  it('is a spec, or the mistake of a user', async () => {
    let mistakes = 0;
    let models = 0;
    // Beside the specs that most of them extend.
    await inFolder(Object.fromEntries(specs), (folder) => {
      const file = join(folder, 'any.yaml');
      const check = (text: string): void => {
        writeFileSync(file, text);
        try {
          buildSpec(loadSpec(file));
          models++;
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          mistakes++;
        }
      };
      const texts = fc.oneof({ weight: 9, arbitrary: mutated }, fc.string());
      fc.assert(fc.property(texts, check), { numRuns: 600 });
    });
    expect(mistakes).toBeGreaterThan(100);
    expect(models).toBeGreaterThan(50);
  });
});
