import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^audit-(\d{10,})\.jsonl$/;

/** One file of the log, named by the number of its first record. */
export interface Segment {
  readonly name: string;
  readonly path: string;
  readonly first: number;
}

export function segmentAt(folder: string, first: number): Segment {
  const name = `audit-${String(first).padStart(10, '0')}.jsonl`;
  return { name, path: join(folder, name), first };
}

/** The files of a chain that lie in a folder, in its order. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const firsts = (await readdir(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
  return firsts.sort((a, b) => a - b).map((first) => segmentAt(folder, first));
}

/** A new file is durable when its folder is (fsync(2)). */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
