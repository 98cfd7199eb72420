import { open } from 'node:fs/promises';
import type { AuditRecord } from './auditRecord.js';
import { entryOf, readLine } from './chain.js';
import { auditFolder, listSegments } from './segments.js';
import { read } from './tail.js';

const NEWLINE = 0x0a;
const CHUNK = 2 ** 20;

/**
 * The decisions by which data of one person was read, newest first. Files are searched from their ends, as bytes; a line
 * is parsed where the digest stands in it.
 */
export async function* personLog(dataFolder: string, digest: string): AsyncGenerator<AuditRecord> {
  const needle = Buffer.from(`"${digest}"`);
  for (const { path } of (await listSegments(auditFolder(dataFolder))).toReversed()) {
    for await (const line of linesBackwards(path, needle)) {
      const record = readLine(line);
      const entry = record && entryOf(record);
      if (entry?.kind === 'decision' && entry.people.includes(digest)) yield entry;
    }
  }
}

/** The whole lines of a file that hold the needle, last first. */
async function* linesBackwards(path: string, needle: Buffer): AsyncGenerator<string> {
  const file = await open(path, 'r');
  try {
    let { size: start } = await file.stat();
    /** The beginning of what was read before, up to its first newline: the line there begins further ahead. */
    let rest: Buffer = Buffer.alloc(0);
    while (start > 0) {
      const from = Math.max(0, start - CHUNK);
      const chunk = Buffer.concat([await read(file, from, start), rest]);
      const cut = from === 0 ? 0 : chunk.indexOf(NEWLINE) + 1;
      yield* matchesBackwards(chunk, cut, needle);
      rest = cut === 0 && from > 0 ? chunk : chunk.subarray(0, cut);
      start = from;
    }
  } finally {
    await file.close();
  }
}

function* matchesBackwards(chunk: Buffer, from: number, needle: Buffer): Generator<string> {
  for (let end = chunk.lastIndexOf(NEWLINE) + 1; end > from;) {
    const at = chunk.subarray(from, end).lastIndexOf(needle);
    if (at < 0) return;
    const start = Math.max(from, chunk.lastIndexOf(NEWLINE, from + at) + 1);
    yield chunk.toString('utf8', start, chunk.indexOf(NEWLINE, from + at));
    end = start;
  }
}
