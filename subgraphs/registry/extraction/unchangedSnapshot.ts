import { join } from 'node:path';
import { PolkuError } from '../../../schema/polkuError.js';
import type { RegistryDefinition } from '../columns/tableDefinition.js';
import type { Manifest, Origin } from '../snapshot/manifest.js';
import { readManifest } from '../snapshot/openSnapshot.js';
import { sha256OfFile } from '../snapshot/sha256OfFile.js';
import { tableFile } from '../snapshot/snapshotDraft.js';

/**
 * The current snapshot, where extracting again would make the same: it is of the same origin and undamaged.
 * @param origin of the snapshot that would be made
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

/** Whether it says that every row was kept or rejected, as snapshots of an older Polku do not. */
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
