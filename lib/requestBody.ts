import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { PolkuError } from './errors.js';

/**
 * Reads the body of a request as text. Stores nothing above the limit.
 * @throws PolkuError REQUEST_TOO_LARGE; BAD_REQUEST where the client disconnected, or the bytes are not UTF-8
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string> {
  const body = await readBytes(request, limitBytes);
  if (isUtf8(body)) return body.toString('utf8');
  throw new PolkuError('BAD_REQUEST', 'The body is not text in UTF-8.');
}

function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const cutOff = (): void =>
      reject(new PolkuError('BAD_REQUEST', 'The client disconnected before the request was complete.'));
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) return reject(tooLarge(limitBytes));
    // The client may have disconnected before this listener was added.
    if (request.destroyed) return cutOff();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const receive = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= limitBytes) return void chunks.push(chunk);
      request.off('data', receive).pause();
      chunks.length = 0;
      reject(tooLarge(limitBytes));
    };
    request
      .on('data', receive)
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('error', cutOff);
  });
}

function tooLarge(limitBytes: number): PolkuError {
  return new PolkuError('REQUEST_TOO_LARGE', `The body of a request may be at most ${limitBytes} bytes.`);
}
