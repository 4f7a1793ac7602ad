/** Which variants of a design to try: without each part of it, in each order, with each repair. */
import type { Edit } from '../transitions/edit.js';
import type { Item, LockName, Operation, Protocol, Step } from '../transitions/operation.js';
import { isLoop, nameOf } from '../transitions/operation.js';
import type { Variant } from './variants.js';

/** A list of steps that edits reorder or add to: an operation's, or a loop's body. */
interface List {
  readonly operation: Operation;
  readonly loop: string | null;
  readonly items: readonly Item[];
}

const isHardware = (item: Item): boolean => !isLoop(item) && item.by === 'hardware';
const at = ({ name }: Operation, item: Item): string => `${name}/${nameOf(item)}`;

function listsIn(operation: Operation): List[] {
  const loops = operation.steps.filter(isLoop);
  return [
    { operation, loop: null, items: operation.steps },
    ...loops.map(({ loop, body }) => ({ operation, loop, items: body })),
  ];
}

/** What one variant leaves out: steps, as named in the protocol. */
export interface Drop extends Variant {
  readonly operation: Operation;
  readonly steps: readonly Step[];
  /** What a scope must have for them to be needed, where that is known. */
  readonly neededFor: string | null;
}

/**
 * Everything that can be left out of a protocol, one at a time: each step and loop, each lock with
 * its release, and under TSO the fence that a locked operation is.
 */
export function dropsOf({ boot, operations }: Protocol, hasBuffers: boolean): Drop[] {
  return [boot, ...operations]
    .flatMap((operation) =>
      listsIn(operation).flatMap(({ items }) =>
        items
          .filter((item) => !isHardware(item))
          .flatMap((item) => dropsAt(operation, items, item)),
      ),
    )
    .concat(hasBuffers ? operations.flatMap(fencesOf) : []);
}

function dropsAt(operation: Operation, items: readonly Item[], item: Item): Drop[] {
  const position = at(operation, item);
  if (isLoop(item)) {
    const name = `${position}, the loop`;
    const neededFor = item.body.find((step) => step.neededFor !== undefined)?.neededFor ?? null;
    return [{ name, operation, steps: item.body, edits: [{ drop: position }], neededFor }];
  }
  const { neededFor = null } = item;
  if (item.acquires === undefined) {
    return [{ name: position, operation, steps: [item], edits: [{ drop: position }], neededFor }];
  }
  const release = releaseOf(items, item, item.acquires);
  if (release === undefined) return [];
  const edits = [{ drop: position }, { drop: at(operation, release) }];
  return [
    { name: `${position} and its release`, operation, steps: [item, release], edits, neededFor },
  ];
}

/** The first step after `item` that gives back the lock that it takes. */
function releaseOf(items: readonly Item[], item: Item, lock: LockName): Step | undefined {
  return items
    .slice(items.indexOf(item) + 1)
    .find((later): later is Step => !isLoop(later) && later.releases === lock);
}

/** Locked operations as plain ones: hardware's fences, CR3 loads and flushes cannot be so. */
function fencesOf(operation: Operation): Drop[] {
  return listsIn(operation)
    .flatMap(({ items }) => items)
    .filter((item): item is Step => !isLoop(item) && !isHardware(item))
    .filter(({ fences, loadsCr3, changes }) => fences === true && !loadsCr3 && changes !== 'own')
    .map((step) => ({
      name: `${at(operation, step)}, its fence`,
      operation,
      steps: [step],
      edits: [{ set: at(operation, step), fences: 'off' as const }],
      neededFor: null,
    }));
}

/** An order of an operation's steps and of its loops' bodies. */
export interface Order extends Variant {
  /** By list, the operation's own first, then that of each loop: the names in their order. */
  readonly lists: readonly (readonly string[])[];
}

/** How many orders ordersOf() gives. */
export function ordersCount(operation: Operation, only: readonly string[] | null): number {
  return listsIn(operation).reduce(
    (count, list) => count * factorial(movable(list, only).length),
    1,
  );
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

const movable = ({ items }: List, only: readonly string[] | null): readonly Item[] =>
  items.filter((item) => !isHardware(item) && (only === null || only.includes(nameOf(item))));

/**
 * Every order of an operation's steps, and of each loop's body; hardware's steps keep their places.
 *
 * @param only names of the steps and loops that change places among themselves; null for all
 */
export function ordersOf(operation: Operation, only: readonly string[] | null): Order[] {
  const lists = listsIn(operation);
  const arrangements = lists.reduce<(readonly Item[])[][]>(
    (some, list) =>
      some.flatMap((before) => arrangementsOf(list, only).map((items) => [...before, items])),
    [[]],
  );
  return arrangements.map((arranged) => ({
    name: orderText(lists, arranged),
    lists: arranged.map((items) => items.map(nameOf)),
    edits: lists.flatMap((list, index) => movesTo(list, arranged[index] as readonly Item[])),
  }));
}

/** `lock-pmap, set-slot, walk-cpus(test-cpu, add-slot), unlock-pmap` */
function orderText(lists: readonly List[], arranged: readonly (readonly Item[])[]): string {
  const bodies = new Map(
    lists.map(({ loop }, index) => [loop, arranged[index]?.map(nameOf).join(', ')]),
  );
  const texts = arranged[0]?.map((item) =>
    isLoop(item) ? `${item.loop}(${bodies.get(item.loop)})` : item.name,
  );
  return texts?.join(', ') ?? '';
}

function arrangementsOf(list: List, only: readonly string[] | null): (readonly Item[])[] {
  const moving = movable(list, only);
  return permutationsOf(moving).map((permuted) => {
    const rest = [...permuted];
    return list.items.map((item) => (moving.includes(item) ? (rest.shift() as Item) : item));
  });
}

function permutationsOf<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) =>
    permutationsOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}

/** Moves that bring a list into an order. */
function movesTo({ operation, items }: List, order: readonly Item[]): Edit[] {
  const current = [...items];
  const moves: Edit[] = [];
  for (const [index, item] of order.entries()) {
    const here = current[index] as Item;
    if (here === item) continue;
    current.splice(current.indexOf(item), 1);
    current.splice(index, 0, item);
    moves.push({ move: at(operation, item), before: at(operation, here) });
  }
  return moves;
}

/** Pairs of names of one list that stand in one order in all orders, without those that follow. */
export function sharedConstraints(orders: readonly Order[]): (readonly [string, string])[] {
  const [first] = orders;
  return (first?.lists ?? []).flatMap((names, list) => {
    const isBefore = (a: string, b: string): boolean =>
      orders.every(({ lists }) => {
        const order = lists[list] as readonly string[];
        return order.indexOf(a) < order.indexOf(b);
      });
    const pairs = names.flatMap((a) =>
      names.filter((b) => a !== b && isBefore(a, b)).map((b) => [a, b] as const),
    );
    return pairs.filter(
      ([a, b]) => !names.some((c) => c !== a && c !== b && isBefore(a, c) && isBefore(c, b)),
    );
  });
}

/** A repair: what is done, and where, of which the report makes groups. */
export interface Repairing extends Variant {
  readonly what: string;
  readonly where: string;
}

/**
 * Single repairs of some operations: a fence, a flush or a lock that the protocol exports, at each
 * place; each step moved to each other place of its list.
 */
export function repairsOf(
  operations: readonly Operation[],
  exported: readonly Item[],
): Repairing[] {
  const steps = exported.filter((item): item is Step => !isLoop(item));
  const added = steps.filter(({ repairs }) => repairs !== undefined);
  return operations
    .flatMap(listsIn)
    .flatMap((list) => [
      ...added.flatMap((step) => insertionsOf(list, step)),
      ...locksOf(list, steps),
      ...movesOf(list),
    ]);
}

const repairing = (what: string, where: string, edits: readonly Edit[]): Repairing => ({
  name: `${what} ${where}`,
  what,
  where,
  edits,
});

/** A name that the operation does not have. */
function nameFor({ operation }: List, step: Step): string {
  const names = listsIn(operation).flatMap(({ items }) => items.map(nameOf));
  return names.includes(step.name) ? `${step.name}-added` : step.name;
}

function insertionsOf(list: List, step: Step): Repairing[] {
  const name = nameFor(list, step);
  return list.items.map((item): Repairing => {
    const after = at(list.operation, item);
    const edit: Edit = { insert: step.name, after, ...(name === step.name ? {} : { as: name }) };
    return repairing(`add ${step.name}`, `after ${after}`, [edit]);
  });
}

/** Every way to hold a lock over a part of a list. */
function locksOf(list: List, steps: readonly Step[]): Repairing[] {
  const { operation, items } = list;
  const places = items.filter((item) => !isHardware(item));
  return steps
    .filter(({ acquires, when }) => acquires !== undefined && when === undefined)
    .flatMap((acquire) => {
      const release = steps.find(
        ({ releases, needs, when }) =>
          releases === acquire.acquires &&
          when === undefined &&
          JSON.stringify(needs) === JSON.stringify(acquire.needs),
      );
      if (release === undefined) return [];
      const names = [nameFor(list, acquire), nameFor(list, release)];
      return places.flatMap((first, index) =>
        places.slice(index).map((last): Repairing => {
          const [from, to] = [at(operation, first), at(operation, last)];
          return repairing(`hold ${acquire.name}`, `from ${from} to ${to}`, [
            { insert: acquire.name, before: from, as: names[0] },
            { insert: release.name, after: to, as: names[1] },
          ]);
        }),
      );
    });
}

function movesOf({ operation, items }: List): Repairing[] {
  return items
    .filter((item) => !isHardware(item))
    .flatMap((item) => {
      const move = at(operation, item);
      const others = items.filter((other) => other !== item);
      return others.map((other): Repairing => {
        const after = at(operation, other);
        return repairing(`move ${move}`, `after ${after}`, [{ move, after }]);
      });
    });
}
