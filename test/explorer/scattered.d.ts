import type { PackedSystem } from '../../src/explorer/system.js';

export interface Scattered {
  readonly size: number;
  readonly spread: number;
  readonly seed: number;
  readonly rare: number;
}
export interface ScatteredEdge {
  readonly action: number;
  readonly process: number;
  readonly to: number;
  readonly failing: number;
}
export function processOf(action: number): number;
export function edgesOf(graph: Scattered, state: number): ScatteredEdge[];
export function failingOf(graph: Scattered, state: number): number;
export function shownOf(graph: Scattered, state: number): number;
export function packedOf(graph: Scattered): PackedSystem;
