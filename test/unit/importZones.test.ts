import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { packageRoot } from '../../schema/packageRoot.js';

const eslint = new ESLint({ cwd: packageRoot() });

/** Whether lint lets a file of this folder import that one. */
async function mayImport(from: string, to: string): Promise<boolean> {
  const up = '../'.repeat(from.split('/').length);
  const [result] = await eslint.lintText(`import '${up}${to}';\n`, {
    filePath: join(packageRoot(), from, 'probe.ts'),
  });
  return !result!.messages.some(({ ruleId }) => ruleId === 'import-x/no-restricted-paths');
}

describe('imports', () => {
  it.each([
    ['schema', 'policies/engine/decision.ts'],
    ['policies/engine', 'subgraphs/registries.ts'],
    ['policies/engine/decide', 'gateway/gateway.ts'],
    ['subgraphs/health', 'gateway/gateway.ts'],
    ['subgraphs/health', 'subgraphs/social/tables.ts'],
    ['subgraphs/health', 'subgraphs/linkage/linkage.ts'],
    ['subgraphs/registry/columns', 'subgraphs/health/tables.ts'],
    ['subgraphs/registry/enforcement', 'subgraphs/linkage/linkage.ts'],
    ['subgraphs/registry/extraction', 'subgraphs/synthetic/generateCity.ts'],
    ['gateway', 'subgraphs/health/tables.ts'],
    ['gateway/execution', 'subgraphs/health/tables.ts'],
    ['gateway/http', 'gateway/cli/program.ts'],
    ['console/src', 'gateway/gateway.ts'],
  ])('never go from %s to %s', async (from, to) => {
    expect(await mayImport(from, to)).toBe(false);
  });

  it.each([
    ['policies/engine', 'schema/calendar.ts'],
    ['subgraphs/health', 'subgraphs/registry/columns/table.ts'],
    ['subgraphs/registry/extraction', 'subgraphs/linkage/linkage.ts'],
    ['gateway', 'policies/engine/decision.ts'],
    ['gateway/cli', 'subgraphs/registries.ts'],
  ])('may go from %s to %s', async (from, to) => {
    expect(await mayImport(from, to)).toBe(true);
  });
});
