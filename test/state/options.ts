/** The options of a small scope, of which a test changes what it looks at. */
import type { ScopeOptions } from '../../src/state/scope.js';

export const someOptions: ScopeOptions = {
  cpus: 2,
  pmaps: 3,
  userSlots: 2,
  nesting: 2,
  kernelAreas: ['pte', 'entry'],
  unmapped: [],
  secret: [],
  global: [],
  entryCode: 'entry',
  sharedSlot: [],
  unisolated: [],
  svs: true,
  kaslr: null,
  events: [],
  interleaving: 'operation',
  loops: 'ordered',
  memory: 'sc',
  storeBuffer: 4,
};
