#!/usr/bin/env node
/** Runs the command line; what it throws becomes a message and an exit code. */
import { CommanderError } from 'commander';
import { printError, printMistakes } from './commands/output.js';
import { program } from './program.js';
import { exitCodes } from './report/exit.js';
import { UserError } from './spec/errors.js';

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok.code : exitCodes.mistake.code;
  } else if (error instanceof UserError) {
    printMistakes(error.mistakes);
    process.exitCode = exitCodes.mistake.code;
  } else {
    printError(`internal error: ${error instanceof Error ? error.stack : error}`);
    printError('This is a bug of svscheck. Please report it, with the spec and this message.');
    process.exitCode = exitCodes.internal.code;
  }
}
