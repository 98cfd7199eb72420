import { parentPort, workerData } from 'node:worker_threads';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import type { PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import type { PolicySource } from '../../policies/engine/parse/problems.js';

// A thread that compiles policies once: it gets them when it starts, and answers with their problems.

export interface CompileTask {
  readonly sources: readonly PolicySource[];
  readonly graph: PolicyGraph;
}

const { sources, graph } = workerData as CompileTask;
parentPort!.postMessage(compilePolicy(sources, graph).problems);
