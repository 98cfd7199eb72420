import { PolkuError } from '../../lib/errors.js';
import type { Log } from '../../lib/log.js';
import { compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { loadPolicyFolder } from '../../policies/engine/parse/loadPolicyFolder.js';
import type { PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import { formatProblems, type PolicySource } from '../../policies/engine/parse/problems.js';
import { type PolicyInForce, PollingPolicy } from './policyInForce.js';

/**
 * Polling works on every file system, and file notifications do not (inotify(7)). Reading a dozen small files
 * is cheap.
 */
const EVERY_MS = 200;

export interface WatchOptions {
  readonly folder: string;
  /** The folders of registries that have their policy there, by name. */
  readonly registries?: ReadonlyMap<string, string>;
  readonly graph: PolicyGraph;
  /** Gets every change that was accepted, and each rejected change once. */
  readonly log: Log;
}

/**
 * The policies of a folder that is being edited (`--dev`). An edit is in force within a second. A broken edit
 * changes nothing.
 * @throws PolkuError POLICY_INVALID with every fault and its position
 */
export async function watchPolicyFolder(options: WatchOptions): Promise<PolicyInForce> {
  const { folder, registries, log } = options;
  const compile = (sources: readonly PolicySource[]): Policy => compileSources(sources, options);
  const first = await loadPolicyFolder(folder, registries);
  const policy = compile(first);
  let [before, judged] = [fingerprint(first), fingerprint(first)];

  /** Accepts a text only when two looks agree on it, because editors write in pieces. */
  async function look(): Promise<Policy | undefined> {
    const sources = await loadPolicyFolder(folder, registries);
    const now = fingerprint(sources);
    const settled = now === before;
    before = now;
    if (!settled || now === judged) return undefined;
    judged = now;
    const changed = compile(sources);
    const { revision } = changed;
    log.write(
      'policy-in-force',
      `The policies in ${folder} have changed; revision ${revision} is in force.`,
      {
        revision,
      },
    );
    return changed;
  }

  let reported = '';
  return new PollingPolicy(policy, look, {
    everyMs: EVERY_MS,
    onError: (error) => {
      if (String(error) !== reported) log.fault('policy-rejected', error, { stays: policy.revision });
      reported = String(error);
    },
  });
}

function compileSources(
  sources: readonly PolicySource[],
  { folder, registries, graph }: WatchOptions,
): Policy {
  const { policy, problems } = compilePolicy(sources, graph);
  if (policy) return policy;
  throw new PolkuError(
    'POLICY_INVALID',
    `The policies in ${folder} do not compile:\n${formatProblems(problems, folder, registries)}`,
  );
}

function fingerprint(sources: readonly PolicySource[]): string {
  return JSON.stringify(sources.map(({ file, text }) => [file, text]));
}
