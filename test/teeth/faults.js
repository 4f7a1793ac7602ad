/**
 * Faults in the engine, one by one: run.js puts each into a copy of this tree and expects the test that
 * it names to fail. A fault that no test sees is a test that is missing.
 */
import { inExplorer } from './faults/explorer.js';
import { inFiles } from './faults/files.js';
import { inModel } from './faults/model.js';

export const faults = [...inExplorer, ...inFiles, ...inModel];
