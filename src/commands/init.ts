/** `svscheck init`: a spec to start from. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plain, UserError } from '../spec/errors.js';
import { writeWhole } from './files.js';
import { print } from './output.js';

const template = `# What is checked, in one line.
title: My design

# What the verdict shows, for whoever reads the table.
shows: The design as posted, with the lock on the per-CPU pages that the mail does not name.

# The lists of steps to start from; 'svscheck list' shows them.
protocol: mail

# The size of the machine. Every verdict is about this size, and this size only.
machine:
  cpus: 2
  pmaps: 2
  user-slots: 1
  nesting: 1 # frames that interrupts may save on a CPU
  events: [user-access, interrupt] # also: nmi, iret-fault

# What is atomic: 'step' lets other CPUs and interrupts in between any two steps.
interleaving: step

unmapped: [pte] # areas that the per-CPU pages do not carry
secret: [pte] # areas that no user may reach

# Changes of the protocol, made in order: drop, move, swap, insert, replace.
edits:
  - insert: lock-own-updir
    before: context-switch/copy-slots
  - insert: unlock-own-updir
    after: context-switch/copy-slots
  - insert: lock-updir
    before: l4-allocate/test-cpu
  - insert: unlock-updir
    after: l4-allocate/add-slot

# What must come out. A property that is not listed must hold.
expect:
  user-slots-complete: holds
  shared-pmap: reachable
`;

export function init(file: string, options: { readonly force?: boolean }): number {
  if (existsSync(file) && !options.force) {
    const message = 'the file exists; it is left as it is';
    throw new UserError([{ code: 'bad-option', file, message, hint: '--force replaces it' }]);
  }
  writeWhole(file, schemaLine(file) + template);
  print(`wrote ${plain(file)}; now: svscheck check ${plain(file)}`);
  return 0;
}

const schema = 'specs/spec.schema.json';
/** The folder of this package. */
const own = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/**
 * The comment by which an editor finds the schema of specs: that of the package where a folder above
 * the file has it installed, or this package's own where the file lies in it; else nothing.
 */
export function schemaLine(file: string): string {
  let up = '';
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    const places = [`node_modules/svscheck/${schema}`, ...(folder === own ? [schema] : [])];
    const place = places.find((one) => existsSync(join(folder, one)));
    if (place !== undefined) return `# yaml-language-server: $schema=${up}${place}\n`;
    if (folder === dirname(folder)) return '';
    up += '../';
  }
}
