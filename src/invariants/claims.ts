/**
 * The claims, one a row: a name, one English sentence, its source, the witness that shows that it
 * is not true of nothing, where it applies, and the expression. In the order well-formed, protocol,
 * isolation, freeing, entry, variants. The README's table and `svscheck list` are printed from these rows.
 */
import type { Check, Claim, Failure } from '../model/model.js';
import { toIndex } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { Design } from './design.js';
import { entryMapped, entryStackCurrent, guardUnmapped, ldtCurrent } from './entry-claims.js';
import { noFreedWalk, noStaleSlots } from './freed-claims.js';
import {
  kernelReachesOwnSlots,
  kernelUnreachable,
  noForeignSlots,
  userOnUserTables,
  userSlotsComplete,
} from './isolation-claims.js';
import {
  kernelOnKernelTables,
  kernelToKernelFree,
  noDeadlock,
  updirLocked,
  wellFormed,
} from './protocol-claims.js';
import type { ClaimRow, Cpu, StateRow } from './row.js';
import { cr3Legal, isolatedOnly, kernelHalfComplete } from './variant-claims.js';

export const claimRows: readonly ClaimRow[] = [
  wellFormed,
  kernelOnKernelTables,
  kernelToKernelFree,
  updirLocked,
  noDeadlock,
  kernelUnreachable,
  userOnUserTables,
  userSlotsComplete,
  noForeignSlots,
  kernelReachesOwnSlots,
  noStaleSlots,
  noFreedWalk,
  entryMapped,
  entryStackCurrent,
  guardUnmapped,
  ldtCurrent,
  cr3Legal,
  isolatedOnly,
  kernelHalfComplete,
];

/** A row's claim about one design. */
export function claimOf(row: ClaimRow, design: Design): Claim<Machine> {
  const { name, claim, source } = row;
  if (row.on === 'states') return { name, claim, source, on: 'states' };
  if (row.inapplicable?.(design)) {
    return { name, claim, source, on: 'steps', watches: new Set(), check: () => undefined };
  }
  return { name, claim, source, on: 'steps', ...row.build(design) };
}

/** A claim's test of one CPU. A class, and no closure: V8 inlines a method that all checks share. */
class CpuCheck implements Check<Machine> {
  constructor(
    readonly claim: number,
    private readonly test: ReturnType<StateRow['build']>,
    private readonly cpu: Cpu,
    readonly ownOf: number | null,
  ) {}

  check(m: Machine): Failure | undefined {
    return this.test(m, this.cpu);
  }
}

/** What the claims about states say of one CPU, for each place where it can be. */
export function checksOf(design: Design, cpu: Cpu): Check<Machine>[][] {
  const built = claimRows.flatMap((row, claim) => {
    // A claim that does not apply is not evaluated: it must not come out as violated.
    if (row.on !== 'states' || row.inapplicable?.(design)) return [];
    const ownOf = row.ownOnly === true ? toIndex(cpu) : null;
    return [{ of: row.of, check: new CpuCheck(claim, row.build(design), cpu, ownOf) }];
  });
  return design.program.standings.map((standing) =>
    built.filter(({ of }) => of(standing)).map(({ check }) => check),
  );
}
