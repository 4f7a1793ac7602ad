/** Files that are none, and folders that are large, that lead elsewhere, or that cannot be read. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBaseline } from '../../src/commands/baseline.js';
import { merged } from '../../src/commands/merge.js';
import { reporterNames } from '../../src/commands/reporters.js';
import { verification } from '../../src/commands/verify.js';
import { search } from '../../src/explorer/search.js';
import { openArchive, searchFrom } from '../../src/spec/archive.js';
import { buildSpec, systemOf } from '../../src/spec/build.js';
import { findSpecs, loadSpec } from '../../src/spec/load.js';
import { inFolder, svscheck } from '../cli/run.js';

const spec = 'title: A\nprotocol: mail\nmachine: { cpus: 1, pmaps: 1, user-slots: 1 }\n';

const pipe = (path: string): void => void execFileSync('mkfifo', [path]);

describe('a folder', () => {
  const count = process.env.FUZZ_CASES === undefined ? 2000 : 100_000;

  /** So many specs, a thousand in each folder. */
  const filled = (text: string, use: (folder: string) => void): Promise<void> =>
    inFolder({}, (folder) => {
      for (let n = 0; n < count; n++) {
        const below = join(folder, `s${Math.floor(n / 1000)}`);
        if (n % 1000 === 0) mkdirSync(below);
        writeFileSync(join(below, `${n}.yaml`), text);
      }
      use(folder);
    });

  it(`has ${count} specs: all are found and read, and a part of them is checked`, async () => {
    await filled(spec, (folder) => {
      const files = findSpecs([folder]);
      expect(files.length).toBe(count);
      const before = process.memoryUsage.rss();
      const titles = new Set(files.map((file) => loadSpec(file).title));
      expect(titles).toEqual(new Set(['A']));
      expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 30);
      const shard = ['--shard', `7/${count / 10}`];
      const { code, out } = svscheck(['check', '.', '--states-max', '1', ...shard], folder);
      expect(code).toBe(3);
      expect(out.match(/^\.\.\. /gm)?.length).toBe(10);
    });
  }, 900_000);

  it(`has ${count} specs that are wrong: each is told, by every reporter`, async () => {
    await filled('title: A\nprotocol: mial\n', (folder) => {
      const reporters = reporterNames.flatMap((name) => ['--reporter', `${name}=out.${name}`]);
      const { code, out, err } = svscheck(['check', '.', ...reporters], folder, {
        NODE_OPTIONS: '--max-old-space-size=1024',
      });
      expect({ code, out }).toEqual({
        code: 2,
        out: `\n0 of ${count} specs as expected, 0 states in 0.0 s\n`,
      });
      expect(err.match(/error\[unknown-value]/g)).toHaveLength(count);
      const told = readFileSync(join(folder, 'out.junit'), 'utf8');
      expect(told).toContain(`<testsuites name="svscheck" tests="${count}"`);
      expect(told.match(/<error /g)).toHaveLength(count);
    });
  }, 900_000);

  it('has links, pipes and devices: they are passed over', async () => {
    await inFolder({ 'in/a.yaml': spec, 'out/b.yaml': spec }, (folder) => {
      const below = join(folder, 'in');
      symlinkSync('a.yaml', join(below, 'spec.yaml'));
      symlinkSync('../out', join(below, 'folder'));
      symlinkSync('.', join(below, 'itself'));
      symlinkSync('nothing', join(below, 'broken.yaml'));
      symlinkSync('loop.yaml', join(below, 'loop.yaml'));
      symlinkSync('/dev/zero', join(below, 'zero.yaml'));
      pipe(join(below, 'pipe.yaml'));
      mkdirSync(join(below, 'folder.yaml'));
      expect(findSpecs([below])).toEqual([join(below, 'a.yaml')]);
      const { out } = svscheck(['check', '.'], below);
      expect(out).toContain('1 of 1 specs as expected');
    });
  });

  it('is too deep to be read', async () => {
    await inFolder({ 'a/x.yaml': spec }, (folder) => {
      // Built from below, since no path leads down to the end of it.
      for (let level = 0; level < 20; level++) {
        mkdirSync(join(folder, 'b'));
        renameSync(join(folder, 'a'), join(folder, 'b', 'd'.repeat(250)));
        renameSync(join(folder, 'b'), join(folder, 'a'));
      }
      for (const args of [
        ['check', 'a'],
        ['check', 'a', '--json'],
      ]) {
        const { code, err } = svscheck(args, folder);
        expect({ code, err }).toEqual({
          code: 2,
          err: expect.stringMatching(
            /: error\[file-unreadable\]: it cannot be read \(ENAMETOOLONG\)\n$/,
          ),
        });
      }
      execFileSync('rm', ['-r', join(folder, 'a')]);
    });
  });
});

describe('a file that is named', () => {
  it('is a link to a spec: it is followed', async () => {
    await inFolder({ 'a.yaml': spec }, (folder) => {
      symlinkSync('a.yaml', join(folder, 'link.yaml'));
      expect(svscheck(['check', 'link.yaml'], folder).code).toBe(0);
    });
  });

  it.each([
    ['a pipe', 'pipe', 'file-unreadable]: this is not a file'],
    ['a device without an end', '/dev/zero', 'file-unreadable]: this is not a file'],
    ['a link to one', 'zero', 'file-unreadable]: this is not a file'],
    ['a link to itself', 'loop', '(ELOOP)'],
    ['a name that is too long', 'x'.repeat(5000), '(ENAMETOOLONG)'],
    ['below a file', 'a.yaml/b', '(ENOTDIR)'],
  ])('is %s', async (_, name, says) => {
    await inFolder({ 'a.yaml': spec }, (folder) => {
      pipe(join(folder, 'pipe'));
      symlinkSync('/dev/zero', join(folder, 'zero'));
      symlinkSync('loop', join(folder, 'loop'));
      const file = name.startsWith('/') ? name : join(folder, name);
      for (const read of [
        () => loadSpec(file),
        () => merged([file]),
        () => verification(file),
        () => readBaseline({ baseline: file, updateBaseline: existsSync(file) }),
      ]) {
        expect(read).toThrow(/error\[file-(unreadable|missing|unwritable)\]/);
      }
      expect(() => loadSpec(file)).toThrow(says);
      const { code, err } = svscheck(['check', name, '--json'], folder);
      expect(code).toBe(2);
      expect(err).toContain(says);
    });
  });
});

describe('a folder of checkpoints', () => {
  const { design } = loadSpec('specs/mail/interleaved.yaml');
  const system = systemOf(design, buildSpec(loadSpec('specs/mail/interleaved.yaml')));

  /** What a search does that is begun in a folder, or gone on with. */
  const searched = (folder: string, how: { readonly resume?: boolean }) => {
    const options = { folder, resume: false, onDisk: false, everyMs: 0, ...how };
    const opened = openArchive(design, system.words, options, () => {});
    return searchFrom(opened.archiving, () => search(system, { ...opened, statesMax: 3000 }));
  };

  it.each([{}, { resume: true }])(
    'has links, and nothing is written through one: %j',
    async (how) => {
      await inFolder({ theirs: 'theirs' }, (folder) => {
        const own = join(folder, 'ck');
        mkdirSync(own);
        const names = [`in-use-${process.pid}`, 'in-use-4000000000', 'contents.json.new'];
        for (const name of names) symlinkSync('../theirs', join(own, name));
        expect(searched(own, how).stoppedBy).toBe('states-max');
        expect(readdirSync(own)).toEqual(expect.not.arrayContaining(names));
        for (const name of readdirSync(own)) rmSync(join(own, name));
        symlinkSync('../theirs', join(own, 'states'));
        expect(() => searched(own, how)).toThrow('error[checkpoint-unusable]: ELOOP');
        expect(readFileSync(join(folder, 'theirs'), 'utf8')).toBe('theirs');
      });
    },
  );

  it('is a link itself', async () => {
    await inFolder({ 'theirs/kept': '' }, (folder) => {
      symlinkSync('theirs', join(folder, 'ck'));
      expect(() => searched(join(folder, 'ck'), {})).toThrow(/unusable]: it is a link\n/);
      expect(readdirSync(join(folder, 'theirs'))).toEqual(['kept']);
    });
  });

  it.each([
    ['contents.json', { resume: true }, 'contents.json: it is not a file'],
    ['contents.json', {}, 'there is one already'],
  ])('has a pipe, which nobody writes to, as %s: %j', async (name, how, says) => {
    await inFolder({}, (folder) => {
      pipe(join(folder, name));
      expect(() => searched(folder, how)).toThrow(says);
    });
  });

  it('has a pipe, which states cannot be kept in', async () => {
    await inFolder({}, (folder) => {
      pipe(join(folder, 'states'));
      const { stoppedBy, notices } = searched(folder, {});
      expect({ stoppedBy, notices }).toEqual({
        stoppedBy: 'states-max',
        notices: [expect.stringMatching(/^no checkpoint can be written \(ESPIPE/)],
      });
    });
  });
});
