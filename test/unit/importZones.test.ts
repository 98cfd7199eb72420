/**
 * @property policies/one-way-imports Imports run one way.
 * @enforcedBy eslint.config.js
 */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { packageRoot } from '../../lib/packageRoot.js';

const eslint = new ESLint({ cwd: packageRoot() });

/** Whether lint allows a file of this folder to import that file. */
async function mayImport(from: string, to: string): Promise<boolean> {
  const up = '../'.repeat(from.split('/').length);
  const [result] = await eslint.lintText(`import '${up}${to}';\n`, {
    filePath: join(packageRoot(), from, 'probe.ts'),
  });
  return !result!.messages.some(({ ruleId }) => ruleId === 'import-x/no-restricted-paths');
}

describe('imports', () => {
  it.each([
    ['lib', 'schema/keys.ts'],
    ['schema', 'policies/engine/decision.ts'],
    ['policies/engine', 'subgraphs/registries.ts'],
    ['policies/engine/decide', 'gateway/gateway.ts'],
    ['approvals', 'risk-model/model/riskModel.ts'],
    ['approvals', 'approvals/policy-revisions/revision.ts'],
    ['risk-model/register', 'approvals/policy-revisions/revision.ts'],
    ['linkage', 'registry-kit/columns/table.ts'],
    ['subgraphs/health', 'gateway/gateway.ts'],
    ['subgraphs/health', 'subgraphs/social/tables.ts'],
    ['subgraphs/health', 'linkage/linkage.ts'],
    ['registry-kit/columns', 'subgraphs/health/tables.ts'],
    ['registry-kit/enforcement', 'linkage/linkage.ts'],
    ['registry-kit/extraction', 'synthetic-city/generateCity.ts'],
    ['risk-model/model', 'subgraphs/risk/subgraph.ts'],
    ['disclosure-control', 'subgraphs/cohorts/subgraph.ts'],
    ['federation/execution', 'gateway/gateway.ts'],
    ['federation/execution', 'schema/keys.ts'],
    ['federation/plan', 'policies/engine/decision.ts'],
    ['gateway', 'subgraphs/health/tables.ts'],
    ['gateway/http', 'cli/program.ts'],
    ['console/src', 'gateway/gateway.ts'],
  ])('are refused from %s to %s', async (from, to) => {
    expect(await mayImport(from, to)).toBe(false);
  });

  it.each([
    ['schema', 'lib/calendar.ts'],
    ['policies/engine', 'lib/calendar.ts'],
    ['approvals/policy-revisions', 'approvals/signedDocument.ts'],
    ['risk-model/register', 'approvals/signedDocument.ts'],
    ['subgraphs/health', 'registry-kit/columns/table.ts'],
    ['subgraphs/cohorts', 'disclosure-control/disclosureControl.ts'],
    ['registry-kit/extraction', 'linkage/linkage.ts'],
    ['gateway', 'policies/engine/decision.ts'],
    ['gateway', 'federation/execution/execute.ts'],
    ['cli', 'subgraphs/registries.ts'],
  ])('are allowed from %s to %s', async (from, to) => {
    expect(await mayImport(from, to)).toBe(true);
  });
});
