import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sync, writeDurably } from '../../lib/durableFile.js';
import { isTraceFile } from '../restrictions/restrictionTrace.js';
import type { Manifest } from './manifest.js';

const PARTIAL = '.partial-';

/** Names the current snapshot. Replacing this file publishes a snapshot. */
export const CURRENT = 'current';
export const MANIFEST = 'manifest.json';
export const REJECTS = 'rejects.csv';

export function tableFile(table: string): string {
  return `${table}.parquet`;
}

/** The id of the current snapshot; undefined if there is none. */
export async function currentSnapshotId(data: string, registry: string): Promise<string | undefined> {
  try {
    return (await readFile(join(data, registry, CURRENT), 'utf8')).trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** A snapshot that is being written: a folder next to the others that is published whole or not at all. */
export class SnapshotDraft {
  private constructor(
    private readonly folder: string,
    private readonly data: string,
    private readonly registry: string,
  ) {}

  /**
   * Removes drafts of all registries that interrupted extractions left. The caller holds the extraction lock.
   */
  static async removeRemains(data: string): Promise<void> {
    for (const folder of await readdir(data, { withFileTypes: true })) {
      if (!folder.isDirectory()) continue;
      const path = join(data, folder.name);
      for (const name of await readdir(path)) {
        if (name.startsWith(PARTIAL)) await rm(join(path, name), { recursive: true, force: true });
      }
    }
  }

  static async begin(data: string, registry: string): Promise<SnapshotDraft> {
    const parent = join(data, registry);
    await mkdir(parent, { recursive: true, mode: 0o700 });
    return new SnapshotDraft(await mkdtemp(join(parent, PARTIAL)), data, registry);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** Makes every file durable, renames the folder to its id and makes it current. */
  async publish(manifest: Manifest): Promise<void> {
    const parent = join(this.data, this.registry);
    await writeDurably(this.path(MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    for (const name of await readdir(this.folder)) await sync(this.path(name));
    await sync(this.folder);
    await rename(this.folder, join(parent, manifest.snapshotId));
    await sync(parent);
    const before = await currentSnapshotId(this.data, this.registry);
    await writeDurably(join(parent, CURRENT), `${manifest.snapshotId}\n`);
    await prune(parent, [CURRENT, manifest.snapshotId, ...(before === undefined ? [] : [before])]);
  }

  /** The path of the list of rejects of an unpublished draft, until the next snapshot is published. */
  get rejectsPath(): string {
    return join(this.data, this.registry, REJECTS);
  }

  async moveRejects(): Promise<void> {
    await rename(this.path(REJECTS), this.rejectsPath);
  }

  async discard(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Removes older snapshots. The previous one stays, because a server may be opening it. Restriction traces
 * stay, too.
 */
async function prune(parent: string, keep: readonly string[]): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!keep.includes(name) && !isTraceFile(name))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}
