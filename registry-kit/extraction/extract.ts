import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { type ErrorCode, PolkuError } from '../../lib/errors.js';
import { lockByKernel, storageFailure } from '../../lib/kernelLock.js';
import { packageVersion } from '../../lib/packageRoot.js';
import { readRegularFile, sha256OfFile } from '../../lib/regularFile.js';
import type { Linkage } from '../../linkage/linkage.js';
import { readCodeLists, registryFile } from '../codes/codeLists.js';
import type { RegistryDefinition, TableDefinition } from '../columns/tableDefinition.js';
import { personFlagsRegistry } from '../person-flags/personFlags.js';
import { publishPersonFlags } from '../person-flags/publishPersonFlags.js';
import { traceRestrictions } from '../restrictions/restrictionFile.js';
import { type Balance, type Manifest, type Origin, requireBalance } from '../snapshot/manifest.js';
import { REJECTS, SnapshotDraft, tableFile } from '../snapshot/snapshotDraft.js';
import { applyCodeChanges, extractTable, type TableExtraction } from './extractTable.js';
import { absentIn, type Mapping } from './mapping/mapping.js';
import { readMapping } from './mapping/readMapping.js';
import { type ExtractionProgress, ProgressMeter } from './progressMeter.js';
import { RejectsReport } from './rejectsReport.js';
import { PersonLinker } from './rows/cellReader.js';
import {
  DEFAULT_MAX_SHRINK,
  requireNoShrinkage,
  requireOneStore,
  unchangedSnapshot,
} from './snapshotChecks.js';
import { openRows, withSource } from './source/openSource.js';
import type { Source, SourceRows } from './source/source.js';
import type { RecordKeys } from './staging/recordKeys.js';
import { StagingTable } from './staging/stagingTable.js';

/** The default of `maxRejects`. */
export const DEFAULT_MAX_REJECTS = 5;

export interface ExtractionOptions {
  readonly registry: RegistryDefinition;
  /** The folder of the exports: the registry's files are in `<source>/<registry>`. */
  readonly source: string;
  /** The folder of the snapshots. */
  readonly data: string;
  readonly linkage: Linkage;
  /** Whether all people in the source are synthetic, even if the source has no marker for it. */
  readonly synthetic: boolean;
  /** Percent of a file's rows. If more are rejected, nothing is published. */
  readonly maxRejects?: number | undefined;
  /** Percent of a table's rows in the current snapshot. If more are gone, nothing is published. */
  readonly maxShrink?: number | undefined;
  /** Called after every few thousand rows. */
  readonly onProgress?: ((progress: ExtractionProgress) => void) | undefined;
  /** Receives notices that do not stop the extraction. */
  readonly onNotice?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The failures after which the list of rejects shows what to correct. */
const FAILURES_WITH_REJECTS: readonly ErrorCode[] = ['REJECTS_EXCEEDED', 'PROTECTION_LIST_INCOMPLETE'];

/** The current snapshot, and whether an existing one was kept. */
export interface Extraction {
  readonly manifest: Manifest;
  readonly kept: boolean;
}

/**
 * Reads a registry's export, links its codes to keys and publishes the result as the registry's current
 * snapshot. Until then the earlier snapshot stays current. A failed attempt leaves nothing behind, except the
 * list of rejects if there were too many.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS, SOURCE_CHANGED, MAPPING_INVALID, SCHEME_UNKNOWN,
 * SNAPSHOT_MISSING (of the population register), REJECTS_EXCEEDED, PROTECTION_LIST_INCOMPLETE, TABLE_SHRUNK,
 * ROWS_LOST, LINKAGE_STORE_CHANGED, MARKS_INVALID, EXTRACTION_RUNNING, EXTRACTION_INTERRUPTED, LINKAGE_FULL,
 * STORAGE_FAILED
 */
export async function extract(options: ExtractionOptions): Promise<Manifest> {
  return (await run(options, false)).manifest;
}

/** Like `extract`, but keeps the current snapshot if a new one would be equal. */
export function extractIfChanged(options: ExtractionOptions): Promise<Extraction> {
  return run(options, true);
}

async function run(options: ExtractionOptions, mayKeep: boolean): Promise<Extraction> {
  const { registry, source: folder, data, linkage, signal } = options;
  const mapping = await readMapping(registry);
  for (const notice of mapping.notices) options.onNotice?.(notice);
  try {
    await mkdir(data, { recursive: true, mode: 0o700 });
    const unlock = await lockForExtraction(data);
    try {
      await SnapshotDraft.removeRemains(data);
      await linkage.reload();
      await requireOneStore(data, linkage);
      requirePopulation(mapping, linkage);
      const exports = { folder, registry: registry.name, signal };
      return await withSource(mapping, exports, (source) => extractFrom(source, mapping, options, mayKeep));
    } finally {
      await unlock();
    }
  } catch (cause) {
    throw storageFailure(cause, data);
  }
}

async function extractFrom(
  source: Source,
  mapping: Mapping,
  options: ExtractionOptions,
  mayKeep: boolean,
): Promise<Extraction> {
  const { registry, data, linkage } = options;
  const origin = {
    synthetic: options.synthetic || source.synthetic,
    recipe: await recipeOf(registry),
    linkageStore: linkage.store,
  };
  /** The current snapshot, if the source would give it again. */
  const unchanged = async () => {
    const { fingerprint } = source;
    if (!mayKeep || fingerprint === undefined) return undefined;
    return current(mapping, options, { ...origin, sourceFingerprint: fingerprint, linkage: linkage.state });
  };
  const kept = await unchanged();
  if (kept) return { manifest: kept, kept: true };
  const draft = await SnapshotDraft.begin(data, registry.name);
  try {
    const manifest = await fill(draft, mapping, source, origin, options);
    await traceRestrictions({ data, registry: registry.name, store: linkage.store });
    return { manifest, kept: false };
  } catch (cause) {
    if (cause instanceof PolkuError && FAILURES_WITH_REJECTS.includes(cause.code)) await draft.moveRejects();
    await draft.discard();
    throw cause;
  }
}

/**
 * The current snapshot, if it has this origin. For the register that makes persons known, the person flags
 * must have it, too.
 */
async function current(
  mapping: Mapping,
  { registry, data }: ExtractionOptions,
  origin: Origin,
): Promise<Manifest | undefined> {
  const manifest = await unchangedSnapshot(data, registry, origin);
  if (!manifest || mapping.knows !== 'persons') return manifest;
  const personFlags = await unchangedSnapshot(data, personFlagsRegistry, origin);
  return personFlags && manifest;
}

async function fill(
  draft: SnapshotDraft,
  mapping: Mapping,
  source: Source,
  origin: Omit<Origin, 'linkage' | 'sourceFingerprint'>,
  options: ExtractionOptions,
): Promise<Manifest> {
  const {
    registry,
    data,
    linkage,
    maxRejects = DEFAULT_MAX_REJECTS,
    maxShrink = DEFAULT_MAX_SHRINK,
    onNotice = () => undefined,
  } = options;
  const records = new Map<string, RecordKeys>();
  const output = await open(draft.path(REJECTS), 'wx', 0o600);
  const rejects = new RejectsReport(output, registry.name, maxRejects, draft.rejectsPath);
  const sourceRows = await openRows(mapping, source);
  const meter = meterOf(sourceRows, rejects, options);
  let written: Pick<Manifest, 'tables' | 'codeChanges'>;
  try {
    const codeLists = await readCodeLists(registry.name);
    const cells = { registry: registry.name, linkage, persons: new PersonLinker(linkage), codeLists };
    const shared = { mapping, sourceRows, rejects, meter, cells, records, notice: onNotice };
    written = await writeTables(draft, registry, shared);
  } finally {
    for (const keys of records.values()) keys.discard();
    await rejects.close();
  }
  await requireNoShrinkage(data, registry.name, written.tables, maxShrink);
  // Keys must be durable before a snapshot holds them.
  await linkage.save();
  meter.throwIfStopped();
  const createdAt = new Date().toISOString();
  const sourceFingerprint = source.fingerprint!;
  const manifest: Manifest = {
    registry: registry.name,
    schemaVersion: registry.schemaVersion,
    snapshotId: `${createdAt.replaceAll(/[:.]/g, '-')}-${sourceFingerprint.slice(0, 8)}`,
    createdAt,
    ...origin,
    sourceFingerprint,
    linkage: linkage.state,
    linkageKeys: linkage.issuedKeys,
    ...written,
    absent: absentIn(mapping),
    rejects: rejects.byReason,
    rejectedRows: rejects.rows,
  };
  // The register that makes persons known also publishes who is of age and whose whereabouts must not be
  // disclosed.
  if (mapping.knows === 'persons')
    await publishPersonFlags(data, (table) => draft.path(tableFile(table)), {
      ...manifest,
      mergedPersons: linkage.mergedPersons(),
    });
  await draft.publish(manifest);
  return manifest;
}

async function writeTables(
  draft: SnapshotDraft,
  registry: RegistryDefinition,
  extraction: TableExtraction,
): Promise<Pick<Manifest, 'tables' | 'codeChanges'>> {
  const { mapping } = extraction;
  const codeChanges = mapping.codeChanges && (await applyCodeChanges(mapping.codeChanges, extraction));
  if (codeChanges) requireBalance(registry.name, 'codeChanges', codeChanges);
  const tables: Record<string, Manifest['tables'][string]> = {};
  const addTable = async (name: string, path: string, balance: Balance) => {
    requireBalance(registry.name, name, balance);
    tables[name] = { ...balance, sha256: await sha256OfFile(path) };
  };
  for (const table of mapping.tables) {
    const path = draft.path(tableFile(table.name));
    await addTable(
      table.name,
      path,
      await extractTable(table, registry.tables[table.name]!, path, extraction),
    );
  }
  for (const name of mapping.absent) {
    const path = draft.path(tableFile(name));
    const rows = await writeEmptyTable(registry.tables[name]!, path);
    await addTable(name, path, { read: 0, rows, rejected: 0, rejects: {} });
  }
  return { tables, codeChanges };
}

function meterOf(
  sourceRows: ReadonlyMap<string, SourceRows>,
  rejects: RejectsReport,
  { registry, onProgress, signal }: ExtractionOptions,
): ProgressMeter {
  const size = [...sourceRows.values()].reduce((sum, rows) => sum + rows.size, 0);
  const report = onProgress ?? (() => undefined);
  return new ProgressMeter(registry.name, size, () => rejects.rows, report, signal);
}

/** Only the population register makes shared codes known. */
function requirePopulation(mapping: Mapping, linkage: Linkage): void {
  const byShared = mapping.tables.some(({ subject }) => subject.scheme.shared);
  if (mapping.knows !== undefined || !byShared || linkage.knownPersons > 0) return;
  throw new PolkuError(
    'SNAPSHOT_MISSING',
    `No person is known yet, so no row of ${mapping.registry} could be linked. Run first: polku extract population`,
    { registry: 'population' },
  );
}

/**
 * SHA-256 of everything but the export that determines the rows: mapping, code lists and this version of
 * Polku.
 */
async function recipeOf({ name: registry, tables }: RegistryDefinition): Promise<string> {
  const hash = createHash('sha256');
  hash.update(packageVersion()).update('\0').update(JSON.stringify(tables)).update('\0');
  for (const name of ['mapping.yaml', 'codes.yaml'] as const)
    hash.update(await readRegularFile(registryFile(registry, name).path)).update('\0');
  return hash.digest('hex');
}

/** Writes a table that the source does not have; returns its number of rows. */
async function writeEmptyTable({ columns, order }: TableDefinition, path: string): Promise<number> {
  const staging = new StagingTable({
    columns: Object.entries(columns).map(([name, { kind }]) => ({ name, kind, texts: [] })),
    order,
    keys: 1,
    spill: `${path}.spill`,
  });
  try {
    return await staging.write(path);
  } finally {
    staging.discard();
  }
}

/**
 * Locks the data directory for one extraction.
 * @returns a function that releases the lock
 * @throws PolkuError EXTRACTION_RUNNING
 */
export function lockForExtraction(data: string): Promise<() => Promise<void>> {
  return lockByKernel(
    data,
    'extraction',
    () =>
      new PolkuError(
        'EXTRACTION_RUNNING',
        'Another extraction is writing to this data directory. Wait until it ends.',
      ),
  );
}
