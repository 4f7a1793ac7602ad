/** Specs that pin a path: a walk of one design, told of that design or of what edits have made of it. */
import fc from 'fast-check';
import { propertyNames } from '../../src/spec/format.js';
import { loadSpec } from '../../src/spec/load.js';
import type { Protocol } from '../../src/transitions/operation.js';
import { protocols } from '../../src/transitions/protocols.js';
import type { Kind } from './kinds.js';
import { walk, walked } from './paths.js';
import { caseOf, knownSpecs, told } from './spec-case.js';
import { editOf } from './written.js';
import { textOf, treeOf } from './yaml.js';

const protocolOf = new Map(
  walked.map((file) => {
    const { protocol } = loadSpec(file).design;
    return [file, protocols.find(({ name }) => name === protocol) as Protocol] as const;
  }),
);

/** A few of the labels are others: out of their place, left out, or none that there is. */
const change = fc.tuple(
  fc.constantFrom('swap', 'drop', 'twice', 'other', 'end'),
  fc.nat(30),
  fc.constantFrom('cpu 0: trap', 'cpu 9: trap', 'cpu 0: constructor', '', '\x1b[2J', '\u202ex: y'),
);

function changed(
  labels: readonly string[],
  [how, at, other]: readonly [string, number, string],
): string[] {
  const place = at % Math.max(1, labels.length);
  const [before, after] = [labels.slice(0, place), labels.slice(place + 1)];
  const label = labels[place] ?? other;
  if (how === 'swap') return [...after, label, ...before];
  if (how === 'drop') return [...before, ...after];
  if (how === 'twice') return [...before, label, label, ...after];
  return how === 'other' ? [...before, other, ...after] : before;
}

const pinning = fc.constantFrom(...walked).chain((file) =>
  fc
    .record({
      choices: fc.array(fc.nat(1000), { maxLength: 30 }),
      changes: fc.array(change, { maxLength: 2 }),
      property: fc.constantFrom(...propertyNames),
      outcome: fc.constantFrom('mended', 'breaks'),
      edits: fc.array(editOf(protocolOf.get(file) as Protocol), { maxLength: 2 }),
    })
    .map(({ choices, changes, property, outcome, edits }) => {
      const { initial, actions } = walk(file, choices);
      const labels = changes.reduce(
        changed,
        actions.map(({ label }) => label),
      );
      const pinned = { property, outcome, initial, actions: labels };
      return treeOf({ title: 'A', extends: file, edits, pinned });
    }),
);

export const pinnedSpecs: Kind = {
  name: 'specs that pin a path',
  share: 6,
  beside: knownSpecs,
  cases: caseOf(textOf(pinning).map((contents) => ({ file: 'a.yaml', contents }))),
  run: told,
};
