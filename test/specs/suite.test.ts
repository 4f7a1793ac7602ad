/** What the specs exercise between them: a claim that nothing breaks, or nothing keeps, says little. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SpecResult } from '../../dist/index.js';
import { findSpecs } from '../../dist/index.js';
import { claimRows } from '../../src/invariants/claims.js';
import { witnessRows } from '../../src/invariants/witnesses.js';
import { isLoop, nameOf, stepsOf } from '../../src/transitions/operation.js';
import { protocols } from '../../src/transitions/protocols.js';
import { resultOf } from './runs.js';

const results = await Promise.all(findSpecs(['specs']).map(resultOf));

/** The names of the steps that a run took, those before the initial state too. */
function takenBy({ model, fired }: SpecResult): string[] {
  const { steps, protocol } = model.design.program;
  return [
    ...stepsOf(protocol.boot).map(nameOf),
    ...steps.filter((_, index) => (fired[index] ?? 0) > 0).map(({ step }) => step.name),
  ];
}

describe('the specs', () => {
  it.each(claimRows.map(({ name }) => name))(
    '%s is violated by one and held by another',
    (name) => {
      const outcomes = new Set(
        results.map(({ properties }) => properties.find((p) => p.name === name)?.result),
      );
      expect(outcomes).toContain('violated');
      expect(outcomes).toContain('holds');
    },
  );

  it('apply updir-locked exactly where there is a lock', () => {
    for (const { spec, properties } of results) {
      const locks =
        spec.design.protocol !== 'mail' ||
        spec.design.edits.some((edit) => 'insert' in edit && edit.insert.includes('lock'));
      const { result } = properties.find(({ name }) => name === 'updir-locked') ?? {};
      expect([spec.file, result !== 'not-applicable']).toEqual([spec.file, locks]);
    }
  });

  it.each(protocols)('take every step of $name, and every step that it exports', (protocol) => {
    const own = results.filter(({ spec }) => spec.design.protocol === protocol.name);
    const taken = new Set<string>();
    for (const { model, fired } of own) {
      for (const [index, { name, step }] of model.design.program.steps.entries()) {
        if ((fired[index] ?? 0) > 0) taken.add(name).add(step.name);
      }
      for (const { name } of stepsOf(model.design.program.protocol.boot)) taken.add(name);
    }
    const all = protocol.operations.flatMap((operation) =>
      stepsOf(operation).map(({ name }) => `${operation.name}/${name}`),
    );
    expect(all.filter((name) => !taken.has(name))).toEqual([]);
    // What versions export in common is to be taken in one of them.
    const anywhere = new Set(results.flatMap(takenBy));
    const exported = protocol.exports.flatMap((item) => (isLoop(item) ? item.body : [item]));
    expect(exported.map(nameOf).filter((name) => !anywhere.has(name))).toEqual([]);
    expect(all.length + exported.length).toBeGreaterThan(30);
  });

  it('reach every witness', () => {
    const reached = witnessRows.map(({ name }, index) => [
      name,
      results.some(({ witnesses }) => witnesses[index]?.depth !== null),
    ]);
    expect(reached).toEqual(witnessRows.map(({ name }) => [name, true]));
  });

  it('break each design in one way, over a design that holds', () => {
    const holds = new Map(
      results.map(({ spec, properties }) => [
        spec.file,
        properties.every(({ result }) => result !== 'violated'),
      ]),
    );
    expect([...holds.values()].filter(Boolean).length).toBeGreaterThan(8);
    expect(holds.get('specs/mail/base.yaml')).toBe(true);
    expect(holds.get('specs/mail/mended.yaml')).toBe(true);
  });
});

describe('the bugs', () => {
  const bugs = results.filter(({ spec }) => spec.file.startsWith('specs/bugs/'));

  it('are at least forty, and all of those that fit the model best', () => {
    const names = bugs.map(({ spec }) => /z\d+[a-z]?/.exec(spec.file)?.[0]);
    expect(new Set(names).size).toBe(42);
    const best = '01 02 03 04 06 09 11 12 13 14 15 17 18 19 20 23 24 25'.split(' ');
    expect(best.filter((number) => !names.includes(`z${number}`))).toEqual([]);
  });

  it.each(bugs.map(({ spec, properties }) => ({ file: spec.file, spec, properties })))(
    '$file is an edit of fifteen lines at most, and says what falls and when',
    ({ file, spec, properties }) => {
      expect(readFileSync(file, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(15);
      const fallen = properties.filter(({ result }) => result === 'violated');
      expect(fallen.length).toBeGreaterThan(0);
      const told = fallen.map(({ name, depth }) => [name, { violated: depth }]);
      expect(Object.fromEntries(told)).toEqual(spec.expect);
    },
  );
});
