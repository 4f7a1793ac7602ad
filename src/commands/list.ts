/** `svscheck list` and `svscheck show`: what can be checked, and what a spec checks. */
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { counted } from '../report/terminal.js';
import { buildSpec } from '../spec/build.js';
import { plain } from '../spec/errors.js';
import { layoutOf } from '../state/layout.js';
import { describeLayout } from '../state/packed.js';
import { conditions } from '../transitions/conditions.js';
import type { Item, Operation, Protocol } from '../transitions/operation.js';
import { isLoop, nameOf } from '../transitions/operation.js';
import { protocols } from '../transitions/protocols.js';
import { color, jsonText, print } from './output.js';
import type { ReadOptions } from './specs.js';
import { readSpec } from './specs.js';

export function list(options: { readonly json?: boolean }): number {
  if (options.json) {
    const properties = claimRows.map(({ name, claim, source }) => ({ name, claim, source }));
    const witnesses = witnessRows.map(({ name, claim }) => ({ name, claim }));
    const described = protocols.map(({ name, title, source, operations, exports }) => ({
      name,
      title,
      source,
      operations: operations.map((op) => ({
        name: op.name,
        source: op.source,
        steps: op.steps.map(describe),
      })),
      exports: exports.map(describe),
    }));
    const limits = conditions.map(({ name, says }) => ({ name, says }));
    print(
      jsonText({ version: 1, protocols: described, conditions: limits, properties, witnesses }),
    );
    return 0;
  }
  for (const protocol of protocols) {
    print(color.bold(`protocol ${protocol.name}: ${protocol.title} ${protocol.source}`));
    printProtocol(protocol);
    print('');
    print('  exported, for edits to insert or to put in place:');
    for (const item of protocol.exports) printItem(item, 2);
  }
  print('');
  print(color.bold('conditions that a step can be limited to'));
  for (const { name, says } of conditions) print(`  ${name.padEnd(24)} ${says}`);
  print('');
  print(color.bold('properties'));
  for (const { name, claim, source } of claimRows)
    print(`  ${name.padEnd(24)} ${claim} ${color.dim(source)}`);
  print('');
  print(color.bold('witnesses (must be reachable)'));
  for (const { name, claim } of witnessRows) print(`  ${name.padEnd(24)} ${claim}`);
  return 0;
}

export function show(file: string, options: ReadOptions): number {
  const spec = readSpec(file, options);
  const model = buildSpec(spec);
  const { program } = model.design;
  print(color.bold(plain(spec.title)));
  print(`protocol ${program.protocol.name}, ${spec.design.edits.length} edits`);
  printProtocol(program.protocol);
  print('');
  const layout = layoutOf(model.schema);
  print(
    `${program.locations.length} locations, ${program.actions.length} actions, ${counted(model.initials.length, 'initial state')}`,
  );
  print(`a state is ${layout.words} words of 32 bits:`);
  for (const line of describeLayout(layout)) print(`  ${line}`);
  return 0;
}

function printProtocol({ boot, operations }: Protocol): void {
  for (const operation of boot.steps.length > 0 ? [boot, ...operations] : operations) {
    const over = Object.values(operation.over ?? {}).join(', ');
    print('');
    print(
      `  ${operation.name}${over === '' ? '' : `(${over})`}  ${color.dim(`${operation.source}; ${startText(operation)}`)}`,
    );
    for (const item of operation.steps) printItem(item, 4);
  }
}

function startText({ starts, event }: Operation): string {
  const on = event === undefined ? '' : `event ${event}, `;
  switch (starts) {
    case 'boot':
      return 'before the initial state, on each CPU';
    case 'user':
      return `${on}from user mode`;
    case 'kernel':
      return `${on}from the kernel at rest`;
    case 'interruptible':
      return `${on}on top of kernel code with IF=1`;
    case 'anywhere':
      return `${on}on top of any kernel code`;
    default:
      return `${on}just before ${starts.before}${starts.interrupts === 'on' ? ', with IF=1' : ''}`;
  }
}

function printItem(item: Item, indent: number): void {
  const pad = ' '.repeat(indent);
  if (isLoop(item)) {
    const over = Object.entries(item.over).map(([name, range]) =>
      name === range ? name : `${range} (as ${name})`,
    );
    const left = item.except === undefined ? '' : ', some left out';
    print(`${pad}${item.loop}: for each ${over.join(', ')}${left}  ${color.dim(item.source)}`);
    for (const step of item.body) printItem(step, indent + 2);
    return;
  }
  const marks = [
    item.by === 'hardware' ? 'hardware' : '',
    item.waits === undefined ? '' : 'waits',
    item.when === undefined ? '' : `when ${(item.uses ?? []).join(', ')}`,
    item.stub === true ? 'stub' : '',
    item.interrupts === 'off' ? 'IF=0' : '',
    item.only === undefined ? '' : `only ${item.only.join(', ')}`,
    item.touches === undefined ? '' : `touches ${item.touches.join(', ')}`,
  ].filter((mark) => mark !== '');
  const text = `${pad}${item.name}`.padEnd(32);
  print(
    `${text} ${color.dim(item.source)}${marks.length === 0 ? '' : color.dim(`  (${marks.join('; ')})`)}`,
  );
}

function describe(item: Item): object {
  if (isLoop(item))
    return { loop: item.loop, over: item.over, source: item.source, body: item.body.map(describe) };
  return { step: nameOf(item), source: item.source, needs: item.needs ?? {} };
}
