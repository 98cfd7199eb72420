import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mapping } from '../mapping/mapping.js';
import { type SourceFolder, unreadable } from './readSource.js';

/**
 * SHA-256 over names, sizes and contents of the source files, in hexadecimal: equal exports have equal fingerprints.
 * @throws PolkuError SOURCE_UNREADABLE, before anything else is done
 */
export async function sourceFingerprint(mapping: Mapping, folder: SourceFolder): Promise<string> {
  const changes = mapping.codeChanges ? [mapping.codeChanges.file] : [];
  const files = new Set([...changes, ...mapping.tables.map(({ file }) => file)]);
  const hash = createHash('sha256');
  for (const file of [...files].sort()) {
    try {
      const path = join(folder.path, file);
      hash.update(`${file}\0${(await stat(path)).size}\0`);
      for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
    } catch (cause) {
      throw unreadable(`${folder.registry}/${file}`, cause);
    }
  }
  return hash.digest('hex');
}
