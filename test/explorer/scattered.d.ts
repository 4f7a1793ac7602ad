import type { PackedSystem, ReferenceSystem } from '../../src/explorer/system.js';

export interface Scattered {
  readonly size: number;
  readonly spread: number;
  readonly seed: number;
  readonly rare: number;
  readonly fan?: number;
  readonly lag?: number;
}
export function processOf(action: number): number;
export function packedOf(graph: Scattered): PackedSystem;
export function referenceOf(graph: Scattered): ReferenceSystem<number>;
