import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { buildFederatedSchema } from '../../schema/buildFederatedSchema.js';
import { errorTable } from '../../schema/errorTable.js';
import { PolkuError } from '../../schema/polkuError.js';
import { derivedModules, registries, riskSources } from '../../subgraphs/registries.js';
import { factorsPage } from './factorsPage.js';
import { governanceModule } from '../governance/governanceSubgraph.js';

/** Files that are derived from the code, by their path from the package's root, with their texts. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const modules = {
    ...Object.fromEntries(registries.map(({ definition, module }) => [definition.name, module])),
    ...derivedModules,
    governance: governanceModule,
  };
  const files = new Map<string, string>();
  const services = [];
  for (const [name, module] of Object.entries(modules)) {
    const { sdl } = await buildFederatedSchema(module);
    files.set(`schema/subgraphs/${name}.graphql`, sdl);
    services.push({ name, url: `local:${name}`, typeDefs: parse(sdl) });
  }
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) {
    throw new PolkuError(
      'SUPERGRAPH_INVALID',
      `The subgraphs do not compose:\n${errors?.map(({ message }) => message).join('\n')}`,
    );
  }
  files.set('schema/supergraph.graphql', `${supergraphSdl}\n`);
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
