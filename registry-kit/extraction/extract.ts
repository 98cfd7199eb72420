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
import { type Baseline, findBaselines, type IncrementOptions, watermarksOf } from './increment.js';
import { absentIn, CODE_CHANGES, linkedColumns, type Mapping, sourceColumns } from './mapping/mapping.js';
import { readMapping } from './mapping/readMapping.js';
import { type ExtractionProgress, ProgressMeter, throwIfStopped } from './progressMeter.js';
import { RejectsReport } from './rejectsReport.js';
import { PersonLinker } from './rows/cellReader.js';
import {
  DEFAULT_MAX_SHRINK,
  requireNoShrinkage,
  requireOneStore,
  unchangedSnapshot,
} from './snapshotChecks.js';
import { openRows, withSource } from './source/openSource.js';
import type { Source, SourceAccess, SourceRows } from './source/source.js';
import { describeTypeChanges, typesByTable } from './sourceTypes.js';
import type { RecordKeys } from './staging/recordKeys.js';
import { StagingTable } from './staging/stagingTable.js';

/** The default of `maxRejects`. */
export const DEFAULT_MAX_REJECTS = 5;

export interface ExtractionOptions {
  readonly registry: RegistryDefinition;
  /** The folder of the exports: the registry's files are in `<source>/<registry>`. Databases need none. */
  readonly source?: string | undefined;
  /** The value of the secret that a mapping names as the connection to its database. */
  readonly connection?: SourceAccess['connection'];
  /** The folder of the snapshots. */
  readonly data: string;
  readonly linkage: Linkage;
  /** Whether all people in the source are synthetic, even if the source has no marker for it. */
  readonly synthetic: boolean;
  /** Percent of a file's rows. If more are rejected, nothing is published. */
  readonly maxRejects?: number | undefined;
  /** Percent of a table's rows in the current snapshot. If more are gone, nothing is published. */
  readonly maxShrink?: number | undefined;
  /** Whether to read all rows of tables with a watermark, too. */
  readonly full?: boolean | undefined;
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
 * Reads a registry's source, links its codes to keys and publishes the result as the registry's current
 * snapshot. Until then the earlier snapshot stays current. A failed attempt leaves nothing behind, except the
 * list of rejects if there were too many.
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS, SOURCE_CHANGED, SOURCE_CONNECTION, SOURCE_DENIED,
 * SOURCE_BUSY, SECRET_INVALID, MAPPING_INVALID, SCHEME_UNKNOWN, SNAPSHOT_MISSING (of the population
 * register), REJECTS_EXCEEDED, PROTECTION_LIST_INCOMPLETE, TABLE_SHRUNK, ROWS_LOST, LINKAGE_STORE_CHANGED,
 * MARKS_INVALID, EXTRACTION_RUNNING, EXTRACTION_INTERRUPTED, LINKAGE_FULL, STORAGE_FAILED
 */
export async function extract(options: ExtractionOptions): Promise<Manifest> {
  return (await run(options, false)).manifest;
}

/** What an extraction would read. */
export interface ExtractionPlan {
  /** See Source. */
  readonly place: string;
  readonly parts: readonly {
    /** A table of the registry, or the list of changed codes. */
    readonly table: string;
    /** See SourceRows. */
    readonly description: string;
    /** The source columns whose codes are replaced by keys of people and families. */
    readonly linked: readonly string[];
    readonly columns: readonly string[];
    /** Tables with a watermark: whether changes are read, or all rows, and why. */
    readonly reading: string | undefined;
  }[];
}

/**
 * Opens a registry's source as an extraction does, and reads no row.
 * @throws PolkuError like `extract`, if something is missing, locked or not permitted
 */
export async function explainExtraction(
  options: Pick<ExtractionOptions, 'source' | 'connection' | 'signal'> & IncrementOptions,
): Promise<ExtractionPlan> {
  const mapping = await readMapping(options.registry);
  return withSource(mapping, sourceAccess(options), async (source) => {
    const opened = await openRows(mapping, source);
    const { codeChanges: changes, tables } = mapping;
    const columns = new Map(tables.map((table) => [table.name, sourceColumns(table)]));
    const linked = new Map(tables.map((table) => [table.name, linkedColumns(table)]));
    if (changes) for (const map of [columns, linked]) map.set(CODE_CHANGES, [changes.old, changes.new]);
    const recipe = await recipeOf(options.registry);
    const baselines = await findBaselines(mapping, opened, { recipe, place: source.place }, options);
    const parts = [...opened].map(([table, { description }]) => ({
      table,
      description,
      linked: linked.get(table)!,
      columns: columns.get(table)!,
      reading: describeReading(baselines.get(table)),
    }));
    return { place: source.place, parts };
  });
}

function describeReading(baseline: Baseline | string | undefined): string | undefined {
  if (baseline === undefined) return undefined;
  return typeof baseline === 'string'
    ? `all rows, because ${baseline}`
    : `the ids of all rows, and the rows that changed since ${baseline.since}`;
}

/** Like `extract`, but keeps the current snapshot if a new one would be equal. */
export function extractIfChanged(options: ExtractionOptions): Promise<Extraction> {
  return run(options, true);
}

async function run(options: ExtractionOptions, mayKeep: boolean): Promise<Extraction> {
  const { registry, data, linkage } = options;
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
      const access = sourceAccess(options);
      return await withSource(mapping, access, (source) => extractFrom(source, mapping, options, mayKeep));
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
  const unchanged = async (sourceFingerprint: string | undefined) => {
    if (!mayKeep || sourceFingerprint === undefined) return undefined;
    return current(mapping, options, { ...origin, sourceFingerprint, linkage: linkage.state });
  };
  const kept = await unchanged(source.fingerprint);
  if (kept) return { manifest: kept, kept: true };
  const draft = await SnapshotDraft.begin(data, registry.name);
  try {
    const content = await readTables(draft, mapping, source, origin, options);
    const sourceFingerprint = source.fingerprint ?? contentFingerprint(content);
    const keptAfterReading =
      source.fingerprint === undefined ? await unchanged(sourceFingerprint) : undefined;
    if (keptAfterReading) {
      await draft.discard();
      return { manifest: keptAfterReading, kept: true };
    }
    const manifest = await publish(draft, mapping, { ...origin, sourceFingerprint }, content, options);
    await traceRestrictions({ data, registry: registry.name, store: linkage.store });
    return { manifest, kept: false };
  } catch (cause) {
    if (cause instanceof PolkuError && FAILURES_WITH_REJECTS.includes(cause.code)) await draft.moveRejects();
    await draft.discard();
    throw cause;
  }
}

function sourceAccess({
  registry,
  source,
  connection,
  signal,
}: Pick<ExtractionOptions, 'registry' | 'source' | 'connection' | 'signal'>): SourceAccess {
  return { registry: registry.name, exports: source, connection, signal };
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

/** What was read from a source: the part of a manifest that describes it. */
type Content = Pick<
  Manifest,
  'tables' | 'codeChanges' | 'rejects' | 'rejectedRows' | 'sourceTypes' | 'watermarks'
>;

/** See Origin: what was taken of a source, by its tables and the rows that were not. */
function contentFingerprint({ tables, codeChanges, rejects }: Content): string {
  return createHash('sha256').update(JSON.stringify({ tables, codeChanges, rejects })).digest('hex');
}

/** Reads all tables of a source and writes them into the draft. */
async function readTables(
  draft: SnapshotDraft,
  mapping: Mapping,
  source: Source,
  { recipe }: Pick<Origin, 'recipe'>,
  options: ExtractionOptions,
): Promise<Content> {
  const { registry, linkage, maxRejects = DEFAULT_MAX_REJECTS, onNotice = () => undefined } = options;
  const records = new Map<string, RecordKeys>();
  const output = await open(draft.path(REJECTS), 'wx', 0o600);
  const rejects = new RejectsReport(output, registry.name, maxRejects, draft.rejectsPath);
  try {
    const sourceRows = await openRows(mapping, source);
    const sourceTypes = typesByTable(sourceRows);
    for (const notice of await describeTypeChanges(options.data, registry.name, sourceTypes))
      onNotice(notice);
    const meter = meterOf(sourceRows, rejects, options);
    const codeLists = await readCodeLists(registry.name);
    const cells = { registry: registry.name, linkage, persons: new PersonLinker(linkage), codeLists };
    const baselines = await findBaselines(mapping, sourceRows, { recipe, place: source.place }, options);
    const shared = { mapping, sourceRows, rejects, meter, cells, records, baselines, notice: onNotice };
    const written = await writeTables(draft, registry, shared);
    return {
      ...written,
      sourceTypes,
      watermarks: watermarksOf(source.place, sourceRows),
      rejects: rejects.byReason,
      rejectedRows: rejects.rows,
    };
  } finally {
    for (const keys of records.values()) keys.discard();
    await rejects.close();
  }
}

async function publish(
  draft: SnapshotDraft,
  mapping: Mapping,
  origin: Omit<Origin, 'linkage'>,
  content: Content,
  { registry, data, linkage, maxShrink = DEFAULT_MAX_SHRINK, signal }: ExtractionOptions,
): Promise<Manifest> {
  await requireNoShrinkage(data, registry.name, content.tables, maxShrink);
  // Keys must be durable before a snapshot holds them.
  await linkage.save();
  throwIfStopped(signal);
  const createdAt = new Date().toISOString();
  const manifest: Manifest = {
    registry: registry.name,
    schemaVersion: registry.schemaVersion,
    snapshotId: `${createdAt.replaceAll(/[:.]/g, '-')}-${origin.sourceFingerprint.slice(0, 8)}`,
    createdAt,
    ...origin,
    linkage: linkage.state,
    linkageKeys: linkage.issuedKeys,
    absent: absentIn(mapping),
    ...content,
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
