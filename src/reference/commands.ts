/** Commands and their options, as the program itself has them. */
import type { Argument, Command, Option } from 'commander';
import { program } from '../program.js';
import { code, table } from './markdown.js';

export const commandLines = (): string[] => program.commands.flatMap(linesOf).slice(1);

function linesOf(command: Command): string[] {
  const rows = [
    ...command.registeredArguments.map((one) => [code(argumentText(one)), says(one)]),
    ...command.options.map((one) => [code(one.flags), says(one)]),
  ];
  const usage = ['svscheck', command.name(), ...command.registeredArguments.map(argumentText)];
  return [
    '',
    `### ${command.name()}`,
    '',
    `${code(usage.join(' '))}: ${command.description()}.`,
    ...(rows.length === 0 ? [] : ['', ...table(['argument or option', ''], rows)]),
  ];
}

/** `<spec>`, `[paths...]`. */
function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** What it is, the words that it takes, and what it is unless given. */
function says(one: Argument | Option): string {
  const { description, argChoices: words, defaultValue } = one;
  return [
    description,
    ...('mandatory' in one && one.mandatory ? ['must be given'] : []),
    ...(words === undefined ? [] : [`one of ${words.map(code).join(', ')}`]),
    ...(defaultValue === undefined ? [] : [`${code(String(defaultValue))} unless given`]),
  ].join('; ');
}
