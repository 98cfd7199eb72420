import { createPrivateKey, type KeyObject, sign, verify } from 'node:crypto';
import { PolkuError } from '../../lib/errors.js';
import { DATA_FORMAT_FILE } from '../runtime/dataFormat.js';

/** The entry that ends an archive: what the archive holds. A truncated archive lacks it. */
export const MANIFEST_ENTRY = 'backup.json';
/** Its Ed25519 signature by the key of the audit log, in base64url. */
export const SIGNATURE_ENTRY = 'backup.sig';

const FORMAT = 'polku-backup/1';

/** A file of an archive. */
export interface BackupFile {
  /** Relative to the data directory, with `/`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Of its content, in hexadecimal. */
  readonly sha256: string;
}

/** The last record of a chain of the audit log. */
export interface ChainPosition {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  /** ISO 8601 in UTC. */
  readonly time: string;
}

export interface BackupManifest {
  readonly format: typeof FORMAT;
  /** The version of Polku that wrote the archive. */
  readonly polku: string;
  /** When the state of the data directory was fixed. ISO 8601 in UTC. */
  readonly createdAt: string;
  /** See `DATA_FORMAT`. */
  readonly dataFormat: number;
  readonly files: readonly BackupFile[];
  readonly chains: readonly ChainPosition[];
  /** Names of secrets: those of the archive, and those that were left out. */
  readonly secrets: { readonly included: readonly string[]; readonly leftOut: readonly string[] };
}

export function writeManifest(content: Omit<BackupManifest, 'format'>): string {
  return `${JSON.stringify({ format: FORMAT, ...content }, null, 1)}\n`;
}

/** @throws PolkuError BACKUP_INVALID */
export function parseBackupManifest(text: string): BackupManifest {
  let content: Partial<BackupManifest>;
  try {
    content = Object(JSON.parse(text)) as Partial<BackupManifest>;
  } catch {
    throw invalidBackup('its manifest is not JSON');
  }
  if (content.format !== FORMAT)
    throw invalidBackup(
      'its manifest has another format than this Polku knows; use the Polku that wrote it, or a newer one',
    );
  const { polku, createdAt, dataFormat, files, chains, secrets } = content;
  const whole =
    [polku, createdAt].every((one) => typeof one === 'string') &&
    Number.isInteger(dataFormat) &&
    Array.isArray(files) &&
    files.every(isFile) &&
    Array.isArray(chains) &&
    chains.every(isPosition) &&
    [secrets?.included, secrets?.leftOut].every((names) => Array.isArray(names) && names.every(isString));
  if (!whole) throw invalidBackup('its manifest is incomplete');
  return content as BackupManifest;
}

function isFile(file: unknown): boolean {
  const { path, size, sha256 } = Object(file) as Partial<BackupFile>;
  return isString(path) && Number.isSafeInteger(size) && isString(sha256);
}

function isPosition(position: unknown): boolean {
  const { chain, seq, hash, time } = Object(position) as Partial<ChainPosition>;
  return [chain, hash, time].every(isString) && Number.isSafeInteger(seq);
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

/** @param key the private key of the audit log (PEM) */
export function signManifest(text: string, key: string): string {
  return sign(null, signedBytes(text), createPrivateKey(key)).toString('base64url');
}

export function isManifestSigned(text: string, signature: string, key: KeyObject): boolean {
  return verify(null, signedBytes(text), key, Buffer.from(signature, 'base64url'));
}

/** The same key signs lines of the audit log. The prefix keeps the two kinds of texts apart. */
function signedBytes(text: string): Buffer {
  return Buffer.from(`polku backup\n${text}`);
}

const MOST_NAME_CHARACTERS = 200;
const MOST_LEVELS = 10;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:@+-]*$/;

/**
 * Whether an archive may have a file at a path. Files of a data directory have such names. Locks and the
 * format of a directory are made where it is restored.
 */
export function isPlainPath(path: string): boolean {
  const names = path.split('/');
  return (
    names.length <= MOST_LEVELS &&
    names.every((name) => NAME.test(name) && name.length <= MOST_NAME_CHARACTERS) &&
    names[0] !== 'locks' &&
    ![DATA_FORMAT_FILE, MANIFEST_ENTRY, SIGNATURE_ENTRY].includes(path)
  );
}

/** The error for an archive that must not be restored. */
export function invalidBackup(reason: string, cause?: unknown): PolkuError {
  return new PolkuError(
    'BACKUP_INVALID',
    `The backup cannot be restored: ${reason}. Nothing was restored. Try an earlier backup or another copy of this one.`,
    {},
    { cause },
  );
}
