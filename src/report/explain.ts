/** What `explain` and `reorder` print: text for people, documents for programs. */
import type { Colors } from 'picocolors/types.js';
import type { Repairing } from '../spec/catalogue.js';
import { sharedConstraints } from '../spec/catalogue.js';
import { plain } from '../spec/errors.js';
import type { ExplainedRow, Explanation, Reordering, Repairs } from '../spec/explain.js';
import type { SpecResult } from '../spec/run.js';
import type { Fallen, Judgement } from '../spec/variants.js';
import type { Edit } from '../transitions/edit.js';
import { counted, grouped, wrap } from './terminal.js';

/** An edit as it stands in a spec. */
export function editText(edit: Edit): string {
  const pairs = Object.entries(edit).filter(([, value]) => value !== undefined);
  return `{ ${pairs.map(([key, value]) => `${key}: ${value}`).join(', ')} }`;
}

function heading({ spec, statesDistinct, properties }: SpecResult, color: Colors): string[] {
  const violated = properties.filter(({ result }) => result === 'violated');
  const names = violated.map(({ name }) => name).join(', ');
  const verdict = violated.length === 0 ? 'all hold' : `${names} violated`;
  return [
    `${color.bold(plain(spec.title))}  ${color.dim(plain(spec.file))}`,
    `  ${grouped(statesDistinct)} states, ${verdict}`,
    '',
  ];
}

/** Whether something is lost without it: a property, a meaning, or steps that are then never taken. */
const isNeeded = ({ judgement }: ExplainedRow): boolean =>
  judgement.result === 'holds'
    ? judgement.missing.length > 0
    : ['falls', 'vacuous', 'refused'].includes(judgement.result);

export function explainText({ base, rows }: Explanation, color: Colors): string[] {
  const width = Math.max(...rows.map(({ drop }) => drop.name.length));
  const lines = rows.flatMap((row) => {
    const [verdict, why] = verdictOf(row);
    const painted = isNeeded(row) ? verdict : color.yellow(verdict);
    const notes = why === '' ? [] : wrap(why, 88);
    return [
      `  ${row.drop.name.padEnd(width)}  ${painted}`,
      ...notes.map((line) => color.dim(`      ${line}`)),
    ];
  });
  const needed = rows.filter(isNeeded).length;
  const open = rows.filter(({ judgement }) => judgement.result === 'unfinished').length;
  return [
    ...heading(base, color),
    `  ${'without'.padEnd(width)}  what falls first of what holds, in how many steps`,
    ...lines,
    '',
    `${needed} of ${rows.length} needed, ${rows.length - needed - open} not needed in this scope${open > 0 ? `, ${open} unfinished` : ''}`,
  ];
}

function verdictOf({ drop, judgement }: ExplainedRow): [verdict: string, why: string] {
  const needs = drop.neededFor === null ? '' : `needed for: ${drop.neededFor}`;
  switch (judgement.result) {
    case 'falls':
      return [fallenText(judgement.properties), ''];
    case 'refused':
      return ['cannot be left out', judgement.reason];
    case 'vacuous':
      return ['nothing is left to hold', judgement.reason];
    case 'unfinished':
      return ['unfinished', judgement.reason];
    case 'never-taken':
      return ['not needed in this scope', `never taken in it${needs === '' ? '' : `; ${needs}`}`];
    case 'holds':
      if (judgement.missing.length === 0) return ['not needed in this scope', needs];
      return [`never taken without it: ${judgement.missing.join(', ')}`, needs];
  }
}

/** `updir-locked 7, no-foreign-slots 17` */
const fallenText = (properties: readonly Fallen[]): string =>
  properties.map(({ name, depth }) => `${name} ${depth}`).join(', ');

export function explainJson({ base, rows }: Explanation, exitCode: number): object {
  return {
    version: 1,
    file: base.spec.file,
    statesDistinct: base.statesDistinct,
    rows: rows.map((row) => ({
      without: row.drop.name,
      edits: row.drop.edits,
      needed: row.judgement.result === 'unfinished' ? null : isNeeded(row),
      neededFor: row.drop.neededFor,
      ...judgementJson(row.judgement),
    })),
    exitCode,
  };
}

function judgementJson(judgement: ExplainedRow['judgement']): object {
  const falls = judgement.result === 'falls' ? judgement : null;
  const reason = 'reason' in judgement ? judgement.reason : null;
  return {
    result: judgement.result,
    properties: falls?.properties ?? [],
    reason,
    missing: judgement.result === 'holds' ? judgement.missing : [],
  };
}

export function reorderText(reordering: Reordering, color: Colors): string[] {
  const { base, operation, orders } = reordering;
  const safe = orders.filter(({ judgement }) => judgement.result === 'holds');
  const shown = safe.slice(0, shownMax);
  return [
    ...heading(base, color),
    `  ${operation.name}: ${counted(orders.length, 'order')}, ${safe.length} safe`,
    ...countsOf(orders.map(({ judgement }) => judgement)).map((line) => `    ${line}`),
    '',
    ...(safe.length === 0 ? [] : ['  safe:']),
    ...shown.map(({ order }) => `    ${order.name}`),
    ...(safe.length > shownMax ? [`    and ${safe.length - shownMax} more; --json lists all`] : []),
    '',
    '  in every safe order:',
    ...constraintsOf(reordering).map(([a, b]) => `    ${a} before ${b}`),
  ];
}

const shownMax = 20;

const constraintsOf = ({ orders }: Reordering) =>
  sharedConstraints(
    orders.filter(({ judgement }) => judgement.result === 'holds').map(({ order }) => order),
  );

/** How many fall by which property, and how many for other reasons. */
function countsOf(judgements: readonly Judgement[]): string[] {
  const counts = new Map<string, number>();
  for (const judgement of judgements) {
    if (judgement.result === 'holds') continue;
    const reason =
      judgement.result === 'falls'
        ? `violate ${judgement.properties[0]?.name}`
        : judgement.result === 'refused'
          ? 'have no meaning'
          : `are ${judgement.result}: ${judgement.reason}`;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${grouped(count)} ${reason}`);
}

export function reorderJson(reordering: Reordering, exitCode: number): object {
  const { base, operation, orders } = reordering;
  return {
    version: 1,
    file: base.spec.file,
    operation: operation.name,
    orders: orders.map(({ order, judgement }) => ({
      lists: order.lists,
      edits: order.edits,
      safe: judgement.result === 'unfinished' ? null : judgement.result === 'holds',
      ...judgementJson(judgement),
    })),
    constraints: constraintsOf(reordering).map(([before, after]) => ({ before, after })),
    exitCode,
  };
}

export function repairText({ base, tried, found, unfinished }: Repairs, color: Colors): string[] {
  const violated = base.properties.filter(({ result }) => result === 'violated');
  const lines = [
    `${color.bold(plain(base.spec.title))}  ${color.dim(plain(base.spec.file))}`,
    ...violated.map(({ name, depth }) => `  ${name} violated in ${depth}`),
    '',
  ];
  if (violated.length === 0)
    return [...lines, '  every property holds: there is nothing to repair'];
  return [
    ...lines,
    `  ${counted(found.length, 'single edit')} of ${grouped(tried)} tried ${found.length === 1 ? 'makes' : 'make'} every property hold${found.length === 0 ? '' : ':'}`,
    ...grouping(found).flatMap(([what, [first, ...others]]) => [
      `    ${what} ${first?.where}${others.length > 0 ? ', or' : ''}`,
      ...others.map(({ where }) => `      ${where}`),
      ...(first?.edits ?? []).map((edit) => color.dim(`      - ${editText(edit)}`)),
    ]),
    ...(unfinished.length > 0 ? [`  ${unfinished.length} unfinished`] : []),
  ];
}

/** Repairs that do the same at different places, together. */
function grouping(found: Repairs['found']): [string, Repairing[]][] {
  const groups = new Map<string, Repairing[]>();
  for (const { variant } of found) {
    groups.set(variant.what, [...(groups.get(variant.what) ?? []), variant]);
  }
  return [...groups];
}

export function repairJson({ base, tried, found, unfinished }: Repairs, exitCode: number): object {
  const row = ({ variant, judgement }: Repairs['found'][number]) => ({
    repair: variant.name,
    edits: variant.edits,
    ...judgementJson(judgement),
  });
  return {
    version: 1,
    file: base.spec.file,
    tried,
    repairs: found.map(row),
    unfinished: unfinished.map(row),
    exitCode,
  };
}
