import { createHash, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { ReadableStream } from 'node:stream/web';
import { Encrypter } from 'age-encryption';
import { type Pack, pack } from 'tar-stream';
import { type ChainedLine, isOldCheckpoint, isSigned, readLine } from '../../gateway/audit/chain.js';
import { type EndOfChain, isCheckpoint, linesBackwards } from '../../gateway/audit/chainEnd.js';
import { auditFolder, segmentsOf, listChains } from '../../gateway/audit/segments.js';
import { sync } from '../../lib/durableFile.js';
import { PolkuError } from '../../lib/errors.js';
import { storageFailure } from '../../lib/kernelLock.js';
import { packageVersion } from '../../lib/packageRoot.js';
import { readPrivateFile } from '../../lib/secretFile.js';
import { DATA_FORMAT } from '../runtime/dataFormat.js';
import { type SecretDescription, secretTable } from '../runtime/secretTable.js';
import {
  type BackupFile,
  type ChainPosition,
  MANIFEST_ENTRY,
  SIGNATURE_ENTRY,
  signManifest,
  writeManifest,
} from './backupManifest.js';
import { type CutFile, cutData, type DataCut, type FoundFile } from './dataCut.js';

export interface BackupOptions {
  readonly data: string;
  /** The folder of secrets. */
  readonly secrets: string;
  /** The folder of signed policy revisions, if there is one. */
  readonly policies?: string | undefined;
  /** The file to write. It must not exist. */
  readonly to: string;
  /** Public keys of age, such as `age1...`; the archive can be read with any one of their private keys. */
  readonly recipients: readonly string[];
  readonly withLinkageSecret: boolean;
  readonly environment?: NodeJS.ProcessEnv;
  /** @param done bytes of files that were read, of `all` */
  readonly onProgress?: (done: number, all: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What a backup has. */
export interface Backup {
  readonly files: number;
  /** Of the files, without encryption. */
  readonly bytes: number;
  readonly time: Date;
  readonly chains: readonly ChainPosition[];
  readonly included: readonly string[];
  readonly leftOut: readonly string[];
}

/**
 * Writes a data directory into one encrypted file, while processes use the directory. The file appears under
 * its name when it is whole and on disk.
 * @throws PolkuError BACKUP_FAILED, BACKUP_KEY_INVALID, SECRET_INVALID, STORAGE_FAILED, USAGE
 */
export async function writeBackup(options: BackupOptions): Promise<Backup> {
  const { data, to } = options;
  const encrypter = encrypterFor(options.recipients);
  await checkTarget(to, data);
  const secrets = await chooseSecrets(options);
  const cut = await cutData({ data, policies: options.policies, secrets: secrets.files });
  const draft = join(dirname(to), `.${basename(to)}.${randomBytes(6).toString('hex')}.partial`);
  try {
    const key = await signingKeyOf(cut);
    const chains = await chainsOf(data, cut, key === undefined ? undefined : createPublicKey(key));
    const archive = new Archive(cut, options);
    const text = (files: readonly BackupFile[]): string =>
      writeManifest({
        polku: packageVersion(),
        createdAt: cut.time.toISOString(),
        dataFormat: DATA_FORMAT,
        files,
        chains,
        secrets: { included: secrets.included, leftOut: secrets.leftOut },
      });
    const file = await open(draft, 'wx', 0o600);
    try {
      const encrypted = await encrypter.encrypt(ReadableStream.from(archive.stream(text, key)) as never);
      for await (const bytes of encrypted as unknown as AsyncIterable<Uint8Array>) await file.write(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, to);
    await sync(dirname(to));
    const { included, leftOut } = secrets;
    return { files: cut.files.length, bytes: archive.bytes, time: cut.time, chains, included, leftOut };
  } catch (cause) {
    throw storageFailure(cause, dirname(to));
  } finally {
    await rm(draft, { force: true });
    await cut.close();
  }
}

/** @throws PolkuError BACKUP_KEY_INVALID, USAGE */
function encrypterFor(recipients: readonly string[]): Encrypter {
  if (recipients.length === 0)
    throw new PolkuError(
      'USAGE',
      'A backup is encrypted to at least one public key. Name it with --recipient age1... or in backup.recipients; "polku backup key" makes a pair of keys.',
    );
  const encrypter = new Encrypter();
  for (const recipient of recipients)
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw new PolkuError(
        'BACKUP_KEY_INVALID',
        'A recipient is not a public key of age. Expected age1 and 58 characters, as "polku backup key" prints them. A private key is none: keep it away from this machine.',
        {},
        { cause },
      );
    }
  return encrypter;
}

/** An existing file may be the only good backup. A backup in the data directory would be lost with it. */
async function checkTarget(to: string, data: string): Promise<void> {
  if (existsSync(to))
    throw new PolkuError('USAGE', `${to} exists. Name a new file: a backup replaces no other.`);
  const [folder, source] = [await realpath(dirname(to)), await realpath(data)];
  if (`${folder}${sep}`.startsWith(`${source}${sep}`))
    throw new PolkuError('USAGE', `${to} is in the data directory. Write the backup to another disk.`);
}

/** @throws PolkuError SECRET_INVALID, BACKUP_FAILED if a secret is missing that a restore needs */
async function chooseSecrets(options: BackupOptions): Promise<{
  readonly files: readonly FoundFile[];
  readonly included: readonly string[];
  readonly leftOut: readonly string[];
}> {
  const { secrets: folder, data, withLinkageSecret, environment = process.env } = options;
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => !name.startsWith('.')) : [];
  const files: FoundFile[] = [];
  const included: string[] = [];
  for (const { name, inBackup, publicFile } of secretTable as readonly SecretDescription[]) {
    const isChosen = inBackup === 'always' || (inBackup === 'asked' && withLinkageSecret);
    if (!isChosen || !names.includes(name)) continue;
    await readPrivateFile(join(folder, name));
    included.push(name);
    for (const file of publicFile !== undefined && names.includes(publicFile) ? [name, publicFile] : [name])
      files.push({ path: `secrets/${file}`, place: join(folder, file) });
  }
  const needed = [
    ...(existsSync(auditFolder(data)) ? ['audit.key'] : []),
    ...(existsSync(join(data, 'ledger')) && environment['POLKU_DISCLOSURE_SECRET'] === undefined
      ? ['disclosure']
      : []),
    ...(withLinkageSecret ? ['linkage'] : []),
  ];
  const missing = needed.find((name) => !included.includes(name));
  if (missing !== undefined)
    throw new PolkuError(
      'BACKUP_FAILED',
      `The secret "${missing}" is not in ${folder}, and without it the backup could not be restored as asked. Name the folder with --secrets.`,
    );
  const saved = new Set(files.map(({ path }) => basename(path)));
  return { files, included, leftOut: names.filter((name) => !saved.has(name)).sort() };
}

/**
 * The last record of each chain in a cut.
 * @throws PolkuError BACKUP_FAILED if a chain is not signed by the key of the cut: nothing could continue it
 */
async function chainsOf(
  data: string,
  { files }: DataCut,
  key: KeyObject | undefined,
): Promise<ChainPosition[]> {
  if (!existsSync(auditFolder(data))) return [];
  const positions: ChainPosition[] = [];
  for (const chain of await listChains(data)) {
    const places = (await segmentsOf(data, chain)).map(({ path }) => path).reverse();
    const { last, checkpoint } = await endIn(files.filter(({ place }) => places.includes(place)).reverse());
    if (checkpoint && key && !isSigned(checkpoint, key) && !isOldCheckpoint(checkpoint, key))
      throw new PolkuError(
        'BACKUP_FAILED',
        `The chain "${chain}" of the audit log is signed by another key than audit.key: the key was being rotated. Run the backup again; if a rotation was killed, first "polku secrets rotate audit.key".`,
      );
    if (last) positions.push({ chain, seq: last.seq, hash: last.hash, time: last.entry.time });
  }
  return positions;
}

/** @param files of a chain, the newest first */
async function endIn(files: readonly CutFile[]): Promise<Pick<EndOfChain, 'last' | 'checkpoint'>> {
  let last: ChainedLine | undefined;
  for (const { handle, size } of files) {
    for await (const line of linesBackwards(handle!, size)) {
      const record = readLine(line);
      if (!record) continue;
      last ??= record;
      if (isCheckpoint(record)) return { last, checkpoint: record };
    }
  }
  return { last, checkpoint: undefined };
}

/** The private key of the audit log in a cut (PEM); undefined if there is none. */
async function signingKeyOf({ files }: DataCut): Promise<string | undefined> {
  const file = files.find(({ path }) => path === 'secrets/audit.key');
  if (!file) return undefined;
  return (await file.handle!.read(Buffer.alloc(file.size), 0, file.size, 0)).buffer.toString('utf8');
}

const CHUNK = 256 * 1024;

class Archive {
  bytes = 0;
  readonly #written: BackupFile[] = [];

  constructor(
    private readonly cut: DataCut,
    private readonly options: Pick<BackupOptions, 'onProgress' | 'signal'>,
  ) {}

  /** The archive as tar. Each file is hashed while it is read; the manifest ends the archive. */
  async *stream(
    manifest: (files: readonly BackupFile[]) => string,
    key: string | undefined,
  ): AsyncGenerator<Uint8Array> {
    const archive = pack();
    const filling = this.#fill(archive, manifest, key).catch((cause: Error) => archive.destroy(cause));
    for await (const bytes of archive) yield bytes as Uint8Array;
    await filling;
  }

  async #fill(
    archive: Pack,
    manifest: (files: readonly BackupFile[]) => string,
    key: string | undefined,
  ): Promise<void> {
    const all = this.cut.files.reduce((sum, { size }) => sum + size, 0);
    for (const file of this.cut.files) {
      const sha256 = await this.#add(archive, file, all);
      this.#written.push({ path: file.path, size: file.size, sha256 });
    }
    const text = manifest(this.#written);
    archive.entry({ name: MANIFEST_ENTRY, mode: 0o600 }, text);
    if (key !== undefined) archive.entry({ name: SIGNATURE_ENTRY, mode: 0o600 }, signManifest(text, key));
    archive.finalize();
  }

  /** Adds a file and returns the SHA-256 of its content. */
  async #add(archive: Pack, file: CutFile, all: number): Promise<string> {
    const hash = createHash('sha256');
    const header = { name: file.path, size: file.size, mode: 0o600, mtime: file.modified };
    await new Promise<void>((resolve, reject) => {
      const entry = archive.entry(header, (fault) => (fault ? reject(fault) : resolve()));
      entry.on('error', reject);
      const write = async (): Promise<void> => {
        for await (const bytes of contentOf(file)) {
          this.options.signal?.throwIfAborted();
          hash.update(bytes);
          if (!entry.write(bytes)) await new Promise<void>((next) => entry.once('drain', () => void next()));
          this.bytes += bytes.length;
          this.options.onProgress?.(this.bytes, all);
        }
        entry.end(null);
      };
      write().catch(reject);
    });
    return hash.digest('hex');
  }
}

/** @throws PolkuError BACKUP_FAILED if the file has become shorter than at the cut */
async function* contentOf({ handle, place, path, size, content }: CutFile): AsyncGenerator<Buffer> {
  if (content) return void (yield content);
  const file: FileHandle = handle ?? (await open(place));
  try {
    for (let at = 0; at < size;) {
      const length = Math.min(CHUNK, size - at);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
      if (bytesRead === 0)
        throw new PolkuError(
          'BACKUP_FAILED',
          `${path} was cut while it was read: a write to it failed at that moment. Run the backup again.`,
        );
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    if (!handle) await file.close();
  }
}
