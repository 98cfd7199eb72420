import { existsSync } from 'node:fs';
import { type FileHandle, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PolkuError } from '../../lib/errors.js';
import { NotRegularFileError, openRegularFile } from '../../lib/regularFile.js';
import { ledgerEndPath } from '../../disclosure-control/ledger/ledgerFile.js';
import { DATA_FORMAT_FILE } from '../runtime/dataFormat.js';
import { isPlainPath } from './backupManifest.js';
import { currentSnapshotId } from '../../registry-kit/snapshot/snapshotDraft.js';

/** A file as it was at the moment of the cut. */
export interface CutFile {
  /** Relative to the data directory, with `/`. */
  readonly path: string;
  /** Bytes that belong to the cut. A log may have grown since. */
  readonly size: number;
  readonly modified: Date;
  /** Opened before the cut, where a later change could remove or replace the file. */
  readonly handle: FileHandle | undefined;
  /** Where it is now. */
  readonly place: string;
  /** The content, if it was read at the cut. */
  readonly content?: Buffer;
}

/** The files of a data directory at one moment, without locks and what is computed from other files. */
export interface DataCut {
  readonly time: Date;
  readonly files: readonly CutFile[];
  close(): Promise<void>;
}

export interface CutOptions {
  readonly data: string;
  /** The folder of signed policy revisions, if it is not in the data directory. */
  readonly policies?: string | undefined;
  /** Files of the folder of secrets. */
  readonly secrets: readonly FoundFile[];
}

/**
 * Fixes the state of a data directory while processes write to it. Three kinds of files need three ways:
 *
 * - Logs are only appended to. A beginning of whole lines is a valid log. Their lengths are fixed first, so
 *   nothing else in the cut is older than what they mention.
 * - The ledger's recorded end is read before the ledger, so the ledger covers it. Both come after the logs: a
 *   charge is durable before its record is.
 * - All other files are created once or replaced whole. All are opened, then compared with the paths again.
 *   If none was replaced meanwhile, the open files are the state of one moment. Otherwise this tries again.
 * @throws PolkuError BACKUP_FAILED
 */
export async function cutData(options: CutOptions): Promise<DataCut> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const files: CutFile[] = [];
    const close = async (): Promise<void> => {
      for (const { handle } of files.splice(0)) await handle?.close();
    };
    try {
      for (const file of await listFiles(options.data, isLog)) files.push(await cutLog(file));
      for await (const file of cutLedger(options.data)) files.push(file);
      const logs = files.length;
      for (const file of await listWhole(options)) files.push(await openWhole(file));
      if (await areInPlace(files.slice(logs), options)) return { time: new Date(), files: [...files], close };
    } catch (cause) {
      // Snapshots that were replaced, and logs whose time is over, are removed while files are being opened.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
        await close();
        throw failure(cause);
      }
    }
    await close();
    await sleep(RETRY_MS);
  }
  throw new PolkuError(
    'BACKUP_FAILED',
    `The files of ${options.data} were replaced again and again while they were being opened, so no moment could be fixed. Run the backup again when no command changes the data directory.`,
  );
}

const ATTEMPTS = 50;
const RETRY_MS = 100;

/** A file that was found, and the place that it was found at. */
export interface FoundFile {
  readonly path: string;
  readonly place: string;
}

const LEDGER = 'ledger/questions.jsonl';
const LEDGER_END = 'ledger-end.json';
const LOG = /\.(?:jsonl|ndjson|torn)$/;
const REMOVED_WITH_RETENTION = /^audit\//;

function isLog(path: string): boolean {
  return LOG.test(path) && path !== LEDGER;
}

function isWhole(path: string): boolean {
  return !LOG.test(path) && path !== LEDGER_END;
}

/** The last whole line is found from the end, so a log is cut without reading it. */
async function cutLog({ path, place }: FoundFile): Promise<CutFile> {
  const handle = await openRegularFile(place);
  const { size: found, mtime: modified } = await handle.stat();
  const size = path.endsWith('.torn') ? found : await endOfLines(handle, found);
  // Retention removes files of the audit log. Files of other logs stay, and there may be thousands.
  if (REMOVED_WITH_RETENTION.test(path)) return { path, place, size, modified, handle };
  await handle.close();
  return { path, place, size, modified, handle: undefined };
}

const CHUNK = 64 * 1024;

async function endOfLines(handle: FileHandle, size: number): Promise<number> {
  for (let until = size; until > 0;) {
    const start = Math.max(0, until - CHUNK);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(until - start), 0, until - start, start);
    const newline = buffer.subarray(0, bytesRead).lastIndexOf('\n');
    if (newline >= 0) return start + newline + 1;
    until = start;
  }
  return 0;
}

/** The end is overwritten in place, so it is read until two readings agree. */
async function* cutLedger(data: string): AsyncGenerator<CutFile> {
  const [ledger, end] = [join(data, LEDGER), ledgerEndPath(data)];
  if (!existsSync(ledger)) return;
  for (let content = await readIfAny(end); content;) {
    const again = await readIfAny(end);
    if (again?.equals(content)) {
      const { mtime: modified } = await stat(end);
      yield { path: LEDGER_END, place: end, size: content.length, modified, handle: undefined, content };
      break;
    }
    content = again;
  }
  yield await cutLog({ path: LEDGER, place: ledger });
}

async function listWhole({ data, policies, secrets }: CutOptions): Promise<FoundFile[]> {
  const files = [...(await listFiles(data, isWhole)), ...secrets];
  if (policies === undefined || (await isSameFolder(policies, join(data, 'policies')))) return files;
  const revisions = await listFiles(policies, isWhole);
  return [
    ...files.filter(({ path }) => !path.startsWith('policies/')),
    ...revisions.map(({ path, place }) => ({ path: `policies/${path}`, place })),
  ];
}

async function openWhole({ path, place }: FoundFile): Promise<CutFile> {
  const handle = await openRegularFile(place);
  const { size, mtime: modified } = await handle.stat();
  return { path, place, size, modified, handle };
}

/** Whether the open files are exactly those that the data directory has now. */
async function areInPlace(files: readonly CutFile[], options: CutOptions): Promise<boolean> {
  const now = await listWhole(options);
  if (now.map(({ place }) => place).join('\0') !== files.map(({ place }) => place).join('\0')) return false;
  for (const { place, handle } of files) {
    const [opened, found] = [await handle!.stat({ bigint: true }), await stat(place, { bigint: true })];
    if (opened.ino !== found.ino || opened.dev !== found.dev || opened.mtimeNs !== found.mtimeNs)
      return false;
  }
  return true;
}

/** No backup has locks, which are of processes, and all secrets. The manifest has the format. */
const LEFT_OUT = ['locks', 'secrets', DATA_FORMAT_FILE];
/** An index of the audit log is computed from its file. */
const COMPUTED = /\.index(?:\.partial)?$/;

/**
 * The files below a folder, sorted. Links to folders are followed, because a part of the data directory may
 * be on another disk. Names that begin with a dot are drafts of writers.
 */
async function listFiles(folder: string, counts: (path: string) => boolean): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  const visited = new Set<string>();
  const visit = async (place: string, prefix: string): Promise<void> => {
    const real = await realpath(place);
    if (visited.has(real)) return;
    visited.add(real);
    for (const name of (await readdir(place)).sort()) {
      const [path, found] = [`${prefix}${name}`, join(place, name)];
      if (name.startsWith('.') || LEFT_OUT.includes(path) || COMPUTED.test(path)) continue;
      if (!(await stat(found)).isDirectory()) {
        if (counts(path)) files.push({ path: requirePlain(path), place: found });
      } else if (await isCurrent(folder, prefix, name)) await visit(found, `${path}/`);
    }
  };
  await visit(folder, '');
  return files;
}

/** @throws PolkuError BACKUP_FAILED for a name that no restore would accept */
function requirePlain(path: string): string {
  if (isPlainPath(path)) return path;
  throw new PolkuError(
    'BACKUP_FAILED',
    'The data directory holds a file with a name that Polku gives to none. Move it elsewhere and run the backup again.',
  );
}

/** Of the snapshots in a registry's folder only the current one counts. Any other folder counts. */
async function isCurrent(data: string, prefix: string, name: string): Promise<boolean> {
  const [, registry] = /^([^/]+)\/$/.exec(prefix) ?? [];
  const snapshot = registry === undefined ? undefined : await currentSnapshotId(data, registry);
  return snapshot === undefined || snapshot === name;
}

async function readIfAny(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

async function isSameFolder(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([one, other].map((path) => realpath(path).catch(() => path)));
  return first === second;
}

function failure(cause: unknown): unknown {
  if (!(cause instanceof NotRegularFileError)) return cause;
  return new PolkuError(
    'BACKUP_FAILED',
    `The data directory holds a ${cause.kind}, which no command of Polku writes. Remove it and run the backup again.`,
    {},
    { cause },
  );
}
