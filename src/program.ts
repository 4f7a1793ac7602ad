/** The command line: what it takes, and nothing of what it does. */
import { Command, Option } from 'commander';
import {
  bytes,
  drawn,
  duration,
  oneAlone,
  port,
  reporting,
  shard,
  threads,
  whole,
} from './arguments.js';
import { audit } from './commands/audit.js';
import type { CheckOptions } from './commands/check.js';
import { check } from './commands/check.js';
import type { ExplainOptions, ReorderOptions } from './commands/explain.js';
import { explain, reorder } from './commands/explain.js';
import type { ExploreOptions } from './commands/explore.js';
import { explore } from './commands/explore.js';
import type { GraphOptions } from './commands/graph.js';
import { graph, graphFormats } from './commands/graph.js';
import { init } from './commands/init.js';
import { list, show } from './commands/list.js';
import { merge } from './commands/merge.js';
import { print, writeOut, writePlainError } from './commands/output.js';
import { pathFormatNames } from './commands/path-formats.js';
import type { ReplayOptions, SimulateOptions } from './commands/replay.js';
import { replay, simulate } from './commands/replay.js';
import { isPrinted, reporterNames, reporters } from './commands/reporters.js';
import type { ReadOptions } from './commands/specs.js';
import type { TellingOptions } from './commands/telling.js';
import { verify } from './commands/verify.js';
import { watch } from './commands/watch.js';
import { exitCodes } from './report/exit.js';
import { progressKinds } from './report/progress.js';
import { version } from './report/version.js';
import { errorCodes } from './spec/errors.js';

export const program = new Command('svscheck')
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

/** Of every command that reads specs. */
const extendsAnywhere = new Option(
  '--extends-anywhere',
  'let specs extend files that lie neither below the working directory nor below what is named here',
);

/** What becomes of a run: the options that check and merge share. */
const telling = (command: Command): Command =>
  command
    .option('--json', 'print one JSON document (docs/json.md) instead of the table')
    .option(
      '--report, --reporter <name=file>',
      `write a report to a file, or without one to standard output instead of the table; may be given again: ${reporterNames.join(', ')}`,
      reporting,
    )
    .addOption(
      new Option('--traces <which>', 'which traces to print').choices([
        'all',
        'unexpected',
        'none',
      ]),
    )
    .option('--baseline <file>', 'fail where verdicts or counts are not those in this file')
    .option(
      '--update-baseline',
      'write the verdicts and counts of this run into the file of --baseline instead',
    )
    .hook('preAction', () => {
      const { json, reporter = [] } = command.opts<TellingOptions>();
      if (json && isPrinted(reporter)) command.error(`error: ${oneAlone}`);
    });

telling(program.command('check'))
  .description('check specs, files or folders, and compare the outcomes with what the specs expect')
  .argument('[paths...]', 'spec files, or folders of them', ['specs'])
  .addOption(
    new Option(
      '--shard <i/n>',
      'check the i-th of n parts of the specs; `svscheck merge` puts the JSON reports together',
    )
      .argParser(shard)
      .conflicts('updateBaseline'),
  )
  .option(
    '--budget <duration>',
    'time for all specs together, at most, such as 2m: each has its share, and what others leave of theirs',
    duration,
  )
  .addOption(
    new Option(
      '--watch',
      'check again whenever a spec changes, or one that it extends, until Ctrl-C',
    ).conflicts(['json', 'shard', 'updateBaseline', 'reference', 'audit']),
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
    ).conflicts(['statesMax', 'memoryMax', 'timeMax', 'budget', 'stopAtFirst', 'workers']),
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
      '--certificate <file>',
      'of one spec, searched without reductions: write what was found and a digest of the states, for `svscheck verify`',
    ).conflicts(['hashCompact', 'reference', 'audit', 'watch']),
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
      'baseline',
      'updateBaseline',
      'shard',
      'budget',
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
  .action(async (paths: string[], options: CheckOptions & { audit?: boolean; watch?: boolean }) => {
    if (options.audit) process.exitCode = audit(paths, options);
    else process.exitCode = await (options.watch ? watch : check)(paths, options);
  });

telling(program.command('merge'))
  .description('put the JSON reports of all shards of a run together, to what the run says')
  .argument('<reports...>', 'the files that `check --shard I/N --json` made')
  .action((files: string[], options: TellingOptions) => {
    process.exitCode = merge(files, options);
  });

program
  .command('verify')
  .description(
    'derive again, with the naive explorer and the immutable rules, all that a certificate says',
  )
  .argument('<certificate>', 'the file that `check --certificate` wrote')
  .action((file: string) => {
    process.exitCode = verify(file);
  });

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
  .command('explore')
  .description('walk through the states by hand, on a page that only this machine can open')
  .argument('<spec>', 'a spec file')
  .option('--port <n>', 'the port of 127.0.0.1 to listen on; any that is free unless given', port)
  .option('--path <path>', 'where to begin, as a trace printed it', '0:')
  .addOption(extendsAnywhere)
  .action(async (file: string, options: ExploreOptions) => {
    process.exitCode = await explore(file, options);
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
