import { describe, expect, it } from '@jest/globals';
import { withMemoryDatabase } from '../../../lib/duckdb.js';

describe('the in-memory database', () => {
  it('fails instead of spilling to disk', async () => {
    const sorting = withMemoryDatabase(async (connection) => {
      await connection.run(`SET memory_limit = '40MB'`);
      await connection.run('CREATE TABLE t AS SELECT hash(i) h, i FROM range(5000000) r(i) ORDER BY h');
    });
    await expect(sorting).rejects.toThrow(/^Out of Memory Error/);
  });
});
