import type { IncomingMessage } from 'node:http';
import { PolkuError } from '../../schema/polkuError.js';

/** What is over the limit is read on so far, unkept: a client that is cut off while it sends never reads why. */
const DISCARDED_BYTES = 32 * 2 ** 20;

/**
 * The body of a request as text. Nothing over the limit is held in memory.
 * @throws PolkuError REQUEST_TOO_LARGE, BAD_REQUEST where the client went away
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else chunks = [];
      if (bytes > DISCARDED_BYTES) request.destroy();
    });
    request.on('end', () => {
      if (bytes > limitBytes) reject(tooLarge(limitBytes));
      else resolve(Buffer.concat(chunks).toString('utf8'));
    });
    request.on('error', () => reject(new PolkuError('BAD_REQUEST', 'The request was cut off.')));
  });
}

function tooLarge(limitBytes: number): PolkuError {
  return new PolkuError('REQUEST_TOO_LARGE', `The body of a request may be at most ${limitBytes} bytes.`);
}
