/** What came of a pinned path, for people: how far it was taken, and what stopped it. */
import type { Colors } from 'picocolors/types.js';
import { plain } from '../spec/errors.js';
import type { ReportedPinned } from './document.js';
import { replayLine, traceLines, wrap } from './terminal.js';

export function pinnedReport(file: string, pinned: ReportedPinned, color: Colors): string[] {
  const { property, claim, source, result, trace } = pinned;
  const tone = result === 'breaks' || result === 'unknown' ? color.red : color.green;
  const lines = [
    `${tone(color.bold(property))} ${outcomeText(pinned)}.`,
    ...wrap(`${claim} ${source}`, 96).map((line) => `  ${color.dim(line)}`),
    '',
    ...(trace === null ? [] : [...traceLines(trace, color), '']),
    ...notesOf(pinned).flatMap((note) => [...wrap(note, 96).map((line) => `  ${line}`), '']),
  ];
  return trace === null ? lines.slice(0, -1) : [...lines, `  Replay: ${replayLine(file, trace)}`];
}

/** What came of it, to be said of the property: `is violated at action 3 of 4`. */
export function outcomeText({ result, position, length }: ReportedPinned): string {
  const at = `action ${position} of ${length}`;
  switch (result) {
    case 'breaks':
      return position === 0 ? 'is violated in the initial state' : `is violated at ${at}`;
    case 'gone':
      return 'is not violated by this path, which can be taken to its end';
    case 'blocked':
      return `is not violated by this path, of which ${at} cannot be taken`;
    case 'unknown':
      return position === 0
        ? 'is not looked at: the path begins in a state that the design does not have'
        : `is not looked at: the design does not have ${at}`;
  }
}

/** What there is to know beside the trace, a sentence or two each. */
export function notesOf({ result, action, because, gained, also }: ReportedPinned): string[] {
  const notes: string[] = [];
  const list = (items: readonly string[]): string => plain(items.join('; '));
  if (result === 'blocked') notes.push(`Then ${plain(action ?? '')} cannot be taken: ${because}.`);
  if (result === 'unknown') {
    notes.push(plain(action === null ? `${because}` : `${action}: ${because}`));
  }
  if (gained.length > 0) notes.push(`Taken on the way, and not in the path: ${list(gained)}.`);
  if (also.length > 0) {
    const told = also.map(({ property, position }) =>
      position === 0 ? `${property} in the initial state` : `${property} at action ${position}`,
    );
    notes.push(`Violated on the way: ${list(told)}.`);
  }
  if (result === 'gone' || result === 'blocked') {
    notes.push('Whether another path violates it is for a search of the design to say.');
  }
  return notes;
}
