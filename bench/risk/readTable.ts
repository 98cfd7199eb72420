import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RiskTable } from '../../subgraphs/risk/training/riskTable.js';

/**
 * Reads a table that lies in a folder as raw arrays, little-endian: `table.json` (rows, blocks, factors, groupings with names and labels),
 * `columns.f32` factor after factor, `block.u8`, `outcome.u8`, `person.u32`, `family.u32`, `exposure.f32`, `observed.f32`,
 * `grouping-<name>.u8`; and `truth.f64`, the true hazards, where they are known.
 */
export async function readTable(
  folder: string,
): Promise<{ table: RiskTable; truth: Float64Array | undefined }> {
  const raw = async (name: string): Promise<ArrayBuffer> => {
    const bytes = await readFile(join(folder, name));
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  };
  type Head = Pick<RiskTable, 'rows' | 'blocks' | 'factors' | 'groupings'>;
  const head = JSON.parse(await readFile(join(folder, 'table.json'), 'utf8')) as Head;
  const all = new Float32Array(await raw('columns.f32'));
  const groupings = head.groupings.map(async (grouping) => ({
    ...grouping,
    values: new Uint8Array(await raw(`grouping-${grouping.name}.u8`)),
  }));
  return {
    table: {
      ...head,
      columns: head.factors.map((_, i) => all.subarray(i * head.rows, (i + 1) * head.rows)),
      block: new Uint8Array(await raw('block.u8')),
      outcome: new Uint8Array(await raw('outcome.u8')),
      person: new Uint32Array(await raw('person.u32')),
      family: new Uint32Array(await raw('family.u32')),
      exposure: new Float32Array(await raw('exposure.f32')),
      observed: new Float32Array(await raw('observed.f32')),
      groupings: await Promise.all(groupings),
    },
    truth: await raw('truth.f64').then(
      (bytes) => new Float64Array(bytes),
      () => undefined,
    ),
  };
}
