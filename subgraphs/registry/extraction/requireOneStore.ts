import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FIRST_STORE } from '../../../schema/keys.js';
import { PolkuError } from '../../../schema/polkuError.js';
import { readMarks } from '../marks/marksFile.js';
import { markedRegistries } from '../marks/marksTrace.js';
import type { Manifest } from '../snapshot/manifest.js';
import { currentSnapshotId, MANIFEST } from '../snapshot/snapshotDraft.js';

/**
 * Checks before an extraction that all marks and snapshots are of the linkage store in use, and that no marks are lost. Under
 * another store the marks would hide other people's rows, and ids that were given out would name other people.
 * @throws PolkuError LINKAGE_STORE_CHANGED, MARKS_INVALID
 */
export async function requireOneStore(data: string, store: string): Promise<void> {
  for (const registry of await markedRegistries(data)) await readMarks(data, registry, store);
  for (const folder of await readdir(data, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const found = await storeOfSnapshot(data, folder.name);
    if (found === undefined || found === store) continue;
    throw new PolkuError(
      'LINKAGE_STORE_CHANGED',
      `The snapshot of ${folder.name} belongs to another linkage store than the one in ${join(data, 'linkage')}: everybody ` +
        'would get another key, and ids that were given out would name other people. Put back the store before, or read ' +
        '"Rotation" in docs/decisions/linkage.md.',
      { registry: folder.name },
    );
  }
}

/** Undefined where there is no snapshot, or none that anybody could serve. */
async function storeOfSnapshot(data: string, registry: string): Promise<string | undefined> {
  const id = await currentSnapshotId(data, registry);
  if (id === undefined) return undefined;
  try {
    const manifest = JSON.parse(
      await readFile(join(data, registry, id, MANIFEST), 'utf8'),
    ) as Partial<Manifest>;
    return manifest.snapshotId === id ? (manifest.linkageStore ?? FIRST_STORE) : undefined;
  } catch {
    return undefined;
  }
}
