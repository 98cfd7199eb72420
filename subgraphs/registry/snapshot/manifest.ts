import { PolkuError } from '../../../schema/polkuError.js';

/** What a snapshot says of itself: `manifest.json` beside its tables. */
export interface Manifest {
  readonly registry: string;
  /** Of the registry's definition by which the tables were written. */
  readonly schemaVersion: number;
  readonly snapshotId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Whether everybody in it is made up. */
  readonly synthetic: boolean;
  /** SHA-256 over the names, sizes and contents of the source files. */
  readonly sourceFingerprint: string;
  /** Table -> rows, and SHA-256 of its file. */
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly sha256: string }>>;
  /** Reason -> rows of the source that were not taken; rejects.csv lists them. */
  readonly rejects: Readonly<Record<string, number>>;
  readonly rejectedRows: number;
}

/**
 * Reads a manifest's text.
 * @throws PolkuError SNAPSHOT_INVALID, SNAPSHOT_NEWER
 */
export function parseManifest(text: string, registry: string, schemaVersion: number): Manifest {
  let content: Partial<Manifest> | null;
  try {
    content = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    content = null;
  }
  if (content?.registry !== registry || typeof content.schemaVersion !== 'number') {
    throw invalidSnapshot(registry, 'its manifest is not one of this registry');
  }
  if (content.schemaVersion > schemaVersion) {
    throw new PolkuError(
      'SNAPSHOT_NEWER',
      `The snapshot of ${registry} has schema ${content.schemaVersion}; this Polku reads up to ${schemaVersion}. ` +
        `Use the Polku that wrote it, or run: polku extract ${registry}`,
      { registry, found: content.schemaVersion, known: schemaVersion },
    );
  }
  const { snapshotId, createdAt, synthetic, tables, rejects } = content;
  const whole =
    typeof snapshotId === 'string' &&
    typeof createdAt === 'string' &&
    typeof synthetic === 'boolean' &&
    isObject(tables) &&
    isObject(rejects);
  if (content.schemaVersion < schemaVersion || !whole) {
    throw invalidSnapshot(registry, 'it was written by an older Polku, or its manifest is incomplete');
  }
  return content as Manifest;
}

export function invalidSnapshot(registry: string, reason: string): PolkuError {
  return new PolkuError(
    'SNAPSHOT_INVALID',
    `The snapshot of ${registry} cannot be used: ${reason}. Run: polku extract ${registry}`,
    { registry },
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
