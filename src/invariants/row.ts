/** What a claim is: a row of the table in claims.ts. */
import type { Failure, StepClaim } from '../model/model.js';
import type { Id } from '../state/domain.js';
import type { Machine } from '../state/machine.js';
import type { Node } from '../transitions/nodes.js';
import type { Standing } from '../transitions/program.js';
import type { Design } from './design.js';
import { isStepNode } from './design.js';
import type { WitnessName } from './witnesses.js';

export type Cpu = Id<'cpu'>;

interface RowSlots {
  readonly name: string;
  readonly claim: string;
  readonly source: string;
  /** What must be reachable for the claim to say anything. */
  readonly witness: WitnessName;
  /** Why the claim says nothing of a design, or null when it applies. */
  readonly inapplicable?: (design: Design) => string | null;
}
/** A claim about each CPU in every state. */
export interface StateRow extends RowSlots {
  readonly on: 'states';
  /** Where a CPU must be for the claim to say something of it. */
  readonly of: (standing: Standing) => boolean;
  /** It reads nothing but what its CPU alone writes; held to whenever it is learned. */
  readonly ownOnly?: true;
  build(design: Design): (m: Machine, cpu: Cpu) => Failure | undefined;
}
/** A claim about every step that is taken. */
interface StepRow extends RowSlots {
  readonly on: 'steps';
  build(design: Design): Pick<StepClaim<Machine>, 'watches' | 'check'>;
}
export type ClaimRow = StateRow | StepRow;

export const anywhere = () => true;
export const inUserMode = (standing: Standing) => standing === 'user';
export const atRestInKernel = (standing: Standing) => standing === 'kernel';
const isNode = (standing: Standing): standing is Node =>
  standing !== 'user' && standing !== 'kernel';
export const inStub = (standing: Standing) =>
  isNode(standing) && isStepNode(standing) && standing.step.stub === true;
export const waiting = (standing: Standing) =>
  isNode(standing) && isStepNode(standing) && standing.waits !== null;
