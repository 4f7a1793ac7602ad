/** What each L4 page and each TLB of a state holds, out of the values of the state. */
import type { ReportedMachine } from '../report/document.js';
import type { ValuePath, Values } from './values.js';
import { keyOf, membersIn } from './values.js';

/** Whose memory is at a user slot: of one pmap, or of none; a TLB can have it of several. */
export interface Holding {
  /** The value that says it, or null where it is constant. */
  readonly path: ValuePath | null;
  /** The pmap, by number; null where the slot is empty. */
  readonly pmap: number | null;
  /** Where the value is a set: the member that this is about. */
  readonly member: string | null;
}

/** Whether an area of the kernel half is mapped. */
export interface Mapping {
  readonly path: ValuePath | null;
  readonly isMapped: boolean;
}

/** An L4 page or a TLB: what it has at each user slot and of each area of the kernel half. */
export interface Row {
  readonly label: string;
  readonly slots: readonly (readonly Holding[])[];
  readonly areas: readonly Mapping[];
  /** Values beside the page: its lock, and sets of CPUs. */
  readonly lock: ValuePath | null;
  readonly kernelCpus: ValuePath | null;
  readonly cpus: ValuePath | null;
}

const bare = { lock: null, kernelCpus: null, cpus: null } as const;

/** Every L4 page that CR3 can name: those of the CPUs, of the pmaps, and pmap_kernel's. */
export function pagesOf(machine: ReportedMachine, values: Values): Row[] {
  const { cpus, pmaps, slots, areas } = machine;
  const where = (path: ValuePath): ValuePath | null => (values.has(keyOf(path)) ? path : null);
  const updirs = cpus.map((cpu, index): Row => {
    const built = where(['updirs', index, 'areas']);
    return {
      ...bare,
      label: `updir of ${cpu}`,
      slots: slots.map((_, slot) => {
        const path = ['updirs', index, 'slots', slot, 'owner'];
        const owner = pmaps.indexOf(values.get(keyOf(path)) ?? 'none');
        return [{ path, pmap: owner < 0 ? null : owner, member: null }];
      }),
      areas: areas.map((area, number) => ({
        path: built,
        isMapped:
          built === null
            ? carries(machine, values, number)
            : membersIn(values.get(keyOf(built)) ?? '').includes(area),
      })),
      lock: where(['updirs', index, 'lock']),
    };
  });
  const own = pmaps.map((pmap, index): Row => {
    const path = ['pmaps', index, 'slots'];
    const held = membersIn(values.get(keyOf(path)) ?? 'nothing');
    return {
      label: `L4 of ${pmap}`,
      slots: slots.map((slot) => [
        { path, pmap: held.includes(slot) ? index : null, member: slot },
      ]),
      areas: kernelHalf(machine, values, where(['pmaps', index, 'grown'])),
      lock: where(['pmaps', index, 'lock']),
      kernelCpus: where(['pmaps', index, 'kernelCpus']),
      cpus: where(['pmaps', index, 'cpus']),
    };
  });
  const kernel: Row = {
    ...bare,
    label: 'L4 of pmap_kernel',
    slots: slots.map(() => [{ path: null, pmap: null, member: null }]),
    areas: kernelHalf(machine, values, where(['kernel', 'grown'])),
  };
  return [...updirs, ...own, kernel];
}

/** Whether the per-CPU pages carry an area: always, or by where it lies. */
function carries({ areas, carried, leftOut }: ReportedMachine, values: Values, area: number) {
  if (carried !== null) return carried.includes(areas[area] ?? '');
  const position = values.get(keyOf(['layout', area, 'position'])) ?? '';
  return !(leftOut ?? []).includes(position);
}

/** What a page of the kernel's maps; the area `grown` once the kernel has grown. */
const kernelHalf = (machine: ReportedMachine, values: Values, grown: ValuePath | null): Mapping[] =>
  machine.areas.map((area) => {
    const path = area === 'grown' ? grown : null;
    const hasGrown = path === null || values.get(keyOf(path)) === 'true';
    return { path, isMapped: machine.kernelHalf.includes(area) && hasGrown };
  });

/** A TLB for each CPU, or one for each of its PCIDs. */
export function tlbsOf(
  { cpus, pmaps, slots, areas, pcids }: ReportedMachine,
  values: Values,
): Row[] {
  return cpus.flatMap((cpu, index) =>
    pcids.map((pcid, tag): Row => {
      const at = (...rest: ValuePath): ValuePath => ['cpus', index, 'tlb', tag, ...rest];
      const members = (path: ValuePath) => membersIn(values.get(keyOf(path)) ?? 'nothing');
      const path = at('areas');
      return {
        ...bare,
        label: pcids.length > 1 ? `TLB of ${cpu} ${pcid}` : `TLB of ${cpu}`,
        slots: slots.map((slot) =>
          pmaps.map((_, pmap) => {
            const whose = at('user', pmap, 'slots');
            const has = members(whose).includes(slot);
            return { path: whose, pmap: has ? pmap : null, member: slot };
          }),
        ),
        areas: areas.map((area) => ({ path, isMapped: members(path).includes(area) })),
      };
    }),
  );
}
