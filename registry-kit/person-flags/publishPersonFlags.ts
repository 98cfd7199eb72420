import { today } from '../../lib/calendar.js';
import { type Connect, withMemoryDatabase } from '../../lib/duckdb.js';
import { sha256OfFile } from '../../lib/regularFile.js';
import type { PersonKey } from '../../schema/keys.js';
import { loadTable } from '../columns/loadTable.js';
import { NO_DAY } from '../columns/table.js';
import { defineTable, type TableDefinition } from '../columns/tableDefinition.js';
import type { StoredRow } from '../extraction/rows/sourceRowReader.js';
import { StagingTable } from '../extraction/staging/stagingTable.js';
import { changeRestrictions, EXTRACTION_PATIENCE_MS } from '../restrictions/restrictionFile.js';
import { type Restrictions, SHIELDING_REGISTRY } from '../restrictions/restrictions.js';
import { type Manifest, requireBalance } from '../snapshot/manifest.js';
import { SnapshotDraft, tableFile } from '../snapshot/snapshotDraft.js';
import {
  type PersonFlagSource,
  personFlagsRegistry,
  personFacts,
  registeredNonDisclosures,
  type Shield,
  withDerivedShields,
  shields,
} from './personFlags.js';

/** The columns that are read from the population register. */
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
 * Publishes the person flags of a population snapshot before the snapshot itself. A new non-disclosure then
 * takes effect before the rows that it withholds are visible. The shields of non-disclosures recorded by hand
 * are computed again under the lock of their file. The caller holds the extraction lock.
 *
 * @param data the folder of the snapshots
 * @param pathOf the path of a table that was written
 */
export async function publishPersonFlags(
  data: string,
  pathOf: (table: string) => string,
  population: Manifest,
): Promise<void> {
  const { name, schemaVersion } = personFlagsRegistry;
  const draft = await SnapshotDraft.begin(data, name);
  try {
    await withMemoryDatabase(async (_connection, connect) => {
      const source = await readSource(connect, pathOf);
      const publish = async (restrictions: Restrictions): Promise<Restrictions> => {
        const shielded = withDerivedShields(restrictions, source.memberships);
        const tables = await writeTables(draft, source, shielded);
        await draft.publish({
          ...population,
          registry: name,
          schemaVersion,
          tables,
          codeChanges: undefined,
          rejects: {},
          rejectedRows: 0,
        });
        return restrictions.people['non-disclosure'].size > 0 ? shielded : restrictions;
      };
      const place = { data, registry: SHIELDING_REGISTRY, store: population.linkageStore };
      await changeRestrictions(place, publish, EXTRACTION_PATIENCE_MS);
    });
  } catch (cause) {
    await draft.discard();
    throw cause;
  }
}

async function readSource(connect: Connect, pathOf: (table: string) => string): Promise<PersonFlagSource> {
  const load = <Definition extends TableDefinition>(name: string, definition: Definition) =>
    loadTable(connect, pathOf(name), definition);
  return {
    persons: await load('persons', sources.persons),
    memberships: await load('memberships', sources.memberships),
    residences: await load('residences', sources.residences),
    nonDisclosures: await load('nonDisclosures', sources.nonDisclosures),
  };
}

async function writeTables(
  draft: SnapshotDraft,
  source: PersonFlagSource,
  restrictions: Restrictions,
): Promise<Manifest['tables']> {
  const districts = source.residences.columns.district.texts;
  const write = async (name: keyof typeof personFlagsRegistry.tables, rows: Iterable<StoredRow>) => {
    const definition: TableDefinition = personFlagsRegistry.tables[name];
    const columns = Object.entries(definition.columns).map(([column, { kind }]) => ({
      name: column,
      kind,
      texts: kind === 'code' ? districts : undefined,
    }));
    const path = draft.path(tableFile(name));
    const keys = source.persons.offsets.length;
    const staging = new StagingTable({ columns, order: definition.order, keys, spill: `${path}.spill` });
    try {
      let read = 0;
      for (const row of rows) staging.append(row, ++read);
      const balance = { read, rows: await staging.write(path), rejected: 0, rejects: {} };
      requireBalance(personFlagsRegistry.name, name, balance);
      return { ...balance, sha256: await sha256OfFile(path) };
    } finally {
      staging.discard();
    }
  };
  const registered = [...shields(source.memberships, registeredNonDisclosures(source.nonDisclosures))];
  const shielded = new Set([...registered.map(({ subject }) => subject), ...restrictions.shields.keys()]);
  return {
    persons: await write('persons', personRows(source, shielded)),
    shields: await write('shields', shieldRows(registered)),
  };
}

function* personRows(source: PersonFlagSource, shielded: ReadonlySet<PersonKey>): Iterable<StoredRow> {
  for (const { subject, adultFrom, birthYear, district } of personFacts(source, shielded, today()))
    yield [subject, adultFrom, birthYear, district ?? null];
}

function* shieldRows(registered: readonly Shield[]): Iterable<StoredRow> {
  for (const { subject, start, end } of registered) yield [subject, start, end === NO_DAY ? null : end];
}
