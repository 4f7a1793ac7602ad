/** Traces of a report that was read: they are as long as whoever wrote it liked. */
import { createColors } from 'picocolors';
import { expect, it } from 'vitest';
import type { Trace } from '../../src/report/document.js';
import { traceLines } from '../../src/report/terminal.js';

it('of more actions than a call has arguments is told', () => {
  const action = { action: 0, cpu: 'cpu 0', operation: 'trap', source: '', label: 'step' };
  const trace: Trace = {
    path: '0:',
    initial: [],
    actions: Array.from({ length: 150_000 }, () => ({
      ...action,
      steps: [],
      changes: [],
      reads: [],
    })),
    conjunct: null,
    values: null,
    blamed: null,
  };
  const lines = traceLines(trace, createColors(false));
  expect(lines).toHaveLength(150_001);
  expect(lines.at(-1)).toContain('150000  step');
});
