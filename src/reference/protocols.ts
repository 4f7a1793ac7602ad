/** Protocols: their operations, steps and sources, and what they export. */
import { loopText, marksOf, operationsOf, operationText, startText } from '../report/protocol.js';
import type { Item, Operation, Protocol } from '../transitions/operation.js';
import { isLoop, nameOf } from '../transitions/operation.js';
import { protocols } from '../transitions/protocols.js';
import { code, table } from './markdown.js';

export const protocolLines = (): string[] => protocols.flatMap(linesOf).slice(1);

function linesOf(protocol: Protocol): string[] {
  const { name, title, source, defaults } = protocol;
  const areas = (names: readonly string[]): string => code(`[${names.join(', ')}]`);
  return [
    '',
    `### ${name}`,
    '',
    `${title}; ${source}. Unless a spec says otherwise:`,
    '',
    ...table(
      ['key', ''],
      [
        ['`kernel-areas`', areas(defaults.kernelAreas)],
        ['`unmapped`', areas(defaults.unmapped)],
        ['`secret`', areas(defaults.secret)],
        ['`global`', areas(defaults.global)],
      ],
    ),
    ...operationsOf(protocol).flatMap(operationLines),
    '',
    '#### exported, for edits',
    '',
    ...stepTable(protocol.exports),
  ];
}

const operationLines = (operation: Operation): string[] => [
  '',
  `#### ${operationText(operation)}`,
  '',
  `${startText(operation)}. ${operation.source}`,
  '',
  ...stepTable(operation.steps),
];

const stepTable = (items: readonly Item[]): string[] =>
  table(['step', 'source', ''], items.flatMap(rowsOf));

/** A step, or a loop and the steps in it. */
const rowsOf = (item: Item): string[][] =>
  isLoop(item)
    ? [
        [code(nameOf(item)), item.source, `${loopText(item)}:`],
        ...item.body.map((step) => [`↳ ${code(step.name)}`, step.source, marksOf(step).join('; ')]),
      ]
    : [[code(nameOf(item)), item.source, marksOf(item).join('; ')]];
