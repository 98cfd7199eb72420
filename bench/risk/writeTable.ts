import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RiskTable } from '../../risk-model/training/riskTable.js';
import { splitOf, SPLITS } from '../../risk-model/training/splitFamilies.js';

/**
 * Writes a table for peers.py as raw little-endian arrays: `table.json` (rows, ids of factors), `columns.f32`
 * factor after factor, `block.u8`, `outcome.u8`, `exposure.f32`, `observed.f32`, and `part.u8`, the fold of
 * each row. It contains no keys of persons.
 */
export async function writeTable(table: RiskTable, seed: number, folder: string): Promise<void> {
  const { rows, factors, block, outcome, exposure, observed } = table;
  const columns = new Float32Array(rows * factors.length);
  table.columns.forEach((column, factor) => columns.set(column, factor * rows));
  const part = Uint8Array.from(table.family, (family) => SPLITS.indexOf(splitOf(seed, family)));
  const files = {
    'table.json': JSON.stringify({ rows, factors: factors.map(({ id }) => ({ id })) }),
    'columns.f32': columns,
    'block.u8': block,
    'outcome.u8': outcome,
    'exposure.f32': exposure,
    'observed.f32': observed,
    'part.u8': part,
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), content, { mode: 0o600 });
}
