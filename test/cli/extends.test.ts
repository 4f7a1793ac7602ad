/** What a spec may extend: files below the working directory, and below what the command line names. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/spec/errors.js';
import { loadSpec } from '../../src/spec/load.js';
import { inFolder, svscheck } from './run.js';

const base = 'title: Base\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\n';
const extending = (way: string): string => `title: A\nextends: ${way}\n`;

/** A project with specs in two folders, one of which extend the other's; and a file beside it. */
const project = {
  'outside.yaml': base,
  'project/specs/mail/base.yaml': base,
  'project/specs/bugs/a.yaml': extending('../mail/base.yaml'),
  'project/specs/bugs/out.yaml': extending('../../../outside.yaml'),
  'project/specs/bugs/linked.yaml': extending('link.yaml'),
  'project/specs/bugs/missing.yaml': extending('../../../nothing.yaml'),
};

const inProject = (use: (folder: string) => void): Promise<void> =>
  inFolder(project, (folder) => {
    symlinkSync('../../../outside.yaml', join(folder, 'project/specs/bugs/link.yaml'));
    mkdirSync(join(folder, 'elsewhere'));
    use(folder);
  });

describe('a spec extends', () => {
  it.each([
    ['a file below the working directory', 'project', ['check', 'specs/bugs/a.yaml']],
    [
      'a file below a folder that is named',
      'elsewhere',
      ['check', '../project/specs', '--shard', '1/5'],
    ],
    ['what lies anywhere', 'project', ['check', 'specs/bugs/out.yaml', '--extends-anywhere']],
    ['what a link leads to', 'project', ['check', 'specs/bugs/linked.yaml', '--extends-anywhere']],
    [
      'what lies anywhere, for show',
      'project',
      ['show', 'specs/bugs/out.yaml', '--extends-anywhere'],
    ],
    [
      'what lies anywhere, for explain',
      'project',
      ['explain', 'specs/bugs/out.yaml', '--extends-anywhere'],
    ],
    [
      'a file below the working directory, for graph',
      '.',
      ['graph', 'project/specs/bugs/out.yaml', '--states-max', '1000'],
    ],
  ])('%s', async (_, cwd, args) => {
    await inProject((folder) => {
      const { code, err } = svscheck(args, join(folder, cwd));
      expect({ code, err }).toEqual({ code: 0, err: '' });
    });
  });

  it.each([
    ['above', 'project', ['check', 'specs/bugs/out.yaml'], 'specs/bugs/out', 'outside'],
    ['by a link', 'project', ['check', 'specs/bugs/linked.yaml'], 'specs/bugs/linked', 'outside'],
    ['that is not there', 'project', ['show', 'specs/bugs/missing.yaml'], 'missing', 'nothing'],
    ['of the project', 'project/specs/bugs', ['check', 'a.yaml'], 'a', 'project/specs/mail/base'],
    ['beside a folder', 'elsewhere', ['check', '../project/specs/bugs'], 'a', 'specs/mail/base'],
  ])('no file %s', async (_, cwd, args, spec, wanted) => {
    await inProject((folder) => {
      const { code, err } = svscheck(args, join(folder, cwd));
      expect(code).toBe(2);
      expect(err).toContain(`${spec}.yaml:2:10: error[extends-outside]: '`);
      expect(err).toContain('leads out of the folders that specs are read from, to /');
      expect(err).toContain(`${wanted}.yaml\n  run it in a folder that has both, or name one;`);
    });
  });

  it('what lies in the folders that the library is given', async () => {
    await inProject((folder) => {
      const file = join(folder, 'project/specs/bugs/a.yaml');
      const load = (within?: readonly string[] | null) =>
        loadSpec(file, within === undefined ? {} : { within }).design.protocol;
      expect(load([join(folder, 'project')])).toBe('mail');
      expect(load(null)).toBe('mail');
      expect(() => load()).toThrow(UserError);
      expect(() => load([join(folder, 'nothing'), join(folder, 'elsewhere')])).toThrow(UserError);
    });
  });
});
