import { join } from 'node:path';
import { compileApart } from '../../../policies/revisions/compileApart.js';
import { loadOwners } from '../../../policies/revisions/owners.js';
import { RevisionDesk } from '../../../policies/revisions/revisionDesk.js';
import { RevisionStore } from '../../../policies/revisions/revisionStore.js';
import { SeenRevision } from '../../../policies/revisions/seenRevision.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { RegisterTrust } from '../../../subgraphs/risk/register/judgeRegister.js';
import { followRevisions } from '../../policy/followRevisions.js';
import type { PolicyInForce } from '../../policy/policyInForce.js';
import { folderSource, gatewaySource } from '../../policy/revisionSource.js';
import { watchPolicyFolder } from '../../policy/watchPolicyFolder.js';
import { describeFault } from '../describeFault.js';
import { policiesFolder } from '../options.js';
import { committedGraph } from './loadPolicy.js';

/** How often a store of signed revisions is read, and how often a gateway is asked for them. */
const FOLDER_MS = 1_000;
const GATEWAY_MS = 5_000;

export interface PolicyOptions {
  readonly data: string;
  readonly dev?: boolean | undefined;
  /** With `--dev`: the folder that is watched. */
  readonly policies?: string | undefined;
  /** Without: the store of signed revisions, a folder or the address of a gateway. */
  readonly policiesFrom?: string | undefined;
  /** File of the token that the gateway wants to see. */
  readonly policiesToken?: string | undefined;
  /** Whose signatures count. */
  readonly owners?: string | undefined;
}

/**
 * The policy by which a process decides: with `--dev` a folder that is watched, else what the owners have signed.
 * @param process names it, for what it has had in force is kept by that name
 * @throws PolkuError
 */
export async function openPolicy(
  options: PolicyOptions,
  process: string,
  report: (line: string) => void,
): Promise<PolicyInForce> {
  const { data, dev, policies, policiesFrom, policiesToken } = options;
  const graph = await committedGraph();
  const reportFault = (error: unknown, remark: string) => report(`${describeFault(error)}\n${remark}`);
  if (dev) {
    if (policiesFrom !== undefined) throw usage('--policies-from', '--dev watches a folder (--policies)');
    return watchPolicyFolder({ folder: policies ?? policiesFolder, graph, report, reportFault });
  }
  if (policies !== undefined) {
    throw usage(
      '--policies',
      'without --dev only revisions rule that their owners have signed (polku policy propose)',
    );
  }
  const url = policiesFrom !== undefined && /^https?:/.test(policiesFrom) ? new URL(policiesFrom) : undefined;
  if (url && policiesToken === undefined)
    throw new PolkuError(
      'USAGE',
      'A gateway hands out policies for a token only: name its file with --policies-token.',
    );
  return followRevisions({
    source: url ? gatewaySource(url, policiesToken!) : folderSource(policiesFrom ?? storeFolder(data)),
    owners: () => loadOwners(ownersFile(options)),
    seen: new SeenRevision(join(data, 'policies-seen', `${process}.json`)),
    graph,
    report,
    reportFault,
    everyMs: url ? GATEWAY_MS : FOLDER_MS,
  });
}

/** Where people of this machine sign. */
export async function openDesk(options: {
  readonly data: string;
  readonly store?: string | undefined;
  readonly owners?: string | undefined;
}): Promise<RevisionDesk> {
  const graph = await committedGraph();
  return new RevisionDesk({
    store: new RevisionStore(options.store ?? storeFolder(options.data)),
    owners: () => loadOwners(ownersFile(options)),
    check: compileApart(graph),
  });
}

/** Whose signatures count in the register of risk models: nobody's are asked for with `--dev`. */
export function registerTrust(options: {
  readonly dev?: boolean | undefined;
  readonly owners?: string | undefined;
}): () => Promise<RegisterTrust> {
  return options.dev ? () => Promise.resolve('unsigned') : () => loadOwners(ownersFile(options));
}

export function storeFolder(data: string): string {
  return join(data, 'policies');
}

export function ownersFile({ owners }: { readonly owners?: string | undefined }): string {
  return owners ?? join(policiesFolder, 'owners.yaml');
}

function usage(option: string, reason: string): PolkuError {
  return new PolkuError('USAGE', `${option} cannot be used here: ${reason}.`);
}
