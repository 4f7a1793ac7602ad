/** How much memory a search may take. */
import { totalmem } from 'node:os';

/** Bytes that this machine, or this container, has. */
export function machineMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** What a search may take unless it is told otherwise: the rest is for what else runs here. */
export const memoryByDefault = (): number => Math.floor(machineMemory() * 0.8);
