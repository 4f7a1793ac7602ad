/** What documents and editors are told of the code, made from the code: `npm run reference` writes it. */
import * as z from 'zod';
import { reporterNames, reporters } from '../commands/reporters.js';
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { reportFormat } from '../report/document.js';
import { exitCodes, precedence } from '../report/exit.js';
import { errorCodes } from '../spec/errors.js';
import { specSchema } from '../spec/format.js';
import { areaNames, eventNames } from '../state/scope.js';
import { conditions } from '../transitions/conditions.js';
import { commandLines } from './commands.js';
import { dependenciesOf } from './dependencies.js';
import { code, table } from './markdown.js';
import { protocolLines } from './protocols.js';
import { editLines, keyLines } from './spec-file.js';

interface Field {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly items?: Field;
  readonly anyOf?: readonly Field[];
  readonly enum?: readonly string[];
}

/** Files that are made whole. */
const files: Readonly<Record<string, () => string>> = {
  'specs/spec.schema.json': () => `${JSON.stringify(specSchema(), null, 2)}\n`,
};

/** The text of a file of the repository. */
type Read = (file: string) => string;

/** By the name of a mark in a document: the lines that stand there. */
type Marks = Readonly<Record<string, (read: Read) => string[]>>;

const parts: Readonly<Record<string, Marks>> = {
  'docs/reference.md': {
    commands: commandLines,
    'exit-codes': () => [
      'Where several apply, the first of these does.',
      '',
      ...table(
        ['code', ''],
        precedence.map((ending) => [code(String(exitCodes[ending].code)), exitCodes[ending].says]),
      ),
    ],
    'error-codes': () =>
      table(
        ['code', ''],
        Object.entries(errorCodes).map(([name, says]) => [code(name), says]),
      ),
    reporters: () =>
      table(
        ['reporter', ''],
        reporterNames.map((name) => [code(name), reporters[name].says]),
      ),
    keys: keyLines,
    events: () => [eventNames.map(code).join(', ')],
    areas: () => [areaNames.map(code).join(', ')],
    edits: editLines,
    conditions: () =>
      table(
        ['condition', ''],
        conditions.map(({ name, says }) => [code(name), says]),
      ),
    properties: () =>
      table(
        ['property', 'claim', 'source', 'rests on'],
        claimRows.map(({ name, claim, source, witness }) => [
          code(name),
          claim,
          source,
          code(witness),
        ]),
      ),
    witnesses: () =>
      table(
        ['witness', 'claim'],
        witnessRows.map(({ name, claim }) => [code(name), claim]),
      ),
    protocols: protocolLines,
  },
  'docs/licences.md': {
    dependencies: (read) =>
      table(
        ['package', 'version', 'licence'],
        dependenciesOf(read('package-lock.json')).map(({ name, version, license }) => [
          code(name),
          version,
          license,
        ]),
      ),
  },
  'docs/json.md': { report: () => fieldLines(z.toJSONSchema(reportFormat) as Field, '') },
};

/** What is made from the code, as it must be, by file. */
export function pagesOf(read: Read): Record<string, string> {
  return Object.fromEntries([
    ...Object.entries(files).map(([file, text]) => [file, text()]),
    ...Object.entries(parts).map(([file, marks]) => [file, withParts(file, marks, read)]),
  ]);
}

function withParts(file: string, marks: Marks, read: Read): string {
  return Object.entries(marks).reduce((page, [mark, lines]) => {
    const [start, end] = [`<!-- ${mark} -->\n`, '<!-- end -->'];
    const from = page.indexOf(start) + start.length;
    const to = page.indexOf(end, from);
    if (from < start.length || to < 0) throw new Error(`there is no mark '${mark}'`);
    return `${page.slice(0, from)}\n${lines(read).join('\n')}\n\n${page.slice(to)}`;
  }, read(file));
}

/** A list of fields, those of what a field holds below it. */
function fieldLines(field: Field, indent: string): string[] {
  return Object.entries(fieldsOf(field)).flatMap(([name, inner]) => [
    `${indent}- \`${name}\`: ${wordsText(inner)}${inner.description}.`,
    ...fieldLines(inner, `${indent}  `),
  ]);
}

/** The fields of an object, of each of an array, or of what is there when it is not null. */
function fieldsOf({ properties, items, anyOf }: Field): Readonly<Record<string, Field>> {
  const inner = items ?? anyOf?.find((one) => one.properties !== undefined);
  return properties ?? (inner === undefined ? {} : fieldsOf(inner));
}

/** `a`, `b` or `c`: the words that a field takes, where it takes some alone. */
function wordsText({ enum: own, anyOf }: Field): string {
  const words = own ?? anyOf?.find((one) => one.enum !== undefined)?.enum;
  return words === undefined ? '' : `${words.map((word) => `\`${word}\``).join(', ')}; `;
}
