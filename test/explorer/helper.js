/** A thread that helps with the search of a scattered system. */
import { workerData } from 'node:worker_threads';
import { assist } from '../../dist/explorer/expand.js';
import { packedOf } from './scattered.js';

const { graph, words, buffers, thread } = workerData;
assist(packedOf(graph), words, buffers, thread);
