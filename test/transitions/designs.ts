/** Designs for tests, without a file: options and edits in, a model out. */
import { buildDesign } from '../../src/spec/build.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import type { Design } from '../../src/spec/load.js';
import { noReductions } from '../../src/spec/load.js';
import type { ScopeOptions } from '../../src/state/scope.js';
import type { Edit } from '../../src/transitions/edit.js';
import { mail } from '../../src/transitions/mail.js';
import type { Protocol } from '../../src/transitions/operation.js';

export const small: ScopeOptions = {
  cpus: 2,
  pmaps: 2,
  userSlots: 1,
  nesting: 1,
  events: ['user-access', 'interrupt'],
  ...mail.defaults,
  entryCode: 'kernel-image',
  sharedSlot: [],
  unisolated: [],
  memory: 'sc',
  storeBuffer: 4,
  svs: true,
  kaslr: null,
  interleaving: 'step',
  loops: 'ordered',
};

/** The lock that the mail does not name, around the copy and around test and add. */
export const mend: readonly Edit[] = [
  { insert: 'lock-own-updir', before: 'context-switch/copy-slots' },
  { insert: 'unlock-own-updir', after: 'context-switch/copy-slots' },
  { insert: 'lock-updir', before: 'l4-allocate/test-cpu' },
  { insert: 'unlock-updir', after: 'l4-allocate/add-slot' },
];

export function designOf(
  options: Partial<ScopeOptions> = {},
  edits: readonly Edit[] = [],
  protocol: Protocol = mail,
): Design {
  const defaults = { ...small, ...protocol.defaults };
  return {
    protocol: protocol.name,
    options: { ...defaults, ...options },
    edits,
    reductions: noReductions,
  };
}

export const modelOf = (...design: Parameters<typeof designOf>): DesignModel =>
  buildDesign(designOf(...design));
