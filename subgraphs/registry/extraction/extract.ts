import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import type { Linkage } from '../../linkage/linkage.js';
import { withMemoryDatabase } from '../../storage/memoryDatabase.js';
import { storageFailure } from '../../storage/storageFailure.js';
import { readCodeLists } from '../codes.js';
import type { RegistryDefinition } from '../columns/tableDefinition.js';
import { publishOverlays } from '../overlays/publishOverlays.js';
import type { Manifest } from '../snapshot/manifest.js';
import { sha256OfFile } from '../snapshot/sha256OfFile.js';
import { SnapshotDraft, tableFile } from '../snapshot/snapshotDraft.js';
import { applyCodeChanges } from './applyCodeChanges.js';
import { extractTable, type TableExtraction } from './extractTable.js';
import { lockForExtraction } from './extractionLock.js';
import type { Mapping } from './mapping/mapping.js';
import { readMapping } from './mapping/readMapping.js';
import { RejectsReport } from './rejectsReport.js';
import { PersonLinker } from './rows/personLinker.js';
import { sourceFingerprint } from './source/sourceFingerprint.js';
import { writeEmptyTable } from './writeEmptyTable.js';

const PROGRESS_ROWS = 200_000;

/** How far an extraction has come. */
export interface ExtractionProgress {
  readonly registry: string;
  readonly table: string;
  /** Read from the table's file so far. */
  readonly rows: number;
  /** Rejected in the registry so far. */
  readonly rejected: number;
}

export interface ExtractionOptions {
  readonly registry: RegistryDefinition;
  /** The folder of the exports: the registry's files are in `<source>/<registry>`. */
  readonly source: string;
  /** The folder of the snapshots. */
  readonly data: string;
  readonly linkage: Linkage;
  /** Whether everybody in the source is made up; see sourceMarker.ts. */
  readonly synthetic: boolean;
  /** About every 200,000 rows, and at the end of each table. */
  readonly onProgress?: ((progress: ExtractionProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a registry's export, links its codes to keys and publishes the result as the registry's current snapshot. Until
 * then the snapshot before remains; after a failure nothing is left of the attempt.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS, MAPPING_INVALID, SCHEME_UNKNOWN, SNAPSHOT_MISSING (of the
 * population register), EXTRACTION_RUNNING, EXTRACTION_INTERRUPTED, LINKAGE_FULL, STORAGE_FAILED
 */
export async function extract(options: ExtractionOptions): Promise<Manifest> {
  const { registry, data, linkage } = options;
  const mapping = await readMapping(registry);
  try {
    await mkdir(data, { recursive: true, mode: 0o700 });
    const unlock = await lockForExtraction(data);
    try {
      await linkage.reload();
      requirePopulation(mapping, linkage);
      const draft = await SnapshotDraft.begin(data, registry.name);
      try {
        return await fill(draft, mapping, options);
      } catch (cause) {
        await draft.discard();
        throw cause;
      }
    } finally {
      await unlock();
    }
  } catch (cause) {
    throw storageFailure(cause, data);
  }
}

async function fill(draft: SnapshotDraft, mapping: Mapping, options: ExtractionOptions): Promise<Manifest> {
  const { registry, source, linkage, synthetic } = options;
  const folder = { path: join(source, registry.name), registry: registry.name, format: mapping.format };
  const fingerprint = await sourceFingerprint(mapping, folder);
  const codeLists = await readCodeLists(registry.name);
  const rejects = new RejectsReport(await open(draft.path('rejects.csv'), 'wx', 0o600));
  let tables: Manifest['tables'];
  try {
    const cells = { registry: registry.name, linkage, persons: new PersonLinker(linkage), codeLists };
    const onBatch = batchObserver(options, rejects);
    tables = await withMemoryDatabase((reader) =>
      withMemoryDatabase((stage) =>
        writeTables(draft, registry, { mapping, folder, rejects, reader, stage, cells, onBatch }),
      ),
    );
  } finally {
    await rejects.close();
  }
  const createdAt = new Date().toISOString();
  const manifest: Manifest = {
    registry: registry.name,
    schemaVersion: registry.schemaVersion,
    snapshotId: `${createdAt.replaceAll(/[:.]/g, '-')}-${fingerprint.slice(0, 8)}`,
    createdAt,
    synthetic,
    sourceFingerprint: fingerprint,
    tables,
    rejects: rejects.byReason,
    rejectedRows: rejects.rows,
  };
  // Keys must be durable before a snapshot that holds them.
  await linkage.save();
  throwIfStopped(options.signal);
  // The register that makes persons known also says who is of age, and whose whereabouts are not to be disclosed.
  if (mapping.knows === 'persons')
    await publishOverlays(options.data, (table) => draft.path(tableFile(table)), manifest);
  await draft.publish(manifest);
  return manifest;
}

async function writeTables(
  draft: SnapshotDraft,
  registry: RegistryDefinition,
  extraction: TableExtraction,
): Promise<Manifest['tables']> {
  const { mapping, folder, rejects, reader, cells } = extraction;
  if (mapping.codeChanges) {
    await applyCodeChanges(mapping.codeChanges, folder, cells.linkage, rejects, reader);
  }
  const tables: Record<string, Manifest['tables'][string]> = {};
  for (const table of mapping.tables) {
    const path = draft.path(tableFile(table.name));
    const before = rejects.rows;
    const rows = await extractTable(table, registry.tables[table.name]!, path, extraction);
    tables[table.name] = { rows, rejected: rejects.rows - before, sha256: await sha256OfFile(path) };
  }
  for (const name of mapping.absent) {
    const path = draft.path(tableFile(name));
    const rows = await writeEmptyTable(registry.tables[name]!, path, extraction.stage);
    tables[name] = { rows, rejected: 0, sha256: await sha256OfFile(path) };
  }
  return tables;
}

/** Stops where the caller asked for it, and tells of progress now and then. */
function batchObserver(
  { registry, onProgress, signal }: ExtractionOptions,
  rejects: RejectsReport,
): TableExtraction['onBatch'] {
  let told = 0;
  return (table, rows, done) => {
    throwIfStopped(signal);
    const step = Math.floor(rows / PROGRESS_ROWS);
    if (!done && step === told) return;
    told = done ? 0 : step;
    onProgress?.({ registry: registry.name, table, rows, rejected: rejects.rows });
  };
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new PolkuError(
    'EXTRACTION_INTERRUPTED',
    'The extraction was stopped. The snapshots before it are untouched; run the command again when you like.',
  );
}

/** Identity codes are known by the population register alone. */
function requirePopulation(mapping: Mapping, linkage: Linkage): void {
  const byIdentityCode = mapping.tables.some(({ subject }) => subject.scheme.name === 'hetu');
  if (mapping.knows !== undefined || !byIdentityCode || linkage.knownPersons > 0) return;
  throw new PolkuError(
    'SNAPSHOT_MISSING',
    `No person is known yet, so no row of ${mapping.registry} could be linked. Run first: polku extract population`,
    { registry: 'population' },
  );
}
