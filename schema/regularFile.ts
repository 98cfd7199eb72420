import { constants, type Stats } from 'node:fs';
import { lstat, open, stat } from 'node:fs/promises';

/** A name in a folder that stands for no file: reading it would wait for somebody to write, or fail in words of the system. */
export class NoRegularFile extends Error {
  constructor(
    readonly path: string,
    /** What it is instead, in a few words. */
    readonly found: string,
  ) {
    super(`${path} is ${found}, not a file.`);
  }
}

/**
 * Reads a file as text. What is no regular file is never opened for long: opening a FIFO without O_NONBLOCK waits for a
 * writer (open(2)).
 * @throws NoRegularFile, and what opening and reading throw
 */
export async function readRegularFile(path: string): Promise<string> {
  requireRegular(path, await statOf(path));
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    // Another may stand under the name by now.
    requireRegular(path, await handle.stat());
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    const isLink = await lstat(path).then(
      (stats) => stats.isSymbolicLink(),
      () => false,
    );
    throw isLink ? new NoRegularFile(path, 'a link that leads nowhere') : error;
  }
}

function requireRegular(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new NoRegularFile(path, kindOf(stats));
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}
