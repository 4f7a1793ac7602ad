/** Matchers for Vitest: what passes, what fails and with which words, and what can do neither. */
import { describe, expect, it } from 'vitest';
import type { RunOptions, SpecResult } from '../../dist/index.js';
import { loadSpec, runSpec } from '../../dist/index.js';
import { defineModel, flag, record } from '../../src/index.js';
import '../../src/vitest.js';
import { twoPhaseCommit } from '../models/two-phase-commit.js';

/** What an expectation fails with; '' when it passes. */
function failure(expectation: () => void): string {
  try {
    expectation();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
const run = (file: string, options: RunOptions = {}): Promise<SpecResult> =>
  runSpec(loadSpec(file), options);

const commit = twoPhaseCommit(2);
const posted = await run('specs/mail/other-cpus-only.yaml');
const trace = `user-slots-complete is violated in 3 steps.
  In user mode every L4 slot of the process is in the per-CPU page, except while a walk for that
  slot has yet to pass this CPU. [M2]; [M6]; [M7b]

  cpu 0: trap  [M4]
    1  hardware-entry, load-kpdirpa      mode: user -> kernel
                                         cr3: updir of cpu 0 -> L4 of pmap 0
                                         tlb areas: + pte
  cpu 0: l4-allocate(slot 0)  [M7b]; x86/pmap.c Feb 2018: pmap_get_ptp
>   2  lock-pmap, set-slot, unlock-pmap  tlb pmap 0: + slot 0
                                         pmap 0 slots: + slot 0
                                         ^ to blame: x86/pmap.c Feb 2018: pmap_get_ptp, pm_lock; [M7b]; x86/pmap.c Feb 2018: pmap_get_ptp
  cpu 0: return  [M4]
    3  load-updirpa, iret                mode: kernel -> user
                                         cr3: L4 of pmap 0 -> updir of cpu 0
                                         tlb areas: - pte
                                         tlb pmap 0: - slot 0

  Then a slot of the process is not in the per-CPU page (cpu 0; slot 0; page: updir of cpu 0; should map: pmap 0).

  Replay: svscheck replay specs/mail/other-cpus-only.yaml --path 0:0.6.3`;

describe('of a spec', () => {
  it('what came out so passes, and its contrary with .not', () => {
    expect(posted).toHold('no-foreign-slots');
    expect(posted).not.toViolate('no-foreign-slots');
    expect(posted).toViolate('user-slots-complete');
    expect(posted).toViolate('user-slots-complete', 3);
    expect(posted).not.toHold('user-slots-complete');
    expect(posted).toReach('kernel-mode');
    expect(posted).not.toReach('waiting');
    expect(posted).toMeetExpectations();
  });

  it('a violation fails with the trace that the terminal shows', () => {
    expect(failure(() => expect(posted).toHold('user-slots-complete'))).toBe(trace);
    expect(failure(() => expect(posted).not.toViolate('user-slots-complete'))).toBe(trace);
    expect(failure(() => expect(posted).toViolate('user-slots-complete', 4))).toBe(
      `Expected: in 4 steps.\n\n${trace}`,
    );
  });

  it('what holds, and a witness, fails in a line', () => {
    const holds = 'no-foreign-slots: holds';
    expect(failure(() => expect(posted).toViolate('no-foreign-slots', 3))).toBe(holds);
    expect(failure(() => expect(posted).not.toHold('no-foreign-slots'))).toBe(holds);
    expect(failure(() => expect(posted).toReach('waiting'))).toBe('waiting: not reached');
    expect(failure(() => expect(posted).not.toReach('kernel-mode'))).toBe('kernel-mode: reached');
  });

  it('its own expectations fail with what is otherwise, and the traces of that', async () => {
    const spec = loadSpec('specs/mail/other-cpus-only.yaml');
    const expecting = (expect: typeof spec.expect) => runSpec({ ...spec, expect });
    const otherwise = await expecting({ waiting: 'reachable' });
    expect(otherwise).not.toMeetExpectations();
    expect(failure(() => expect(otherwise).toMeetExpectations())).toBe(
      `user-slots-complete: violated in 3 steps, expected: holds
waiting: not reached, expected: reachable

${trace}`,
    );
    expect(failure(() => expect(posted).not.toMeetExpectations())).toBe(
      'All came out as expected.',
    );
  });
});

describe('of a model', () => {
  it('what came out so passes, and its contrary with .not', () => {
    expect(commit).toHold('consistent');
    expect(commit).not.toViolate('consistent');
    expect(commit).toViolate('none-commits', 6);
    expect(commit).not.toHold('none-commits');
    expect(commit).toReach('all-committed');
    expect(commit).not.toReach('a-commit-without-preparing');
    expect(commit).not.toMeetExpectations();
  });

  const told = `none-commits is violated in 6 steps.

    0  initial state
    1  RMPrepare(rm 0)       rm[0].state: working -> prepared
                             messages.prepared: + rm 0
    2  TMRcvPrepared(rm 0)   prepared: + rm 0
    3  RMPrepare(rm 1)       rm[1].state: working -> prepared
                             messages.prepared: + rm 1
    4  TMRcvPrepared(rm 1)   prepared: + rm 1
    5  TMCommit              tm: init -> done
                             messages.commit: false -> true
    6  RMRcvCommitMsg(rm 0)  rm[0].state: prepared -> committed`;

  it('a violation fails with its trace: each action, and what it changed', () => {
    expect(failure(() => expect(commit).toHold('none-commits'))).toBe(told);
    expect(failure(() => expect(commit).toMeetExpectations())).toBe(
      `a-commit-without-preparing: not reached\n\n${told}`,
    );
  });

  it('an initial state that is wrong is told by what was set in it', () => {
    const on = defineModel({
      state: record({ on: flag(), off: flag() }),
      initial: (m) => {
        m.on = true;
      },
      rules: [],
      always: { 'is off': (m) => !m.on, 'is on': (m) => m.on },
    });
    expect(failure(() => expect(on).toHold('is off'))).toBe(
      'is off is violated in the initial state.\n\n    0  initial state  on: false -> true',
    );
    expect(failure(() => expect(on).not.toHold('is on'))).toBe('is on: holds');
  });

  it('is searched once, however much is expected of it', () => {
    let looks = 0;
    const model = defineModel({
      state: record({ on: flag() }),
      rules: [],
      always: {
        counted: () => {
          looks += 1;
          return true;
        },
      },
    });
    expect(model).toHold('counted');
    const once = looks;
    expect(once).toBeGreaterThan(0);
    expect(model).toHold('counted');
    expect(looks).toBe(once);
  });
});

describe('without a verdict', () => {
  /** The words that an expectation fails with, and its contrary too. */
  function open(
    expectation: (subject: ReturnType<typeof expect<SpecResult>>) => void,
    of: SpecResult,
  ) {
    const [plainly, contrary] = [
      failure(() => expectation(expect(of))),
      failure(() => expectation(expect(of).not as ReturnType<typeof expect<SpecResult>>)),
    ];
    expect(contrary).toBe(plainly);
    return plainly;
  }

  it('a property that does not apply is neither held nor violated', () => {
    const says =
      'No verdict on updir-locked: not applicable (the protocol has no lock on the per-CPU pages).';
    expect(open((of) => of.toHold('updir-locked'), posted)).toBe(says);
    expect(open((of) => of.toViolate('updir-locked'), posted)).toBe(says);
  });

  it('nor is one whose search a limit ended', async () => {
    const ended = await run('specs/mail/interleaved.yaml', { statesMax: 1000 });
    const says = 'No verdict on no-foreign-slots: unfinished (states-max).';
    expect(open((of) => of.toHold('no-foreign-slots'), ended)).toBe(says);
    expect(open((of) => of.toViolate('no-foreign-slots'), ended)).toBe(says);
    expect(open((of) => of.toMeetExpectations(), ended)).toBe(
      'No verdict on the expectations: unfinished (states-max).',
    );
    const unreached = ended.witnesses.find(({ depth }) => depth === null)?.name ?? '';
    expect(open((of) => of.toReach(unreached), ended)).toBe(
      `No verdict on ${unreached}: unfinished (states-max).`,
    );
    expect(ended).toReach('kernel-mode');
  });

  it('nor what a search by fingerprints did not find', async () => {
    const probable = await run('specs/mail/other-cpus-only.yaml', { hashCompact: true });
    expect(open((of) => of.toHold('no-foreign-slots'), probable)).toBe(
      'No verdict on no-foreign-slots: probable (hash-compact).',
    );
    expect(open((of) => of.toReach('waiting'), probable)).toBe(
      'No verdict on waiting: unfinished (hash-compact).',
    );
    expect(probable).toViolate('user-slots-complete', 3);
  });
});

describe('a mistake in a test', () => {
  it('is a name that there is not: the nearest is told, and .not does not pass', () => {
    const says = "There is no property 'no-foreign-slot'; did you mean 'no-foreign-slots'?";
    expect(failure(() => expect(posted).toHold('no-foreign-slot'))).toBe(says);
    expect(failure(() => expect(posted).not.toHold('no-foreign-slot'))).toBe(says);
    expect(failure(() => expect(posted).not.toReach('kernel-mod'))).toBe(
      "There is no witness 'kernel-mod'; did you mean 'kernel-mode'?",
    );
    expect(failure(() => expect(commit).not.toViolate('safe'))).toBe(
      "There is no property 'safe'; it can be consistent, none-commits",
    );
  });

  it('is a number of steps with .not, under which other steps would pass', () => {
    expect(failure(() => expect(posted).not.toViolate('user-slots-complete', 4))).toBe(
      'toViolate takes no steps with .not: a violation in other steps would pass',
    );
  });

  it.each([
    ['a promise: await it first', Promise.resolve()],
    ['another object', {}],
    ['undefined', undefined],
  ])('is %s where a model or a result belongs', (found, subject) => {
    const says = `A model of defineModel or the result of runSpec is needed; this is ${found}`;
    expect(failure(() => expect(subject).toHold('consistent'))).toBe(says);
    expect(failure(() => expect(subject).not.toMeetExpectations())).toBe(says);
  });
});
