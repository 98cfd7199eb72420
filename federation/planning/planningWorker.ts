import { parentPort, workerData } from 'node:worker_threads';
import { PolkuError } from '../../lib/errors.js';
import { planOperations } from './planner.js';
import type { PlanAnswer } from './planningThread.js';

// The thread of planningThread.ts: reads a supergraph once, then answers operations with plans.
const plan = planOperations(workerData as string);
parentPort!.on('message', (operation: string) => parentPort!.postMessage(answer(operation)));
parentPort!.postMessage('ready');

function answer(operation: string): PlanAnswer {
  try {
    return { plan: JSON.stringify(plan(operation)) };
  } catch (error) {
    if (!(error instanceof PolkuError)) throw error;
    const { code, message, details } = error;
    return { refusal: { code, message, details } };
  }
}
