/** NetBSD's SVS as it was in two years: 2018 without PCIDs, 2022 with them and with an NMI pair. */
import { userAccess } from '../hardware.js';
import type { Protocol } from '../operation.js';
import { boot2018, boot2022, bootExports } from './boot.js';
import { entriesOf, interruptionsOf, loads2018 } from './entry.js';
import { loads2022, netbsdExports } from './extras.js';
import { slots2018, slots2022 } from './l4-slots.js';
import { loadKernelL4, nmiByCs, nmiBySaving, restoreCr3, saveCr3 } from './nmi.js';
import { borrow, flushUserPcid, pmapLoad, pmapReactivate } from './pmap-load.js';
import { growKernel, ldtEdit, patchExports, preempt, rendezvous, svsDisable } from './rare.js';
import { tlbIpi } from './shootdown.js';
import { create, exit, flushRsp0, kernelThread, lwpSwitch } from './threads.js';

const defaults = {
  kernelAreas: ['pte', 'direct-map', 'kernel-image', 'entry', 'cpu-area', 'utls', 'rsp0'],
  unmapped: [],
  secret: ['pte', 'direct-map', 'kernel-image'],
} as const;

export const netbsd2018: Protocol = {
  name: 'netbsd-2018',
  source: 'x86/svs.c 1.16, x86/pmap.c Feb 2018',
  title: 'SVS in NetBSD, March 2018: a lock for each page, lazy pmap loads, no PCIDs',
  defaults: { ...defaults, global: [] },
  variables: [],
  boot: boot2018,
  operations: [
    ...entriesOf(loads2018),
    lwpSwitch([]),
    kernelThread,
    pmapLoad([]),
    pmapReactivate,
    ...slots2018,
    tlbIpi(false),
    exit,
    create,
    growKernel,
    ldtEdit,
    svsDisable,
    rendezvous,
    preempt,
    userAccess,
    ...interruptionsOf(loads2018),
    ...nmiByCs(loads2018),
  ],
  exports: [
    ...netbsdExports(loads2018),
    ...bootExports,
    ...patchExports,
    saveCr3,
    loadKernelL4,
    restoreCr3,
  ],
};

export const netbsd2022: Protocol = {
  name: 'netbsd-2022',
  source: 'x86/svs.c 1.41, x86/pmap.c 2020',
  title: 'SVS in NetBSD, August 2022: two PCIDs, NMIs that save CR3, borrowed pmaps',
  defaults: { ...defaults, global: ['cpu-area'] },
  variables: ['pcid'],
  boot: boot2022,
  operations: [
    ...entriesOf(loads2022),
    lwpSwitch([flushRsp0]),
    kernelThread,
    pmapLoad([flushUserPcid]),
    pmapReactivate,
    borrow([flushUserPcid]),
    ...slots2022,
    tlbIpi(true),
    exit,
    create,
    growKernel,
    ldtEdit,
    userAccess,
    ...interruptionsOf(loads2022),
    ...nmiBySaving,
  ],
  exports: [...netbsdExports(loads2022), ...bootExports, flushUserPcid, flushRsp0, loadKernelL4],
};
