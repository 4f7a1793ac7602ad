/** A YAML file whose values know where they stand. Nothing in a file is evaluated. */
import type { Document, Node, Scalar, YAMLError } from 'yaml';
import { isAlias, isMap, isScalar, Lexer, LineCounter, Parser, parseDocument, visit } from 'yaml';
import type { ErrorCode, Mistake } from './errors.js';
import { UserError } from './errors.js';
import { readText } from './text.js';

export const bytesMax = 256 * 1024;
/** Specs nest four deep; what reads YAML calls itself for each level. */
const levelsMax = 16;

export type KeyPath = readonly (string | number)[];

export class Source {
  readonly value: unknown;
  private readonly doc: Document.Parsed;
  private readonly lines = new LineCounter();

  /** Throws UserError when the file is not there, too large, or not plain YAML. */
  constructor(
    readonly file: string,
    text = readText(file, bytesMax, 'a spec'),
  ) {
    this.refuseDeep(text);
    this.doc = withoutStacks(() =>
      parseDocument(text, {
        lineCounter: this.lines,
        merge: false,
        // It would copy the line for each fault, of which a long line can have a hundred thousand.
        prettyErrors: false,
        resolveKnownTags: false,
        schema: 'core',
        strict: true,
        // Below: the library compares each key with all before it.
        uniqueKeys: false,
      }),
    );
    const fault = this.doc.errors[0] ?? this.doc.warnings[0];
    if (fault !== undefined) {
      this.refuse(fault.pos[0], faultText(fault));
    }
    const refuseTag = (_: unknown, { tag, range }: Node & { tag?: string | undefined }): void => {
      if (tag !== undefined) this.refuse(range?.[0] ?? 0, noTags);
    };
    visit(this.doc, {
      Alias: (_, { source, range }) =>
        this.refuse(
          range?.[0] ?? 0,
          `aliases such as *${source.slice(0, 60)} are not used in specs; write the value out`,
        ),
      Scalar: refuseTag,
      Seq: refuseTag,
      Map: (key, node) => {
        refuseTag(key, node);
        const keys = new Set<unknown>();
        for (const { key } of node.items) {
          if (!isScalar(key)) continue;
          if (keys.has(key.value))
            this.refuse(key.range?.[0] ?? 0, `the key '${nameOf(key)}' stands twice`);
          keys.add(key.value);
        }
      },
      Pair: (_, { key }) => {
        const offset = (key as Node | null)?.range?.[0] ?? 0;
        if (!isAlias(key) && !isScalar(key)) this.refuse(offset, 'a key of a spec is a word');
        // Objects have it, so what looks keys up cannot be trusted to see it as a key.
        if (isScalar(key) && key.value === '__proto__') {
          const message = "there is no key '__proto__'";
          throw new UserError([{ code: 'unknown-key', file, ...this.at(offset), message }]);
        }
      },
    });
    this.value = this.doc.toJS({ maxAliasCount: 0 });
  }

  /** A mistake at a key path of this file; at the nearest enclosing place that exists. */
  mistake(code: ErrorCode, path: KeyPath, message: string, hint?: string, atKey = false): Mistake {
    return { code, file: this.file, ...this.place(path, atKey), message, hint };
  }

  /** Where a key path stands, or the nearest enclosing place that exists. Both are 1-based. */
  place(path: KeyPath, atKey = false): { line: number; column: number } {
    return this.at(this.offsetOf(path, atKey));
  }

  private refuse(offset: number, message: string): never {
    throw new UserError([{ code: 'yaml-syntax', file: this.file, ...this.at(offset), message }]);
  }

  /** Finds a value that is nested too deeply as it begins: at its end the parser has called itself for each. */
  private refuseDeep(text: string): void {
    const parser = new Parser(this.lines.addNewLine);
    this.lines.addNewLine(0);
    for (const lexeme of new Lexer().lex(text)) {
      Array.from(parser.next(lexeme));
      const { stack } = parser;
      // The first of it is the document.
      if (stack.length - 1 > levelsMax) {
        this.refuse(stack.at(-1)?.offset ?? 0, `values are nested more than ${levelsMax} deep`);
      }
    }
    this.lines.lineStarts.length = 0;
  }

  private offsetOf(path: KeyPath, atKey: boolean): number {
    for (let length = path.length; length > 0; length--) {
      const parent = this.doc.getIn(path.slice(0, length - 1), true);
      const last = path[length - 1];
      if (isMap(parent) && (atKey || length < path.length)) {
        const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === last);
        const key = pair?.key as Node | undefined;
        if (key?.range) return key.range[0];
      }
      const node = this.doc.getIn(path.slice(0, length), true) as Node | undefined;
      if (node?.range) return node.range[0];
    }
    return (this.doc.contents as Node | null)?.range?.[0] ?? 0;
  }

  private at(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** Calls; what errors it makes have no stack: of a long text there can be two hundred thousand. */
function withoutStacks<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const nameOf = ({ value }: Scalar): string => String(value).slice(0, 60);

const noTags = 'tags are not used in specs; write the value alone';

/** What the library says, without the end of a long word. */
function faultText({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'the file holds several documents; a spec is one';
  if (code === 'TAG_RESOLVE_FAILED') return noTags;
  return message.slice(0, 200);
}
