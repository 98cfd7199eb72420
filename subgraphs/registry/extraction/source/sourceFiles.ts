import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mapping } from '../mapping/mapping.js';
import { type SourceFolder, unreadable } from './readSource.js';
import { sha256OfSource } from './sourceBytes.js';

/** What a source file was when the extraction began. */
export interface SourceFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** The files that a mapping names, by name. */
export type SourceFiles = ReadonlyMap<string, SourceFile>;

/** @throws PolkuError SOURCE_UNREADABLE, before anything else is done */
export async function digestSourceFiles(
  mapping: Mapping,
  { path, registry, signal }: Pick<SourceFolder, 'path' | 'registry' | 'signal'>,
): Promise<SourceFiles> {
  const changes = mapping.codeChanges ? [mapping.codeChanges.file] : [];
  const names = new Set([...changes, ...mapping.tables.map(({ file }) => file)]);
  const files = new Map<string, SourceFile>();
  for (const name of [...names].sort()) {
    try {
      const file = join(path, name);
      files.set(name, { bytes: (await stat(file)).size, sha256: await sha256OfSource(file, signal) });
    } catch (cause) {
      throw unreadable(`${registry}/${name}`, cause);
    }
  }
  return files;
}

/** SHA-256 over the names and contents of source files, in hexadecimal: equal exports have equal fingerprints. */
export function sourceFingerprint(files: SourceFiles): string {
  const hash = createHash('sha256');
  for (const [name, { sha256 }] of files) hash.update(`${name}\0${sha256}\0`);
  return hash.digest('hex');
}
