import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { openRegularFile } from '../../../../schema/regularFile.js';
import { throwIfStopped } from '../progressMeter.js';

const CHUNK_BYTES = 2 ** 17;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** Reads a file's bytes in pieces. */
export async function* chunksOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const handle = await openRegularFile(path);
  // The stream closes the handle, also when nobody reads on.
  for await (const bytes of handle.createReadStream({ highWaterMark: CHUNK_BYTES })) {
    throwIfStopped(signal);
    yield bytes as Buffer;
  }
}

/** SHA-256 of a source file's content, in hexadecimal. */
export async function sha256OfSource(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of chunksOf(path, signal)) hash.update(bytes);
  return hash.digest('hex');
}

/** A file's first and last bytes. */
export async function edgesOf(
  path: string,
  bytes: number,
): Promise<{ readonly head: Buffer; readonly tail: Buffer }> {
  const handle = await openRegularFile(path);
  try {
    const { size } = await handle.stat();
    const read = async (position: number) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, position);
      return buffer.subarray(0, bytesRead);
    };
    return { head: await read(0), tail: await read(Math.max(0, size - bytes)) };
  } finally {
    await handle.close();
  }
}

/** Unpacks what comes, if it is gzip. */
export async function* unpacked(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { value: first, done } = await chunks.next();
  if (done) return;
  const all = prepend(first, chunks);
  if (!first.subarray(0, GZIP.length).equals(GZIP)) return yield* all;
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const fed = pipeline(all, gunzip);
  // What goes wrong is thrown where the bytes are read, too.
  fed.catch(() => undefined);
  yield* gunzip as AsyncIterable<Buffer>;
  await fed;
}

async function* prepend(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** Passes bytes on, and hashes and counts them. */
export async function* hashed(
  chunks: AsyncGenerator<Buffer>,
  hash: Hash,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const bytes of chunks) {
    hash.update(bytes);
    onBytes(bytes.length);
    yield bytes;
  }
}
