import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compilePolicy, type Compilation } from '../../../policies/engine/compile/compilePolicy.js';
import type { Policy } from '../../../policies/engine/decide/policy.js';
import { buildPolicyGraph } from '../../../policies/engine/parse/buildPolicyGraph.js';
import type { SubgraphSdl } from '../../../policies/engine/parse/readSubgraph.js';
import { loadPolicyFolder } from '../../../policies/engine/parse/loadPolicyFolder.js';
import type { PolicyGraph } from '../../../policies/engine/parse/policyGraph.js';
import { formatProblems } from '../../../policies/engine/report/formatProblems.js';
import { buildFederatedSchema } from '../../../schema/buildFederatedSchema.js';
import { packageRoot } from '../../../schema/packageRoot.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { derivedModules, leftOut } from '../../../subgraphs/registries.js';

/**
 * The SDL of every subgraph that is joined here, as it is committed. Feeds of derived types follow from the registries:
 * where one is left out, their SDL is made without it.
 */
export async function committedSdl(): Promise<SubgraphSdl[]> {
  const joined = (await subgraphNames()).filter((name) => !leftOut.has(name));
  return Promise.all(
    joined.map(async (name) => {
      const derived = leftOut.size > 0 ? derivedModules[name] : undefined;
      return derived ? { name, sdl: (await buildFederatedSchema(derived)).sdl } : readContract(name);
    }),
  );
}

/** The graph that policies are written for. */
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

/** Compiles the policies of a folder against the committed graph; problems are told, not thrown. */
export async function compileFolder(folder: string): Promise<Compilation> {
  return compilePolicy(await loadPolicyFolder(folder), await committedGraph());
}

/** @throws PolkuError POLICY_INVALID with every fault and its place */
export async function loadPolicy(folder: string): Promise<Policy> {
  const { policy, problems } = await compileFolder(folder);
  if (policy) return policy;
  throw new PolkuError(
    'POLICY_INVALID',
    `The policies in ${folder} do not compile:\n${formatProblems(problems)}`,
  );
}
