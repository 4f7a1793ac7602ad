/** What very many specs would make too much: what is kept of each, and where is looked for what they extend. */
import { describe, expect, it } from 'vitest';
import { withinOf } from '../../src/commands/specs.js';
import { layoutOf, tellingOf } from '../../src/commands/telling.js';
import { reportedSpec } from '../../src/report/reported.js';
import { loadSpec } from '../../src/spec/load.js';
import { runSpec } from '../../src/spec/run.js';

const file = 'specs/bugs/z04-deny-list.yaml';
const found = reportedSpec(await runSpec(loadSpec(file)));
const tracesOf = ({ properties }: typeof found) =>
  properties.filter(({ trace }) => trace !== null).map(({ name }) => name);

describe('of a spec that was told', () => {
  it('no traces are kept where there is no reporter', () => {
    expect(tracesOf(found)).toEqual(['kernel-unreachable']);
    const kept = tellingOf({ traces: 'none' }).spec(found, layoutOf([file], true));
    expect(tracesOf(kept)).toEqual([]);
    expect({ ...kept, properties: [] }).toEqual({ ...found, properties: [] });
  });

  it('all is kept where there is one', () => {
    expect(tellingOf({ json: true }).spec(found, layoutOf([file], true))).toEqual(found);
  });
});

describe('a folder that is named by each of its specs', () => {
  it('is looked at once', () => {
    expect(withinOf(['specs/bugs', file, 'specs/mail/base.yaml', file], {})).toEqual([
      '.',
      'specs/bugs',
      'specs/mail',
    ]);
  });
});
