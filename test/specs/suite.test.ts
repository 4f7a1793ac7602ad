/** What the specs exercise between them: a claim that nothing breaks, or nothing keeps, says little. */
import { describe, expect, it } from 'vitest';
import { findSpecs } from '../../dist/index.js';
import { claimRows } from '../../src/invariants/claims.js';
import { witnessRows } from '../../src/invariants/witnesses.js';
import { mail } from '../../src/transitions/mail.js';
import { isLoop, nameOf } from '../../src/transitions/operation.js';
import { resultOf } from './runs.js';

const results = await Promise.all(findSpecs(['specs']).map(resultOf));

/** Nothing is freed by this protocol. */
const neverApply = ['no-stale-slots', 'no-freed-walk'];

describe('the specs', () => {
  it.each(claimRows.map(({ name }) => name))(
    '%s is violated by one and held by another',
    (name) => {
      const outcomes = new Set(
        results.map(({ properties }) => properties.find((p) => p.name === name)?.result),
      );
      if (neverApply.includes(name)) {
        expect([...outcomes]).toEqual(['not-applicable']);
        return;
      }
      expect(outcomes).toContain('violated');
      expect(outcomes).toContain('holds');
    },
  );

  it('apply updir-locked exactly where there is a lock', () => {
    for (const { spec, properties } of results) {
      const locks = spec.design.edits.some(
        (edit) => 'insert' in edit && edit.insert.includes('lock'),
      );
      const { result } = properties.find(({ name }) => name === 'updir-locked') ?? {};
      expect([spec.file, result !== 'not-applicable']).toEqual([spec.file, locks]);
    }
  });

  it('take every step of the protocol, and every step that it exports', () => {
    const taken = new Map<string, number>();
    for (const { model, fired } of results) {
      for (const [index, { step }] of model.design.program.steps.entries()) {
        taken.set(step.name, (taken.get(step.name) ?? 0) + (fired[index] ?? 0));
      }
    }
    const all = [...mail.operations.flatMap(({ steps }) => steps), ...mail.exports].flatMap(
      (item) => (isLoop(item) ? item.body.map(nameOf) : [nameOf(item)]),
    );
    expect(all.filter((name) => (taken.get(name) ?? 0) === 0)).toEqual([]);
    expect(all.length).toBeGreaterThan(30);
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
