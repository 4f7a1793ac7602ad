/** The searches of a run: one spec after the other, until all are done or Ctrl-C. */
import type { Report, ReportedSpec } from '../report/document.js';
import type { ProgressKind } from '../report/progress.js';
import { reportedSpec } from '../report/reported.js';
import type { Run } from '../report/run.js';
import type { ArchiveOptions } from '../spec/archive.js';
import { checkResumable } from '../spec/archive.js';
import { plain, UserError } from '../spec/errors.js';
import type { LoadOptions, Reductions } from '../spec/load.js';
import { loadSpec, noReductions, withReductions } from '../spec/load.js';
import { runSpec } from '../spec/run.js';
import { checkCertifiable, refuseReductions, writeCertificate } from './certificate.js';
import { printMistakes } from './output.js';
import { ProgressLine } from './progress.js';

export interface SearchesOptions extends LoadOptions {
  readonly reference?: boolean;
  readonly statesMax?: number;
  /** Bytes. */
  readonly memoryMax?: number;
  /** Milliseconds, for each spec. */
  readonly timeMax?: number;
  /** Milliseconds, for all of them. */
  readonly budget?: number;
  readonly depthMax?: number;
  readonly stopAtFirst?: boolean;
  readonly workers?: number;
  readonly progress?: ProgressKind;
  readonly reduction?: ReductionChoice;
  readonly hashCompact?: boolean;
  /** The file to write a certificate to. */
  readonly certificate?: string;
  /** Folders; see archiveOf(). */
  readonly checkpoint?: string;
  readonly resume?: string;
  readonly disk?: string;
  /** Milliseconds. */
  readonly checkpointEvery?: number;
}

/** With which reductions to search: those that a spec names, none, or partial orders as well. */
export type ReductionChoice = 'spec' | 'none' | 'por';
export const reductionsFor: Readonly<Record<ReductionChoice, Partial<Reductions>>> = {
  spec: {},
  none: noReductions,
  por: { por: true },
};

export interface Searched extends Pick<Run, 'specs' | 'mistakes'> {
  readonly interrupted: boolean;
}

/** What ends a search early, with what was found so far. */
const signals = ['SIGINT', 'SIGTERM'] as const;
/** Milliseconds between two checkpoints, unless they are given. */
const everyMs = 300_000;

/** Where searches leave their states; null where they do not. Throws UserError. */
function archiveOf(options: SearchesOptions): ArchiveOptions | null {
  const { checkpoint, resume, disk, checkpointEvery = everyMs } = options;
  const folder = resume ?? disk ?? checkpoint;
  if (folder === undefined) return null;
  const differs = [disk, checkpoint].find((one) => one !== undefined && one !== folder);
  if (differs !== undefined) {
    const message = `a search that is resumed goes on in its folder, not in ${plain(differs)}`;
    throw new UserError([{ code: 'bad-option', file: folder, message }]);
  }
  const archive = {
    folder,
    resume: resume !== undefined,
    onDisk: disk !== undefined,
    everyMs: checkpointEvery,
  };
  checkResumable(archive);
  return archive;
}

/** @param onSpec called for each spec as its search ends; returns what is to be kept of it */
export async function searchAll(
  files: readonly string[],
  options: SearchesOptions,
  onSpec: (spec: ReportedSpec) => ReportedSpec,
): Promise<Searched> {
  const { budget, reduction = 'spec', reference, timeMax, within, ...limits } = options;
  const load: LoadOptions = within === undefined ? {} : { within };
  const archive = archiveOf(options);
  const { certificate } = options;
  if (certificate !== undefined) checkCertifiable(certificate, files);
  const specs: ReportedSpec[] = [];
  const mistakes: Report['mistakes'] = [];
  // Without shared memory nothing can be told to a search: let Ctrl-C end the process. The reference
  // explorer runs in this thread and does not look up.
  const canStop = typeof SharedArrayBuffer !== 'undefined' && !reference;
  const stop = canStop ? new Int32Array(new SharedArrayBuffer(4)) : null;
  const isStopped = (): boolean => stop !== null && Atomics.load(stop, 0) !== 0;
  const interrupt = (): void => void (stop !== null && Atomics.store(stop, 0, 1));
  if (stop !== null) for (const signal of signals) process.on(signal, interrupt);
  const progress = new ProgressLine(options.progress ?? 'auto');
  const deadline = budget === undefined ? null : Date.now() + budget;
  try {
    for (const [done, file] of files.entries()) {
      if (isStopped()) break;
      try {
        const spec = withReductions(loadSpec(file, load), reductionsFor[reduction]);
        if (certificate !== undefined) refuseReductions(spec);
        const left = deadline === null ? null : deadline - Date.now();
        const time = left === null ? timeMax : shareOf(left, files.length - done, timeMax);
        const result = await runSpec(spec, {
          ...limits,
          ...(reference ? { reference } : {}),
          ...(time === undefined ? {} : { timeMax: time }),
          ...(stop === null ? {} : { stop }),
          ...(archive === null ? {} : { archive }),
          ...(certificate === undefined ? {} : { certify: true }),
          onProgress: (now) => progress.show(file, now),
        });
        progress.end(result);
        if (certificate !== undefined) writeCertificate(certificate, result);
        specs.push(onSpec(reportedSpec(result)));
      } catch (error) {
        progress.clear();
        if (!(error instanceof UserError)) throw error;
        mistakes.push(...error.mistakes.map((mistake) => ({ ...mistake, spec: file })));
        printMistakes(error.mistakes);
      }
    }
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
  return { specs, mistakes, interrupted: isStopped() };
}

/**
 * The milliseconds that the next spec may take: what is left of the budget is divided among the specs
 * that are left, so that those after a quick one have more. A spec that comes too late still begins.
 */
export function shareOf(left: number, specsLeft: number, timeMax?: number): number {
  const share = Math.max(1, Math.floor(left / specsLeft));
  return Math.min(share, timeMax ?? share);
}
