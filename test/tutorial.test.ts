/** What docs/tutorial.md says is done, in its order in one folder, and what it says comes out. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { inFolder, svscheck, timeless } from './cli/run.js';

const page = readFileSync('docs/tutorial.md', 'utf8');
const blocks = [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(
  ([, language = '', text = '']) => ({
    language,
    text,
  }),
);

/** Runs `npx svscheck ...`, perhaps with `; echo $?`. @returns what a terminal shows */
function shown(command: string, folder: string): string {
  const [, args = '', echo] = /^npx svscheck (.*?)(; echo \$\?)?$/.exec(command) ?? [];
  const { code, out, err } = svscheck(args.split(' '), folder);
  expect(err).toBe('');
  return timeless(out) + (echo === undefined ? '' : `${code}\n`);
}

/** Text in which a line `...` stands for any lines, as an expression for all of an output. */
function elided(text: string): RegExp {
  const parts = timeless(`\n${text}`).split('\n...\n');
  const literal = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('\\n(?:.*\\n)*')}$`);
}

it('is what is done and what comes out', async () => {
  await inFolder({}, (folder) => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(resolve('.'), join(folder, 'node_modules/svscheck'));
    mkdirSync(join(folder, 'specs'));
    for (const { language, text } of blocks) {
      if (language === 'yaml') {
        const [, file = ''] = /^# (\S+)\n/.exec(text) ?? [];
        expect(dirname(file)).toBe('specs');
        writeFileSync(join(folder, file), text);
      } else if (language === 'console') {
        const [, command = '', output = ''] = /^\$ (.*)\n([\s\S]*)$/.exec(text) ?? [];
        expect(`\n${shown(command, folder)}`).toMatch(elided(output));
      }
    }
    const schema =
      '# yaml-language-server: $schema=../node_modules/svscheck/specs/spec.schema.json';
    expect(readFileSync(join(folder, 'specs/design.yaml'), 'utf8').split('\n')[0]).toBe(schema);
    const { specs } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    expect(specs.length).toBe(3);
  });
  expect(blocks.map(({ language }) => language).join(' ')).toBe(
    'sh console console yaml console console console console yaml console yaml console',
  );
});
