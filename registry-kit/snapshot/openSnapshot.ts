import { join } from 'node:path';
import { withMemoryDatabase } from '../../lib/duckdb.js';
import { PolkuError } from '../../lib/errors.js';
import { readRegularFile, sha256OfFile } from '../../lib/regularFile.js';
import { loadTable } from '../columns/loadTable.js';
import type { CodeColumn, Table } from '../columns/table.js';
import type { RegistryDefinition, TableDefinition } from '../columns/tableDefinition.js';
import { invalidSnapshot, type Manifest, parseManifest } from './manifest.js';
import { currentSnapshotId, MANIFEST, tableFile } from './snapshotDraft.js';

/** A registry at one moment, in memory. */
export interface Snapshot<Definition extends RegistryDefinition = RegistryDefinition> {
  readonly manifest: Manifest;
  readonly tables: { readonly [Name in keyof Definition['tables']]: Table<Definition['tables'][Name]> };
}

/**
 * Reads the manifest of a registry's current snapshot.
 * @throws PolkuError SNAPSHOT_MISSING, SNAPSHOT_INVALID, SNAPSHOT_NEWER
 */
export async function readManifest(data: string, definition: RegistryDefinition): Promise<Manifest> {
  const { name, schemaVersion, extractedWith = name } = definition;
  const id = await currentSnapshotId(data, name);
  if (id === undefined) {
    throw new PolkuError(
      'SNAPSHOT_MISSING',
      `There is no snapshot of ${name} in ${data}. Run: polku extract ${extractedWith} --source <folder> --data ${data}`,
      { registry: name },
    );
  }
  let text: string;
  try {
    text = await readRegularFile(join(data, name, id, MANIFEST));
  } catch {
    throw invalidSnapshot(name, 'its manifest cannot be read');
  }
  return parseManifest(text, name, schemaVersion);
}

/**
 * Loads a registry's current snapshot into memory.
 * @throws PolkuError SNAPSHOT_MISSING, SNAPSHOT_INVALID, SNAPSHOT_NEWER
 */
export async function openSnapshot<Definition extends RegistryDefinition>(
  data: string,
  definition: Definition,
): Promise<Snapshot<Definition>> {
  const manifest = await readManifest(data, definition);
  const folder = join(data, definition.name, manifest.snapshotId);
  const tables: Record<string, Table> = {};
  await withMemoryDatabase(async (_connection, connect) => {
    for (const [name, table] of Object.entries(definition.tables)) {
      const expected = manifest.tables[name];
      if (!expected) throw invalidSnapshot(definition.name, `the table "${name}" is not in it`);
      const path = join(folder, tableFile(name));
      try {
        const intact = (await sha256OfFile(path)) === expected.sha256;
        if (!intact) throw invalidSnapshot(definition.name, `${tableFile(name)} is damaged`);
        const loaded = (tables[name] = await loadTable(connect, path, table));
        if (loaded.rows !== expected.rows)
          throw invalidSnapshot(
            definition.name,
            `${tableFile(name)} has ${loaded.rows} rows, and its manifest says ${expected.rows}`,
          );
        requireEnumerated(loaded, table, (column) =>
          invalidSnapshot(
            definition.name,
            `"${column}" of ${tableFile(name)} has codes that its enumeration lacks`,
          ),
        );
      } catch (cause) {
        if (cause instanceof PolkuError) throw cause;
        throw invalidSnapshot(definition.name, `${tableFile(name)} cannot be read`);
      }
    }
  });
  return { manifest, tables: tables as Snapshot<Definition>['tables'] };
}

/** A code that is missing in its enumeration would make every query for it fail. */
function requireEnumerated(
  table: Table,
  { columns }: TableDefinition,
  fault: (column: string) => PolkuError,
): void {
  for (const [name, definition] of Object.entries(columns)) {
    if (definition.kind !== 'code' || !definition.values) continue;
    const { texts } = table.columns[name] as CodeColumn;
    if (!texts.every((text) => definition.values!.includes(text))) throw fault(name);
  }
}
