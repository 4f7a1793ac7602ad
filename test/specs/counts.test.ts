/**
 * What every spec comes to, to the last state. A count that moves is a change of the model: it goes
 * into the changelog under "The model", with the reason.
 */
import { describe, expect, it } from 'vitest';
import { findSpecs } from '../../dist/index.js';
import { resultOf } from './runs.js';

interface Row {
  readonly distinct: number;
  readonly generated: number;
  readonly depth: number;
  /** Steps of the shortest trace. */
  readonly violated: Readonly<Record<string, number>>;
}
const row = (
  distinct: number,
  generated: number,
  depth: number,
  violated: Row['violated'] = {},
): Row => ({ distinct, generated, depth, violated });

const expected: Readonly<Record<string, Row>> = {
  'specs/mail/all-secret.yaml': row(256, 1537, 10, { 'kernel-unreachable': 0 }),
  'specs/mail/base.yaml': row(256, 1537, 10),
  'specs/mail/copy-before-join.yaml': row(25_376, 75_901, 66, { 'user-slots-complete': 26 }),
  'specs/mail/copy-unlocked.yaml': row(31_368, 93_949, 65, {
    'updir-locked': 7,
    'user-slots-complete': 23,
    'no-foreign-slots': 17,
  }),
  'specs/mail/global-direct-map.yaml': row(385, 2179, 10, { 'kernel-unreachable': 2 }),
  'specs/mail/global-user-flush-after.yaml': row(30_504, 91_353, 70),
  'specs/mail/global-user-flush-before.yaml': row(58_478, 175_147, 78, { 'no-foreign-slots': 17 }),
  'specs/mail/global-user.yaml': row(53_798, 161_059, 74, { 'no-foreign-slots': 16 }),
  'specs/mail/ill-formed.yaml': row(57_256, 174_573, 72, { 'well-formed': 3 }),
  'specs/mail/interleaved.yaml': row(24_636, 73_915, 57, {
    'user-slots-complete': 22,
    'no-foreign-slots': 16,
  }),
  'specs/mail/iret-fault.yaml': row(27_632, 83_589, 66, { 'kernel-on-kernel-tables': 4 }),
  'specs/mail/join-inside-lock.yaml': row(21_192, 63_433, 66),
  'specs/mail/kaslr-link-time.yaml': row(30_720, 184_440, 10, {
    'kernel-unreachable': 0,
    'entry-mapped': 0,
  }),
  'specs/mail/kaslr-placed.yaml': row(30_720, 184_440, 10),
  'specs/mail/kernel-to-kernel-load.yaml': row(87_352, 239_667, 70, { 'kernel-to-kernel-free': 4 }),
  'specs/mail/lock-never-released.yaml': row(6544, 19_127, 40, { 'no-deadlock': 10 }),
  'specs/mail/mended-any-order.yaml': row(689_536, 2_118_625, 103),
  'specs/mail/mended-nested.yaml': row(55_440, 183_547, 68),
  'specs/mail/mended-three-cpus.yaml': row(526_252, 1_644_109, 88),
  'specs/mail/mended.yaml': row(26_120, 78_273, 66),
  'specs/mail/nmi.yaml': row(59_896, 199_907, 66, { 'kernel-on-kernel-tables': 2 }),
  'specs/mail/other-cpus-only-two-cpus.yaml': row(1160, 6273, 12, { 'user-slots-complete': 3 }),
  'specs/mail/other-cpus-only.yaml': row(144, 385, 9, { 'user-slots-complete': 3 }),
  'specs/mail/stage-1-pte.yaml': row(256, 1537, 10),
  'specs/mail/stage-2-direct-map.yaml': row(256, 1537, 10),
  'specs/mail/stage-3-kernel-image.yaml': row(256, 1537, 10),
  'specs/mail/stage-wrong-order.yaml': row(256, 1537, 10, { 'entry-mapped': 0 }),
  'specs/mail/svs-off.yaml': row(256, 1537, 10, {
    'kernel-unreachable': 0,
    'user-on-user-tables': 0,
  }),
  'specs/mail/test-outside-lock.yaml': row(36_336, 108_513, 77, {
    'user-slots-complete': 27,
    'no-foreign-slots': 19,
  }),
  'specs/mail/without-copy.yaml': row(31_984, 95_331, 64, {
    'user-slots-complete': 23,
    'no-foreign-slots': 18,
  }),
  'specs/mail/without-return-load.yaml': row(25_524, 77_081, 66, {
    'kernel-unreachable': 3,
    'user-on-user-tables': 3,
  }),
  'specs/mail/without-switch-load.yaml': row(84_320, 254_849, 77, { 'kernel-on-kernel-tables': 9 }),
  'specs/mail/without-trap-load.yaml': row(99_264, 301_497, 72, { 'kernel-on-kernel-tables': 1 }),
  'specs/mail/without-walk.yaml': row(19_014, 57_233, 62, { 'user-slots-complete': 4 }),
};

describe('every spec', () => {
  it('has a row here', () => {
    expect(findSpecs(['specs'])).toEqual(Object.keys(expected));
  });

  it.each(Object.entries(expected))('%s', async (file, counts) => {
    const { statesDistinct, statesGenerated, depth, properties, status } = await resultOf(file);
    const violated = properties.flatMap(({ name, depth: steps }) =>
      steps === null ? [] : [[name, steps]],
    );
    expect(row(statesDistinct, statesGenerated, depth, Object.fromEntries(violated))).toEqual(
      counts,
    );
    expect(status).toBe('as-expected');
  });
});
