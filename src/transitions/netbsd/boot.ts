/**
 * The kernel half of the per-CPU page: an allow-list, built once for each CPU at boot, area by area
 * (svs_tree_add). Nothing that is not put into it is ever there.
 */
import type { AreaName } from '../../state/scope.js';
import type { Operation, Step } from '../operation.js';
import { operation, step } from '../operation.js';
import { mapArea } from '../translation.js';

const init = 'x86/svs.c 1.5: svs_tree_add';

/** The CPU's own GDT, TSS, exception stacks and LDT page come into the kernel's tables. */
const setUpCpuArea = step({
  name: 'set-up-cpu-area',
  source: 'model: the areas that are copied must be there first',
  variables: ['template'],
  effect: (m, { cpu }, scope) => {
    for (const name of ownAreas) {
      const area = scope.area(name);
      if (area !== undefined) m.updirs[cpu].ready.add(area);
    }
  },
});
const ownAreas: readonly AreaName[] = ['cpu-area', 'neighbours', 'ist', 'ldt'];

/** Copies the kernel's entries for an area, as they are then. */
const maps = (name: string, source: string, ...areas: readonly AreaName[]): Step =>
  step({
    name,
    source,
    neededFor: `a scope that has ${areas.map((one) => `\`${one}\``).join(', ')} among its kernel areas`,
    variables: ['template'],
    effect: (m, { cpu }, scope) => {
      for (const one of areas) {
        const area = scope.area(one);
        const isReady =
          !ownAreas.includes(one) || (area !== undefined && m.updirs[cpu].ready.has(area));
        if (isReady) mapArea(m, scope, cpu, one);
      }
    },
  });

const setPcide = step({
  name: 'set-pcide',
  source: 'x86/svs.c 1.41: svs_pcid, CR4.PCIDE',
  variables: ['pcid'],
  effect: (m, { cpu }) => {
    m.cpus[cpu].pcide = true;
  },
});

const template: readonly Step[] = [
  setUpCpuArea,
  maps('map-utls', 'x86/svs.c 1.5: svs_tree_add, the UTLS page', 'utls'),
  maps('map-idt', init, 'idt'),
  maps('map-ldt', `${init}; x86/svs.c 1.16: svs_ldt_sync`, 'ldt'),
  maps('map-cpu-area', init, 'cpu-area'),
  maps('map-ist', init, 'ist'),
  maps('map-entry', `${init}, .text.user`, 'entry'),
  maps('map-rsp0', 'x86/svs.c 1.5: ci_svs_rsp0_pte', 'rsp0'),
];

const boot = (steps: readonly Step[]): Operation =>
  operation({ name: 'boot', source: init, starts: 'boot', steps });

export const boot2018 = boot(template);
export const boot2022 = boot([...template, setPcide]);

/** Pages of the image are given back after boot; an entry for them must go first. */
const unmapInit = step({
  name: 'unmap-init',
  source: 'Linux c40a56a7818c: free_kernel_image_pages',
  effect: (m, { cpu }, scope) => {
    const area = scope.area('init');
    if (area !== undefined) m.updirs[cpu].areas.delete(area);
  },
});

/** Variants, for edits. */
export const bootExports: readonly Step[] = [
  maps('map-pte', 'model: the recursive slot with the user bit', 'pte'),
  maps('map-direct-map', 'model: an area too many', 'direct-map'),
  maps('map-kernel-image', 'model: an area too many', 'kernel-image'),
  maps('map-heap', 'model: an area too many', 'heap'),
  maps('map-init', 'Linux c40a56a7818c: the image is cloned with what is freed later', 'init'),
  unmapInit,
  maps('map-tss-page', 'Xen 7888440625: the page of the TSS holds more', 'cpu-area', 'neighbours'),
  maps('map-guard', 'Xen d303784b68: the red zone is mapped', 'guard'),
  maps('map-grown', 'model: an area that the kernel grew by', 'grown'),
];
