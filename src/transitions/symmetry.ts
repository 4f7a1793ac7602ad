/**
 * The permutations of CPUs, pmaps and user slots, as they act on a machine: on ids, on the L4 pages
 * and stores that are named by them, and on locations, whose bindings are ids.
 */
import { toId, toIndex } from '../state/domain.js';
import type { MachineSchema } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import type { Store } from '../state/stores.js';
import type { DomainsOf, Moves, NumbersOf, Renaming, Symmetry } from '../state/symmetry.js';
import { inPlace, permutationsOf } from '../state/symmetry.js';
import { conditions } from './conditions.js';
import type { Node } from './nodes.js';
import type { Needs, RangeName } from './operation.js';
import { isHandler, isLoop, stepsOf } from './operation.js';
import type { Program } from './program.js';
import { startsAt } from './program.js';

/** The domains that a spec can call symmetric, by the names that a spec has for them. */
export const symmetryNames = { cpus: 'cpu', pmaps: 'pmap', 'user-slots': 'slot' } as const;
export type SymmetryName = keyof typeof symmetryNames;

/** The most permutations: a state is compared under many of them. */
export const groupMax = 1200;

type Base = Readonly<Record<RangeName, Moves>>;
type MachineRenaming = Renaming<DomainsOf<MachineSchema>, NumbersOf<MachineSchema>>;

const sizesOf = ({ cpus, pmaps, slots }: Scope): Readonly<Record<RangeName, number>> => ({
  cpu: cpus.ids.length,
  pmap: pmaps.ids.length,
  slot: slots.ids.length,
});

/** How many permutations there are. */
export function groupSize(scope: Scope, names: readonly SymmetryName[]): number {
  const sizes = sizesOf(scope);
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  return [...new Set(names)].reduce((all, name) => all * factorial(sizes[symmetryNames[name]]), 1);
}

/** The group of all permutations of some domains. */
export function symmetryOf(program: Program, names: readonly SymmetryName[]): Symmetry {
  const sizes = sizesOf(program.scope);
  const permuted = new Set<RangeName>(names.map((name) => symmetryNames[name]));
  const movesIn = (range: RangeName): Moves[] =>
    permuted.has(range) ? permutationsOf(sizes[range]) : [inPlace(sizes[range])];
  const locationOf = new Map(
    program.locations.map((node, location) => [keyOf(node, null), location]),
  );
  const group = movesIn('cpu').flatMap((cpu) =>
    movesIn('pmap').flatMap((pmap) =>
      movesIn('slot').map((slot) => renaming(program, locationOf, { cpu, pmap, slot })),
    ),
  );
  const memberKinds = program.locations.map((node) => {
    if (node === null) return 0;
    if (node.instance.handler) return -1;
    if (node.kind === 'enter' || (node.kind === 'step' && node.member === null)) return 0;
    return 1 + ranges.indexOf(Object.values(node.loop?.over ?? {})[0] as RangeName);
  });
  return { of: names, group, processes: 'cpu', memberKinds };
}

const ranges: readonly RangeName[] = ['cpu', 'pmap', 'slot'];

function renaming(
  { scope, locations }: Program,
  locationOf: ReadonlyMap<string, number>,
  base: Base,
): MachineRenaming {
  const stays = (domain: { readonly ids: readonly unknown[] }): Moves => inPlace(domain.ids.length);
  const membersMax = Math.max(...Object.values(sizesOf(scope)));
  return {
    domains: {
      ...base,
      l4: scope.l4s.ids.map((l4) => {
        const page = scope.l4Page[l4];
        if (page.kind === 'kernel') return toIndex(l4);
        return page.kind === 'pmap'
          ? toIndex(scope.l4OfPmap[toId<'pmap'>(moved(base.pmap, page.pmap))])
          : toIndex(scope.updirOf[toId<'cpu'>(moved(base.cpu, page.cpu))]);
      }),
      store:
        scope.stores?.domain.ids.map((id) =>
          toIndex(storeMoved(scope, base, scope.stores?.get(id) as Store)),
        ) ?? [],
      area: stays(scope.areas),
      position: stays(scope.positions),
      pcid: stays(scope.pcids),
      level: inPlace(scope.options.nesting),
      entry: inPlace(scope.options.storeBuffer),
    },
    numbers: {
      location: locations.map((node) => {
        const to = locationOf.get(keyOf(node, base));
        if (to === undefined) throw new Error('a location has no counterpart under other names');
        return to;
      }),
    },
    // In the order of memberKinds. A loop's members are numbered as those of its domain.
    members: [
      inPlace(membersMax),
      ...ranges.map((range) => [...base[range], ...inPlace(membersMax).slice(base[range].length)]),
    ],
  };
}

const moved = (moves: Moves, id: unknown): number => moves[id as number] as number;

function storeMoved(scope: Scope, { cpu, pmap, slot }: Base, store: Store) {
  const { stores } = scope;
  if (stores === null) throw new Error('there is no store without store buffers');
  const to = <D extends string>(moves: Moves, id: unknown) => toId<D>(moved(moves, id));
  switch (store.kind) {
    case 'updir': {
      const owner = store.owner === null ? null : to<'pmap'>(pmap, store.owner);
      return stores.updir(to(cpu, store.updir), to(slot, store.slot), owner);
    }
    case 'pdir':
      return stores.pdir(to(pmap, store.pmap), to(slot, store.slot), store.present);
    case 'kpdirpa':
      return stores.kpdirpa(to(cpu, store.cpu), to(pmap, store.pmap));
    case 'unlock-updir':
      return stores.unlockUpdir(to(cpu, store.updir));
    case 'unlock-pmap':
      return stores.unlockPmap(to(pmap, store.pmap));
  }
}

/** What tells a location from all others, its bindings under other names. */
function keyOf(node: Node | null, base: Base | null): string {
  if (node === null) return 'rest';
  const { operation, bindings: own } = node.instance;
  const bindings = node.kind === 'step' ? node.bindings : own;
  const over: Needs = {
    ...operation.over,
    ...(node.kind === 'step' ? node.loop?.over : undefined),
  };
  const values = Object.entries(bindings).map(([name, id]) => {
    const range = over[name];
    if (range === undefined) throw new Error(`'${name}' is bound to a member of no domain`);
    return `${name}=${base === null ? toIndex(id) : moved(base[range], id)}`;
  });
  const place =
    node.kind === 'step' ? node.step.name : node.kind === 'choose' ? node.loop.loop : '';
  return `${operation.name}/${node.kind}/${place}(${values.join()})`;
}

/** Why a design is not symmetric in a domain. */
export interface Asymmetry {
  readonly name: SymmetryName;
  readonly because: string;
  /** What to write instead. */
  readonly hint: string;
}

/** All that tells one member of a domain from another. Pure. */
export function asymmetriesOf(program: Program, names: readonly SymmetryName[]): Asymmetry[] {
  const { protocol, scope } = program;
  return names.flatMap((name) => {
    const range = symmetryNames[name];
    const found: Asymmetry[] = [];
    const leaveOut = `leave \`${name}\` out of \`symmetry\``;
    const add = (because: string, hint = leaveOut) => found.push({ name, because, hint });
    // One member has nothing to be told from.
    if (sizesOf(scope)[range] < 2) return found;
    for (const operation of [protocol.boot, ...protocol.operations]) {
      for (const item of operation.steps) {
        if (!isLoop(item) || !Object.values(item.over).includes(range)) continue;
        const position = `${operation.name}/${item.loop}`;
        if (scope.options.loops === 'ordered') {
          add(`the loop ${position} visits them in their order`, 'write `loops: any-order`');
        } else if (abandonsLoops(program)) {
          add(`a handler can end ${position} with members to visit, which nothing visits then`);
        }
      }
      for (const step of stepsOf(operation)) {
        const position = `${operation.name}/${step.name}`;
        if (step.names?.includes(range)) add(`an edit gives ${position} one of them by number`);
        for (const condition of conditions) {
          if (condition.names !== range || step.only?.includes(condition.name) !== true) continue;
          add(`${position} is taken only where ${condition.says}`);
        }
      }
    }
    if (range === 'pmap' && scope.options.unisolated.length > 0) {
      add('`unisolated` names some of them');
    }
    return found;
  });
}

/** Whether some handler goes to rest from within a loop: what the loop has yet to visit stays. */
function abandonsLoops({ protocol, nodes }: Program): boolean {
  const isInside = (node: Node): boolean =>
    node.instance.handler || node.kind === 'choose' || node.member !== null;
  return protocol.operations.some(
    (operation) =>
      isHandler(operation) &&
      operation.ends === 'rest' &&
      nodes.some((node) => isInside(node) && startsAt(operation, node)),
  );
}
