/**
 * Reductions audit themselves: each is held against the search of every state, on the largest machine
 * of at most the spec's size that is small enough for that.
 */
import type { SearchOutcome } from '../explorer/search.js';
import { search } from '../explorer/search.js';
import type { PackedSystem, Verdict } from '../explorer/system.js';
import { Successors } from '../explorer/system.js';
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { PackedModel } from '../model/packed-system.js';
import { LayoutError } from '../state/layout.js';
import { EditError } from '../transitions/edit.js';
import { buildDesign, buildSpec } from './build.js';
import type { Design, Reductions, Spec } from './load.js';
import { noReductions } from './load.js';

/** States of the unreduced search, at most. */
const statesMax = 150_000;

interface Reduction {
  readonly name: string;
  /** The reduction by itself, or null where a spec does not name it. */
  alone(all: Reductions): Reductions | null;
  /** How many states it must leave of those that are reachable. */
  count(full: PackedSystem, reduced: PackedSystem): number;
}

const reductions: readonly Reduction[] = [
  {
    name: 'symmetry',
    alone: ({ symmetry }) => (symmetry.length === 0 ? null : { ...noReductions, symmetry }),
    count: orbitsCount,
  },
];

export interface AuditRow {
  readonly reduction: string;
  /** The machine that was searched, or null when none was small enough. */
  readonly machine: {
    readonly cpus: number;
    readonly pmaps: number;
    readonly userSlots: number;
  } | null;
  /** States without the reduction and with it. */
  readonly states: number;
  readonly statesReduced: number;
  /** What comes out otherwise, a line each. */
  readonly differences: readonly string[];
}

/** Audits each reduction that a spec names. Throws UserError for a spec without a meaning. */
export function auditSpec(spec: Spec): AuditRow[] {
  buildSpec(spec);
  return reductions.flatMap((reduction) => {
    const alone = reduction.alone(spec.design.reductions);
    return alone === null ? [] : [auditOne(spec.design, reduction, alone)];
  });
}

function auditOne(design: Design, { name, count }: Reduction, alone: Reductions): AuditRow {
  for (const machine of machinesUpTo(design)) {
    const options = { ...design.options, ...machine };
    const systems = systemsOf({ ...design, options }, alone);
    if (systems === null) continue;
    const [unreduced, reduced] = systems;
    const full = search(unreduced, { statesMax });
    if (full.stoppedBy !== null) continue;
    const states = full.statesDistinct;
    const found = searched(reduced);
    if (found instanceof Error) {
      const differences = [`the search fails: ${found.message}`];
      return { reduction: name, machine, states, statesReduced: 0, differences };
    }
    const statesReduced = found.statesDistinct;
    const expected = count(unreduced, reduced);
    const differences = differencesOf(full, found);
    if (expected !== statesReduced) {
      differences.push(`${statesReduced} states are left of ${states}; it should be ${expected}`);
    }
    return { reduction: name, machine, states, statesReduced, differences };
  }
  return { reduction: name, machine: null, states: 0, statesReduced: 0, differences: [] };
}

/** A reduction that is wrong can leave a trace that nothing follows: that is a finding. */
function searched(reduced: PackedSystem): SearchOutcome | Error {
  try {
    return search(reduced);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** A design without reductions and with one; null where a machine is too small for its edits. */
function systemsOf(
  design: Design,
  alone: Reductions,
): [PackedModel<never>, PackedModel<never>] | null {
  try {
    const [full, reduced] = [noReductions, alone].map(
      (of) => new PackedModel(buildDesign({ ...design, reductions: of }) as never),
    );
    return [full as PackedModel<never>, reduced as PackedModel<never>];
  } catch (error) {
    if (error instanceof EditError || error instanceof LayoutError) return null;
    throw error;
  }
}

/** The machine of a design and all smaller ones, the largest first, of equal ones that with more CPUs. */
function machinesUpTo({ options }: Design) {
  const upTo = (most: number) => Array.from({ length: most }, (_, index) => most - index);
  const all = upTo(options.cpus).flatMap((cpus) =>
    upTo(options.pmaps).flatMap((pmaps) =>
      upTo(options.userSlots).map((userSlots) => ({ cpus, pmaps, userSlots })),
    ),
  );
  const size = ({ cpus, pmaps, userSlots }: (typeof all)[number]) => cpus + pmaps + userSlots;
  const least = Math.max(0, ...options.unisolated.map((pmap) => pmap + 1));
  return all.filter(({ pmaps }) => pmaps >= least).sort((a, b) => size(b) - size(a));
}

function differencesOf(full: SearchOutcome, reduced: SearchOutcome): string[] {
  const told = (verdict: Verdict | undefined): string =>
    verdict?.result === 'violated'
      ? `violated in ${verdict.depth} by ${verdict.path.initial}:${verdict.path.actions.join('.')}`
      : (verdict?.result ?? 'unfinished');
  const reached = (depth: number | null | undefined): string =>
    typeof depth === 'number' ? `reached in ${depth}` : 'not reached';
  const compared = [
    ...claimRows.map(({ name }, index) => ({
      name,
      without: told(full.verdicts[index]),
      with: told(reduced.verdicts[index]),
    })),
    ...witnessRows.map(({ name }, index) => ({
      name,
      without: reached(full.witnesses[index]),
      with: reached(reduced.witnesses[index]),
    })),
  ];
  return compared
    .filter((row) => row.without !== row.with)
    .map((row) => `${row.name} is ${row.without}, and with it ${row.with}`);
}

/** Orbits of the reachable states, each of which is found by the steps of the full search. */
function orbitsCount(full: PackedSystem, { orbits }: PackedSystem): number {
  const { words } = full;
  const seen = new Set<string>();
  const canonical = new Set<string>();
  const pending = [...full.initials];
  const successors = new Successors(words, 64);
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    const key = state.join();
    if (seen.has(key)) continue;
    seen.add(key);
    full.load(state, 0);
    successors.count = 0;
    full.expand(successors);
    for (let row = 0; row < successors.count; row++) {
      pending.push(successors.rows.slice(row * words, (row + 1) * words));
    }
    const own = state.slice();
    orbits?.canonicalize(own, 1);
    canonical.add(own.join());
  }
  return canonical.size;
}
