/** A thread of a search: the one that leads it, or one that helps. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { at } from '../explorer/crew.js';
import { assist, privateWorkplace, sharedWorkplace } from '../explorer/expand.js';
import type { SearchOutcome } from '../explorer/outcome.js';
import type { Progress } from '../explorer/progress.js';
import { search } from '../explorer/search.js';
import type { StoreBuffers } from '../explorer/store.js';
import type { OpenArchive } from './archive.js';
import { openArchive, searchFrom } from './archive.js';
import { buildDesign, systemOf } from './build.js';
import { packedDigest } from './digest.js';
import { UserError } from './errors.js';
import { machineMemory } from './memory.js';
import type { AssistRequest, LeadRequest, SearchMessage } from './threads.js';

const post = (message: SearchMessage): void => parentPort?.postMessage(message);

/** Milliseconds between two reports of progress. */
const reportMs = 200;
/** From here on helpers pay: to start one takes as long as some ten thousand states. */
const hireStates = 60_000;

function lead(request: LeadRequest): void {
  const { design, limits, bits, certify, eager, stop, words, ports } = request;
  const model = buildDesign(design);
  const system = systemOf(design, model);
  const states = certify ? packedDigest(model.schema) : null;
  const opened = archiveOf(request, system.words);
  if (opened === null) return;
  const { archiving, keeps } = opened;
  if (archiving !== undefined && archiving.from !== null) post({ resumed: true });
  const workplace = sharedWorkplace(system, words, machineMemory(), { bits, ...keeps });
  if (workplace === null && ports.length > 0) {
    post({ notice: 'there is too little address space to share: one worker searches' });
  }
  let told = Date.now();
  let hired = false;
  const options = {
    ...limits,
    ...(archiving === undefined ? {} : { archiving }),
    ...(states === null ? {} : { onState: states.add }),
    ...(eager ? { soloStates: 1 } : {}),
    onProgress: (progress: Progress) => {
      if (Date.now() - told > reportMs) {
        told = Date.now();
        post({ progress });
      }
      return stop !== null && Atomics.load(stop, 0) !== 0;
    },
  };
  const hire = (states: number): void => {
    const buffers = workplace?.store.buffers ?? null;
    if (hired || buffers === null || ports.length === 0) return;
    if (states < hireStates && !eager) return;
    hired = true;
    // Past the thread that started this one: it would hold the memory longer than the search does.
    for (const port of ports) port.postMessage(buffers);
    post({ hire: true });
    if (eager && workplace !== null) awaitHelpers(workplace.control, ports.length);
  };
  const place = workplace ?? privateWorkplace(system, { bits, ...keeps });
  const run = (): SearchOutcome => search(system, options, place, hire);
  orRefuse(() => {
    const outcome = archiving === undefined ? run() : searchFrom(archiving, run);
    for (const port of ports) port.close();
    const isSeen = states !== null && outcome.stoppedBy === null;
    post({ outcome: isSeen ? { ...outcome, states: states.result } : outcome });
  });
}

/** The archive that is asked for; null where it cannot be used, which has been told. */
function archiveOf({ design, archive }: LeadRequest, words: number): Partial<OpenArchive> | null {
  if (archive === null) return {};
  return orRefuse(() => openArchive(design, words, archive, (notice) => post({ notice })));
}

/** What comes of something; null where it is a mistake of the user's, which is told. */
function orRefuse<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    post({ refused: error.mistakes });
    return null;
  }
}

/** Waits until helpers have joined; not for ever, since some may not be there to come. */
function awaitHelpers(control: Int32Array, helpers: number): void {
  for (let wait = 0; wait < 200 && Atomics.load(control, at.joined) < helpers; wait++) {
    Atomics.wait(control, at.stop, 0, 50);
  }
}

function help({ design, words, port, thread }: AssistRequest): void {
  const buffers = receiveMessageOnPort(port)?.message as StoreBuffers;
  port.close();
  assist(systemOf(design, buildDesign(design)), words, buffers, thread);
}

const request = workerData as LeadRequest | AssistRequest;
if ('port' in request) help(request);
else lead(request);
