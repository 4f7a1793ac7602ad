/**
 * Reductions audit themselves: each is held against the search of every state, on the largest machine
 * of at most the spec's size that is small enough for that.
 */
import { search } from '../explorer/search.js';
import type { Outcome, PackedSystem, Verdict } from '../explorer/system.js';
import { Successors } from '../explorer/system.js';
import { claimRows } from '../invariants/claims.js';
import { witnessRows } from '../invariants/witnesses.js';
import { LayoutError } from '../state/layout.js';
import { EditError } from '../transitions/edit.js';
import { buildDesign, buildSpec, systemOf } from './build.js';
import type { DesignModel } from './design-model.js';
import type { Design, Reductions, Spec } from './load.js';
import { noReductions } from './load.js';

/** States of the unreduced search, at most. */
const statesMax = 150_000;

interface Reduction {
  readonly name: string;
  /** The reduction by itself, or null where a spec does not name it. */
  of(all: Reductions): Reductions | null;
  /** What must be the same of both searches, in words. */
  tell(outcome: Outcome, model: DesignModel): Told;
  /** How many states it must leave of those that are reachable; null where nothing says so. */
  count: ((full: PackedSystem, reduced: PackedSystem) => number) | null;
}

const reductions: readonly Reduction[] = [
  {
    name: 'symmetry',
    of: ({ symmetry }) => (symmetry.length === 0 ? null : { ...noReductions, symmetry }),
    tell: toldWithTraces,
    count: orbitsCount,
  },
  {
    name: 'partial orders',
    of: ({ por }) => (por ? { ...noReductions, por } : null),
    tell: toldWithoutDepths,
    count: null,
  },
  {
    name: 'symmetry and partial orders',
    of: ({ symmetry, por }) => (por && symmetry.length > 0 ? { symmetry, por } : null),
    tell: toldWithoutDepths,
    count: null,
  },
];

export interface AuditRow {
  readonly reduction: string;
  /** The machine that was searched, or null when none was small enough. */
  readonly machine: Machine | null;
  /** States without the reduction and with it. */
  readonly states: number;
  readonly statesReduced: number;
  /** What comes out otherwise, a line each. */
  readonly differences: readonly string[];
}
interface Machine {
  readonly cpus: number;
  readonly pmaps: number;
  readonly userSlots: number;
}

/** Audits each reduction that a spec names, and all together. Throws UserError for a spec without a meaning. */
export function auditSpec(spec: Spec): AuditRow[] {
  const { design } = spec;
  buildSpec(spec);
  const named = reductions.flatMap((reduction) => {
    const of = reduction.of(design.reductions);
    return of === null ? [] : [{ reduction, of }];
  });
  if (named.length === 0) return [];
  const full = fullSearch(design);
  return named.map(({ reduction, of }): AuditRow => {
    if (full !== null) return auditOne(full, reduction, of);
    return {
      reduction: reduction.name,
      machine: null,
      states: 0,
      statesReduced: 0,
      differences: [],
    };
  });
}

/** The search of every state, at the largest machine that is small enough. */
interface Full {
  readonly machine: Machine;
  readonly design: Design;
  readonly model: DesignModel;
  readonly system: PackedSystem;
  readonly outcome: Outcome;
}

function fullSearch(design: Design): Full | null {
  for (const machine of machinesUpTo(design)) {
    const smaller = { ...design, options: { ...design.options, ...machine } };
    const unreduced = { ...smaller, reductions: noReductions };
    try {
      const model = buildDesign(unreduced);
      const system = systemOf(unreduced, model);
      const outcome = search(system, { statesMax });
      if (outcome.stoppedBy === null) return { machine, design: smaller, model, system, outcome };
    } catch (error) {
      // The machine is too small for its edits.
      if (!(error instanceof EditError || error instanceof LayoutError)) throw error;
    }
  }
  return null;
}

function auditOne(full: Full, { name, tell, count }: Reduction, of: Reductions): AuditRow {
  const { machine, design, outcome } = full;
  const states = outcome.statesDistinct;
  const reduced = { ...design, reductions: of };
  const model = buildDesign(reduced);
  const system = systemOf(reduced, model);
  const found = searched(system);
  if (found instanceof Error) {
    const differences = [`the search fails: ${found.message}`];
    return { reduction: name, machine, states, statesReduced: 0, differences };
  }
  const statesReduced = found.statesDistinct;
  const differences = differencesOf(tell(outcome, full.model), tell(found, model));
  const expected = count?.(full.system, system) ?? statesReduced;
  if (expected !== statesReduced) {
    differences.push(`${statesReduced} states are left of ${states}; it should be ${expected}`);
  }
  return { reduction: name, machine, states, statesReduced, differences };
}

/** A reduction that is wrong can leave a trace that nothing follows: that is a finding. */
function searched(reduced: PackedSystem): Outcome | Error {
  try {
    return search(reduced);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** The machine of a design and all smaller ones, the largest first, of equal ones that with more CPUs. */
function machinesUpTo({ options }: Design): Machine[] {
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

/** By name: what came of a property, a witness or a step. */
type Told = ReadonlyMap<string, string>;

/** Verdicts with their very traces, witnesses with their depths. */
function toldWithTraces({ verdicts, witnesses }: Outcome): Told {
  const told = (verdict: Verdict | undefined): string =>
    verdict?.result === 'violated'
      ? `violated in ${verdict.depth} by ${verdict.path.initial}:${verdict.path.actions.join('.')}`
      : (verdict?.result ?? 'unfinished');
  const reached = (depth: number | null | undefined): string =>
    typeof depth === 'number' ? `reached in ${depth}` : 'not reached';
  return new Map([
    ...claimRows.map(({ name }, index) => [name, told(verdicts[index])] as const),
    ...witnessRows.map(({ name }, index) => [name, reached(witnesses[index])] as const),
  ]);
}

/** Whether properties are violated, witnesses reached and steps taken. */
function toldWithoutDepths(outcome: Outcome, { design }: DesignModel): Told {
  const { verdicts, witnesses, fired } = outcome;
  const told = (verdict: Verdict | undefined): string =>
    verdict?.result === 'pathless' ? 'violated' : (verdict?.result ?? 'unfinished');
  return new Map([
    ...claimRows.map(({ name }, index) => [name, told(verdicts[index])] as const),
    ...witnessRows.map(
      ({ name }, index) => [name, witnesses[index] === null ? 'not reached' : 'reached'] as const,
    ),
    ...design.program.steps.map(
      ({ name }, index) => [name, fired[index] === 0 ? 'never taken' : 'taken'] as const,
    ),
  ]);
}

const differencesOf = (full: Told, reduced: Told): string[] =>
  [...full].flatMap(([name, without]) => {
    const found = reduced.get(name) ?? 'nothing';
    return found === without ? [] : [`${name} is ${without}, and with it ${found}`];
  });

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
