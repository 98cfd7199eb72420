import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetRows, sqlName, sqlText, withMemoryDatabase } from '../../lib/duckdb.js';
import { sha256OfFile } from '../../lib/regularFile.js';
import type { TableDefinition } from '../../registry-kit/columns/tableDefinition.js';
import { personFlagsRegistry } from '../../registry-kit/person-flags/personFlags.js';
import type { Manifest } from '../../registry-kit/snapshot/manifest.js';
import { currentSnapshotId, MANIFEST, tableFile } from '../../registry-kit/snapshot/snapshotDraft.js';
import { registries } from '../../subgraphs/registries.js';

/** Writes the snapshots of a city several times over, each person and family under a key of its own. */
export async function multiplyCity(data: string, copies: number, target: string): Promise<void> {
  for (const { name, tables } of [...registries.map(({ definition }) => definition), personFlagsRegistry]) {
    const id = (await currentSnapshotId(data, name))!;
    const [source, folder] = [join(data, name, id), join(target, name, id)];
    await mkdir(folder, { recursive: true });
    const manifest = JSON.parse(await readFile(join(source, MANIFEST), 'utf8')) as Manifest;
    const written: Record<string, Manifest['tables'][string]> = {};
    for (const [table, definition] of Object.entries<TableDefinition>(tables)) {
      const path = join(folder, tableFile(table));
      await writeCopies(join(source, tableFile(table)), path, definition, copies);
      const rows = manifest.tables[table]!.rows * copies;
      written[table] = { read: rows, rows, rejected: 0, rejects: {}, sha256: await sha256OfFile(path) };
    }
    // The merged keys differ here, but no question uses them.
    const multiplied = { ...manifest, tables: written, mergedPersons: undefined };
    await writeFile(join(folder, MANIFEST), JSON.stringify(multiplied));
    await copyFile(join(data, name, 'current'), join(target, name, 'current'));
  }
}

async function writeCopies(
  source: string,
  path: string,
  { order, columns }: TableDefinition,
  copies: number,
): Promise<void> {
  const keys = Object.keys(columns).filter((name) => ['person', 'family'].includes(columns[name]!.kind));
  const ofCopy = ['subject', ...keys].map(
    (name) => `(${sqlName(name)} * ${copies} + copy)::UINTEGER AS ${sqlName(name)}`,
  );
  await withMemoryDatabase((connection) =>
    connection.run(
      `COPY (SELECT * EXCLUDE (copy) REPLACE (${ofCopy.join()}) FROM ${parquetRows(source)}, range(${copies}) AS copies(copy)
        ORDER BY subject, ${sqlName(order)}) TO ${sqlText(path)} (FORMAT parquet)`,
    ),
  );
}
