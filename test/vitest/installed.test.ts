/** The matchers as a project has them that svscheck is installed in; `.ci/run` runs it in one. */
import type { Draft } from 'svscheck';
import { defineModel, domain, flag, loadSpec, record, rule, runSpec, table } from 'svscheck';
import { expect, it } from 'vitest';
import 'svscheck/vitest';

const cpus = domain('cpu', 2);
const state = record({ locked: flag(), cpus: table(cpus, { inside: flag() }) });
type M = Draft<typeof state>;
const lock = defineModel({
  state,
  rules: [
    rule({
      name: 'test-and-set',
      over: { cpu: cpus },
      guard: (m: M) => !m.locked,
      effect: (m, { cpu }) => {
        m.locked = true;
        m.cpus[cpu].inside = true;
      },
    }),
  ],
  always: { 'one inside': (m) => !cpus.ids.every((cpu) => m.cpus[cpu].inside) },
  sometimes: { 'some inside': (m) => cpus.ids.some((cpu) => m.cpus[cpu].inside) },
});

it('a lock that is tested and set at once keeps others out', () => {
  expect(lock).toHold('one inside');
  expect(lock).toReach('some inside');
});

it('the design as posted has a race, and the locks mend it', async () => {
  const posted = await runSpec(loadSpec('specs/mail/interleaved.yaml'));
  expect(posted).toViolate('no-foreign-slots', 16);
  const mended = await runSpec(loadSpec('specs/mail/mended.yaml'));
  expect(mended).toHold('no-foreign-slots');
});
