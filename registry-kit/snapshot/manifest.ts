import { join } from 'node:path';
import { PolkuError } from '../../lib/errors.js';
import { readRegularFile } from '../../lib/regularFile.js';
import { FIRST_STORE, type PersonKey } from '../../schema/keys.js';

/** The state of a table in a manifest. Older snapshots have neither `read` nor `rejects`. */
interface TableState
  extends Pick<Balance, 'rows' | 'rejected'>, Partial<Pick<Balance, 'read' | 'rejects' | 'leftOut'>> {
  /** SHA-256 of the table's file. */
  readonly sha256: string;
}

/** How far tables of a database were read, so that the next extraction can read changes only. */
interface Watermarks {
  /** SHA-256 of the server, the database and the user. */
  readonly place: string;
  /** Table -> the time from which changes are read next; a text of the server. */
  readonly times: Readonly<Record<string, string>>;
}

/** The inputs of a snapshot. Equal origins give equal snapshots. */
export interface Origin {
  /** Whether all people in it are synthetic. */
  readonly synthetic: boolean;
  /**
   * SHA-256 over the names and contents of the source files, or over what was taken from a source that is
   * read only once.
   */
  readonly sourceFingerprint: string;
  /** SHA-256 of what read the files: mapping, code lists, version of Polku. */
  readonly recipe: string;
  /** The linkage state of its keys. People who became known or were merged later are missing. */
  readonly linkage: string;
  /** The linkage store of its keys; see `Linkage.store`. */
  readonly linkageStore: string;
}

/** The description of a snapshot: `manifest.json` next to its tables. */
export interface Manifest extends Origin {
  readonly registry: string;
  /** The schema version of the registry's definition that wrote the tables. */
  readonly schemaVersion: number;
  readonly snapshotId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** How many keys the linkage store had issued at that time; see `Linkage.issuedKeys`. */
  readonly linkageKeys?: number | undefined;
  readonly tables: Readonly<Record<string, TableState>>;
  /** Missing in the source: tables, and columns as `table.column`. Older snapshots lack this list. */
  readonly absent?: readonly string[] | undefined;
  /**
   * Table -> source column -> its type in the source, where columns have types. They show what changed in a
   * departmental system.
   */
  readonly sourceTypes?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  readonly watermarks?: Watermarks | undefined;
  /** The rows of changed codes, for the register that exports them. */
  readonly codeChanges?: Balance | undefined;
  /** For the person flags: merged keys, each with the current key of the person. */
  readonly mergedPersons?: readonly (readonly [former: PersonKey, current: PersonKey])[] | undefined;
  /** Reason -> rejected rows of the source; rejects.csv lists them. */
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
  // Snapshots from before stores had names belong to the first store.
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

function isTableState({ rows, rejected, read = 0, rejects = {}, leftOut = 0 }: TableState): boolean {
  return [rows, rejected, read, leftOut].every(isCount) && isObject(rejects);
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

/** The outcome of the rows of one table's source: each was stored, rejected or left out. */
export interface Balance {
  /** Rows of the file, by the numbers that its reader gave them. */
  readonly read: number;
  /** Rows that were stored, as counted in the written file. */
  readonly rows: number;
  readonly rejected: number;
  /** Reason -> rows. */
  readonly rejects: Readonly<Record<string, number>>;
  /** Rows that `where` of the mapping leaves out; undefined: none. */
  readonly leftOut?: number | undefined;
}

function isBalanced({ read, rows, rejected, rejects, leftOut = 0 }: Balance): boolean {
  const byReason = Object.values(rejects).reduce((sum, count) => sum + count, 0);
  return byReason === rejected && rows + rejected + leftOut === read;
}

/**
 * Checks that no row was lost or duplicated between a source file and a table.
 * @throws PolkuError ROWS_LOST
 */
export function requireBalance(registry: string, table: string, balance: Balance): void {
  if (isBalanced(balance)) return;
  const { read, rows, rejected, rejects, leftOut = 0 } = balance;
  throw new PolkuError(
    'ROWS_LOST',
    `The rows of ${registry}.${table} do not add up: ${read} were read, ${leftOut} of them left out, ${rows} were written and ` +
      `${rejected} were rejected. Nothing was published. This is a fault of Polku or of the disk: run the command again, ` +
      'and report it if it happens again.',
    { registry, table, read, rows, rejected, rejects },
  );
}

/** The file that marks a source as a synthetic city. */
export const SOURCE_MARKER = 'polku-city.json';

/**
 * Whether a source declares that all its people are synthetic. Without the marker, people are treated as
 * real.
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

/** The cause is not attached, because it quotes the file. */
function unreadable(): PolkuError {
  return new PolkuError(
    'SOURCE_UNREADABLE',
    `${SOURCE_MARKER} in the source cannot be read as JSON. Expected the file that "polku city generate" writes.`,
  );
}
