import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import type { Manifest } from '../snapshot/manifest.js';
import { currentSnapshotId, MANIFEST } from '../snapshot/snapshotDraft.js';

/** Percent of a table's rows by which it may shrink, where the caller says nothing else. */
export const DEFAULT_MAX_SHRINK = 10;

/** Everything may shrink to nothing: there is nothing to check. */
const ANYTHING = 100;

/** What is asked of the manifest before: any version of Polku may have written it. */
interface ManifestBefore {
  readonly createdAt?: string;
  readonly tables: Readonly<Record<string, { readonly rows: number }>>;
}

/**
 * Checks that no table has lost many of the rows that it has in the current snapshot: half a file, or a file with its header
 * only, is well-formed, and only what was there before tells that it is not whole. The first snapshot has nothing to be compared with.
 * @param maxShrink percent of a table's rows
 * @throws PolkuError TABLE_SHRUNK; SNAPSHOT_INVALID where the current snapshot cannot be compared with
 */
export async function requireNoShrinkage(
  data: string,
  registry: string,
  tables: Manifest['tables'],
  maxShrink: number,
): Promise<void> {
  if (maxShrink >= ANYTHING) return;
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
      `Check that the export is whole. If these rows are gone on purpose, run again with --max-shrink ${ANYTHING}.`,
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
    // A manifest that is gone, cut short or of something else: it compares with nothing.
  }
  throw new PolkuError(
    'SNAPSHOT_INVALID',
    `The manifest of the current snapshot of ${registry} cannot be read, so nobody can tell whether rows are missing from ` +
      `the new one. Nothing was published. If the export is whole, run again with --max-shrink ${ANYTHING}.`,
    { registry },
  );
}

function ofDay(createdAt: string | undefined): string {
  return createdAt === undefined ? '' : ` of ${createdAt.slice(0, 10)}`;
}
