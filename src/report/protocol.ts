/** What a protocol is made of, in words: `list`, `show` and the reference say it with these. */
import type { Loop, Operation, Protocol, Step } from '../transitions/operation.js';

/** The operations in their order, what CPUs do before the initial state first where they do something. */
export const operationsOf = ({ boot, operations }: Protocol): readonly Operation[] =>
  boot.steps.length > 0 ? [boot, ...operations] : operations;

/** `trap`, `l4-allocate(slot)`: an operation and what it is for each of. */
export function operationText({ name, over }: Operation): string {
  const ranges = Object.values(over ?? {}).join(', ');
  return ranges === '' ? name : `${name}(${ranges})`;
}

/** Where an operation starts. */
export function startText({ starts, event }: Operation): string {
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

/** `for each cpu`, `for each pmap (as owner), some left out`. */
export function loopText({ over, except }: Loop): string {
  const ranges = Object.entries(over).map(([name, range]) =>
    name === range ? name : `${range} (as ${name})`,
  );
  return `for each ${ranges.join(', ')}${except === undefined ? '' : ', some left out'}`;
}

/** What sets a step apart from one that the kernel takes whenever it comes to it. */
export const marksOf = (step: Step): string[] =>
  [
    step.by === 'hardware' ? 'hardware' : '',
    step.waits === undefined ? '' : 'waits',
    step.when === undefined ? '' : `when ${(step.uses ?? []).join(', ')}`,
    step.stub === true ? 'stub' : '',
    step.interrupts === 'off' ? 'IF=0' : '',
    step.only === undefined ? '' : `only ${step.only.join(', ')}`,
    step.touches === undefined ? '' : `touches ${step.touches.join(', ')}`,
  ].filter((mark) => mark !== '');
