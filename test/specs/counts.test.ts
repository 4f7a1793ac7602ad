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
  'specs/bugs/z01-pm-cpus.yaml': row(8886, 19_803, 96, { 'user-slots-complete': 65 }),
  'specs/bugs/z02-copy-unlocked.yaml': row(83_582, 192_977, 135, {
    'updir-locked': 17,
    'user-slots-complete': 50,
    'no-foreign-slots': 35,
  }),
  'specs/bugs/z03-nmi-by-cs.yaml': row(112, 152, 25, {
    'kernel-on-kernel-tables': 2,
    'entry-mapped': 3,
  }),
  'specs/bugs/z03b-nmi-stack.yaml': row(2187, 3050, 84, { 'kernel-unreachable': 0 }),
  'specs/bugs/z04-deny-list.yaml': row(1202, 1415, 79, { 'kernel-unreachable': 27 }),
  'specs/bugs/z06-noflush.yaml': row(360_218, 811_433, 187, { 'no-foreign-slots': 44 }),
  'specs/bugs/z09-rsp0-stale.yaml': row(49_819, 113_432, 101, { 'entry-mapped': 25 }),
  'specs/bugs/z11-inherited-flag.yaml': row(106_522, 242_985, 115, {
    'kernel-on-kernel-tables': 30,
    'user-on-user-tables': 27,
    'no-foreign-slots': 39,
    'kernel-reaches-own-slots': 43,
    'entry-mapped': 26,
  }),
  'specs/bugs/z12-disable-if1.yaml': row(18_980, 43_255, 59, {
    'kernel-on-kernel-tables': 22,
    'user-on-user-tables': 18,
    'entry-mapped': 19,
  }),
  'specs/bugs/z12c-patch-nmi.yaml': row(1696, 2075, 49, {
    'kernel-on-kernel-tables': 16,
    'user-on-user-tables': 24,
  }),
  'specs/bugs/z13-recursive-user.yaml': row(848, 1169, 74, { 'kernel-unreachable': 0 }),
  'specs/bugs/z14-global-image.yaml': row(70, 82, 25, { 'kernel-unreachable': 9 }),
  'specs/bugs/z15-freed-image.yaml': row(848, 1169, 74, { 'kernel-unreachable': 0 }),
  'specs/bugs/z17-tss-page.yaml': row(848, 1169, 74, { 'kernel-unreachable': 0 }),
  'specs/bugs/z18-if1-before-load.yaml': row(2542, 5119, 70, {
    'kernel-on-kernel-tables': 39,
    'entry-mapped': 39,
  }),
  'specs/bugs/z19-late-load.yaml': row(848, 1169, 74, {
    'kernel-on-kernel-tables': 3,
    'entry-mapped': 4,
  }),
  'specs/bugs/z20-iret-fault.yaml': row(1496, 2093, 80, {
    'kernel-on-kernel-tables': 10,
    'entry-mapped': 12,
  }),
  'specs/bugs/z20a-np.yaml': row(1496, 2093, 80, {
    'kernel-on-kernel-tables': 10,
    'entry-mapped': 12,
  }),
  'specs/bugs/z23-global-mismatch.yaml': row(596, 697, 81, { 'entry-stack-current': 26 }),
  'specs/bugs/z24-no-shadow.yaml': row(58_010, 131_441, 128, { 'isolated-only': 19 }),
  'specs/bugs/z25-ldt-copy.yaml': row(1680, 3623, 35, { 'ldt-current': 5 }),
  'specs/bugs/z25b-ldt.yaml': row(848, 1169, 74, { 'entry-mapped': 9 }),
  'specs/bugs/z26-one-frame.yaml': row(848, 1169, 74, { 'entry-mapped': 8 }),
  'specs/bugs/z27-debug-trap.yaml': row(856, 1177, 74, {
    'kernel-on-kernel-tables': 2,
    'entry-mapped': 3,
  }),
  'specs/bugs/z28-mce.yaml': row(126, 172, 25, { 'kernel-on-kernel-tables': 2, 'entry-mapped': 2 }),
  'specs/bugs/z33-clone-range.yaml': row(848, 1169, 74, { 'entry-mapped': 1 }),
  'specs/bugs/z35-ldt-collides.yaml': row(848, 1169, 74, { 'kernel-unreachable': 0 }),
  'specs/bugs/z37-fixed-area.yaml': row(848, 1169, 74, { 'kernel-unreachable': 0 }),
  'specs/bugs/z38-lazy-skipped.yaml': row(6838, 15_339, 99, { 'no-freed-walk': 43 }),
  'specs/bugs/z40-nested-nmi.yaml': row(714, 885, 37, {
    'kernel-on-kernel-tables': 15,
    'kernel-unreachable': 21,
    'user-on-user-tables': 21,
    'entry-mapped': 14,
  }),
  'specs/bugs/z41-hardware-area.yaml': row(848, 1169, 74, { 'entry-mapped': 1 }),
  'specs/bugs/z42-late-template.yaml': row(1114, 1533, 80, { 'entry-mapped': 1 }),
  'specs/bugs/z43-kernel-half-kept.yaml': row(559_922, 1_268_833, 173, {
    'kernel-reaches-own-slots': 29,
  }),
  'specs/bugs/z44-fence.yaml': row(132_040, 375_093, 131, { 'user-slots-complete': 57 }),
  'specs/bugs/z47-iretq-if1.yaml': row(864, 1193, 74, {
    'kernel-on-kernel-tables': 9,
    'entry-mapped': 10,
  }),
  'specs/bugs/z48-all-but-dmap.yaml': row(848, 1169, 74, { 'kernel-unreachable': 0 }),
  'specs/bugs/z49-boot-cpu.yaml': row(24_120, 50_777, 105, { 'kernel-unreachable': 0 }),
  'specs/bugs/z50-guard.yaml': row(848, 1169, 74, { 'guard-unmapped': 0 }),
  'specs/bugs/z53-root-changed.yaml': row(3810, 4616, 128, {
    'no-foreign-slots': 46,
    'no-stale-slots': 49,
    'no-freed-walk': 47,
  }),
  'specs/bugs/z54-pcide.yaml': row(2063, 4437, 41, { 'cr3-legal': 3 }),
  'specs/bugs/z56-linear-window.yaml': row(7048, 15_721, 90, { 'no-freed-walk': 46 }),
  'specs/bugs/z60-two-steps.yaml': row(62, 68, 24, { 'kernel-unreachable': 10 }),
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
  'specs/mail/interleaved-symmetric.yaml': row(7958, 24_149, 47, {
    'user-slots-complete': 22,
    'no-foreign-slots': 16,
  }),
  'specs/mail/interleaved.yaml': row(24_636, 73_915, 57, {
    'user-slots-complete': 22,
    'no-foreign-slots': 16,
  }),
  'specs/mail/iret-fault.yaml': row(27_632, 83_589, 66, { 'kernel-on-kernel-tables': 4 }),
  'specs/mail/join-inside-lock.yaml': row(21_192, 63_433, 66),
  'specs/mail/kaslr-link-time.yaml': row(30_720, 184_440, 10, {
    'kernel-unreachable': 0,
    'entry-mapped': 1,
  }),
  'specs/mail/kaslr-placed.yaml': row(30_720, 184_440, 10),
  'specs/mail/kernel-to-kernel-load.yaml': row(87_352, 239_667, 70, { 'kernel-to-kernel-free': 4 }),
  'specs/mail/lock-never-released.yaml': row(6544, 19_127, 40, { 'no-deadlock': 10 }),
  'specs/mail/mended-any-order.yaml': row(689_536, 2_118_625, 103),
  'specs/mail/mended-nested.yaml': row(55_440, 183_547, 68),
  'specs/mail/mended-symmetric.yaml': row(87_509, 269_127, 84),
  'specs/mail/mended-three-cpus.yaml': row(526_252, 1_644_109, 88),
  'specs/mail/mended.yaml': row(26_120, 78_273, 66),
  'specs/mail/nmi.yaml': row(59_896, 199_907, 66, { 'kernel-on-kernel-tables': 2 }),
  'specs/mail/other-cpus-only-two-cpus.yaml': row(1160, 6273, 12, { 'user-slots-complete': 3 }),
  'specs/mail/other-cpus-only.yaml': row(144, 385, 9, { 'user-slots-complete': 3 }),
  'specs/mail/stage-1-pte.yaml': row(256, 1537, 10),
  'specs/mail/stage-2-direct-map.yaml': row(256, 1537, 10),
  'specs/mail/stage-3-kernel-image.yaml': row(256, 1537, 10),
  'specs/mail/stage-wrong-order.yaml': row(256, 1537, 10, { 'entry-mapped': 1 }),
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
  'specs/netbsd/2018-altstack.yaml': row(172, 244, 25, {
    'kernel-on-kernel-tables': 2,
    'entry-mapped': 2,
  }),
  'specs/netbsd/2018-disable.yaml': row(6234, 13_921, 53),
  'specs/netbsd/2018-exit.yaml': row(146_370, 339_021, 117),
  'specs/netbsd/2018-grow.yaml': row(712, 841, 76),
  'specs/netbsd/2018-kernel-l4-first.yaml': row(176_524, 410_593, 171),
  'specs/netbsd/2018-ldt.yaml': row(186_104, 420_217, 119),
  'specs/netbsd/2018-mixed.yaml': row(54_359, 123_132, 105),
  'specs/netbsd/2018-nmi-pair.yaml': row(171_550, 459_201, 53),
  'specs/netbsd/2018-one-pmap.yaml': row(24_120, 50_777, 105),
  'specs/netbsd/2018-symmetric.yaml': row(9362, 19_939, 105),
  'specs/netbsd/2018-template.yaml': row(848, 1169, 74),
  'specs/netbsd/2018-tso-fence.yaml': row(110_068, 312_361, 133),
  'specs/netbsd/2018-tso.yaml': row(132_040, 375_093, 131, { 'user-slots-complete': 57 }),
  'specs/netbsd/2018-two-pmaps.yaml': row(191_768, 444_033, 166, { 'no-freed-walk': 38 }),
  'specs/netbsd/2022-borrow.yaml': row(1_050_810, 2_309_989, 147),
  'specs/netbsd/2022-double-fault.yaml': row(126, 172, 25, {
    'kernel-on-kernel-tables': 2,
    'entry-mapped': 3,
  }),
  'specs/netbsd/2022-exit.yaml': row(1_045_456, 2_445_179, 158),
  'specs/netbsd/2022-kernel-l4-first.yaml': row(1_559_994, 3_601_793, 207),
  'specs/netbsd/2022-mce.yaml': row(126, 172, 25, {
    'kernel-on-kernel-tables': 2,
    'entry-mapped': 2,
  }),
  'specs/netbsd/2022-nested-nmi.yaml': row(714, 885, 37, {
    'kernel-on-kernel-tables': 15,
    'kernel-unreachable': 21,
    'user-on-user-tables': 21,
    'entry-mapped': 14,
  }),
  'specs/netbsd/2022-nmi-reduced.yaml': row(643_759, 1_882_115, 183),
  'specs/netbsd/2022-nmi.yaml': row(2_521_590, 6_113_949, 195),
  'specs/netbsd/2022-one-pmap.yaml': row(558_370, 1_180_775, 197),
  'specs/netbsd/2022-rare.yaml': row(34_738, 39_576, 111),
  'specs/netbsd/2022-template.yaml': row(2187, 3050, 84),
  'specs/netbsd/2022-tso.yaml': row(611_574, 1_589_609, 173),
  'specs/netbsd/2022-two-pmaps.yaml': row(1_686_724, 3_878_465, 202, { 'no-freed-walk': 35 }),
  'specs/variants/direct-map-mapped.yaml': row(848, 1169, 74, { 'kernel-unreachable': 0 }),
  'specs/variants/flush-global.yaml': row(66, 77, 25),
  'specs/variants/flush-one-pcid.yaml': row(82_846, 180_169, 183, {
    'no-stale-slots': 49,
    'no-freed-walk': 47,
  }),
  'specs/variants/flush-skips-global.yaml': row(72, 84, 25, { 'kernel-unreachable': 10 }),
  'specs/variants/grown-in-one.yaml': row(984, 1165, 74, { 'kernel-half-complete': 16 }),
  'specs/variants/grown-mapped.yaml': row(736, 865, 77, { 'kernel-unreachable': 14 }),
  'specs/variants/image-unmapped.yaml': row(848, 1169, 74),
  'specs/variants/lock-order.yaml': row(2002, 4323, 41, { 'no-deadlock': 17 }),
  'specs/variants/restore-on-one-branch.yaml': row(948, 1142, 44, {
    'kernel-on-kernel-tables': 12,
  }),
  'specs/variants/sync-locked-first.yaml': row(2744, 5685, 49),
  'specs/variants/template-too-early.yaml': row(848, 1169, 74, { 'entry-mapped': 1 }),
  'specs/variants/tso-free.yaml': row(110_812, 272_711, 227),
  'specs/variants/tso-locked-store.yaml': row(107_720, 306_869, 129),
  'specs/variants/tso-one-store.yaml': row(83_240, 205_271, 130, { 'user-slots-complete': 57 }),
  'specs/variants/tso-plain-clear.yaml': row(369_568, 982_407, 205, {
    'user-slots-complete': 57,
    'no-stale-slots': 89,
    'no-freed-walk': 46,
  }),
  'specs/variants/wrong-set.yaml': row(6180, 13_707, 99, { 'no-freed-walk': 81 }),
  'specs/variants/wrong-slot.yaml': row(2744, 5685, 49, { 'user-slots-complete': 11 }),
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
