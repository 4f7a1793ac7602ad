/**
 * Edits: how a variant of a design is written down without code.
 *
 * A position is `operation/name`; the name is a step's, in a loop's body or not, or a loop's, which
 * stands for the whole loop. What CPUs do before the initial state is the operation `boot`. Edits are made one after another, each on what the one before it left.
 */
import { toId } from '../state/domain.js';
import type { ScopeOptions } from '../state/scope.js';
import type { ConditionName } from './conditions.js';
import type { Item, Loop, Needs, Operation, Protocol, Step } from './operation.js';
import { isHandler, isLoop, nameOf } from './operation.js';

export type Edit =
  | { readonly drop: string }
  | ({ readonly move: string } & Beside)
  | { readonly swap: string; readonly with: string }
  | ({ readonly insert: string; readonly as?: string | undefined } & Beside)
  | { readonly replace: string; readonly with: string; readonly as?: string | undefined }
  | { readonly limit: string; readonly to: ConditionName }
  | { readonly set: string; readonly interrupts: 'on' | 'off' }
  | { readonly set: string; readonly fences: 'off' }
  | { readonly rebind: string; readonly name: string; readonly to: number };

type Beside =
  | { readonly before: string; readonly after?: undefined }
  | { readonly after: string; readonly before?: undefined };

export type EditErrorCode =
  | 'unknown-step'
  | 'unknown-export'
  | 'hardware-step'
  | 'unbound-step'
  | 'duplicate-step'
  | 'empty-loop'
  | 'nested-loop'
  | 'boot-loop'
  | 'out-of-range'
  | 'unset-register'
  | 'unlock-without-lock'
  | 'handler-register';

/** An edit that cannot be made, or that leaves a protocol without a meaning. */
export class EditError extends Error {
  constructor(
    readonly code: EditErrorCode,
    message: string,
    /** Index of the edit, and the part of it that is at fault. */
    readonly edit: number,
    readonly part: string,
    /** Words that could have been meant. */
    readonly candidates: readonly string[] = [],
  ) {
    super(message);
  }
}

/**
 * The protocol after some edits. Pure. Throws EditError.
 *
 * On the way a protocol may be without a meaning, as when a lock is dropped before its unlock; what
 * the last edit leaves may not. The edit at fault is the first after which it never had one again.
 */
export function applyEdits(protocol: Protocol, edits: readonly Edit[]): Protocol {
  let edited = protocol;
  let fault: EditError | null = null;
  for (const [index, edit] of edits.entries()) {
    edited = applyEdit(edited, edit, index);
    const found = faultOf(edited, index);
    fault = found === null ? null : (fault ?? found);
  }
  if (fault !== null) throw fault;
  return edited;
}

const operationsOf = ({ boot, operations }: Protocol): readonly Operation[] => [
  boot,
  ...operations,
];

/** Every position of a protocol, for messages and `list`. */
export function positionsOf(protocol: Protocol): string[] {
  return operationsOf(protocol).flatMap(({ name, steps }) =>
    steps
      .flatMap((item) => [nameOf(item), ...(isLoop(item) ? item.body.map(nameOf) : [])])
      .map((item) => `${name}/${item}`),
  );
}

function applyEdit(protocol: Protocol, edit: Edit, index: number): Protocol {
  const exported = (name: string, part: string, as: string | undefined): Item => {
    const found = protocol.exports.find((item) => nameOf(item) === name);
    if (found === undefined) {
      const names = protocol.exports.map(nameOf);
      throw new EditError('unknown-export', `'${name}' is not exported`, index, part, names);
    }
    if (as === undefined) return found;
    return isLoop(found) ? { ...found, loop: as } : { ...found, name: as };
  };
  const find = (position: string, part: string): Item => {
    const found = findItem(protocol, position);
    if (found !== undefined) return found;
    const message = `there is no step or loop '${position}'`;
    throw new EditError('unknown-step', message, index, part, positionsOf(protocol));
  };
  const take = (position: string, part: string): Item => {
    const item = find(position, part);
    if (isLoop(item) || item.by !== 'hardware') return item;
    const message = `'${position}' is hardware's own step; an edit can only change the kernel`;
    throw new EditError('hardware-step', message, index, part);
  };
  const beside = (item: Item, place: Beside): ((old: Item) => Item[]) =>
    place.before === undefined ? (old) => [old, item] : (old) => [item, old];

  if ('drop' in edit) {
    take(edit.drop, 'drop');
    return rewrite(protocol, new Map([[edit.drop, () => []]]));
  }
  if ('swap' in edit) {
    const [one, other] = [take(edit.swap, 'swap'), take(edit.with, 'with')];
    return rewrite(
      protocol,
      new Map([
        [edit.swap, () => [other]],
        [edit.with, () => [one]],
      ]),
    );
  }
  if ('replace' in edit) {
    take(edit.replace, 'replace');
    const item = exported(edit.with, 'with', edit.as);
    return rewrite(protocol, new Map([[edit.replace, () => [item]]]));
  }
  if ('limit' in edit) {
    const { limit, to } = edit;
    return onStep(protocol, limit, 'limit', index, (step) => ({
      ...step,
      only: [...(step.only ?? []), to],
    }));
  }
  if ('set' in edit) {
    return onStep(protocol, edit.set, 'set', index, ({ fences, ...step }) =>
      'fences' in edit ? step : { ...step, ...(fences && { fences }), interrupts: edit.interrupts },
    );
  }
  if ('rebind' in edit) return rebind(protocol, edit, index);
  const part = edit.before === undefined ? 'after' : 'before';
  const position = edit.before ?? edit.after ?? '';
  if ('insert' in edit) {
    const item = exported(edit.insert, 'insert', edit.as);
    find(position, part);
    return rewrite(protocol, new Map([[position, beside(item, edit)]]));
  }
  const item = take(edit.move, 'move');
  const without = rewrite(protocol, new Map([[edit.move, () => []]]));
  if (findItem(without, position) === undefined) {
    const message = `there is no step or loop '${position}'`;
    throw new EditError('unknown-step', message, index, part, positionsOf(without));
  }
  return rewrite(without, new Map([[position, beside(item, edit)]]));
}

/** Gives a step another member than its operation or loop binds. */
function rebind(
  protocol: Protocol,
  { rebind: position, name, to }: Extract<Edit, { rebind: string }>,
  index: number,
): Protocol {
  return onStep(protocol, position, 'rebind', index, (step) => {
    if (step.needs?.[name] === undefined) {
      const names = Object.keys(step.needs ?? {});
      const message = `'${position}' is given no '${name}'`;
      throw new EditError('unbound-step', message, index, 'name', names);
    }
    const member: Readonly<Record<string, never>> = { [name]: toId(to) as never };
    const { waits, names = [] } = step;
    return {
      ...step,
      names: [...names, step.needs[name]],
      ...(waits === undefined
        ? {}
        : { waits: (m, bindings, scope) => waits(m, { ...bindings, ...member }, scope) }),
      effect: (m, bindings, scope) => step.effect(m, { ...bindings, ...member }, scope),
    };
  });
}

/** Changes a step in its place; it may be hardware's own, but not a loop. */
function onStep(
  protocol: Protocol,
  position: string,
  part: string,
  index: number,
  change: (step: Step) => Step,
): Protocol {
  const item = findItem(protocol, position);
  if (item === undefined) {
    const message = `there is no step '${position}'`;
    throw new EditError('unknown-step', message, index, part, positionsOf(protocol));
  }
  if (isLoop(item)) {
    const steps = item.body.map((step) => `${position.split('/')[0]}/${step.name}`);
    const message = `'${position}' is a loop; this edit is of one step`;
    throw new EditError('unknown-step', message, index, part, steps);
  }
  return rewrite(protocol, new Map([[position, () => [change(item)]]]));
}

function findItem(protocol: Protocol, position: string): Item | undefined {
  return operationsOf(protocol)
    .flatMap(({ name, steps }) =>
      steps
        .flatMap((item) => (isLoop(item) ? [item, ...item.body] : [item]))
        .map((item) => ({ item, position: `${name}/${nameOf(item)}` })),
    )
    .find((candidate) => candidate.position === position)?.item;
}

/** Puts other items in the place of those at some positions. */
function rewrite(
  protocol: Protocol,
  changes: ReadonlyMap<string, (old: Item) => readonly Item[]>,
): Protocol {
  const rewritten = operationsOf(protocol).map((operation): Operation => {
    const change = (item: Item): readonly Item[] =>
      changes.get(`${operation.name}/${nameOf(item)}`)?.(item) ?? [item];
    const steps = operation.steps.flatMap(change).map((item): Item => {
      if (!isLoop(item)) return item;
      return { ...item, body: item.body.flatMap(change) as Step[] };
    });
    return { ...operation, steps };
  });
  const [boot, ...operations] = rewritten as [Operation, ...Operation[]];
  return { ...protocol, boot, operations };
}

/** Why a protocol's lists have no meaning, or null. */
function faultOf(protocol: Protocol, index: number): EditError | null {
  try {
    for (const operation of operationsOf(protocol)) validateOperation(operation, index);
    return null;
  } catch (error) {
    if (error instanceof EditError) return error;
    throw error;
  }
}

function validateOperation(operation: Operation, index: number): void {
  const fail = (code: EditErrorCode, message: string): never => {
    throw new EditError(code, `${message} in '${operation.name}'`, index, '');
  };
  const names = new Set<string>();
  const add = (item: Item): void => {
    const name = nameOf(item);
    if (names.has(name))
      fail('duplicate-step', `'${name}' would stand twice; give one \`as:\` a name`);
    names.add(name);
  };
  const set = new Set<string>();
  const locked = new Set<string>();
  const check = (step: Step, bound: Needs): void => {
    add(step);
    for (const [name, range] of Object.entries((step.needs ?? {}) as Needs)) {
      if (bound[name] === range) continue;
      fail('unbound-step', `'${step.name}' needs a ${range} as '${name}', which nothing binds`);
    }
    for (const register of step.uses ?? []) {
      if (!set.has(register)) {
        fail(
          'unset-register',
          `'${step.name}' uses the register '${register}', which no step before it sets`,
        );
      }
    }
    if (isHandler(operation) && step.sets?.some((register) => register !== 'nmi-scratch')) {
      fail('handler-register', `'${step.name}' would set registers of the code that it interrupts`);
    }
    for (const register of step.sets ?? []) set.add(register);
    if (step.acquires !== undefined) locked.add(step.acquires);
    if (step.releases !== undefined && !locked.has(step.releases)) {
      fail(
        'unlock-without-lock',
        `'${step.name}' releases '${step.releases}', which no step before it takes`,
      );
    }
  };
  for (const item of operation.steps) {
    if (!isLoop(item)) {
      check(item, operation.over ?? {});
      continue;
    }
    add(item);
    if (operation.starts === 'boot') {
      fail('boot-loop', `the loop '${item.loop}' would stand where steps are taken once`);
    }
    if (isHandler(operation)) {
      fail(
        'handler-register',
        `the loop '${item.loop}' would set registers of the code that it interrupts`,
      );
    }
    if (item.body.length === 0) {
      fail('empty-loop', `the loop '${item.loop}' has no step left; drop the loop instead`);
    }
    for (const step of item.body as readonly Item[]) {
      if (isLoop(step)) fail('nested-loop', `'${step.loop}' would be a loop inside '${item.loop}'`);
      else check(step, { ...operation.over, ...item.over });
    }
  }
}

/** Throws EditError for a `rebind` to a member that a scope does not have. */
export function checkRange(
  protocol: Protocol,
  edits: readonly Edit[],
  options: ScopeOptions,
): void {
  const sizes = { cpu: options.cpus, pmap: options.pmaps, slot: options.userSlots };
  for (const [index, edit] of edits.entries()) {
    if (!('rebind' in edit)) continue;
    const step = findItem(applyEdits(protocol, edits.slice(0, index)), edit.rebind) as Step;
    const range = step.needs?.[edit.name] ?? 'slot';
    if (edit.to < sizes[range]) continue;
    const message = `there is no ${range} ${edit.to}; the machine has ${sizes[range]}`;
    throw new EditError('out-of-range', message, index, 'to');
  }
}

/** What is left of a protocol in a scope: without other events, and without SVS when it is off. */
export function restrict(
  protocol: Protocol,
  { events, svs, unisolated }: Pick<ScopeOptions, 'events' | 'svs' | 'unisolated'>,
): Protocol {
  const listed: readonly string[] = unisolated.length > 0 ? [...events, 'mixed-isolation'] : events;
  const stays = (step: Step): boolean =>
    (svs || step.svs !== true) && (step.event === undefined || listed.includes(step.event));
  const operations = protocol.operations
    .filter(({ event }) => event === undefined || events.includes(event))
    .map((operation): Operation => {
      const steps = operation.steps
        .map(
          (item): Item =>
            isLoop(item) ? ({ ...item, body: item.body.filter(stays) } as Loop) : item,
        )
        .filter((item) => (isLoop(item) ? item.body.length > 0 : stays(item)));
      return { ...operation, steps };
    });
  return { ...protocol, operations };
}
