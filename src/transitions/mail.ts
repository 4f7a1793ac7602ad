/** The design as posted to tech-kern in January 2018: what the mail says, and no more. */
import { contextSwitch } from './context-switch.js';
import { extras } from './extras.js';
import { interrupt, iretFault, nmi, userAccess } from './hardware.js';
import { l4Allocate, walkOtherCpus } from './l4-allocate.js';
import type { Protocol } from './operation.js';
import { operation } from './operation.js';
import { returnToUser, trap } from './user-kernel.js';

export const mail: Protocol = {
  name: 'mail',
  source: '[M1]',
  title: 'SVS as posted to tech-kern, January 2018',
  defaults: {
    kernelAreas: ['pte', 'direct-map', 'kernel-image', 'entry'],
    unmapped: ['pte'],
    secret: ['pte'],
    global: [],
  },
  variables: [],
  boot: operation({ name: 'boot', source: '[M2]; [M8]', starts: 'boot', steps: [] }),
  operations: [
    trap,
    returnToUser,
    contextSwitch,
    l4Allocate,
    userAccess,
    interrupt,
    nmi,
    iretFault,
  ],
  exports: [walkOtherCpus, ...extras],
};
