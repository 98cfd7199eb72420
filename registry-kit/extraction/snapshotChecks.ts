import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PolkuError } from '../../lib/errors.js';
import { sha256OfFile } from '../../lib/regularFile.js';
import type { Linkage } from '../../linkage/linkage.js';
import { FIRST_STORE } from '../../schema/keys.js';
import type { RegistryDefinition } from '../columns/tableDefinition.js';
import { readRestrictions } from '../restrictions/restrictionFile.js';
import { restrictedRegistries } from '../restrictions/restrictionTrace.js';
import type { Manifest, Origin } from '../snapshot/manifest.js';
import { readManifest } from '../snapshot/openSnapshot.js';
import { currentSnapshotId, MANIFEST, tableFile } from '../snapshot/snapshotDraft.js';

/**
 * Checks before an extraction that all restrictions and snapshots use the current linkage store, and that no
 * restrictions are lost. Under another store, restrictions would hide other people's rows, and issued ids
 * would name other people. An older copy of the store would issue keys again that snapshots, restrictions and
 * ids already use.
 * @throws PolkuError LINKAGE_STORE_CHANGED, MARKS_INVALID
 */
export async function requireOneStore(
  data: string,
  { store, issuedKeys }: Pick<Linkage, 'store' | 'issuedKeys'>,
): Promise<void> {
  for (const registry of await restrictedRegistries(data)) await readRestrictions(data, registry, store);
  for (const folder of await readdir(data, { withFileTypes: true })) {
    const manifest = folder.isDirectory() ? await currentManifest(data, folder.name) : undefined;
    if (!manifest) continue;
    const { linkageStore = FIRST_STORE, linkageKeys = 0 } = manifest;
    if (linkageStore === store && linkageKeys <= issuedKeys) continue;
    const which = linkageStore === store ? 'a newer copy of the linkage store' : 'another linkage store';
    throw new PolkuError(
      'LINKAGE_STORE_CHANGED',
      `The snapshot of ${folder.name} belongs to ${which} than the one in ${join(data, 'linkage')}: people would get other ` +
        'keys, and issued ids would name other people. Put back the earlier store, or read "Rotation" in ' +
        'docs/decisions/linkage.md.',
      { registry: folder.name },
    );
  }
}

/** Undefined if there is no snapshot that could be served. */
export async function currentManifest(
  data: string,
  registry: string,
): Promise<Partial<Manifest> | undefined> {
  const id = await currentSnapshotId(data, registry);
  if (id === undefined) return undefined;
  try {
    const text = await readFile(join(data, registry, id, MANIFEST), 'utf8');
    const manifest = JSON.parse(text) as Partial<Manifest>;
    return manifest.snapshotId === id ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** The default of `maxShrink`. */
export const DEFAULT_MAX_SHRINK = 10;

/** At this percentage nothing is checked. */
const NO_LIMIT = 100;

/** The required part of the earlier manifest, which any version of Polku may have written. */
interface ManifestBefore {
  readonly createdAt?: string;
  readonly tables: Readonly<Record<string, { readonly rows: number }>>;
}

/**
 * Checks that no table has lost many of the rows of the current snapshot. Half a file, or a header alone, is
 * well-formed; only a comparison shows that rows are missing. The first snapshot has nothing to compare with.
 * @param maxShrink percent of a table's rows
 * @throws PolkuError TABLE_SHRUNK; SNAPSHOT_INVALID if the current manifest cannot be read
 */
export async function requireNoShrinkage(
  data: string,
  registry: string,
  tables: Manifest['tables'],
  maxShrink: number,
): Promise<void> {
  if (maxShrink >= NO_LIMIT) return;
  const before = await manifestBefore(data, registry);
  const shrunk = Object.entries(tables).flatMap(([table, { rows }]) => {
    const rowsBefore = before?.tables[table]?.rows ?? 0;
    return 100 * (rowsBefore - rows) > maxShrink * rowsBefore ? [{ table, rows, rowsBefore }] : [];
  });
  if (shrunk.length === 0) return;
  const lines = shrunk.map(
    ({ table, rows, rowsBefore }) => `  ${registry}.${table}: ${rowsBefore} rows before, ${rows} now`,
  );
  throw new PolkuError(
    'TABLE_SHRUNK',
    [
      `Tables of ${registry} have over ${maxShrink} % fewer rows than in its snapshot${ofDay(before?.createdAt)}, so nothing was published:`,
      ...lines,
      `Check that the export is whole. If these rows were removed on purpose, run again with --max-shrink ${NO_LIMIT}.`,
    ].join('\n'),
    { registry, tables: shrunk },
  );
}

async function manifestBefore(data: string, registry: string): Promise<ManifestBefore | undefined> {
  const id = await currentSnapshotId(data, registry);
  if (id === undefined) return undefined;
  try {
    const manifest = JSON.parse(await readFile(join(data, registry, id, MANIFEST), 'utf8')) as ManifestBefore;
    if (Object.values(manifest.tables).every(({ rows }) => Number.isInteger(rows))) return manifest;
  } catch {
    // A missing, truncated or foreign manifest cannot be compared with.
  }
  throw new PolkuError(
    'SNAPSHOT_INVALID',
    `The manifest of the current snapshot of ${registry} cannot be read, so it is unknown whether rows are missing from ` +
      `the new one. Nothing was published. If the export is whole, run again with --max-shrink ${NO_LIMIT}.`,
    { registry },
  );
}

function ofDay(createdAt: string | undefined): string {
  return createdAt === undefined ? '' : ` of ${createdAt.slice(0, 10)}`;
}

/**
 * The current snapshot, if a new extraction would give an equal one: it has the same origin and is undamaged.
 * @param origin the origin of the new snapshot
 */
export async function unchangedSnapshot(
  data: string,
  registry: RegistryDefinition,
  origin: Origin,
): Promise<Manifest | undefined> {
  try {
    const manifest = await readManifest(data, registry);
    const same = (Object.keys(origin) as (keyof Origin)[]).every((part) => manifest[part] === origin[part]);
    return same && isCounted(manifest) && (await isIntact(data, manifest)) ? manifest : undefined;
  } catch (cause) {
    if (cause instanceof PolkuError) return undefined;
    throw cause;
  }
}

/** Whether the manifest counts every row as stored or rejected. Snapshots of an older Polku do not. */
function isCounted({ tables }: Manifest): boolean {
  return Object.values(tables).every(({ read }) => read !== undefined);
}

async function isIntact(data: string, { registry, snapshotId, tables }: Manifest): Promise<boolean> {
  for (const [table, { sha256 }] of Object.entries(tables)) {
    const path = join(data, registry, snapshotId, tableFile(table));
    if ((await sha256OfFile(path).catch(() => '')) !== sha256) return false;
  }
  return true;
}
