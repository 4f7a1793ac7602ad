/** A result as data: every violation is told by the immutable rules, or it is not told at all. */
import { claimRows } from '../invariants/claims.js';
import { hasRoomFor, witnessRows } from '../invariants/witnesses.js';
import type { DesignModel } from '../spec/design-model.js';
import type { SpecResult } from '../spec/run.js';
import type { Id } from '../state/domain.js';
import { toId, toIndex } from '../state/domain.js';
import type { ReportedMachine, ReportedSpec } from './document.js';
import { specFormat } from './document.js';
import { reportedPinned } from './pinned.js';
import { tellViolation } from './trace.js';

/** Throws InternalError for a violation that the immutable rules do not find. */
export function reportedSpec({ spec, model, pinned, ...result }: SpecResult): ReportedSpec {
  const { program } = model.design;
  // Puts the fields into the order of the format, and into as little memory as they need.
  return specFormat.parse({
    file: spec.file,
    title: spec.title,
    shows: spec.shows,
    ...spec.place([]),
    status: result.status,
    unfinishedAccepted: result.unfinishedAccepted,
    stoppedBy: result.stoppedBy,
    tracesStoppedBy: result.tracesStoppedBy,
    omission: result.omission,
    symmetry: [...result.symmetry],
    reductions: [...result.reductions],
    statesDistinct: result.statesDistinct,
    statesGenerated: result.statesGenerated,
    depth: result.depth,
    timeMs: result.timeMs,
    bytes: result.bytes,
    workers: result.workers,
    notices: [...result.notices],
    machine: machineOf(model),
    protocol: {
      name: program.protocol.name,
      operations: program.protocol.operations.map((operation) => ({
        name: operation.name,
        source: operation.source,
        steps: program.steps
          .filter((named) => named.operation === operation)
          .map(({ name, step, loop }) => ({
            name,
            source: step.source,
            loop: loop?.loop ?? null,
          })),
      })),
    },
    fired: Object.fromEntries(
      program.steps.map(({ name }, index) => [name, result.fired[index] ?? 0]),
    ),
    properties: result.properties.map(({ path, ...property }, claim) => ({
      ...property,
      ...spec.place(['expect', property.name]),
      claim: claimRows[claim]?.claim ?? '',
      source: claimRows[claim]?.source ?? '',
      trace: path === null ? null : tellViolation(model, path, claim),
    })),
    witnesses: result.witnesses.map((witness, index) => {
      const row = witnessRows[index];
      return {
        ...witness,
        ...spec.place(['expect', witness.name]),
        claim: row?.claim ?? '',
        hasRoom: row !== undefined && hasRoomFor(row, model.design),
      };
    }),
    pinned: pinned === null ? null : reportedPinned(spec, model, pinned),
  } satisfies ReportedSpec);
}

export function machineOf({ design: { scope, program } }: DesignModel): ReportedMachine {
  const { cpus, pmaps, slots, areas, pcids, positions, options } = scope;
  const among = (members: { has(area: Id<'area'>): boolean }): string[] =>
    areas.ids.filter((area) => members.has(area)).map(areas.label);
  const isBuilt = program.protocol.boot.steps.length > 0;
  const isByLinkTime = options.kaslr?.layout === 'link-time';
  /** Where the kernel was linked, area i is at position i. */
  const linkedAt = (area: Id<'area'>): string => positions.label(toId<'position'>(toIndex(area)));
  return {
    cpus: cpus.ids.map(cpus.label),
    pmaps: pmaps.ids.map(pmaps.label),
    slots: slots.ids.map(slots.label),
    areas: areas.ids.map(areas.label),
    secret: among(scope.secret),
    kernelHalf: among(scope.kernelHalf),
    carried: isBuilt || isByLinkTime ? null : among(scope.carried),
    leftOut: isBuilt || !isByLinkTime ? null : scope.unmapped.ids.map(linkedAt),
    pcids: pcids.ids.map(pcids.label),
    nesting: options.nesting,
    events: [...options.events],
    interleaving: options.interleaving,
    loops: options.loops,
    memory: options.memory,
  };
}
