/** What a spec expects and what came of it, a verdict for each, in the words of the page. */
import type {
  ReportedPinned,
  ReportedProperty,
  ReportedSpec,
  ReportedWitness,
  Trace,
} from './document.js';
import { outcomeText, pinnedReport } from './pinned-terminal.js';
import {
  colorless,
  endText,
  expectationText,
  oddsText,
  reachText,
  replayLine,
  resultText,
  violationReport,
} from './terminal.js';

/** Of a property, or of a witness that the spec expects something of. */
export interface Verdict {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** `unfinished`: it has not failed, and must not pass. */
  readonly status: ReportedSpec['status'];
  /** What came of it in a word: `violated`, `not-applicable`, `reached`. */
  readonly outcome: string;
  /** `violated in 3 steps, expected: holds`; without the expectation where it is met. */
  readonly text: string;
  readonly claim: string;
  /** Why it does not apply; else null. */
  readonly reason: string | null;
  /** What led to it; null where nothing did. */
  readonly trace: Trace | null;
  /** It told as the page tells it; of what has no trace nothing. */
  readonly story: readonly string[];
}

export const verdictsOf = (spec: ReportedSpec): Verdict[] => [
  ...spec.properties.map((property) => ofProperty(spec, property)),
  ...spec.witnesses
    .filter(({ expected }) => expected !== null)
    .map((witness) => ofWitness(spec, witness)),
  ...(spec.pinned === null ? [] : [ofPinned(spec.file, spec.pinned)]),
];

function ofProperty(spec: ReportedSpec, property: ReportedProperty): Verdict {
  const { name, line, column, claim, result, reason, expected, asExpected, trace } = property;
  const isOpen = result === 'unfinished' || result === 'probable';
  const found = isOpen && reason === null ? `${result} (${whyOpen(spec)})` : resultText(property);
  return {
    name,
    line,
    column,
    status: asExpected ? 'as-expected' : isOpen ? 'unfinished' : 'unexpected',
    outcome: result,
    text: asExpected ? found : `${found}, expected: ${expectationText(expected)}`,
    claim,
    reason,
    trace,
    story: violationReport(spec.file, property, colorless),
  };
}

/** While a search is open a witness can still be reached, so that one not reached says nothing. */
function ofWitness(spec: ReportedSpec, witness: ReportedWitness): Verdict {
  const { name, line, column, claim, depth, expected, asExpected } = witness;
  const isOpen = depth === null && (spec.stoppedBy !== null || spec.omission !== null);
  const found = reachText(depth, spec.reductions) + (isOpen ? ` (${whyOpen(spec)})` : '');
  return {
    name,
    line,
    column,
    status: isOpen ? 'unfinished' : asExpected ? 'as-expected' : 'unexpected',
    outcome: depth === null ? 'not-reached' : 'reached',
    text: asExpected && !isOpen ? found : `${found}, expected: ${expectationText(expected)}`,
    claim,
    reason: null,
    trace: null,
    story: [],
  };
}

function ofPinned(file: string, pinned: ReportedPinned): Verdict {
  const { property, line, column, claim, result, expected, asExpected, trace } = pinned;
  const found = `the pinned path ${outcomeText(pinned)}`;
  return {
    name: property,
    line,
    column,
    status: asExpected ? 'as-expected' : 'unexpected',
    outcome: result,
    text: asExpected ? found : `${found}, expected: ${expected}`,
    claim,
    reason: null,
    trace,
    story: pinnedReport(file, pinned, colorless),
  };
}

/** What is wrong at the end of its trace, and how to take that again; else the claim. */
export function explained(file: string, { trace, claim }: Verdict): string[] {
  if (trace === null || trace.conjunct === null) return [claim];
  return [endText(trace, colorless), `Replay: ${replayLine(file, trace)}`];
}

/** What of a spec is unfinished, and why, in a line; null where nothing is. */
export function unfinishedText(spec: ReportedSpec): string | null {
  const open = verdictsOf(spec).filter(({ status }) => status === 'unfinished');
  const names = open.map(({ name }) => name).join(', ');
  if (open.length === 0) return null;
  const accepted = spec.unfinishedAccepted ? ', which the spec accepts' : '';
  return `unfinished (${whyOpen(spec)})${accepted}: ${names}`;
}

const whyOpen = ({ stoppedBy, tracesStoppedBy, omission }: ReportedSpec): string =>
  stoppedBy ?? tracesStoppedBy ?? `a state missed: ${oddsText(omission)}`;
