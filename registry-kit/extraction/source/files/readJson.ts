import { createHash } from 'node:crypto';
import { mapGenerator } from '../../../../lib/mapGenerator.js';
import type { ReadBatch } from '../rowBatch.js';
import { type JsonLines, readJsonLines } from '../json/readJsonLines.js';
import { chunksOf, hashed, requireText, unpacked } from './sourceBytes.js';

/** What is known of a file once it is read. */
interface JsonFile {
  /** Of the bytes that were read, in hexadecimal. */
  readonly sha256: string;
  /** The columns that had a value in no object. */
  readonly unseen: readonly string[];
}

/**
 * Streams values of a file of JSON Lines, which may be compressed with gzip.
 * @param size of the file, in bytes
 * @throws PolkuError SOURCE_UNREADABLE, SOURCE_COLUMNS
 */
export async function* readJson(
  path: string,
  size: number,
  lines: JsonLines,
  signal: AbortSignal | undefined,
): AsyncGenerator<ReadBatch, JsonFile> {
  const hash = createHash('sha256');
  let read = 0;
  const chunks = unpacked(hashed(chunksOf(path, signal), hash, (bytes) => (read += bytes)));
  const unseen = yield* mapGenerator(readJsonLines(textOf(chunks, lines.name), lines), (batch) => ({
    ...batch,
    share: Math.min(1, read / Math.max(1, size)),
  }));
  return { sha256: hash.digest('hex'), unseen };
}

async function* textOf(chunks: AsyncGenerator<Buffer>, file: string): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const bytes of chunks) {
    if (isFirst) requireText(file, bytes, { form: 'JSON', encoding: 'utf-8' });
    isFirst = false;
    yield bytes;
  }
}
