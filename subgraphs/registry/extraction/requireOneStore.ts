import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FIRST_STORE } from '../../../schema/keys.js';
import { PolkuError } from '../../../schema/polkuError.js';
import type { Linkage } from '../../linkage/linkage.js';
import { readMarks } from '../marks/marksFile.js';
import { markedRegistries } from '../marks/marksTrace.js';
import type { Manifest } from '../snapshot/manifest.js';
import { currentSnapshotId, MANIFEST } from '../snapshot/snapshotDraft.js';

/**
 * Checks before an extraction that all marks and snapshots are of the linkage store in use, and that no marks are lost. Under
 * another store the marks would hide other people's rows, and ids that were given out would name other people. An older copy of
 * the store would give keys that snapshots, marks and ids have for somebody to somebody else.
 * @throws PolkuError LINKAGE_STORE_CHANGED, MARKS_INVALID
 */
export async function requireOneStore(
  data: string,
  { store, issuedKeys }: Pick<Linkage, 'store' | 'issuedKeys'>,
): Promise<void> {
  for (const registry of await markedRegistries(data)) await readMarks(data, registry, store);
  for (const folder of await readdir(data, { withFileTypes: true })) {
    const manifest = folder.isDirectory() ? await currentManifest(data, folder.name) : undefined;
    if (!manifest) continue;
    const { linkageStore = FIRST_STORE, linkageKeys = 0 } = manifest;
    if (linkageStore === store && linkageKeys <= issuedKeys) continue;
    const which = linkageStore === store ? 'a newer copy of the linkage store' : 'another linkage store';
    throw new PolkuError(
      'LINKAGE_STORE_CHANGED',
      `The snapshot of ${folder.name} belongs to ${which} than the one in ${join(data, 'linkage')}: people would get other ` +
        'keys, and ids that were given out would name other people. Put back the store before, or read "Rotation" in ' +
        'docs/decisions/linkage.md.',
      { registry: folder.name },
    );
  }
}

/** Undefined where there is no snapshot, or none that anybody could serve. */
async function currentManifest(data: string, registry: string): Promise<Partial<Manifest> | undefined> {
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
