import type { FileHandle } from 'node:fs/promises';
import { type ChainedLine, readLine } from './chain.js';

const NEWLINE = 0x0a;
const CHUNK = 64 * 1024;

/** Where the whole records of a file end, and the last of them. */
export interface Tail {
  readonly end: number;
  readonly last: ChainedLine | undefined;
}

/**
 * Looks from the end of a file for its last whole record. What follows it was being written when the process died, so
 * nobody was ever told that it is durable.
 */
export async function readTail(file: FileHandle): Promise<Tail> {
  const { size } = await file.stat();
  let end = await endOfLine(file, size);
  while (end > 0) {
    const start = await endOfLine(file, end - 1);
    const last = readLine((await read(file, start, end - 1)).toString('utf8'));
    if (last) return { end, last };
    end = start;
  }
  return { end: 0, last: undefined };
}

/** The offset after the last newline before `limit`; 0 where there is none. */
async function endOfLine(file: FileHandle, limit: number): Promise<number> {
  for (let end = limit; end > 0;) {
    const start = Math.max(0, end - CHUNK);
    const newline = (await read(file, start, end)).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

export async function read(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
  return buffer.subarray(0, bytesRead);
}
