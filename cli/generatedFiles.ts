import { composeContracts } from '../federation/supergraph/supergraph.js';
import { governanceModule } from '../gateway/governance/governanceSubgraph.js';
import { buildFederatedSchema } from '../lib/buildFederatedSchema.js';
import { errorTable } from '../lib/errors.js';
import type { SubgraphSdl } from '../policies/engine/parse/readSubgraph.js';
import { derivedModules, registries, riskSources } from '../subgraphs/registries.js';
import { configurationPage } from './configuration/configurationPage.js';
import { factorsCsv, factorsHtml } from './factorsTable.js';

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
  files.set('docs/configuration.md', configurationPage());
  files.set('docs/factors.csv', factorsCsv(riskSources));
  files.set('docs/factors.html', factorsHtml(riskSources));
  return files;
}

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, meaning }]) => `| \`${code}\` | ${status || ''} | ${meaning} |`,
  );
  return `# Errors

Every error that a user can meet has one of these codes: over HTTP in \`extensions.code\`, on the command line before the
message (a mistyped option has only a message). The status is that of the HTTP response; codes without one stay on the command line. Codes are never reused.

| Code | Status | Meaning |
| --- | --- | --- |
${rows.join('\n')}
`;
}
