import { parentPort, workerData } from 'node:worker_threads';
import { doTask, type Material, type Task } from './trainingPool.js';

// A training thread: it gets its material when it starts, and does tasks one after the other.

parentPort!.on('message', (task: Task) => parentPort!.postMessage(doTask(workerData as Material, task)));
