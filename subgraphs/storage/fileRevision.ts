import { stat } from 'node:fs/promises';

/** Changes whenever a file is replaced; 'none' where there is none. */
export async function fileRevision(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino}-${mtimeNs}-${size}`;
  } catch {
    return 'none';
  }
}
