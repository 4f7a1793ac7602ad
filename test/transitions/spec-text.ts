/** A design as the spec file that has it: the way from a test that fails to `svscheck check`. */
import { stringify } from 'yaml';
import type { Design } from '../../src/spec/load.js';

export function specOf({ protocol, options, edits, reductions }: Design): string {
  const { symmetry, por } = reductions;
  const spec = {
    title: 'A random design',
    protocol,
    machine: {
      cpus: options.cpus,
      pmaps: options.pmaps,
      'user-slots': options.userSlots,
      nesting: options.nesting,
      events: options.events,
    },
    'kernel-areas': options.kernelAreas,
    unmapped: options.unmapped,
    secret: options.secret,
    global: options.global,
    'entry-code': options.entryCode,
    'shared-slot': options.sharedSlot,
    unisolated: options.unisolated,
    memory: options.memory,
    'store-buffer': options.storeBuffer,
    svs: options.svs,
    kaslr: options.kaslr ?? false,
    interleaving: options.interleaving,
    loops: options.loops,
    symmetry,
    reductions: por ? ['por'] : [],
    edits,
  };
  // A spec has no aliases.
  return stringify(spec, { aliasDuplicateObjects: false });
}
