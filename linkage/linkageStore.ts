import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeDurably } from '../lib/durableFile.js';
import { PolkuError } from '../lib/errors.js';
import { storageFailure } from '../lib/kernelLock.js';
import { FIRST_STORE } from '../schema/keys.js';
import { DigestTable, ENTRY_BYTES } from './digestTable.js';
import { KeyRegister, type KeyRegisterContent } from './keyRegister.js';

/** The kinds of keys. Each kind has its own domain and permutation. */
export const keyKinds = ['person', 'family'] as const;
export type KeyKind = (typeof keyKinds)[number];
export type KeyRegisters = Readonly<Record<KeyKind, KeyRegister>>;

/** The content of the store. */
export interface LinkageContent {
  readonly registers: KeyRegisters;
  /** See `Linkage.store`. */
  readonly store: Buffer;
  /** See `Linkage.state`. */
  readonly state: Buffer;
}

/*
 * The file, big-endian: magic, format version, check value of the secret, the store's name, state.
 * Then for each kind: number of generations, keys issued, number of entries, number of aliases, the
 * generations (domain, positions used), the entries (digest, key) and the aliases (key, key).
 * The file ends with SHA-256 of everything before.
 *
 * Format 2 had no name, and the domain of its only generation instead of the number of generations.
 * Format 1 had no state either.
 */
const MAGIC = Buffer.from('POLKULNK', 'latin1');
const FORMAT_VERSION = 3;
const CHECK_BYTES = 16;
const STORE_BYTES = FIRST_STORE.length / 2;
export const STATE_BYTES = 16;
const HEADER_BYTES = MAGIC.length + 4 + CHECK_BYTES;
const KIND_BYTES = 16;
const GENERATION_BYTES = 8;
const ALIAS_BYTES = 8;
const CHECKSUM_BYTES = 32;

function derive(secret: Uint8Array, ...label: string[]): Buffer {
  return createHmac('sha256', secret).update(label.join('\0')).digest();
}

/**
 * The secret of each generation's permutation. The first one keeps the label it had when there was only one.
 */
function permutationSecrets(secret: Uint8Array, kind: KeyKind): (generation: number) => Buffer {
  return (generation) =>
    generation === 0
      ? derive(secret, 'permutation', kind)
      : derive(secret, 'permutation', kind, String(generation));
}

/** Identifies the secret without revealing anything about it. */
function checkValue(secret: Uint8Array): Buffer {
  return derive(secret, 'linkage-store').subarray(0, CHECK_BYTES);
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function eachKind(make: (kind: KeyKind) => KeyRegister): KeyRegisters {
  return { person: make('person'), family: make('family') };
}

/** A store without issued keys, with an initial domain of the given size. */
export function emptyStore(secret: Uint8Array, domain: number): LinkageContent {
  const content = (): KeyRegisterContent => ({
    generations: [{ domain, used: 0 }],
    issued: 0,
    digests: new DigestTable(),
    aliases: new Map(),
  });
  const registers = eachKind((kind) => new KeyRegister(content(), permutationSecrets(secret, kind)));
  return { registers, store: randomBytes(STORE_BYTES), state: randomBytes(STATE_BYTES) };
}

/**
 * Reads the store; undefined if there is none yet.
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

/** Writes the store whole or not at all, readable by its owner only. */
export async function writeStore(path: string, content: LinkageContent, secret: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeDurably(path, encode(content, secret));
  } catch (cause) {
    throw storageFailure(cause, 'the linkage folder');
  }
}

function encode({ registers, store, state }: LinkageContent, secret: Uint8Array): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(FORMAT_VERSION);
  const parts: Buffer[] = [MAGIC, version, checkValue(secret), store, state];
  for (const kind of keyKinds) {
    const { generations, issued, digests, aliases } = registers[kind];
    parts.push(
      wordsToBytes([generations.length, issued, digests.size, aliases.size]),
      wordsToBytes(generations.flatMap(({ domain, used }) => [domain, used])),
      digests.encode(),
      wordsToBytes([...aliases].flat()),
    );
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([body, checksum(body)]);
}

function wordsToBytes(words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * words.length);
  words.forEach((word, index) => bytes.writeUInt32BE(word, 4 * index));
  return bytes;
}

const NO_OTHER_STORE =
  'Another store gives everybody another key. Read "Rotation" in docs/decisions/linkage.md before you create one.';

function decode(file: Buffer, secret: Uint8Array): LinkageContent {
  const body = file.subarray(0, Math.max(0, file.length - CHECKSUM_BYTES));
  if (body.length < HEADER_BYTES || !checksum(body).equals(file.subarray(body.length))) {
    throw new PolkuError(
      'LINKAGE_STORE_INVALID',
      `The linkage store is damaged: its checksum does not fit. Restore it from a backup. ${NO_OTHER_STORE}`,
    );
  }
  const version = body.readUInt32BE(MAGIC.length);
  if (!body.subarray(0, MAGIC.length).equals(MAGIC) || version < 1 || version > FORMAT_VERSION) {
    throw new PolkuError(
      'LINKAGE_STORE_INVALID',
      `The linkage store has format ${version}; this Polku reads format ${FORMAT_VERSION}.`,
    );
  }
  if (!body.subarray(MAGIC.length + 4, HEADER_BYTES).equals(checkValue(secret))) {
    throw new PolkuError(
      'LINKAGE_STORE_INVALID',
      `The linkage store belongs to another linkage secret. Give the secret it was made with. ${NO_OTHER_STORE}`,
    );
  }
  let offset = HEADER_BYTES;
  const next = (length: number) => body.subarray(offset, (offset += length));
  const store = version < 3 ? Buffer.from(FIRST_STORE, 'hex') : next(STORE_BYTES);
  // Format 1 had no state, so rows that were linked under it count as linked under another state.
  const state = version === 1 ? randomBytes(STATE_BYTES) : next(STATE_BYTES);
  const registers = eachKind((kind) => {
    const [first, issued, entries, aliasCount] = bytesToWords(next(KIND_BYTES)) as Counts;
    const generations =
      version < 3
        ? [{ domain: first, used: issued }]
        : pairsOf(next(first * GENERATION_BYTES)).map(([domain, used]) => ({ domain, used }));
    const digests = DigestTable.decode(next(entries * ENTRY_BYTES));
    const aliases = new Map(pairsOf(next(aliasCount * ALIAS_BYTES)));
    return new KeyRegister({ generations, issued, digests, aliases }, permutationSecrets(secret, kind));
  });
  return { registers, store, state };
}

/** The counts of a kind: generations (before format 3 the domain), keys issued, entries and aliases. */
type Counts = [first: number, issued: number, entries: number, aliases: number];

function bytesToWords(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(4 * index));
}

function pairsOf(bytes: Buffer): [number, number][] {
  const words = bytesToWords(bytes);
  return Array.from({ length: words.length / 2 }, (_, pair) => [words[2 * pair]!, words[2 * pair + 1]!]);
}
