import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeDurably } from '../lib/durableFile.js';
import { PolkuError } from '../lib/errors.js';
import { storageFailure } from '../lib/kernelLock.js';
import { FIRST_STORE } from '../schema/keys.js';
import { DigestTable, ENTRY_BYTES } from './digestTable.js';
import { KeyRegister, type KeyRegisterContent } from './keyRegister.js';

/** What keys are given to. Each kind has a domain and a permutation of its own. */
export const keyKinds = ['person', 'family'] as const;
export type KeyKind = (typeof keyKinds)[number];
export type KeyRegisters = Readonly<Record<KeyKind, KeyRegister>>;

/** What the store holds. */
export interface LinkageContent {
  readonly registers: KeyRegisters;
  /** See `Linkage.store`. */
  readonly store: Buffer;
  /** See `Linkage.state`. */
  readonly state: Buffer;
}

/*
 * The file, big-endian: magic, format version, check value of the secret, the store's name, state; for each kind the number of its
 * generations, keys issued, number of entries and of aliases, then the generations (domain, positions used), the entries (digest,
 * key) and the aliases (key, key); at last SHA-256 of all before.
 *
 * Format 2 had no name, and in place of the number of generations the domain of the only one; format 1 had no state either.
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

/** The permutations of a kind's keys by the number of their generation; the first was derived before there were others. */
function permutationSecrets(secret: Uint8Array, kind: KeyKind): (generation: number) => Buffer {
  return (generation) =>
    generation === 0
      ? derive(secret, 'permutation', kind)
      : derive(secret, 'permutation', kind, String(generation));
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

/** A store without a key given out, over a domain of the given size for a start. */
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
  'Another store gives everybody another key; read "Rotation" in docs/decisions/linkage.md before you begin one.';

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
  const take = (length: number) => body.subarray(offset, (offset += length));
  const store = version < 3 ? Buffer.from(FIRST_STORE, 'hex') : take(STORE_BYTES);
  // Format 1 had no state: whatever was linked under it counts as linked under another.
  const state = version === 1 ? randomBytes(STATE_BYTES) : take(STATE_BYTES);
  const registers = eachKind((kind) => {
    const [first, issued, entries, aliasCount] = bytesToWords(take(KIND_BYTES)) as Counts;
    const generations =
      version < 3
        ? [{ domain: first, used: issued }]
        : pairsOf(take(first * GENERATION_BYTES)).map(([domain, used]) => ({ domain, used }));
    const digests = DigestTable.decode(take(entries * ENTRY_BYTES));
    const aliases = new Map(pairsOf(take(aliasCount * ALIAS_BYTES)));
    return new KeyRegister({ generations, issued, digests, aliases }, permutationSecrets(secret, kind));
  });
  return { registers, store, state };
}

/** Of a kind: its generations (before format 3 its domain), keys issued, entries and aliases. */
type Counts = [first: number, issued: number, entries: number, aliases: number];

function bytesToWords(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(4 * index));
}

function pairsOf(bytes: Buffer): [number, number][] {
  const words = bytesToWords(bytes);
  return Array.from({ length: words.length / 2 }, (_, pair) => [words[2 * pair]!, words[2 * pair + 1]!]);
}
