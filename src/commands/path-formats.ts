/** A path that was taken as one text, in the format that is asked for. */
import type { Colors } from 'picocolors/types.js';
import type { Path } from '../explorer/system.js';
import { claimRows } from '../invariants/claims.js';
import type { Replay } from '../model/immutable-system.js';
import { failureAtEnd } from '../model/immutable-system.js';
import type { Failure } from '../model/model.js';
import type { Trace } from '../report/document.js';
import { itfTrace } from '../report/itf.js';
import { sequenceDiagram } from '../report/mermaid.js';
import { traceLines } from '../report/terminal.js';
import { tell } from '../report/trace.js';
import type { DesignModel } from '../spec/design-model.js';
import type { Spec } from '../spec/load.js';
import type { MachineSchema } from '../state/machine.js';
import { jsonText } from './output.js';

export interface ToldPath {
  readonly spec: Spec;
  readonly model: DesignModel;
  readonly taken: Replay<MachineSchema>;
  /** With what is wrong at its end by the first of the properties that are violated there. */
  readonly trace: Trace;
  readonly violated: readonly { readonly name: string; readonly failure: Failure }[];
}

export function toldPath(
  spec: Spec,
  model: DesignModel,
  path: Path,
  taken: Replay<MachineSchema>,
): ToldPath {
  const violated = claimRows.flatMap(({ name }, claim) => {
    const failure = failureAtEnd(model, taken, claim);
    return failure === undefined ? [] : [{ name, failure }];
  });
  const trace = tell(model, path, taken, violated[0]?.failure ?? null);
  return { spec, model, taken, trace, violated };
}

const pathFormats = {
  text: ({ trace, violated }, color) =>
    [
      ...traceLines(trace, color),
      '',
      ...violated.map(
        ({ name, failure }) => `  ${color.red(name)} is violated: ${failure.conjunct}`,
      ),
      ...(violated.length === 0 ? ['  no property is violated at the end of this path'] : []),
      `  path ${trace.path}`,
    ].join('\n'),
  json: ({ trace }) => jsonText(trace),
  itf: ({ spec, model, taken, trace, violated }) =>
    jsonText(
      itfTrace(model, taken, {
        source: spec.file,
        description: spec.title,
        path: trace.path,
        violated: Object.fromEntries(violated.map(({ name, failure }) => [name, failure.conjunct])),
      }),
    ),
  mermaid: ({ spec, trace, violated }) =>
    sequenceDiagram(
      spec.title,
      trace,
      violated.map(({ name, failure }) => ({ name, conjunct: failure.conjunct })),
    ),
} satisfies Record<string, (told: ToldPath, color: Colors) => string>;

export type PathFormat = keyof typeof pathFormats;
export const pathFormatNames = Object.keys(pathFormats) as PathFormat[];

export const formatPath = (format: PathFormat, told: ToldPath, color: Colors): string =>
  pathFormats[format](told, color);
