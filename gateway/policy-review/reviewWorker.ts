import { parentPort, workerData } from 'node:worker_threads';
import { buildSchema } from 'graphql';
import { PolkuError } from '../../lib/errors.js';
import type { PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import { type PolicyReview, reviewPolicies, type ReviewTask } from './reviewPolicies.js';

// A thread that reviews changes of policies, one after another, until it is ended.

export interface ReviewWorkerData {
  readonly graph: PolicyGraph;
  /** The API schema as SDL. */
  readonly api: string;
}

export type ReviewAnswer = { readonly review: PolicyReview } | { readonly invalid: string };

const { graph, api } = workerData as ReviewWorkerData;
const basis = { graph, api: buildSchema(api, { assumeValid: true }) };

parentPort!.on('message', (task: ReviewTask) => {
  parentPort!.postMessage(answer(task));
});

function answer(task: ReviewTask): ReviewAnswer {
  try {
    return { review: reviewPolicies(basis, task) };
  } catch (error) {
    if (error instanceof PolkuError) return { invalid: error.message };
    throw error;
  }
}
