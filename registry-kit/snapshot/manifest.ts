import { join } from 'node:path';
import { PolkuError } from '../../lib/errors.js';
import { readRegularFile } from '../../lib/regularFile.js';
import { FIRST_STORE, type PersonKey } from '../../schema/keys.js';

/** What a manifest says of a table. Snapshots of before balances were kept have neither `read` nor `rejects`. */
interface TableState extends Pick<Balance, 'rows' | 'rejected'>, Partial<Pick<Balance, 'read' | 'rejects'>> {
  /** Of the table's file. */
  readonly sha256: string;
}

/** What a snapshot was made of: of the same origin the same snapshot is made. */
export interface Origin {
  /** Whether everybody in it is made up. */
  readonly synthetic: boolean;
  /** SHA-256 over the names and contents of the source files. */
  readonly sourceFingerprint: string;
  /** SHA-256 of what read them: mapping, code lists, version of Polku. */
  readonly recipe: string;
  /** The state of linkage whose keys it holds: people who became known later, or one, are not in it. */
  readonly linkage: string;
  /** The linkage store whose keys it holds; see `Linkage.store`. */
  readonly linkageStore: string;
}

/** What a snapshot says of itself: `manifest.json` beside its tables. */
export interface Manifest extends Origin {
  readonly registry: string;
  /** Of the registry's definition by which the tables were written. */
  readonly schemaVersion: number;
  readonly snapshotId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** How many keys the linkage store had given out by then; see `Linkage.issuedKeys`. */
  readonly linkageKeys?: number | undefined;
  readonly tables: Readonly<Record<string, TableState>>;
  /** What the source does not keep: tables, and columns as `table.column`. Older snapshots do not say. */
  readonly absent?: readonly string[] | undefined;
  /** Of the register that exports changed codes. */
  readonly codeChanges?: Balance | undefined;
  /** Of the overlays: keys that turned out to be another's person, each with the key that counts now. */
  readonly mergedPersons?: readonly (readonly [former: PersonKey, current: PersonKey])[] | undefined;
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
  // Snapshots of before stores had names are of the first one.
  const manifest = { linkageStore: FIRST_STORE, ...content };
  const { snapshotId, createdAt, synthetic, sourceFingerprint, recipe, linkage, linkageStore } = manifest;
  const { tables, rejects, absent = [], mergedPersons = [] } = manifest;
  const whole =
    [snapshotId, createdAt, sourceFingerprint, recipe, linkage, linkageStore].every(
      (text) => typeof text === 'string',
    ) &&
    typeof synthetic === 'boolean' &&
    isObject(tables) &&
    Object.values(tables).every(isTableState) &&
    isObject(rejects) &&
    Array.isArray(absent) &&
    absent.every((name) => typeof name === 'string') &&
    Array.isArray(mergedPersons) &&
    mergedPersons.flat().every(isCount);
  if (content.schemaVersion < schemaVersion || !whole) {
    throw invalidSnapshot(registry, 'it was written by an older Polku, or its manifest is incomplete');
  }
  for (const [name, { read, rejects = {}, ...state }] of Object.entries(tables)) {
    if (read !== undefined && !isBalanced({ read, rejects, ...state }))
      throw invalidSnapshot(registry, `the rows of "${name}" that its manifest counts do not add up`);
  }
  return manifest as Manifest;
}

function isTableState({ rows, rejected, read = 0, rejects = {} }: TableState): boolean {
  return [rows, rejected, read].every(isCount) && isObject(rejects);
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

export function invalidSnapshot(registry: string, reason: string): PolkuError {
  return new PolkuError(
    'SNAPSHOT_INVALID',
    `The snapshot of ${registry} cannot be used: ${reason}. Run: polku extract ${registry}`,
    { registry },
  );
}

function isObject<Value>(value: Value): value is Value & object {
  return typeof value === 'object' && value !== null;
}

/** What became of the rows of one source file: each was kept or rejected. */
export interface Balance {
  /** Rows of the file, as its reader numbered them. */
  readonly read: number;
  /** Rows that were kept, as they were counted in what was written. */
  readonly rows: number;
  readonly rejected: number;
  /** Reason -> rows. */
  readonly rejects: Readonly<Record<string, number>>;
}

function isBalanced({ read, rows, rejected, rejects }: Balance): boolean {
  const byReason = Object.values(rejects).reduce((sum, count) => sum + count, 0);
  return byReason === rejected && rows + rejected === read;
}

/**
 * Checks that no row was lost or doubled on its way from a source file into a table.
 * @throws PolkuError ROWS_LOST
 */
export function requireBalance(registry: string, table: string, balance: Balance): void {
  if (isBalanced(balance)) return;
  const { read, rows, rejected, rejects } = balance;
  throw new PolkuError(
    'ROWS_LOST',
    `The rows of ${registry}.${table} do not add up: ${read} were read, ${rows} were written and ${rejected} were ` +
      'rejected. Nothing was published. This is a fault of Polku or of the disk: run the command again, and report ' +
      'it if it happens again.',
    { registry, table, read, rows, rejected, rejects },
  );
}

/** The file by which a synthetic city says that everybody in it is made up. */
export const SOURCE_MARKER = 'polku-city.json';

/**
 * Whether a source says of itself that everybody in it is made up. Without a marker people are taken to be real.
 * @throws PolkuError SOURCE_UNREADABLE where there is a marker that cannot be read
 */
export async function readSourceMarker(source: string): Promise<{ readonly synthetic: boolean }> {
  let text: string;
  try {
    text = await readRegularFile(join(source, SOURCE_MARKER));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { synthetic: false };
    throw unreadable();
  }
  try {
    const marker = JSON.parse(text) as { synthetic?: unknown } | null;
    return { synthetic: marker?.synthetic === true };
  } catch {
    throw unreadable();
  }
}

/** The cause stays behind, for it quotes the file. */
function unreadable(): PolkuError {
  return new PolkuError(
    'SOURCE_UNREADABLE',
    `${SOURCE_MARKER} in the source cannot be read as JSON. Expected the file that "polku city generate" writes.`,
  );
}
