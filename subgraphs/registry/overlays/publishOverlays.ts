import { today } from '../../../schema/calendar.js';
import { withMemoryDatabase } from '../../storage/memoryDatabase.js';
import { loadTable } from '../columns/loadTable.js';
import { NO_DAY } from '../columns/table.js';
import { defineTable, type TableDefinition } from '../columns/tableDefinition.js';
import type { StoredRow } from '../extraction/rows/rowReader.js';
import { StagingTable } from '../extraction/stagingTable.js';
import type { Manifest } from '../snapshot/manifest.js';
import { sha256OfFile } from '../snapshot/sha256OfFile.js';
import { SnapshotDraft, tableFile } from '../snapshot/snapshotDraft.js';
import { type OverlaySource, personFacts, shields } from './deriveOverlays.js';
import { overlaysRegistry } from './overlaysRegistry.js';

/** The columns that are read of the population register's tables. */
const sources = {
  persons: defineTable({ order: 'birth', columns: { birth: { kind: 'day' } } }),
  memberships: defineTable({
    order: 'start',
    columns: { family: { kind: 'family' }, start: { kind: 'day' }, end: { kind: 'day' } },
  }),
  residences: defineTable({
    order: 'start',
    columns: { district: { kind: 'code' }, start: { kind: 'day' } },
  }),
  nonDisclosures: defineTable({ order: 'start', columns: { start: { kind: 'day' }, end: { kind: 'day' } } }),
} as const;

/**
 * Publishes the overlays of a population snapshot in the making. They come first, so that a mark that is new counts before
 * the rows that it withholds are seen. The caller holds the extraction lock.
 *
 * @param data the folder of the snapshots
 * @param pathOf where the table of a name was written
 */
export async function publishOverlays(
  data: string,
  pathOf: (table: string) => string,
  population: Manifest,
): Promise<void> {
  const { name, schemaVersion } = overlaysRegistry;
  const draft = await SnapshotDraft.begin(data, name);
  try {
    const tables = await writeTables(draft, pathOf);
    await draft.publish({
      ...population,
      registry: name,
      schemaVersion,
      tables,
      rejects: {},
      rejectedRows: 0,
    });
  } catch (cause) {
    await draft.discard();
    throw cause;
  }
}

async function writeTables(
  draft: SnapshotDraft,
  pathOf: (table: string) => string,
): Promise<Manifest['tables']> {
  return withMemoryDatabase(async (connection) => {
    const load = <Definition extends TableDefinition>(name: string, definition: Definition) =>
      loadTable(connection, pathOf(name), definition);
    const source: OverlaySource = {
      persons: await load('persons', sources.persons),
      memberships: await load('memberships', sources.memberships),
      residences: await load('residences', sources.residences),
      nonDisclosures: await load('nonDisclosures', sources.nonDisclosures),
    };
    const districts = source.residences.columns.district.texts;
    const write = async (name: keyof typeof overlaysRegistry.tables, rows: Iterable<StoredRow>) => {
      const definition: TableDefinition = overlaysRegistry.tables[name];
      const columns = Object.entries(definition.columns).map(([column, { kind }]) => ({
        name: column,
        kind,
        texts: kind === 'code' ? districts : undefined,
      }));
      const staging = await StagingTable.create(connection, columns);
      let number = 0;
      for (const row of rows) staging.append(row, ++number);
      const path = draft.path(tableFile(name));
      return {
        rows: await staging.write(path, definition.order),
        rejected: 0,
        sha256: await sha256OfFile(path),
      };
    };
    return {
      persons: await write('persons', personRows(source)),
      shields: await write('shields', shieldRows(source)),
    };
  });
}

function* personRows(source: OverlaySource): Iterable<StoredRow> {
  for (const { subject, adultFrom, birthYear, district } of personFacts(source, today()))
    yield [subject, adultFrom, birthYear, district ?? null];
}

function* shieldRows(source: OverlaySource): Iterable<StoredRow> {
  for (const { subject, start, end } of shields(source)) yield [subject, start, end === NO_DAY ? null : end];
}
