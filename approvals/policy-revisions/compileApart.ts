import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PolkuError } from '../../lib/errors.js';
import { packageRoot } from '../../lib/packageRoot.js';
import type { PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import type { PolicySource, Problem } from '../../policies/engine/parse/problems.js';
import type { CompileTask } from './compileWorker.js';

/** The policies that come with Polku need some tenths of a second. */
const DEADLINE_MS = 10_000;
const MEMORY_MB = 256;

export type CheckPolicies = (sources: readonly PolicySource[]) => Promise<readonly Problem[]>;

/**
 * Compiles policies in a separate thread and returns their problems. One person alone can propose policies,
 * so they must not stop a gateway from answering. Only one compilation runs at a time.
 */
export function compileApart(graph: PolicyGraph): CheckPolicies {
  let last: Promise<unknown> = Promise.resolve();
  return (sources) => {
    const found = last.then(() => compileOnce({ sources, graph }));
    last = found.catch(() => {});
    return found;
  };
}

function compileOnce(workerData: CompileTask): Promise<readonly Problem[]> {
  const program = join(packageRoot(), 'dist/approvals/policy-revisions/compileWorker.js');
  const worker = new Worker(program, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  return new Promise<readonly Problem[]>((resolve, reject) => {
    const deadline = setTimeout(() => reject(tooLong()), DEADLINE_MS);
    worker.once('message', resolve);
    worker.once('error', (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLong() : cause),
    );
    worker.once('exit', (code) => reject(new Error(`Compiling policies ended with code ${code}.`)));
    worker.once('exit', () => clearTimeout(deadline));
  }).finally(() => worker.terminate());
}

function tooLong(): PolkuError {
  return new PolkuError(
    'POLICY_TOO_LARGE',
    `The policies need more than ${DEADLINE_MS / 1000} s or ${MEMORY_MB} MB to compile. Propose smaller policies.`,
  );
}
