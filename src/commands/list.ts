/** `svscheck list` and `svscheck show`: what can be checked, and what a spec checks. */
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { loopText, marksOf, operationsOf, operationText, startText } from '../report/protocol.js';
import { counted } from '../report/terminal.js';
import { buildSpec } from '../spec/build.js';
import { plain } from '../spec/errors.js';
import { loadSpec } from '../spec/load.js';
import { layoutOf } from '../state/layout.js';
import { describeLayout } from '../state/packed.js';
import { conditions } from '../transitions/conditions.js';
import type { Item, Protocol } from '../transitions/operation.js';
import { isLoop, nameOf } from '../transitions/operation.js';
import { protocols } from '../transitions/protocols.js';
import { color, jsonText, print } from './output.js';
import type { ReadOptions } from './specs.js';
import { withinOf } from './specs.js';

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
  const spec = loadSpec(file, { within: withinOf([file], options) });
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

function printProtocol(protocol: Protocol): void {
  for (const operation of operationsOf(protocol)) {
    print('');
    print(
      `  ${operationText(operation)}  ${color.dim(`${operation.source}; ${startText(operation)}`)}`,
    );
    for (const item of operation.steps) printItem(item, 4);
  }
}

function printItem(item: Item, indent: number): void {
  const pad = ' '.repeat(indent);
  if (isLoop(item)) {
    print(`${pad}${item.loop}: ${loopText(item)}  ${color.dim(item.source)}`);
    for (const step of item.body) printItem(step, indent + 2);
    return;
  }
  const marks = marksOf(item);
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
