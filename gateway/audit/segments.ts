import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { sync } from '../../lib/durableFile.js';

const SEGMENT_NAME = /^audit-(\d{10,})\.jsonl$/;

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

/** The files of a chain in a folder, in the order of the chain. */
async function listSegments(folder: string): Promise<Segment[]> {
  const firsts = (await readdir(folder)).flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? []).map(Number);
  return firsts.sort((a, b) => a - b).map((first) => segmentAt(folder, first));
}

/** The writers: each has its own chain, and one process at a time writes it. */
export type Writer = 'gateway' | 'training' | 'evaluation' | 'permit' | 'review';

const CHAIN_NAME = /^[a-z][a-z0-9-]*$/;

export function auditFolder(dataFolder: string): string {
  return join(dataFolder, 'audit');
}

function chainFolder(dataFolder: string, chain: string): string {
  return join(auditFolder(dataFolder), chain);
}

/**
 * The chains of a log, by name. A log of the first format has no folder for a chain; it belongs to the
 * gateway.
 */
export async function listChains(dataFolder: string): Promise<string[]> {
  const entries = await readdir(auditFolder(dataFolder), { withFileTypes: true });
  const chains = new Set(
    entries.filter((entry) => entry.isDirectory() && CHAIN_NAME.test(entry.name)).map(({ name }) => name),
  );
  if ((await listSegments(auditFolder(dataFolder))).length > 0) chains.add('gateway');
  return [...chains].sort();
}

/** The files of a chain in order. */
export async function segmentsOf(dataFolder: string, chain: string): Promise<Segment[]> {
  const folder = chainFolder(dataFolder, chain);
  const moved = existsSync(folder) ? await listSegments(folder) : [];
  if (chain !== 'gateway') return moved;
  return [...(await listSegments(auditFolder(dataFolder))), ...moved].sort((a, b) => a.first - b.first);
}

/**
 * Makes the folder of a chain, and moves files of the first format into the folder of the gateway. If a
 * process dies in between, the next one moves the rest.
 */
export async function makeChainFolder(dataFolder: string, chain: string): Promise<string> {
  const folder = chainFolder(dataFolder, chain);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (chain !== 'gateway') return folder;
  const root = auditFolder(dataFolder);
  const names = (await readdir(root)).filter((name) => name.startsWith('audit-')).sort();
  for (const name of names) {
    if (existsSync(join(folder, name))) throw new Error(`${name} exists in two places.`);
    await rename(join(root, name), join(folder, name));
  }
  if (names.length > 0) for (const changed of [folder, root]) await sync(changed);
  return folder;
}
