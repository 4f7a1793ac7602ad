/**
 * A search in threads of its own: one that leads it, and helpers where it turns out large.
 *
 * A thread that has run other models has taught V8 types that this one does not have: measured at
 * up to three times the time. So each search has fresh threads, which build its model anew, and this
 * one only listens. A thread that is gone stops the others: what they have not seen is unfinished.
 */
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { freeLock } from '../explorer/archive.js';
import { fingerprintBits } from '../explorer/compact.js';
import { at, Crew } from '../explorer/crew.js';
import type { SharedWords } from '../explorer/expand.js';
import { sharedWords } from '../explorer/expand.js';
import type { SearchOutcome } from '../explorer/outcome.js';
import { lostOutcome } from '../explorer/outcome.js';
import type { Progress } from '../explorer/progress.js';
import type { Limits, PackedSystem } from '../explorer/system.js';
import type { ArchiveOptions } from './archive.js';
import { unusable } from './archive.js';
import type { StatesDigest } from './digest.js';
import type { Mistake } from './errors.js';
import { UserError } from './errors.js';
import type { Design } from './load.js';

export interface ThreadOptions extends Limits {
  /** Threads that search, at most. */
  readonly workers: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Word 0 set to 1 by anyone ends the search. */
  readonly stop?: Int32Array<SharedArrayBuffer>;
  /** Keep fingerprints and not states: what is not violated is then probable at most. */
  readonly hashCompact?: boolean;
  /** Leave what is found in files, or go on from there. */
  readonly archive?: ArchiveOptions;
  /** Take a digest of the states. */
  readonly certify?: boolean;
  /** Start all threads at once, wait for them, and let them share every level: for tests. */
  readonly eager?: boolean;
  /** Called for each thread that is started; 0 leads. */
  readonly onThread?: (thread: Worker, index: number) => void;
  /** MiB of V8's heap that each thread may have; V8's own choice unless given. */
  readonly heapMax?: number;
}

export interface LeadRequest {
  readonly design: Design;
  readonly limits: Limits;
  /** Bits of the fingerprints to keep, or 0. */
  readonly bits: number;
  readonly archive: ArchiveOptions | null;
  readonly certify: boolean;
  readonly eager: boolean;
  readonly stop: Int32Array<SharedArrayBuffer> | null;
  readonly words: SharedWords;
  /** To the helpers. */
  readonly ports: readonly MessagePort[];
}
export interface AssistRequest {
  readonly design: Design;
  readonly words: SharedWords;
  readonly port: MessagePort;
  /** From 1. */
  readonly thread: number;
}
export type SearchMessage =
  | { readonly progress: Progress }
  | { readonly notice: string }
  | { readonly hire: true }
  /** It goes on from states that are in files. */
  | { readonly resumed: true }
  | { readonly refused: readonly Mistake[] }
  | { readonly outcome: ThreadedOutcome };

export interface ThreadedOutcome extends SearchOutcome {
  /** Of the states, where it was asked for and all were seen. */
  readonly states?: StatesDigest;
}

const isOutOfMemory = (error: unknown): boolean =>
  ['ERR_WORKER_OUT_OF_MEMORY', 'ERR_WORKER_INIT_FAILED'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );

/** Rejects with what a rule of the model throws, in whichever thread. */
export async function searchInThreads(
  design: Design,
  system: PackedSystem,
  {
    workers,
    onProgress,
    stop,
    hashCompact,
    archive,
    certify = false,
    eager = false,
    onThread,
    heapMax,
    ...limits
  }: ThreadOptions,
): Promise<ThreadedOutcome> {
  const notices: string[] = [];
  const words = sharedWords(system);
  const crew = new Crew(new Int32Array(words.control), 0);
  const channels = Array.from({ length: workers - 1 }, () => new MessageChannel());
  const threads: Worker[] = [];
  let over = false;
  let resumed = false;
  const outcome = await new Promise<ThreadedOutcome>((resolve, reject) => {
    const start = (index: number, request: LeadRequest | AssistRequest): void => {
      const ports = 'port' in request ? [request.port] : [...request.ports];
      const thread = new Worker(fileURLToPath(new URL('./search-worker.js', import.meta.url)), {
        workerData: request,
        transferList: ports,
        ...(heapMax === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMax } }),
      });
      threads[index] = thread;
      thread.on('message', hear);
      thread.on('error', (error) => {
        if (isOutOfMemory(error)) lose(index, error);
        else reject(resumed && archive !== undefined ? unusable(archive.folder, error) : error);
      });
      thread.on('exit', (code) => {
        if (index === 0 || code !== 0) lose(index, new Error(`it ended with code ${code}`));
      });
      onThread?.(thread, index);
    };
    const hear = (message: SearchMessage): void => {
      if ('progress' in message) onProgress?.(message.progress);
      else if ('notice' in message) notices.push(message.notice);
      else if ('resumed' in message) resumed = true;
      else if ('refused' in message) {
        over = true;
        reject(new UserError(message.refused));
      } else if ('outcome' in message) {
        // Its thread may end before anything else is run here.
        over = true;
        resolve(message.outcome);
      } else for (const [index] of channels.entries()) startHelper(index + 1);
    };
    const startHelper = (thread: number): void => {
      const port = channels[thread - 1]?.port2;
      if (port === undefined) return;
      try {
        start(thread, { design, words, port, thread });
      } catch (error) {
        lose(thread, error as Error);
      }
    };
    const lost = new Set<number>();
    /** A thread has ended that should not have, or never began. */
    const lose = (index: number, { message }: Error): void => {
      if (over || lost.has(index)) return;
      lost.add(index);
      if (index > 0 && crew.get(at.present + index) === 0) {
        notices.push(`worker ${index + 1} could not be started (${message}): fewer search`);
        return;
      }
      crew.lose();
      notices.push(`worker ${index + 1} died (${message})`);
      if (index === 0) resolve(lostOutcome(system, words));
    };
    const ports = channels.map(({ port1 }) => port1);
    const bits = hashCompact ? fingerprintBits : 0;
    const shared = { design, limits, bits, certify, eager, words, ports };
    start(0, { ...shared, archive: archive ?? null, stop: stop ?? null });
  }).finally(async () => {
    over = true;
    crew.lose();
    // What a large search held is given back before another begins.
    await Promise.all(threads.map((thread) => thread.terminate()));
    for (const { port2 } of channels) port2.close();
    if (archive !== undefined) freeLock(archive.folder);
  });
  return { ...outcome, notices: [...notices, ...outcome.notices] };
}
