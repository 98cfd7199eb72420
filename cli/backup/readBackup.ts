import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { Decrypter } from 'age-encryption';
import { extract, type Header } from 'tar-stream';
import { sync } from '../../lib/durableFile.js';
import { PolkuError } from '../../lib/errors.js';
import { openRegularFile } from '../../lib/regularFile.js';
import { readPrivateFile } from '../../lib/secretFile.js';
import {
  type BackupFile,
  type BackupManifest,
  invalidBackup,
  isPlainPath,
  MANIFEST_ENTRY,
  parseBackupManifest,
  SIGNATURE_ENTRY,
} from './backupManifest.js';

export interface UnpackOptions {
  /** The file of the backup. */
  readonly from: string;
  /** The file with the private key of age. */
  readonly identity: string;
  /** An empty folder. */
  readonly folder: string;
  /** @param done bytes of the file that were read, of `all` */
  readonly onProgress?: (done: number, all: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A backup that was unpacked. Each file has the hash that the manifest says. */
export interface UnpackedBackup {
  readonly manifest: BackupManifest;
  /** The stored text of the manifest, and its signature, which nobody has verified yet. */
  readonly text: string;
  readonly signature: string | undefined;
}

/** Real archives of ten years of a city's logs have a tenth of this. */
const MOST_FILES = 500_000;
const MOST_MANIFEST_BYTES = 256 * 2 ** 20;
const MOST_SIGNATURE_BYTES = 1_000;

/**
 * Decrypts and unpacks a backup into an empty folder. Anybody with the public key can make an archive, so its
 * content is hostile until it is verified: it has plain files only, below the folder, each once, and never
 * more bytes than the archive itself, because nothing in it is compressed. Memory is bounded.
 * @throws PolkuError BACKUP_INVALID, BACKUP_KEY_INVALID, SECRET_INVALID
 */
export async function unpackBackup(options: UnpackOptions): Promise<UnpackedBackup> {
  const identity = await readIdentity(options.identity);
  const file = await openRegularFile(options.from);
  try {
    const plain = await decrypt(file, identity, options);
    const archive = extract();
    const unpacking = new Unpacking(options.folder);
    const [taken, read] = await Promise.allSettled([
      unpacking.takeAll(archive),
      pipeline(plain, archive as unknown as NodeJS.WritableStream),
    ]);
    // What was refused ends the reading, too, with an error that says less.
    if (taken.status === 'rejected' && isSpecific(taken.reason)) throw taken.reason;
    for (const part of [read, taken]) if (part.status === 'rejected') throw part.reason;
    return await unpacking.result();
  } catch (cause) {
    if (isSpecific(cause) || options.signal?.aborted) throw cause;
    throw invalidBackup('it is truncated or was altered', cause);
  } finally {
    await file.close();
  }
}

/** Whether an error says more than that the archive cannot be decrypted or read. */
function isSpecific(cause: unknown): boolean {
  return cause instanceof PolkuError || typeof (cause as NodeJS.ErrnoException).syscall === 'string';
}

/** The private key in a file of `polku backup key` or age-keygen: comments, and a line with the key. */
async function readIdentity(file: string): Promise<Decrypter> {
  const lines = (await readPrivateFile(file)).split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const decrypter = new Decrypter();
  try {
    if (keys.length === 0) throw new Error('There is no key.');
    for (const key of keys) decrypter.addIdentity(key);
  } catch (cause) {
    throw new PolkuError(
      'BACKUP_KEY_INVALID',
      `${file} does not hold a private key of age (AGE-SECRET-KEY-1...).`,
      {},
      { cause },
    );
  }
  return decrypter;
}

async function decrypt(file: FileHandle, decrypter: Decrypter, options: UnpackOptions): Promise<Readable> {
  const { size } = await file.stat();
  let done = 0;
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      options.signal?.throwIfAborted();
      done += (chunk as Buffer).length;
      options.onProgress?.(done, size);
      yield chunk as Buffer;
    }
  };
  const source = ReadableStream.from(bytes());
  try {
    return Readable.fromWeb((await decrypter.decrypt(source as never)) as never);
  } catch (cause) {
    if (!/no identity matched/i.test((cause as Error).message))
      throw invalidBackup('it is not a file of age, or its header was altered', cause);
    throw new PolkuError(
      'BACKUP_KEY_INVALID',
      `The key in ${options.identity} is none of those that the backup was made for.`,
      {},
      { cause },
    );
  }
}

/** How many files are flushed to disk at once. */
const MOST_FLUSHING = 32;

type Entry = AsyncIterable<unknown> & { readonly header: Header };

class Unpacking {
  readonly #files: BackupFile[] = [];
  readonly #paths = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #flushing = new Set<Promise<void>>();
  #text: string | undefined;
  #signature: string | undefined;

  constructor(private readonly folder: string) {}

  async takeAll(archive: AsyncIterable<Entry>): Promise<void> {
    try {
      for await (const entry of archive) await this.#take(entry);
    } finally {
      await Promise.all(this.#flushing);
    }
  }

  /** What was unpacked, on disk and compared with the manifest. */
  async result(): Promise<UnpackedBackup> {
    if (this.#text === undefined) throw invalidBackup('it is truncated: its manifest is missing');
    const manifest = parseBackupManifest(this.#text);
    const expected = new Map(manifest.files.map((file) => [file.path, file]));
    if (expected.size !== manifest.files.length || expected.size !== this.#files.length)
      throw invalidBackup('its manifest does not list the files that it has');
    for (const { path, size, sha256 } of this.#files) {
      const file = expected.get(path);
      if (file?.size !== size || file.sha256 !== sha256)
        throw invalidBackup(`${path} is not the file that its manifest lists`);
    }
    for (const folder of [...this.#folders, '']) await sync(join(this.folder, folder));
    return { manifest, text: this.#text, signature: this.#signature };
  }

  async #take(entry: Entry): Promise<void> {
    const { name, type } = entry.header;
    if (type !== 'file') throw invalidBackup(`it has an entry that is no plain file (${type})`);
    if (name === MANIFEST_ENTRY && this.#text === undefined) {
      this.#text = await textOf(entry, MOST_MANIFEST_BYTES);
      return;
    }
    if (this.#text !== undefined) {
      if (name !== SIGNATURE_ENTRY || this.#signature !== undefined)
        throw invalidBackup('it has entries after its manifest');
      this.#signature = await textOf(entry, MOST_SIGNATURE_BYTES);
      return;
    }
    await this.#write(name, entry);
  }

  async #write(path: string, entry: Entry): Promise<void> {
    if (!isPlainPath(path)) throw invalidBackup('it has a file with a name that no data directory has');
    if (this.#paths.has(path)) throw invalidBackup('it has a file twice');
    if (this.#paths.size >= MOST_FILES) throw invalidBackup(`it has more than ${MOST_FILES} files`);
    this.#paths.add(path);
    const hash = createHash('sha256');
    const place = join(this.folder, path);
    await this.#makeFolder(dirname(path));
    let size = 0;
    const file = await create(place);
    try {
      for await (const chunk of entry) {
        const bytes = chunk as Buffer;
        hash.update(bytes);
        size += bytes.length;
        await file.writeFile(bytes);
      }
      const { mtime = new Date(0) } = entry.header;
      await file.utimes(mtime, mtime);
    } catch (cause) {
      await file.close();
      throw cause;
    }
    await this.#flush(file);
    this.#files.push({ path, size, sha256: hash.digest('hex') });
  }

  async #flush(file: FileHandle): Promise<void> {
    while (this.#flushing.size >= MOST_FLUSHING) await Promise.race(this.#flushing);
    const flushed = file
      .sync()
      .finally(() => file.close())
      .finally(() => this.#flushing.delete(flushed));
    // `takeAll` waits for it and reports a failure.
    flushed.catch(() => {});
    this.#flushing.add(flushed);
  }

  async #makeFolder(path: string): Promise<void> {
    if (path === '.' || this.#folders.has(path)) return;
    await this.#makeFolder(dirname(path));
    await mkdir(join(this.folder, path), { mode: 0o700 }).catch(refuseExisting);
    this.#folders.add(path);
  }
}

async function create(place: string): Promise<FileHandle> {
  try {
    return await open(place, 'wx', 0o600);
  } catch (cause) {
    return refuseExisting(cause);
  }
}

/** The folder was empty, so only the archive itself can have put something there. */
function refuseExisting(cause: unknown): never {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR')
    throw invalidBackup('it has a file and a folder of one name');
  throw cause;
}

async function textOf(entry: Entry, most: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of entry) {
    size += (chunk as Buffer).length;
    if (size > most) throw invalidBackup('its manifest or signature is too long');
    parts.push(chunk as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}
