/** What is published, what an installation brings along, and who may publish it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inFolder } from './cli/run.js';

interface Locked {
  readonly version: string;
  readonly license: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}
interface Manifest {
  readonly license: string;
  readonly version: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly steps: readonly { readonly run?: string }[];
      }
    >
  >;
}

const read = (file: string): string => readFileSync(file, 'utf8');
const manifestOf = (folder: string) => JSON.parse(read(join(folder, 'package.json'))) as Manifest;
/** The scripts of a package that npm runs when it is installed, by itself or from its repository. */
const atInstallation = ({ scripts = {} }: Manifest): string[] =>
  ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => name in scripts);

const own = manifestOf('.');
const lock = JSON.parse(read('package-lock.json')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
const runtime = locked.filter(([, { dev = false }]) => !dev);

describe('what an installation brings along', () => {
  it('is five packages, which need no others', () => {
    const five = ['commander', 'immer', 'picocolors', 'yaml', 'zod'];
    expect(Object.keys(own.dependencies)).toEqual(five);
    expect(runtime.map(([path]) => path)).toEqual(five.map((name) => `node_modules/${name}`));
    expect(runtime.flatMap(([, { dependencies = {} }]) => Object.keys(dependencies))).toEqual([]);
  });

  it('runs nothing', () => {
    expect(atInstallation(own)).toEqual([]);
    for (const [path] of runtime) {
      expect([path, atInstallation(manifestOf(path))]).toEqual([path, []]);
      // npm builds what has one, with no script that says so.
      expect(existsSync(join(path, 'binding.gyp'))).toBe(false);
    }
  });

  it('is under licences that ask for a notice at most', () => {
    const allowed = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD'];
    for (const [path, { license }] of runtime) {
      expect(allowed).toContain(license);
      expect([path, manifestOf(path).license]).toEqual([path, license]);
    }
  });
});

describe('package-lock.json', () => {
  it('pins every package to the digest of what the registry has', () => {
    const registry = 'https://registry.npmjs.org/';
    for (const [path, { integrity, resolved = registry }] of locked) {
      expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-[\w+/]{86}==$/)]);
      // Where it names no address, npm asks the registry.
      expect([path, resolved.startsWith(registry)]).toEqual([path, true]);
    }
  });

  it('has one package that would run something, which does without', () => {
    // esbuild finds the program of its platform by itself: `.ci/run` installs with --ignore-scripts.
    const scripted = locked.filter(([, { hasInstallScript = false }]) => hasInstallScript);
    expect(scripted.map(([path]) => path)).toEqual(['node_modules/esbuild']);
  });
});

describe('the tarball', () => {
  // Without the build before it: other tests are running what is built.
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [packed] = JSON.parse(
    execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as { readonly size: number; readonly files: readonly { readonly path: string }[] }[];
  const paths = packed?.files.map(({ path }) => path) ?? [];

  it('holds the program, the specs, the documents, and nothing else', () => {
    const kinds =
      /^(dist\/.+\.(js|d\.ts)|dist\/page\/\w+\.css|specs\/.+\.(yaml|json|md)|docs\/.+\.(md|txt|svg|yml))$/;
    expect(paths.filter((path) => !kinds.test(path)).sort()).toEqual([
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'package.json',
    ]);
    expect(paths).toEqual(
      expect.arrayContaining(['dist/cli.js', 'dist/index.js', 'dist/vitest.js']),
    );
    const specs = readdirSync('specs', { recursive: true, encoding: 'utf8' });
    expect(paths.filter((path) => path.startsWith('specs/') && path.endsWith('.yaml')).length).toBe(
      specs.filter((name) => name.endsWith('.yaml')).length,
    );
  });

  it('is under half a mebibyte', () => {
    expect(packed?.size).toBeLessThan(2 ** 19);
  });

  it('holds no code of others: pages are bundled, and use none', async () => {
    const { metafile } = await build({
      entryPoints: ['src/page/report.ts', 'src/page/explore.ts'],
      outdir: 'dist/page',
      bundle: true,
      write: false,
      metafile: true,
    });
    const inputs = Object.values(metafile.outputs).flatMap((output) =>
      Object.entries(output.inputs),
    );
    expect(inputs.map(([file]) => file)).toContain('src/report/terminal.ts');
    const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    expect(used.filter(([file]) => !file.startsWith('src/'))).toEqual([]);
  });
});

describe('the bill of materials', () => {
  it('tells of the package and of the five', () =>
    inFolder({}, (folder) => {
      const file = join(folder, 'bill.json');
      execFileSync(process.execPath, ['scripts/sbom.js', file]);
      const bill = JSON.parse(read(file));
      const named = (name: string, { version, license }: Manifest | Locked) => ({
        'bom-ref': `pkg:npm/${name}@${version}`,
        name,
        version,
        purl: `pkg:npm/${name}@${version}`,
        licenses: [{ license: { id: license } }],
      });
      expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
      expect(bill.metadata.component).toMatchObject(named('svscheck', own));
      expect(bill.components).toEqual(
        runtime.map(([path, one]) => ({
          ...named(path.replace('node_modules/', ''), one),
          type: 'library',
          scope: 'required',
          hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
        })),
      );
      const refs = bill.components.map((one: { readonly 'bom-ref': string }) => one['bom-ref']);
      expect(bill.dependencies).toEqual([
        { ref: `pkg:npm/svscheck@${own.version}`, dependsOn: refs },
        ...refs.map((ref: string) => ({ ref })),
      ]);
    }));
});

describe('the workflows', () => {
  const workflowOf = (name: string) => parse(read(`.github/workflows/${name}.yml`)) as Workflow;

  it('may do what each job needs, and no more', () => {
    const allowed = (name: string) => {
      const { permissions, jobs } = workflowOf(name);
      return Object.fromEntries(
        Object.entries(jobs).map(([job, { permissions: of }]) => [job, of ?? permissions]),
      );
    };
    expect(allowed('ci')).toEqual({
      all: { contents: 'read' },
      advisories: { contents: 'read' },
    });
    expect(allowed('release')).toEqual({
      pack: { contents: 'read' },
      publish: { 'id-token': 'write' },
      release: { contents: 'write' },
    });
  });

  it('run nothing but npm where they can sign', () => {
    const { publish } = workflowOf('release').jobs;
    const runs = publish?.steps.flatMap(({ run }) => run ?? []);
    expect(runs).toEqual([
      'npm publish ./svscheck-*.tgz --provenance --access public --ignore-scripts',
    ]);
  });

  it('install nothing that runs', () => {
    const installs = read('.ci/run').match(/^npm ci\b.*$/gm);
    expect(installs).toEqual(['npm ci --ignore-scripts']);
  });
});
