import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeContracts } from '../federation/supergraph/supergraph.js';
import { governanceModule } from '../gateway/governance/governanceSubgraph.js';
import { buildFederatedSchema } from '../lib/buildFederatedSchema.js';
import { errorTable, PolkuError } from '../lib/errors.js';
import { packageRoot } from '../lib/packageRoot.js';
import type { SubgraphSdl } from '../policies/engine/parse/readSubgraph.js';
import type { RiskSource } from '../registry-kit/features/feature.js';
import { derivedModules, leftOut, registries, riskSources } from '../subgraphs/registries.js';

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

/** The catalogue of all factors, as docs/factors.md has it. */
function factorsPage(sources: readonly RiskSource[]): string {
  const total = sources.reduce((sum, { factors }) => sum + factors.length, 0);
  return `# Factors

What foretells need: ${total} numbers about a child and those in the child's family, each reckoned inside its own registry as of the
first day of a quarter, from what began before it. They are declared in \`subgraphs/<registry>/factors.ts\`; this page, the
lineage that policies are checked by, and the numbers themselves follow from there. One reader makes everybody's columns, for training,
and one child's, for an assessment.

"The quarter" is its first day; a window of 12 months before 2007-Q1 is the year 2006. Each person's rows count under that
person's own conditions: where a parent's may not be taken, the parents' numbers are unknown. No factor is made of sex,
language, origin or district: they serve to look at a model's fairness (docs/risk.md).

${sources.map(registrySection).join('\n')}`;
}

function registrySection({ registry, factors }: RiskSource): string {
  const rows = factors.map(
    ({ id, label, formula, months, reads }) =>
      `| \`${id}\` | ${label.en}<br>${label.fi}<br>${label.sv} | ${formula} | ${months ?? ''} | ${reads.map((name) => `\`${name}\``).join(' ')} |`,
  );
  return `## ${registry}: ${factors.length}

| Id | Label | Formula | Months | Reads |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

// `npm run generate`: writes what is derived from the code and committed beside it. A test fails when it is stale.
if (leftOut.size > 0)
  throw new PolkuError('USAGE', 'What is committed is of all registries: unset POLKU_WITHOUT.');
for (const [path, text] of await generatedFiles()) {
  const file = join(packageRoot(), path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  console.log(path);
}
