/** A protocol at a scope as a model: program, initial states, claims, witnesses. */

import { checksOf, claimOf, claimRows } from '../invariants/claims.js';
import type { Design } from '../invariants/design.js';
import { hasLock } from '../invariants/design.js';
import { observerOf } from '../invariants/observe.js';
import { witnessOf, witnessRows } from '../invariants/witnesses.js';
import type { Model } from '../model/model.js';
import type { Id } from '../state/domain.js';
import type { Machine, MachineSchema } from '../state/machine.js';
import { machineSchema } from '../state/machine.js';
import type { Scope } from '../state/scope.js';
import { areTrue } from '../transitions/conditions.js';
import type { Protocol } from '../transitions/operation.js';
import { stepsOf } from '../transitions/operation.js';
import { Program } from '../transitions/program.js';
import { refill } from '../transitions/translation.js';

export interface DesignModel extends Model<MachineSchema> {
  readonly design: Design;
  /** By claim: why it says nothing of this design, or null when it applies. */
  readonly inapplicable: readonly (string | null)[];
  /** By claim: the index of the witness that it rests on. */
  readonly witnessOfClaim: readonly number[];
}

/** @param protocol after edits, with only the operations and steps that the scope has */
export function designModel(protocol: Protocol, scope: Scope): DesignModel {
  const program = new Program(protocol, scope);
  const design = { scope, program };
  const claims = claimRows.map((row) => claimOf(row, design));
  const witnesses = witnessRows.map((row) => witnessOf(row, design));
  const families = program.families.map((family, cpu) => ({
    ...family,
    checks: checksOf(design, scope.cpus.ids[cpu] as Id<'cpu'>),
  }));
  return {
    design,
    processes: {
      domain: scope.cpus,
      lookUps: new Set(program.tables().map(({ classes }) => classes)),
      observe: observerOf(design),
    },
    schema: machineSchema(scope, {
      locations: program.locations.length,
      savable: program.savable,
      updirLocks: hasLock(design, 'updir-lock'),
    }),
    initials: placements(scope).map((placement) => (m) => boot(m, design, placement)),
    steps: program.steps.map(({ name }) => name),
    actions: program.actions,
    families,
    claims,
    witnesses,
    inapplicable: claimRows.map((row) => row.inapplicable?.(design) ?? null),
    witnessOfClaim: claimRows.map((row) =>
      witnessRows.findIndex(({ name }) => name === row.witness),
    ),
  };
}

/** Boot has ended: every CPU runs a thread of pmap 0 in user mode, with a flushed TLB. */
function boot(m: Machine, design: Design, placement: readonly Id<'position'>[]): void {
  const { scope, program } = design;
  const [first] = scope.pmaps.ids as [Id<'pmap'>];
  for (const [index, position] of placement.entries()) {
    m.layout[scope.areas.ids[index] as Id<'area'>].position = position;
  }
  for (const cpu of scope.cpus.ids) {
    for (const { only, effect } of stepsOf(program.protocol.boot)) {
      if (areTrue(only ?? [], m, cpu, scope)) effect(m, { cpu }, scope);
    }
    m.updirs[cpu].ready.clear();
    m.cpus[cpu].pmap = first;
    m.cpus[cpu].kpdirpa = first;
    const onUpdir = scope.options.svs && scope.isolated.has(first);
    m.cpus[cpu].cr3 = onUpdir ? scope.updirOf[cpu] : scope.l4OfPmap[first];
    m.cpus[cpu].pcid = onUpdir ? scope.userPcid : scope.kernelPcid;
    m.pmaps[first].kernelCpus.add(cpu);
    if (scope.has.threads) {
      m.cpus[cpu].thread = first;
      m.pmaps[first].cpus.add(cpu);
    }
    if (scope.has.stacks) m.cpus[cpu].rsp = 'user';
    if (scope.has.isolation) m.cpus[cpu].tssRsp0 = onUpdir ? 'rsp0' : 'kernel';
    if (scope.has.lifetime) m.pmaps[first].references.add(cpu);
    refill(m, scope, cpu);
  }
}

/** Every way to put the areas at different positions [M10]; one empty way without KASLR. */
function placements(scope: Scope): Id<'position'>[][] {
  if (scope.options.kaslr === null) return [[]];
  return scope.areas.ids.reduce<Id<'position'>[][]>(
    (ways) =>
      ways.flatMap((way) =>
        scope.positions.ids
          .filter((position) => !way.includes(position))
          .map((position) => [...way, position]),
      ),
    [[]],
  );
}
