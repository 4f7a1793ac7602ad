/** A YAML file whose values know where they stand. Nothing in a file is evaluated. */
import { readFileSync, statSync } from 'node:fs';
import type { Document, Node } from 'yaml';
import { isAlias, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { ErrorCode, Mistake } from './errors.js';
import { UserError } from './errors.js';

const bytesMax = 256 * 1024;

export type KeyPath = readonly (string | number)[];

export class Source {
  readonly value: unknown;
  private readonly doc: Document.Parsed;
  private readonly lines = new LineCounter();

  /** Reads a file. Throws UserError when it is not there, too large, or not plain YAML. */
  constructor(readonly file: string) {
    this.doc = parseDocument(read(file), {
      lineCounter: this.lines,
      merge: false,
      schema: 'core',
      strict: true,
      uniqueKeys: true,
    });
    const fault = this.doc.errors[0] ?? this.doc.warnings[0];
    if (fault !== undefined) {
      const [message = ''] = fault.message.split('\n');
      const at = this.at(fault.pos[0]);
      throw new UserError([
        { code: 'yaml-syntax', file, ...at, message: message.replace(/ at line \d+.*$/, '') },
      ]);
    }
    visit(this.doc, (_, node) => {
      if (!isAlias(node)) return undefined;
      const message = `aliases such as *${node.source} are not used in specs; write the value out`;
      throw new UserError([
        { code: 'yaml-syntax', file, ...this.at(node.range?.[0] ?? 0), message },
      ]);
    });
    this.value = this.doc.toJS({ maxAliasCount: 0 });
  }

  /** A mistake at a key path of this file; at the nearest enclosing place that exists. */
  mistake(code: ErrorCode, path: KeyPath, message: string, hint?: string, atKey = false): Mistake {
    const offset = this.offsetOf(path, atKey);
    return { code, file: this.file, ...this.at(offset), message, hint };
  }

  private offsetOf(path: KeyPath, atKey: boolean): number {
    for (let length = path.length; length > 0; length--) {
      const parent = this.doc.getIn(path.slice(0, length - 1), true);
      const last = path[length - 1];
      if (isMap(parent) && (atKey || length < path.length)) {
        const pair = parent.items.find(({ key }) => isScalar(key) && key.value === last);
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

function read(file: string): string {
  let bytes: number;
  try {
    const stat = statSync(file);
    if (!stat.isFile()) {
      throw new UserError([{ code: 'file-unreadable', file, message: 'this is not a file' }]);
    }
    bytes = stat.size;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError([{ code: 'file-missing', file, message: 'there is no such file' }]);
  }
  if (bytes > bytesMax) {
    const message = `the file has ${bytes} bytes; a spec has ${bytesMax} at most`;
    throw new UserError([{ code: 'file-unreadable', file, message }]);
  }
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UserError([{ code: 'file-unreadable', file, message: 'the file cannot be read' }]);
  }
}
