/** Random designs, searched in every way and with every reduction that they allow. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as built from '../../dist/spec/build.js';
import { searchInThreads } from '../../dist/spec/threads.js';
import { explore } from '../../src/explorer/reference.js';
import { search } from '../../src/explorer/search.js';
import type { Limits, Outcome, Verdict } from '../../src/explorer/system.js';
import { failureAtEnd, ImmutableModel } from '../../src/model/immutable-system.js';
import { PackedModel } from '../../src/model/packed-system.js';
import { buildDesign, systemOf } from '../../src/spec/build.js';
import type { DesignModel } from '../../src/spec/design-model.js';
import type { Design, Reductions } from '../../src/spec/load.js';
import { searchForTraces } from '../../src/spec/search.js';
import type { Symmetry } from '../../src/state/symmetry.js';
import { symmetriesOf, withSymmetry } from '../symmetry/designs.js';
import { Orbits } from '../symmetry/oracle.js';
import { designs } from '../transitions/random-designs.js';
import type { Plan, Search } from './ways.js';
import { cases, everyWay, inThisThread, somePlan, timeout } from './ways.js';

/** The reference takes some 30,000 steps a second: what has more states is searched less deep. */
const statesMax = 1200;
/** So much less that there are about as many states. */
const statesOfPart = 300;

/** Whole, where there are few states; else to the last depth up to which there are few. */
function limitsOf(model: DesignModel): Limits {
  if (search(new PackedModel(model), { statesMax }).stoppedBy === null) return {};
  const { depth } = search(new PackedModel(model), { statesMax: statesOfPart });
  return { depthMax: depth - 1 };
}

/** A design, its model, and what a search of every state of it tells, up to some depth. */
interface Case {
  readonly design: Design;
  readonly model: DesignModel;
  readonly limits: Limits;
  readonly reference: Outcome;
  readonly plan: Plan;
}

/** A case with other reductions than none. */
function reducedTo({ design, model, ...rest }: Case, reductions: Reductions): Case {
  const { symmetry } = reductions;
  const reduced = symmetry.length === 0 ? model : withSymmetry(model, symmetry);
  return { ...rest, design: { ...design, reductions }, model: reduced };
}

/** By the package as it is built: threads need JavaScript. */
const inThreads =
  (design: Design): Search =>
  ({ limits, workers, keeps, folder, everyMs }) =>
    searchInThreads(design, built.systemOf(design, built.buildDesign(design)), {
      ...limits,
      workers,
      eager: true,
      hashCompact: keeps === 'fingerprints',
      ...(folder === null
        ? {}
        : { archive: { folder, resume: true, onDisk: keeps === 'disk', everyMs } }),
    });

const everyWayOf = ({ design, model, plan, limits }: Case) => {
  const { symmetry, por } = design.reductions;
  const number = (symmetry.length > 0 ? 1 : 0) + (por ? 2 : 0);
  return everyWay(
    inThisThread(() => systemOf(design, model)),
    plan.threaded === number ? inThreads(design) : null,
    plan,
    limits,
  );
};

/** Takes each trace again by the immutable rules, and looks whether it ends in the violation. */
function expectTraces({ model, reference }: Case): void {
  for (const [claim, verdict] of reference.verdicts.entries()) {
    if (verdict.result !== 'violated') continue;
    expect(verdict.path.actions.length).toBe(verdict.depth);
    const replay = new ImmutableModel(model).replay(verdict.path);
    expect(failureAtEnd(model, replay, claim)).toBeDefined();
  }
}

/** What has no traces by itself is searched twice; what comes of both. */
async function expectBoth(
  { design, model, limits }: Case,
  hashCompact: boolean,
  expected: readonly object[],
): Promise<void> {
  const options = { ...limits, hashCompact, workers: 1 };
  const { verdicts } = await searchForTraces(design, model, options);
  const applies = (_: unknown, claim: number) => model.inapplicable[claim] === null;
  expect(verdicts.filter(applies)).toEqual(expected.filter(applies));
}

async function expectFull(one: Case): Promise<void> {
  const { reference } = one;
  expectTraces(one);
  expect(await everyWayOf(one)).toEqual(reference);
  const probable = reference.verdicts.map((verdict) =>
    verdict.result === 'violated' ? verdict : { result: 'unfinished' },
  );
  await expectBoth(one, true, probable);
}

/** All is counted by orbits, and traces are those of every state. */
async function expectSymmetric(one: Case): Promise<void> {
  const { model, limits, reference } = one;
  const orbits = explore(new Orbits(model, model.symmetry as Symmetry), limits.depthMax);
  const verdicts = orbits.verdicts.map((verdict, claim) =>
    verdict.result === 'violated' ? reference.verdicts[claim] : verdict,
  );
  expect(await everyWayOf(one)).toEqual({ ...orbits, verdicts });
}

/** The same as that, without the count; a search may be over before a limit of depth is met. */
function expectSame({ model, limits, reference }: Case): void {
  const { verdicts, witnesses } = search(new PackedModel(model), limits);
  const violated = (all: readonly Verdict[]) => all.map((one) => 'path' in one && one);
  expect(violated(verdicts)).toEqual(violated(reference.verdicts));
  expect(witnesses).toEqual(reference.witnesses);
}

/** @returns whether there were fewer states */
async function expectPartialOrders(one: Case): Promise<boolean> {
  const kept = ({ verdicts, witnesses, fired }: Outcome) => ({
    violated: verdicts.map(({ result }) => result === 'violated' || result === 'pathless'),
    reached: witnesses.map((depth) => depth !== null),
    taken: fired.map((times) => times > 0),
  });
  const { reference } = one;
  const outcome = await everyWayOf(one);
  expect(kept(outcome)).toEqual(kept(reference));
  expect(outcome.statesDistinct).toBeLessThanOrEqual(reference.statesDistinct);
  await expectBoth(one, false, reference.verdicts);
  return outcome.statesDistinct < reference.statesDistinct;
}

describe('all ways to search tell what the reference does', () => {
  /** How many of the designs were what. */
  const tally = { violated: 0, held: 0, symmetric: 0, whole: 0, withFewerOrders: 0 };

  async function agreesEverywhere(design: Design, plan: Plan): Promise<void> {
    const model = buildDesign(design);
    const limits = limitsOf(model);
    const reference = explore(new ImmutableModel(model), limits.depthMax);
    const one: Case = { design, model, limits, reference, plan };
    await expectFull(one);

    const symmetries = symmetriesOf(model);
    const picked = symmetries[plan.pick % symmetries.length] ?? [];
    for (const symmetry of symmetries) {
      const reduced = reducedTo(one, { symmetry, por: false });
      if (symmetry === picked) await expectSymmetric(reduced);
      else expectSame(reduced);
    }
    // Partial orders keep no depths, so only whole searches compare.
    const whole = reference.stoppedBy === null;
    for (const symmetry of !whole ? [] : picked.length === 0 ? [[]] : [[], picked]) {
      const isSmaller = await expectPartialOrders(reducedTo(one, { symmetry, por: true }));
      if (isSmaller) tally.withFewerOrders++;
    }

    if (reference.verdicts.some(({ result }) => result === 'violated')) tally.violated++;
    else tally.held++;
    if (symmetries.length > 0) tally.symmetric++;
    if (whole) tally.whole++;
  }

  it.each(designs)(
    'of random edits of %s',
    async (_, design) => {
      await fc.assert(fc.asyncProperty(design, somePlan(statesMax), agreesEverywhere), {
        numRuns: Math.ceil(cases / 6),
      });
    },
    timeout,
  );

  it('of some of each kind', () => {
    for (const [kind, count] of Object.entries(tally)) {
      expect(count, kind).toBeGreaterThan(0);
    }
  });
});
