/** Edits change lists of steps and nothing else; what they refuse is in test/spec/bad-input. */
import { describe, expect, it } from 'vitest';
import type { Edit } from '../../src/transitions/edit.js';
import { applyEdits, positionsOf, restrict } from '../../src/transitions/edit.js';
import { mail } from '../../src/transitions/mail.js';
import type { Protocol } from '../../src/transitions/operation.js';
import { isLoop, nameOf } from '../../src/transitions/operation.js';

/** `leave, join, copy(read write), load` */
function listOf({ operations }: Protocol, name: string): string {
  const { steps = [] } = operations.find((operation) => operation.name === name) ?? {};
  return steps
    .map((item) => nameOf(item) + (isLoop(item) ? `(${item.body.map(nameOf).join(' ')})` : ''))
    .join(', ');
}

describe('the protocol of the mail', () => {
  it('has these operations and steps', () => {
    const lists = mail.operations.map(({ name }) => [name, listOf(mail, name)]);
    expect(Object.fromEntries(lists)).toEqual({
      trap: 'hardware-entry, load-kpdirpa',
      return: 'load-updirpa, iret',
      'context-switch':
        'leave-old-pmap, join-new-pmap, publish-kpdirpa, copy-slots(read-slot write-slot), load-new-l4',
      'l4-allocate': 'lock-pmap, set-slot, walk-cpus(test-cpu add-slot), unlock-pmap',
      'user-access': 'read-memory',
      interrupt: 'interrupt-entry, interrupt-return',
      nmi: 'nmi-entry, nmi-return',
      'iret-fault': 'fault-entry, fault-return',
    });
  });

  it('without SVS has no step that SVS needs', () => {
    const plain = restrict(mail, { svs: false, events: [], unisolated: [] });
    expect(positionsOf(plain)).toEqual([
      'trap/hardware-entry',
      'return/iret',
      'context-switch/leave-old-pmap',
      'context-switch/join-new-pmap',
      'context-switch/load-new-l4',
      'l4-allocate/lock-pmap',
      'l4-allocate/set-slot',
      'l4-allocate/unlock-pmap',
    ]);
  });
});

describe('an edit', () => {
  const cases: [title: string, operation: string, edits: Edit[], list: string][] = [
    ['drops a step', 'trap', [{ drop: 'trap/load-kpdirpa' }], 'hardware-entry'],
    [
      'drops a loop as a whole',
      'l4-allocate',
      [{ drop: 'l4-allocate/walk-cpus' }],
      'lock-pmap, set-slot, unlock-pmap',
    ],
    [
      'moves a step past a loop',
      'context-switch',
      [{ move: 'context-switch/join-new-pmap', after: 'context-switch/copy-slots' }],
      'leave-old-pmap, publish-kpdirpa, copy-slots(read-slot write-slot), join-new-pmap, load-new-l4',
    ],
    [
      'moves a loop',
      'context-switch',
      [{ move: 'context-switch/copy-slots', before: 'context-switch/leave-old-pmap' }],
      'copy-slots(read-slot write-slot), leave-old-pmap, join-new-pmap, publish-kpdirpa, load-new-l4',
    ],
    [
      'moves a step into a loop',
      'context-switch',
      [{ move: 'context-switch/load-new-l4', after: 'context-switch/write-slot' }],
      'leave-old-pmap, join-new-pmap, publish-kpdirpa, copy-slots(read-slot write-slot load-new-l4)',
    ],
    [
      'swaps two steps',
      'context-switch',
      [{ swap: 'context-switch/leave-old-pmap', with: 'context-switch/publish-kpdirpa' }],
      'publish-kpdirpa, join-new-pmap, leave-old-pmap, copy-slots(read-slot write-slot), load-new-l4',
    ],
    [
      'inserts an exported step under another name',
      'return',
      [{ insert: 'flush-global', before: 'return/load-updirpa', as: 'flush-first' }],
      'flush-first, load-updirpa, iret',
    ],
    [
      'replaces a loop',
      'l4-allocate',
      [{ replace: 'l4-allocate/walk-cpus', with: 'walk-other-cpus' }],
      'lock-pmap, set-slot, walk-other-cpus(test-cpu add-slot), unlock-pmap',
    ],
    [
      'is made on what the one before it left',
      'l4-allocate',
      [
        { insert: 'lock-updir', before: 'l4-allocate/test-cpu' },
        { insert: 'unlock-updir', after: 'l4-allocate/add-slot' },
        { move: 'l4-allocate/lock-updir', after: 'l4-allocate/test-cpu' },
      ],
      'lock-pmap, set-slot, walk-cpus(test-cpu lock-updir add-slot unlock-updir), unlock-pmap',
    ],
    [
      'may leave nothing that makes sense, if a later one mends it',
      'l4-allocate',
      [{ drop: 'l4-allocate/lock-pmap' }, { drop: 'l4-allocate/unlock-pmap' }],
      'set-slot, walk-cpus(test-cpu add-slot)',
    ],
  ];

  it.each(cases)('%s', (_, operation, edits, list) => {
    const before = JSON.stringify(positionsOf(mail));
    expect(listOf(applyEdits(mail, edits), operation)).toBe(list);
    expect(JSON.stringify(positionsOf(mail))).toBe(before);
  });
});
