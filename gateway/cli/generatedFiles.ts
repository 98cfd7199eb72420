import type { SubgraphSdl } from '../../policies/engine/parse/readSubgraph.js';
import { buildFederatedSchema } from '../../schema/buildFederatedSchema.js';
import { errorTable } from '../../schema/errorTable.js';
import { derivedModules, registries, riskSources } from '../../subgraphs/registries.js';
import { factorsPage } from './factorsPage.js';
import { governanceModule } from '../governance/governanceSubgraph.js';
import { composeContracts } from '../supergraph/loadSupergraph.js';

/** Files that are derived from the code, by their path from the package's root, with their texts. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const modules = {
    ...Object.fromEntries(registries.map(({ definition, module }) => [definition.name, module])),
    ...derivedModules,
    governance: governanceModule,
  };
  const files = new Map<string, string>();
  const contracts: SubgraphSdl[] = [];
  for (const [name, module] of Object.entries(modules)) {
    const { sdl } = await buildFederatedSchema(module);
    files.set(`schema/subgraphs/${name}.graphql`, sdl);
    contracts.push({ name, sdl });
  }
  files.set('schema/supergraph.graphql', `${composeContracts(contracts)}\n`);
  files.set('docs/errors.md', errorsPage());
  files.set('docs/factors.md', factorsPage(riskSources));
  return files;
}

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, meaning }]) => `| \`${code}\` | ${status || ''} | ${meaning} |`,
  );
  return `# Errors

Every error that a user can meet has one of these codes: over HTTP in \`extensions.code\`, on the command line before the
message (of a mistyped option the message stands alone). The status is that of the HTTP response; codes without one stay on the command line. Codes are never reused.

| Code | Status | Meaning |
| --- | --- | --- |
${rows.join('\n')}
`;
}
