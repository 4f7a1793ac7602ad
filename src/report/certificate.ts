/**
 * A certificate: what a search says, for whoever does not believe it. It has the spec, whole, and what
 * `svscheck verify` finds again by other means; docs/trust.md says what that is worth.
 */
import * as z from 'zod';
import { keysMax } from '../spec/digest.js';
import { specFormat } from '../spec/format.js';
import type { SpecResult } from '../spec/run.js';
import { pathText } from './trace.js';

const depth = z.int().min(0).nullable();

export const certificateFormat = z.strictObject({
  format: z.literal('svscheck certificate'),
  version: z.literal(1),
  file: z.string().max(4096),
  /** With all that it extends. */
  spec: specFormat,
  statesDistinct: z.int().min(1),
  statesGenerated: z.int().min(1),
  depth: z.int().min(0),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  states: z.array(z.string().max(100_000)).max(keysMax).nullable(),
  properties: z
    .array(
      z.strictObject({
        name: z.string().max(200),
        result: z.enum(['holds', 'violated', 'not-applicable']),
        depth,
        path: z.string().max(1_000_000).nullable(),
      }),
    )
    .max(100),
  witnesses: z.array(z.strictObject({ name: z.string().max(200), depth })).max(100),
});

export type Certificate = z.infer<typeof certificateFormat>;

/** The certificate of a search that saw every state; null for one that did not. */
export function certificateOf(result: SpecResult): Certificate | null {
  const { spec, states, properties, witnesses } = result;
  if (states === null) return null;
  return {
    format: 'svscheck certificate',
    version: 1,
    file: spec.file,
    spec: spec.whole,
    statesDistinct: result.statesDistinct,
    statesGenerated: result.statesGenerated,
    depth: result.depth,
    digest: states.digest,
    states: states.keys === null ? null : [...states.keys],
    properties: properties.map(({ name, result: outcome, depth: steps, path }) => ({
      name,
      result: outcome as Certificate['properties'][number]['result'],
      depth: steps,
      path: path === null ? null : pathText(path),
    })),
    witnesses: witnesses.map(({ name, depth: steps }) => ({ name, depth: steps })),
  };
}
