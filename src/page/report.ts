import type { Report } from '../report/document.js';
import { h } from './dom.js';
import { drawMachine } from './machine.js';
import { statesOf } from './states.js';

const data = JSON.parse(document.getElementById('data')?.textContent ?? '') as Report;
for (const spec of data.specs) {
  document.body.append(h('h1', {}, spec.title));
  for (const { trace } of spec.properties) {
    if (trace === null) continue;
    const states = statesOf(trace);
    const n = states.length - 1;
    const state = states[n];
    if (state)
      document.body.append(
        drawMachine(
          spec.machine,
          state.values,
          state.changed,
          new Set(Object.values(trace.values ?? {})),
        ),
      );
  }
}
