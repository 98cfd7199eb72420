import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOwners } from '../../approvals/owners.js';
import { SeenRevision } from '../../approvals/policy-revisions/revisionStore.js';
import {
  folderSource,
  followRevisions,
  gatewaySource,
  type GatewayTls,
} from '../../gateway/policy/followRevisions.js';
import type { PolicyInForce } from '../../gateway/policy/policyInForce.js';
import { watchPolicyFolder } from '../../gateway/policy/watchPolicyFolder.js';
import { buildFederatedSchema } from '../../lib/buildFederatedSchema.js';
import { PolkuError } from '../../lib/errors.js';
import type { Log } from '../../lib/log.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { type Compilation, compilePolicy } from '../../policies/engine/compile/compilePolicy.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { buildPolicyGraph } from '../../policies/engine/parse/buildPolicyGraph.js';
import { loadPolicyFolder, loadPolicyTests } from '../../policies/engine/parse/loadPolicyFolder.js';
import type { PolicyGraph } from '../../policies/engine/parse/policyGraph.js';
import { formatProblems } from '../../policies/engine/parse/problems.js';
import type { SubgraphSdl } from '../../policies/engine/parse/readSubgraph.js';
import { joinedRegistries } from '../../registry-kit/joinedRegistries.js';
import type { SubgraphModule } from '../../registry-kit/subgraph/departmentRegistry.js';
import type { RegisterTrust } from '../../risk-model/register/verifyRegister.js';
import { declared, derivedModules, leftOut } from '../../subgraphs/registries.js';
import type { Configuration } from '../configuration/configuration.js';
import { policiesFolder } from '../options.js';

/** How often to read a store of signed revisions, and how often to fetch them from a gateway. */
const FOLDER_MS = 1_000;
const GATEWAY_MS = 5_000;

export interface PolicyOptions {
  readonly data: string;
  readonly dev?: boolean | undefined;
  /** With `--dev`: the folder to watch. */
  readonly policies?: string | undefined;
  /** Without `--dev`: the store of signed revisions, as a folder or the address of a gateway. */
  readonly policiesFrom?: string | undefined;
  /** The file with the token that the gateway requires. */
  readonly policiesToken?: string | undefined;
  /** How the gateway proves its name. */
  readonly policiesTls?: GatewayTls | undefined;
  /** The file that says whose signatures are valid. */
  readonly owners?: string | undefined;
}

/** Where the policies of a configuration come from. */
export function policyOptionsOf({ data, owners, policies }: Configuration, dev: boolean): PolicyOptions {
  const { folder, from, token, tls } = policies;
  const source = { policiesFrom: from, policiesToken: token, policiesTls: tls };
  return { data, dev, owners, policies: folder, ...source };
}

/**
 * The policy of a process: with `--dev` a watched folder, otherwise the signed revisions.
 * @param process the name of the process, under which its newest revision in force is stored
 * @throws PolkuError
 */
export async function openPolicy(options: PolicyOptions, process: string, log: Log): Promise<PolicyInForce> {
  const { data, dev, policies, policiesFrom, policiesToken, policiesTls } = options;
  const graph = await committedGraph();
  if (dev) {
    if (policiesFrom !== undefined) throw usage('--policies-from', '--dev watches a folder (--policies)');
    return watchPolicyFolder({
      folder: policies ?? policiesFolder,
      registries: joinedRegistries().folders,
      graph,
      log,
    });
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
      'A gateway gives policies only to requests with a token. Give the file of the token with --policies-token.',
    );
  return followRevisions({
    source: url
      ? gatewaySource(url, { tokenFile: policiesToken!, tls: policiesTls })
      : folderSource(policiesFrom ?? storeFolder(data)),
    owners: () => loadOwners(ownersFile(options)),
    seen: new SeenRevision(join(data, 'policies-seen', `${process}.json`)),
    graph,
    log,
    everyMs: url ? GATEWAY_MS : FOLDER_MS,
  });
}

/** Whose signatures are valid in the register of risk models. `--dev` requires none. */
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

/**
 * The contract of every joined subgraph: the committed SDL, and for a declared registry the SDL that follows
 * from its folder. The feeds of derived types depend on the registries, so with others than Polku's own their
 * SDL is built.
 */
export async function committedSdl(): Promise<SubgraphSdl[]> {
  const built: Record<string, SubgraphModule> = {
    ...(leftOut.size + declared.length > 0 && derivedModules),
    ...Object.fromEntries(declared.map(({ definition, module }) => [definition.name, module])),
  };
  const committed = (await subgraphNames()).filter((name) => !leftOut.has(name));
  const names = [...new Set([...committed, ...Object.keys(built)])].sort();
  return Promise.all(
    names.map(async (name) => {
      const module = built[name];
      return module ? { name, sdl: (await buildFederatedSchema(module)).sdl } : readContract(name);
    }),
  );
}

/** The graph that policies apply to. */
export async function committedGraph(): Promise<PolicyGraph> {
  return buildPolicyGraph(await committedSdl(), await Promise.all([...leftOut].map(readContract)));
}

const contracts = join(packageRoot(), 'schema', 'subgraphs');

async function subgraphNames(): Promise<string[]> {
  return (await readdir(contracts)).flatMap((file) => /^(.+)\.graphql$/.exec(file)?.[1] ?? []).sort();
}

async function readContract(name: string): Promise<SubgraphSdl> {
  return { name, sdl: await readFile(join(contracts, `${name}.graphql`), 'utf8') };
}

/**
 * Compiles the policies of a folder against the committed graph. It returns problems and does not throw them.
 */
export async function compileFolder(folder: string): Promise<Compilation> {
  return compilePolicy(await loadPolicies(folder), await committedGraph());
}

/** @throws PolkuError POLICY_INVALID with every fault and its place */
export async function loadPolicy(folder: string): Promise<Policy> {
  const { policy, problems } = await compileFolder(folder);
  if (policy) return policy;
  throw new PolkuError(
    'POLICY_INVALID',
    `The policies in ${folder} do not compile:\n${formatProblems(problems, undefined, joinedRegistries().folders)}`,
  );
}

/** The policies of a folder and of the folders of the joined registries. */
export function loadPolicies(folder: string): ReturnType<typeof loadPolicyFolder> {
  return loadPolicyFolder(folder, joinedRegistries().folders);
}

/** The policy tests of a folder and of the folders of the joined registries. */
export function loadTests(folder: string): ReturnType<typeof loadPolicyTests> {
  return loadPolicyTests(folder, joinedRegistries().folders);
}
