/** Why an action is refused, in words. */
import type { Scope } from '../state/scope.js';
import type { LockName } from '../transitions/operation.js';
import type { Refusal } from '../transitions/refusal.js';

/** Why an action of a CPU is refused; where it stands before a step that is refused too, why that is. */
export function refusalText(scope: Scope, cpu: string, refusals: readonly Refusal[]): string {
  return refusals
    .map((refusal) => clause(scope, cpu, refusal))
    .reduce((text, next) => `${text}, which ${next.replace(/^it /, '')}`);
}

/** What locks are in the kernel. */
const lockNames: Readonly<Record<LockName, string>> = {
  'pmap-lock': 'pm_lock',
  'updir-lock': 'ci_svs_mtx',
};

function clause(scope: Scope, cpu: string, refusal: Refusal): string {
  switch (refusal.kind) {
    case 'elsewhere':
      if (refusal.before !== null) return `${cpu} stands before ${refusal.before}`;
      return refusal.mode === 'user'
        ? `${cpu} is in user mode`
        : `${cpu} is in the kernel, in no operation`;
    case 'interrupts-off':
      return `interrupts are off: ${cpu} stands before ${refusal.before}`;
    case 'nesting':
      return `${cpu} has no frame left to save what it does (nesting: ${refusal.frames})`;
    case 'on-itself':
      return `${cpu} is in a handler of ${refusal.event}, which blocks it until it returns`;
    case 'condition':
      return `it starts only where ${refusal.says}`;
    case 'waits': {
      const names = refusal.awaited.map((other) => scope.cpus.label(other));
      const holds = refusal.lock === null ? '' : `, which holds ${lockNames[refusal.lock]}`;
      return `it waits for ${names.map((name) => (name === cpu ? `${cpu} itself` : name)).join(' and ')}${holds}`;
    }
    case 'store-buffer':
      return refusal.until === 'empty'
        ? `it waits until the store buffer of ${cpu} is empty`
        : `it waits for room in the store buffer of ${cpu}`;
    case 'visited':
      return 'the loop has been there';
    case 'nothing-stored':
      return `the store buffer of ${cpu} is empty`;
  }
}
