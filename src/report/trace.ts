/** A path as a story: what each step changed, what is wrong at the end, which step is to blame. */
import type { Path } from '../explorer/system.js';
import type { Replay, Taken } from '../model/immutable-system.js';
import { failureAtEnd, ImmutableModel } from '../model/immutable-system.js';
import type { Failure } from '../model/model.js';
import type { DesignModel } from '../spec/design-model.js';
import { InternalError } from '../spec/errors.js';
import type { ValuePath } from '../state/changes.js';
import { changedValues, setText, valueText } from '../state/changes.js';
import { toId } from '../state/domain.js';
import type { State } from '../state/immutable.js';
import type { Machine, MachineSchema } from '../state/machine.js';
import type { Field, Leaf } from '../state/schema.js';
import type { Scope } from '../state/scope.js';
import type { NamedStep } from '../transitions/nodes.js';
import { nodeLabel } from '../transitions/nodes.js';
import type { Change, InitialValue, ToldAction, Trace } from './document.js';

/**
 * Tells the trace to a violation. The path is taken again by the immutable rules; a path that they
 * do not take, or whose end they do not find wrong, throws InternalError.
 */
export function tellViolation(model: DesignModel, path: Path, claim: number): Trace {
  const replay = new ImmutableModel(model).replay(path);
  const failure = failureAtEnd(model, replay, claim);
  if (failure === undefined) {
    const name = model.claims[claim]?.name;
    throw new InternalError(
      `the immutable rules do not find '${name}' violated at ${pathText(path)}`,
    );
  }
  return tell(model, path, replay, failure);
}

export function tell(
  model: DesignModel,
  path: Path,
  { initial, taken }: Replay<MachineSchema>,
  failure: Failure | null,
): Trace {
  let before: State<MachineSchema> = initial;
  const actions = taken.map((one) => {
    const told = tellAction(model, before, one);
    before = one.state;
    return told;
  });
  return {
    path: pathText(path),
    initial: initialValues(model, model.schema, initial, []),
    actions,
    conjunct: failure?.conjunct ?? null,
    values: failure === null ? null : { ...failure.values },
    blamed: blamedOf(actions, failure),
  };
}

/** @param before the state in which the action is taken */
export function tellAction(
  model: DesignModel,
  before: State<MachineSchema>,
  { action, steps, state }: Taken<MachineSchema>,
): ToldAction {
  const { program, scope } = model.design;
  const changes = changesOf(model, before, state);
  const named = steps.map(({ occurrence }) => program.steps[occurrence.step] as NamedStep);
  const [operation = '', ...within] = action.label.replace(/^cpu \d+: /, '').split('/');
  const names = named.map(({ step }) => step.name);
  return {
    cpu: scope.cpus.label(toId<'cpu'>(action.process)),
    action: action.index,
    operation,
    source: named[0]?.operation.source ?? '',
    label: within.length > 0 && names.length < 2 ? within.join('/') : names.join(', '),
    steps: named.map(({ step }) => ({ name: step.name, source: step.source })),
    changes,
    reads: named.length === 1 ? readsOf(model, named, action.process, state, changes) : [],
  };
}

function readsOf(
  model: DesignModel,
  named: readonly NamedStep[],
  process: number,
  after: Machine,
  changes: readonly Change[],
): string[] {
  const { fields } = model.schema.fields.cpus.row.fields.registers;
  return named
    .flatMap(({ step }) => step.sets ?? [])
    .filter((register) => register !== 'nmi-scratch')
    .filter((register) => !changes.some(({ path }) => path.at(-1) === register))
    .map((register) => {
      const value = after.cpus[toId<'cpu'>(process)].registers[register];
      return `${register}: ${valueText(fields[register], value)}`;
    });
}

function blamedOf(actions: readonly ToldAction[], failure: Failure | null): number | null {
  if (failure === null) return null;
  for (const wrong of failure.blame) {
    const index = actions.findLastIndex(({ changes }) =>
      changes.some(({ path }) => wrong.every((key, depth) => path[depth] === key)),
    );
    if (index >= 0) return index;
  }
  return actions.length > 0 ? actions.length - 1 : null;
}

/** `0:12.7.3`: the initial state, then the actions. */
export function pathText({ initial, actions }: Path): string {
  return `${initial}:${actions.join('.')}`;
}

/** The inverse of pathText; undefined when the text is not a path. */
export function parsePath(text: string): Path | undefined {
  const match = /^(\d{1,9}):((?:\d{1,9}(?:\.\d{1,9})*)?)$/.exec(text);
  if (match === null) return undefined;
  const actions = match[2] === '' ? [] : (match[2] ?? '').split('.').map(Number);
  return { initial: Number(match[1]), actions };
}

function changesOf(model: DesignModel, before: Machine, after: Machine): Change[] {
  return changedValues(model.schema, before, after).flatMap(({ field, path, before, after }) => {
    const [from, to] = [labelled(model, field, before, path), labelled(model, field, after, path)];
    if (from === to) return [];
    const text = field.kind === 'idSet' ? setText(field, before, after) : `${from} -> ${to}`;
    return [{ path: [...path], ...placeText(model, path), from, to, text }];
  });
}

/** Every value of a state that the design has, but for registers and saved frames, empty at first. */
function initialValues(
  model: DesignModel,
  field: Field,
  state: unknown,
  path: ValuePath,
): InitialValue[] {
  if (field.kind === 'record' || field.kind === 'table') {
    const keys = field.kind === 'record' ? Object.keys(field.fields) : [...field.over.ids.keys()];
    return keys
      .filter((key) => key !== 'registers' && key !== 'saved')
      .flatMap((key) => {
        const inner = field.kind === 'record' ? (field.fields[key] as Field) : field.row;
        const value = (state as Record<string | number, unknown>)[key];
        return initialValues(model, inner, value, [...path, key]);
      });
  }
  if (field.unused === true) return [];
  return [
    { path: [...path], ...placeText(model, path), value: labelled(model, field, state, path) },
  ];
}

/** A value in words; of where a CPU stands, the step. */
export function labelled(model: DesignModel, field: Leaf, value: unknown, path: ValuePath): string {
  if (field.kind !== 'count' || path.at(-1) !== 'at') return valueText(field, value);
  const node = model.design.program.locations[value as number] ?? null;
  return node === null ? 'rest' : nodeLabel(model.design.scope, node);
}

/** `cpus[1].tlb.user[0].slots` is `cpu 1`'s `tlb pmap 0`, `updirs[1].slots[0].owner` its page's `slot 0`. */
function placeText(
  { design: { scope } }: DesignModel,
  path: ValuePath,
): { owner: string; field: string } {
  const [table, row = 0, ...rest] = path;
  const index = Number(row);
  if (table === 'shootdown' || table === 'patching' || table === 'kernel') {
    return { owner: table === 'kernel' ? 'pmap_kernel' : table, field: [row, ...rest].join(' ') };
  }
  const owner =
    table === 'cpus'
      ? scope.cpus.label(toId<'cpu'>(index))
      : table === 'updirs'
        ? `updir of ${scope.cpus.label(toId<'cpu'>(index))}`
        : table === 'pmaps'
          ? scope.pmaps.label(toId<'pmap'>(index))
          : scope.areas.label(toId<'area'>(index));
  return { owner, field: fieldText(scope, rest) };
}

/** `tlb.0.user.1.slots` is `tlb pmap 1`, or `tlb PCID_USER pmap 1`; `slots.0.owner` is `slot 0`. */
function fieldText(scope: Scope, [first, ...rest]: ValuePath): string {
  if (first === 'tlb') {
    const [pcid, kind, pmap] = rest;
    const tag = scope.pcids.ids.length > 1 ? [scope.pcids.label(toId<'pcid'>(Number(pcid)))] : [];
    const what = kind === 'user' ? scope.pmaps.label(toId<'pmap'>(Number(pmap))) : kind;
    return ['tlb', ...tag, what].join(' ');
  }
  if (first === 'buffer') return `store buffer ${rest[0]}`;
  if (first === 'slots' && rest.length > 0) return `slot ${rest[0]}`;
  return [first, ...rest].filter((key) => key !== 'registers').join(' ');
}
