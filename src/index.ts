/**
 * svscheck as a library: define a model, check it, get verdicts and traces as immutable values; or
 * load a spec file and run it.
 */
export type { SearchOptions } from './explorer/search.js';
export type { Limits, Path, StopReason } from './explorer/system.js';
export type { Checked, CheckedClaim, CheckModelOptions, ModelSlots, Rule } from './model/define.js';
export { checkModel, defineModel, rule } from './model/define.js';
export type { Model } from './model/model.js';
export type { Report, ReportedSpec, Trace } from './report/document.js';
export { reportedSpec } from './report/reported.js';
export { tellViolation } from './report/trace.js';
export type { Mistake } from './spec/errors.js';
export { describeMistake, UserError } from './spec/errors.js';
export type { SpecFile } from './spec/format.js';
export { specSchema } from './spec/format.js';
export type { LoadOptions, Spec } from './spec/load.js';
export { findSpecs, loadSpec } from './spec/load.js';
export type { PinnedResult } from './spec/pinned.js';
export type { PropertyResult, RunOptions, SpecResult, WitnessResult } from './spec/run.js';
export { runSpec } from './spec/run.js';
export type { Domain, Id, IdSet, Table } from './state/domain.js';
export { domain } from './state/domain.js';
export type { State } from './state/immutable.js';
export type { Draft } from './state/schema.js';
export { count, flag, id, idSet, oneOf, optionalId, record, table } from './state/schema.js';
