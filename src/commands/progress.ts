/** Where progress is shown: one line that is written over, or a stream of JSON lines. */
import type { Progress } from '../explorer/progress.js';
import type { ProgressKind } from '../report/progress.js';
import { endJson, progressJson, progressText } from '../report/progress.js';
import { plain } from '../spec/errors.js';
import type { SpecResult } from '../spec/run.js';
import { escapedJson, printError, terminalWidth, writeError } from './output.js';

export class ProgressLine {
  private readonly kind: ProgressKind;
  private shown = false;

  constructor(kind: ProgressKind) {
    const byTerminal = process.stderr.isTTY ? 'text' : 'none';
    this.kind = kind === 'auto' ? byTerminal : kind;
  }

  show(file: string, progress: Progress): void {
    if (this.kind === 'json') printError(escapedJson(progressJson(file, progress)));
    if (this.kind !== 'text') return;
    this.shown = true;
    const line = `${plain(file)}: ${progressText(progress)}`.slice(0, terminalWidth() - 1);
    writeError(`\r\u001b[K${line}`);
  }

  /** Before anything else is printed. */
  clear(): void {
    if (this.shown) writeError('\r\u001b[K');
    this.shown = false;
  }

  /** The search of a spec is over. */
  end(result: SpecResult): void {
    this.clear();
    if (this.kind === 'json') printError(escapedJson(endJson(result)));
  }
}
