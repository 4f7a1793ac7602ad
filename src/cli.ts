#!/usr/bin/env node
/** The command line: what it takes, and nothing of what it does. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { audit } from './commands/audit.js';
import type { CheckOptions } from './commands/check.js';
import { check } from './commands/check.js';
import type { ExplainOptions, ReorderOptions } from './commands/explain.js';
import { explain, reorder } from './commands/explain.js';
import type { GraphOptions } from './commands/graph.js';
import { graph, graphFormats, graphStatesMax } from './commands/graph.js';
import { init } from './commands/init.js';
import { list, show } from './commands/list.js';
import { print, printError, writeOut, writePlainError } from './commands/output.js';
import { pathFormatNames } from './commands/path-formats.js';
import type { ReplayOptions, SimulateOptions } from './commands/replay.js';
import { replay, simulate } from './commands/replay.js';
import type { ReporterName, Reporting } from './commands/reporters.js';
import { isPrinted, reporterNames, reporters } from './commands/reporters.js';
import type { ReadOptions } from './commands/specs.js';
import { workersMax } from './explorer/crew.js';
import { exitCodes } from './report/exit.js';
import { progressKinds } from './report/progress.js';
import { version } from './report/version.js';
import { describeMistake, errorCodes, plain, suggest, UserError } from './spec/errors.js';

function whole(text: string): number {
  const number = /^\d+(_\d+)*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('It must be a whole number.');
  return number;
}

/** How many threads. */
function threads(text: string): number {
  const number = whole(text);
  if (number >= 1 && number <= workersMax) return number;
  throw new InvalidArgumentError(
    `It must be from 1 to ${workersMax}: more threads than that only wait for memory.`,
  );
}

/** How many states a graph may have. */
function drawn(text: string): number {
  const number = whole(text);
  if (number <= graphStatesMax) return number;
  throw new InvalidArgumentError(
    `It must be at most ${graphStatesMax}: no one reads a graph of more states.`,
  );
}

/** A number with a unit, in the unit of factor 1. */
function measured(units: ReadonlyMap<string, number>): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(text);
    const factor = units.get(match?.[2] ?? '');
    if (match === null || factor === undefined) {
      const names = [...units.keys()].join(', ');
      throw new InvalidArgumentError(`It must be a number and a unit: ${names}.`);
    }
    return Math.round(Number(match[1]) * factor);
  };
}

/** Of every command that reads specs. */
const extendsAnywhere = new Option(
  '--extends-anywhere',
  'let specs extend files that lie neither below the working directory nor below what is named here',
);

const oneAlone = 'One reporter alone can have standard output; write --reporter NAME=FILE.';

/** `junit=out.xml`, or a name alone for standard output; as many as are given, one of those alone. */
function reporting(text: string, before: readonly Reporting[] = []): Reporting[] {
  const [name = '', ...rest] = text.split('=');
  if (!(reporterNames as string[]).includes(name)) {
    const hint = suggest(name, reporterNames);
    throw new InvalidArgumentError(`There is no reporter '${plain(name.slice(0, 60))}'; ${hint}.`);
  }
  const file = rest.length === 0 ? {} : { file: rest.join('=') };
  if (file.file === '') throw new InvalidArgumentError('The file that it writes has no name.');
  if (before.some((one) => one.file !== undefined && one.file === file.file)) {
    throw new InvalidArgumentError('Another reporter writes that file.');
  }
  const asked = [...before, { name: name as ReporterName, ...file }];
  if (asked.filter((one) => one.file === undefined).length > 1) {
    throw new InvalidArgumentError(oneAlone);
  }
  return asked;
}

const bytes = measured(
  new Map([
    ['MiB', 2 ** 20],
    ['GiB', 2 ** 30],
    ['M', 2 ** 20],
    ['G', 2 ** 30],
  ]),
);
const duration = measured(
  new Map([
    ['ms', 1],
    ['s', 1000],
    ['m', 60_000],
    ['h', 3_600_000],
  ]),
);

const program = new Command('svscheck')
  .description(
    'Checks kernel page-table isolation: explores every interleaving of a design and says whether the kernel can be reached from user mode.',
  )
  .version(version)
  .configureOutput({ writeOut, writeErr: writePlainError })
  .showHelpAfterError('(svscheck --help shows how it is used)')
  .exitOverride()
  .addHelpText(
    'after',
    () =>
      `\nExit codes:\n${Object.values(exitCodes)
        .map(({ code, says }) => `  ${String(code).padEnd(4)} ${says}`)
        .join('\n')}`,
  );

program
  .command('check')
  .description('check specs, files or folders, and compare the outcomes with what the specs expect')
  .argument('[paths...]', 'spec files, or folders of them', ['specs'])
  .option('--json', 'print one JSON document (docs/json.md) instead of the table')
  .option(
    '--report, --reporter <name=file>',
    `write a report to a file, or without one to standard output instead of the table; may be given again: ${reporterNames.join(', ')}`,
    reporting,
  )
  .addOption(
    new Option('--traces <which>', 'which traces to print').choices(['all', 'unexpected', 'none']),
  )
  .option('--states-max <n>', 'states to store, at most', whole)
  .option(
    '--memory-max <size>',
    'memory of the process, at most, such as 4GiB; four fifths of the machine unless given',
    bytes,
  )
  .option('--time-max <duration>', 'time for each spec, at most, such as 90s or 10m', duration)
  .option('--depth-max <n>', 'steps from the initial state, at most', whole)
  .option('--stop-at-first', 'end a search with the first property that is violated')
  .option(
    '--workers <n>',
    'threads that search, at most; as many as there are cores unless given',
    threads,
  )
  .addOption(
    new Option(
      '--progress <how>',
      'on standard error while a search runs: a line on a terminal, or JSON lines (docs/json.md)',
    )
      .choices(progressKinds)
      .default('auto'),
  )
  .addOption(
    new Option(
      '--reference',
      'use the naive explorer on immutable states: slow, and the oracle of the fast one; it has no limit but --depth-max',
    ).conflicts(['statesMax', 'memoryMax', 'timeMax', 'stopAtFirst', 'workers']),
  )
  .addOption(
    new Option(
      '--reduction <names>',
      'which reductions to search with: those that the spec names, none, or partial orders as well',
    )
      .choices(['spec', 'none', 'por'])
      .default('spec'),
  )
  .addOption(
    new Option(
      '--hash-compact',
      'for the largest scopes: keep a 64-bit fingerprint of each state and not the state; nothing is then said to hold, but with which probability a state was missed at most',
    ).conflicts(['reference', 'audit']),
  )
  .addOption(
    new Option(
      '--checkpoint <folder>',
      'leave what is found in files there, now and then and when the search is interrupted, so that --resume goes on from it',
    ).conflicts(['hashCompact', 'reference', 'audit', 'disk', 'resume']),
  )
  .addOption(
    new Option(
      '--checkpoint-every <duration>',
      'time between two checkpoints, such as 90s or 10m; 5m unless given',
    ).argParser(duration),
  )
  .addOption(
    new Option(
      '--resume <folder>',
      'go on from the checkpoints that a search left there',
    ).conflicts(['hashCompact', 'reference', 'audit']),
  )
  .addOption(
    new Option(
      '--disk <folder>',
      'for what does not fit into memory: keep the states in files there, and in memory those of one level',
    ).conflicts(['hashCompact', 'reference', 'audit']),
  )
  .addOption(
    new Option(
      '--audit',
      'instead, search with and without each reduction that a spec names, on a smaller machine if need be, and fail on any difference',
    ).conflicts([
      'json',
      'reporter',
      'reference',
      'traces',
      'statesMax',
      'timeMax',
      'depthMax',
      'stopAtFirst',
    ]),
  )
  .addOption(extendsAnywhere)
  .addHelpText(
    'after',
    () =>
      `\nReporters:\n${reporterNames
        .map((name) => `  ${name.padEnd(10)} ${reporters[name].says}`)
        .join('\n')}\n\nLimits end in "unfinished", never in "holds".`,
  )
  .action(
    async (paths: string[], options: CheckOptions & { audit?: boolean }, command: Command) => {
      if (options.json && isPrinted(options.reporter ?? [])) command.error(`error: ${oneAlone}`);
      process.exitCode = options.audit ? audit(paths, options) : await check(paths, options);
    },
  );

program
  .command('explain')
  .description(
    'leave out each step, lock, flush and fence of a design, and say which property falls',
  )
  .argument('<spec>', 'a spec file')
  .option('--repair', 'for a violated design: try single edits, and list those that mend it')
  .option('--json', 'print one JSON document (docs/json.md)')
  .option('--states-max <n>', 'states to store for each variant, at most', whole)
  .option('--time-max <duration>', 'time for each variant, at most, such as 90s or 10m', duration)
  .addOption(extendsAnywhere)
  .action(async (file: string, options: ExplainOptions) => {
    process.exitCode = await explain(file, options);
  });

program
  .command('reorder')
  .description('try every order of the steps of an operation, and say which are safe')
  .argument('<spec>', 'a spec file')
  .argument('<operation>', 'an operation, as `svscheck list` shows it')
  .option('--steps <names>', 'only these steps and loops change places, such as a,b,c', (text) =>
    text.split(','),
  )
  .option('--orders-max <n>', 'orders to try, at most', whole, 5040)
  .option('--json', 'print one JSON document (docs/json.md)')
  .option('--states-max <n>', 'states to store for each variant, at most', whole)
  .option('--time-max <duration>', 'time for each variant, at most, such as 90s or 10m', duration)
  .addOption(extendsAnywhere)
  .action(async (file: string, operation: string, options: ReorderOptions) => {
    process.exitCode = await reorder(file, operation, options);
  });

program
  .command('list')
  .description('list protocols, operations and steps, properties and witnesses')
  .option('--json', 'print them as JSON')
  .action((options: { json?: boolean }) => {
    process.exitCode = list(options);
  });

program
  .command('show')
  .description('show the protocol of a spec after its edits, and how a state is packed')
  .argument('<spec>', 'a spec file')
  .addOption(extendsAnywhere)
  .action((file: string, options: ReadOptions) => {
    process.exitCode = show(file, options);
  });

program
  .command('replay')
  .description('take the path of a trace again, and say which properties are violated at its end')
  .argument('<spec>', 'a spec file')
  .requiredOption('--path <path>', 'the path, as the trace printed it')
  .option('--reference', 'by the immutable rules instead of the packed ones')
  .addOption(
    new Option('--format <name>', 'what to tell it as (docs/formats.md)')
      .choices(pathFormatNames)
      .default('text'),
  )
  .option('--output <file>', 'write it to a file instead of standard output')
  .option(
    '--save <file>',
    'write the path as a spec of its own, which fails until the path violates the property no more',
  )
  .option('--property <name>', 'with --save: the property, where several are violated at its end')
  .option('--force', 'with --save: replace the file if it exists')
  .addOption(extendsAnywhere)
  .action((file: string, options: ReplayOptions) => {
    process.exitCode = replay(file, options);
  });

program
  .command('graph')
  .description('draw the reachable states of a small machine, with every transition')
  .argument('<spec>', 'a spec file')
  .addOption(
    new Option('--format <name>', 'what to draw it with (docs/formats.md)')
      .choices(graphFormats)
      .default('dot'),
  )
  .option('--states-max <n>', 'refuse a machine of more states', drawn, 200)
  .option('--output <file>', 'write it to a file instead of standard output')
  .addOption(extendsAnywhere)
  .action((file: string, options: GraphOptions) => {
    process.exitCode = graph(file, options);
  });

program
  .command('simulate')
  .description('walk at random until a property is violated')
  .argument('<spec>', 'a spec file')
  .option('--seed <n>', 'the seed that fixes the walk', whole)
  .option('--steps <n>', 'steps, at most', whole, 100)
  .addOption(extendsAnywhere)
  .action((file: string, options: SimulateOptions) => {
    process.exitCode = simulate(file, options);
  });

program
  .command('init')
  .description('write a commented spec to start from')
  .argument('[file]', 'where to', 'design.yaml')
  .option('--force', 'replace the file if it exists')
  .action((file: string, options: { force?: boolean }) => {
    process.exitCode = init(file, options);
  });

program
  .command('errors')
  .description('list the codes of the errors that a spec can have')
  .action(() => {
    for (const [code, says] of Object.entries(errorCodes)) print(`${code.padEnd(22)} ${says}`);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok.code : exitCodes.mistake.code;
  } else if (error instanceof UserError) {
    for (const mistake of error.mistakes) printError(describeMistake(mistake));
    process.exitCode = exitCodes.mistake.code;
  } else {
    printError(`internal error: ${error instanceof Error ? error.stack : error}`);
    printError('This is a bug of svscheck. Please report it, with the spec and this message.');
    process.exitCode = exitCodes.internal.code;
  }
}
