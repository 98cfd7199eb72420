import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PolkuError } from '../../schema/polkuError.js';
import { writeDurably } from '../storage/durableFile.js';
import { storageFailure } from '../storage/storageFailure.js';
import { DigestTable, ENTRY_BYTES } from './digestTable.js';
import { KeyRegister } from './keyRegister.js';

/** What keys are given to. Each kind has a domain and a permutation of its own. */
export const keyKinds = ['person', 'family'] as const;
export type KeyKind = (typeof keyKinds)[number];
export type KeyRegisters = Readonly<Record<KeyKind, KeyRegister>>;

/** What the store holds. */
export interface LinkageContent {
  readonly registers: KeyRegisters;
  /** See `Linkage.state`. */
  readonly state: Buffer;
}

/*
 * The file, big-endian: magic, format version, check value of the secret, state; for each kind its domain, keys issued,
 * number of entries and of aliases, then the entries (digest, key) and the aliases (key, key); at last SHA-256 of all before.
 */
const MAGIC = Buffer.from('POLKULNK', 'latin1');
const FORMAT_VERSION = 2;
const CHECK_BYTES = 16;
export const STATE_BYTES = 16;
const HEADER_BYTES = MAGIC.length + 4 + CHECK_BYTES;
const KIND_BYTES = 16;
const ALIAS_BYTES = 8;
const CHECKSUM_BYTES = 32;

function derive(secret: Uint8Array, ...label: string[]): Buffer {
  return createHmac('sha256', secret).update(label.join('\0')).digest();
}

function permutationKey(secret: Uint8Array, kind: KeyKind): Buffer {
  return derive(secret, 'permutation', kind);
}

/** Two secrets have different check values; the value tells nothing of the secret. */
function checkValue(secret: Uint8Array): Buffer {
  return derive(secret, 'linkage-store').subarray(0, CHECK_BYTES);
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function eachKind(make: (kind: KeyKind) => KeyRegister): KeyRegisters {
  return { person: make('person'), family: make('family') };
}

/** A store without a key given out, over a domain of the given size. */
export function emptyStore(secret: Uint8Array, domain: number): LinkageContent {
  const content = () => ({ domain, issued: 0, digests: new DigestTable(), aliases: new Map() });
  const registers = eachKind((kind) => new KeyRegister(content(), permutationKey(secret, kind)));
  return { registers, state: randomBytes(STATE_BYTES) };
}

/**
 * Reads the store; undefined where there is none yet.
 * @throws PolkuError LINKAGE_STORE_INVALID where it is damaged or belongs to another secret
 */
export async function readStore(path: string, secret: Uint8Array): Promise<LinkageContent | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new PolkuError('LINKAGE_STORE_INVALID', 'The linkage store cannot be read.', {}, { cause });
  }
  return decode(bytes, secret);
}

/** Writes the store whole or not at all, for its owner's eyes only. */
export async function writeStore(path: string, content: LinkageContent, secret: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeDurably(path, encode(content, secret));
  } catch (cause) {
    throw storageFailure(cause, 'the linkage folder');
  }
}

function encode({ registers, state }: LinkageContent, secret: Uint8Array): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(FORMAT_VERSION);
  const parts: Buffer[] = [MAGIC, version, checkValue(secret), state];
  for (const kind of keyKinds) {
    const { domain, issued, digests, aliases } = registers[kind];
    const counts = new Uint32Array([domain, issued, digests.size, aliases.size]);
    const words = [...counts, ...[...aliases].flat()];
    const bytes = Buffer.alloc(4 * words.length);
    words.forEach((word, index) => bytes.writeUInt32BE(word, 4 * index));
    parts.push(bytes.subarray(0, KIND_BYTES), digests.encode(), bytes.subarray(KIND_BYTES));
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([body, checksum(body)]);
}

function decode(file: Buffer, secret: Uint8Array): LinkageContent {
  const body = file.subarray(0, Math.max(0, file.length - CHECKSUM_BYTES));
  if (body.length < HEADER_BYTES || !checksum(body).equals(file.subarray(body.length))) {
    throw new PolkuError(
      'LINKAGE_STORE_INVALID',
      'The linkage store is damaged: its checksum does not fit. Restore it from a backup, or remove the linkage ' +
        'folder and the snapshots and extract anew.',
    );
  }
  const version = body.readUInt32BE(MAGIC.length);
  if (!body.subarray(0, MAGIC.length).equals(MAGIC) || (version !== 1 && version !== FORMAT_VERSION)) {
    throw new PolkuError(
      'LINKAGE_STORE_INVALID',
      `The linkage store has format ${version}; this Polku reads format ${FORMAT_VERSION}.`,
    );
  }
  if (!body.subarray(MAGIC.length + 4, HEADER_BYTES).equals(checkValue(secret))) {
    throw new PolkuError(
      'LINKAGE_STORE_INVALID',
      'The linkage store belongs to another linkage secret. Give the secret it was made with; after a change of ' +
        'secret, remove the linkage folder and the snapshots and extract anew.',
    );
  }
  let offset = HEADER_BYTES;
  const take = (length: number) => body.subarray(offset, (offset += length));
  // Format 1 had no state: whatever was linked under it counts as linked under another.
  const state = version === 1 ? randomBytes(STATE_BYTES) : take(STATE_BYTES);
  const registers = eachKind((kind) => {
    const counts = take(KIND_BYTES);
    const [domain, issued, entries, aliasCount] = [0, 4, 8, 12].map((at) => counts.readUInt32BE(at));
    const digests = DigestTable.decode(take(entries! * ENTRY_BYTES));
    const pairs = take(aliasCount! * ALIAS_BYTES);
    const aliases = new Map<number, number>();
    for (let at = 0; at < pairs.length; at += ALIAS_BYTES) {
      aliases.set(pairs.readUInt32BE(at), pairs.readUInt32BE(at + 4));
    }
    const content = { domain: domain!, issued: issued!, digests, aliases };
    return new KeyRegister(content, permutationKey(secret, kind));
  });
  return { registers, state };
}
