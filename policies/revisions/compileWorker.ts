// A thread that compiles policies once: it is given them when it starts, and answers what is wrong with them.
import { parentPort, workerData } from 'node:worker_threads';
import { compilePolicy } from '../engine/compile/compilePolicy.js';
import type { PolicyGraph } from '../engine/parse/policyGraph.js';
import type { PolicySource } from '../engine/parse/policySource.js';

export interface CompileTask {
  readonly sources: readonly PolicySource[];
  readonly graph: PolicyGraph;
}

const { sources, graph } = workerData as CompileTask;
parentPort!.postMessage(compilePolicy(sources, graph).problems);
