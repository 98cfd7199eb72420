import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes a file of a folder to which files are only ever added, so that several processes may write and read at once
 * without a lock: it appears whole or not at all, and is on disk when this resolves.
 * @returns false where there is such a file: it is never written over
 */
export async function createOnce(folder: string, name: string, text: string): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(draft, text, { mode: 0o640, flag: 'wx', flush: true });
    await link(draft, join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
  return true;
}
