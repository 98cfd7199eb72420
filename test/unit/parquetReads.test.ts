/**
 * @property extraction/folder-names
 */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { packageRoot } from '../../lib/packageRoot.js';

const eslint = new ESLint({ cwd: packageRoot() });

/** Whether lint allows this line in a file of this folder. */
async function isAllowed(folder: string, line: string): Promise<boolean> {
  const filePath = join(packageRoot(), folder);
  const [result] = await eslint.lintText(`export ${line}\n`, { filePath });
  return !result!.messages.some(({ ruleId }) => ruleId === 'no-restricted-syntax');
}

describe('lint', () => {
  it.each([
    ['cli/probe.ts', 'const sql = `SELECT * FROM read_parquet(${path})`;'],
    ['subgraphs/health/probe.ts', "const sql = 'SELECT * FROM parquet_scan(?)';"],
    ['test/city/probe.ts', 'const sql = `DESCRIBE SELECT * FROM "x.parquet"`;'],
    ['bench/probe.ts', 'const sql = "SELECT 1 FROM \'/data/x.parquet\'";'],
  ])('X02: refuses another way to read a Parquet file, in %s', async (file, line) => {
    expect(await isAllowed(file, line)).toBe(false);
  });

  it('X02: allows one module to read Parquet', async () => {
    const line = 'const sql = `read_parquet(${path}, hive_partitioning = false)`;';
    expect(await isAllowed('lib/duckdb.ts', line)).toBe(true);
  });
});
