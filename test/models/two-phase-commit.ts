/**
 * Two-phase commit, after Lamport's TwoPhase.tla: a transaction manager and some resource managers
 * that exchange messages. Messages are a set that only grows.
 */

import type { Draft } from '../../src/index.js';
import {
  count,
  defineModel,
  domain,
  flag,
  idSet,
  oneOf,
  record,
  rule,
  table,
} from '../../src/index.js';

export function twoPhaseCommit(managers: number) {
  const rms = domain('rm', managers);
  const schema = record({
    rm: table(rms, { state: oneOf('working', 'prepared', 'committed', 'aborted') }),
    tm: oneOf('init', 'done'),
    prepared: idSet(rms),
    messages: record({ prepared: idSet(rms), commit: flag(), abort: flag() }),
    unused: count(0),
  });
  type M = Draft<typeof schema>;
  return defineModel({
    state: schema,
    rules: [
      rule({
        name: 'TMCommit',
        guard: (m: M) => m.tm === 'init' && m.prepared.size === managers,
        effect: (m) => {
          m.tm = 'done';
          m.messages.commit = true;
        },
      }),
      rule({
        name: 'TMAbort',
        guard: (m: M) => m.tm === 'init',
        effect: (m) => {
          m.tm = 'done';
          m.messages.abort = true;
        },
      }),
      rule({
        name: 'TMRcvPrepared',
        over: { rm: rms },
        guard: (m: M, { rm }) => m.tm === 'init' && m.messages.prepared.has(rm),
        effect: (m, { rm }) => void m.prepared.add(rm),
      }),
      rule({
        name: 'RMPrepare',
        over: { rm: rms },
        guard: (m: M, { rm }) => m.rm[rm].state === 'working',
        effect: (m, { rm }) => {
          m.rm[rm].state = 'prepared';
          m.messages.prepared.add(rm);
        },
      }),
      rule({
        name: 'RMChooseToAbort',
        over: { rm: rms },
        guard: (m: M, { rm }) => m.rm[rm].state === 'working',
        effect: (m, { rm }) => {
          m.rm[rm].state = 'aborted';
        },
      }),
      rule({
        name: 'RMRcvCommitMsg',
        over: { rm: rms },
        guard: (m: M) => m.messages.commit,
        effect: (m, { rm }) => {
          m.rm[rm].state = 'committed';
        },
      }),
      rule({
        name: 'RMRcvAbortMsg',
        over: { rm: rms },
        guard: (m: M) => m.messages.abort,
        effect: (m, { rm }) => {
          m.rm[rm].state = 'aborted';
        },
      }),
    ],
    always: {
      consistent: (m) =>
        !rms.ids.some((one) =>
          rms.ids.some(
            (other) => m.rm[one].state === 'aborted' && m.rm[other].state === 'committed',
          ),
        ),
      'none-commits': (m) => rms.ids.every((rm) => m.rm[rm].state !== 'committed'),
    },
    sometimes: {
      'all-committed': (m) => rms.ids.every((rm) => m.rm[rm].state === 'committed'),
      'a-commit-without-preparing': (m) => m.messages.commit && m.messages.prepared.size < managers,
    },
  });
}
