import { stat } from 'node:fs/promises';

/** The revision of a file that does not exist. */
export const NO_FILE = 'none';

/** Changes whenever a file is replaced. */
export async function fileRevision(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino}-${mtimeNs}-${size}`;
  } catch {
    return NO_FILE;
  }
}
