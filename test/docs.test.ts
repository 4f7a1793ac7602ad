/** What the documents show is what the program does. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claimRows } from '../src/invariants/claims.js';
import { pagesOf } from '../src/reference/pages.js';
import { specFormat } from '../src/spec/format.js';
import { findSpecs } from '../src/spec/load.js';
import { eventNames } from '../src/state/scope.js';
import { inFolder, svscheck } from './cli/run.js';
import { resultOf } from './specs/runs.js';

const read = (file: string) => readFileSync(file, 'utf8');
const blocks = (file: string, language: string): string[] =>
  [...read(file).matchAll(/```(\w*)\n([\s\S]*?)```/g)]
    .filter(([, of]) => of === language)
    .map(([, , text = '']) => text);

describe('the README', () => {
  it('shows a trace that check prints', () => {
    const [shown = ''] = blocks('README.md', 'console');
    const [command = '', trace = ''] = shown.split('\n...\n');
    expect(command).toBe('$ npx svscheck check specs/mail/interleaved.yaml');
    expect(trace.split('\n').length).toBeGreaterThan(30);
    expect(svscheck(['check', 'specs/mail/interleaved.yaml']).out).toContain(trace);
  });

  it('has a hello world of under 15 lines that prints what it says', () => {
    const [code = ''] = blocks('README.md', 'js');
    expect(code.trim().split('\n').length).toBeLessThan(15);
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(read('README.md')).toContain(`It prints \`${stdout.trim()}\`.`);
  });

  it('has the table of properties that list prints', () => {
    const rows = claimRows.map(
      ({ name, claim, source }) => `| \`${name}\` | ${claim} | ${source} |`,
    );
    expect(read('README.md')).toContain(`|---|---|---|\n${rows.join('\n')}\n\n`);
  });

  it('has the two commands, and they are scripts of the package', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const screen = read('README.md').split('\n').slice(0, 14).join('\n');
    expect(screen).toContain('npm ci && npm run check');
    expect(screen).toContain('npm cit');
    expect(scripts.check).toMatch(/^npm run -s build && /);
    expect(scripts.test).toMatch(/^npm run -s build && /);
    expect(Object.keys(scripts)).not.toContain('install');
  });
});

describe('the story in the README', () => {
  const rows = [
    ...read('README.md').matchAll(/^\| `(specs\/\S+)` \| (.*): (.*) \| ([\d,]+) \|$/gm),
  ];

  it('has a line for each turn of it', () => {
    expect(rows.length).toBe(9);
  });

  it.each(rows.map(([, file = '', , outcome = '', states = '']) => ({ file, outcome, states })))(
    '$file: $outcome, in $states states',
    async ({ file, outcome, states }) => {
      const { statesDistinct, properties, status } = await resultOf(file);
      expect(statesDistinct.toLocaleString('en-US')).toBe(states);
      expect(status).toBe('as-expected');
      const violated = properties.filter(({ result }) => result === 'violated');
      const told = violated.map(({ name, depth }) => `${name} violated in ${depth}`);
      if (outcome === 'all hold') expect(told).toEqual([]);
      else expect(told).toContain(outcome);
    },
  );

  it('shows what explain --repair prints', () => {
    const [, shown = ''] = blocks('README.md', 'console');
    const [command = '', ...lines] = shown.split('\n');
    const args = command.replace('$ npx svscheck ', '').split(' ');
    expect(args[0]).toBe('explain');
    expect(svscheck(args).out).toBe(lines.join('\n'));
  });
});

describe('the specs that documents show', () => {
  const shown = ['README.md', 'docs/specs.md'].flatMap((file) =>
    blocks(file, 'yaml').map((text) => ({ file, text })),
  );

  it.each(shown)('come out as they expect: $file', async ({ text }) => {
    const mail = readdirSync('specs/mail').map((name) => [name, read(`specs/mail/${name}`)]);
    const files = { ...Object.fromEntries(mail), 'shown.yaml': text };
    const { code, err } = await inFolder(files, (folder) =>
      svscheck(['check', 'shown.yaml'], folder),
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('are described key by key', () => {
    const [described, events] = [read('docs/reference.md'), read('docs/specs.md')];
    const keys = [...Object.keys(specFormat.shape), 'machine.nesting', 'kaslr.layout'];
    expect(keys.filter((key) => !described.includes(`\n| \`${key}\` |`))).toEqual([]);
    expect(eventNames.filter((event) => !events.includes(`\`${event}\``))).toEqual([]);
  });
});

describe('every spec', () => {
  it('names the schema in its first line, for editors', () => {
    const files = findSpecs(['specs', 'specs-long']);
    expect(files.length).toBeGreaterThan(120);
    for (const file of files) {
      const [first = ''] = read(file).split('\n');
      const [, schema = ''] = /^# yaml-language-server: \$schema=(.+)$/.exec(first) ?? [];
      expect([file, join(dirname(file), schema)]).toEqual([file, 'specs/spec.schema.json']);
    }
  });

  it('is told where the package has the schema', () => {
    const { exports } = JSON.parse(read('package.json'));
    expect(exports['./spec.schema.json']).toBe('./specs/spec.schema.json');
  });
});

describe('the test that docs/matchers.md shows', () => {
  it('is one that runs', () => {
    const [shown] = blocks('docs/matchers.md', 'ts');
    const [, ...code] = read('test/vitest/installed.test.ts').split('\n');
    expect(shown).toBe(code.join('\n'));
  });
});

describe('what is made from the code', () => {
  it('is what `npm run reference` writes', () => {
    const pages = pagesOf(read);
    expect(Object.keys(pages).length).toBeGreaterThan(0);
    for (const [file, text] of Object.entries(pages)) expect(read(file)).toBe(text);
  });
});

describe('links', () => {
  const pages = ['README', 'ARCHITECTURE', 'CONTRIBUTING', 'CHANGELOG', 'SECURITY']
    .map((name) => `${name}.md`)
    .concat(
      readdirSync('docs')
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    );
  it.each(pages)('of %s lead to something', (page) => {
    const folder = page.startsWith('docs/') ? 'docs/' : '';
    const targets = [...read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(
      ([, to = '']) => to,
    );
    const files = new Set(readdirSync('.', { recursive: true, encoding: 'utf8' }));
    const missing = targets.filter((to) => {
      const path = new URL(to, `file:///${folder}`).pathname.slice(1).replace(/\/$/, '');
      return !files.has(path);
    });
    expect(missing).toEqual([]);
  });
});

describe('the source', () => {
  const files = readdirSync('src/explorer').map((name) => `src/explorer/${name}`);

  it.each(files)('of %s imports nothing of ours from outside its folder', (file) => {
    const imports = [...read(file).matchAll(/from '([^']+)'/g)].map(([, from = '']) => from);
    expect(imports.filter((from) => !/^(\.\/|node:)/.test(from))).toEqual([]);
  });

  it('of the reference explorer stays under 60 lines of code', () => {
    const text = read('src/explorer/reference.ts').replace(/\/\*[\s\S]*?\*\//g, '');
    const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*\/\//.test(line));
    expect(lines.length).toBeLessThan(60);
  });

  it('of state and transitions knows nothing of specs, reports or commands', () => {
    const layers = {
      state: ['state'],
      transitions: ['transitions', 'state', 'model'],
      invariants: ['invariants', 'state', 'model', 'transitions'],
    };
    for (const [folder, allowed] of Object.entries(layers)) {
      const names = readdirSync(`src/${folder}`, { recursive: true, encoding: 'utf8' });
      for (const name of names.filter((one) => one.endsWith('.ts'))) {
        const from = [...read(`src/${folder}/${name}`).matchAll(/from '(?:\.\.\/)+(\w+)\//g)];
        const outside = from.map(([, to = '']) => to).filter((to) => !allowed.includes(to));
        expect([name, outside]).toEqual([name, []]);
      }
    }
  });
});
