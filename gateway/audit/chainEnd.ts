import { appendFile, type FileHandle, open } from 'node:fs/promises';
import { PolkuError } from '../../lib/errors.js';
import { CHAIN_START, type ChainedLine, type ChainEnd, readLine, sha256 } from './chain.js';
import type { SeenChain, TornTail } from './logEntry.js';
import type { Segment } from './segments.js';

/** The last complete record of a file. */
export async function lastRecordOf({ path }: Segment): Promise<ChainedLine | undefined> {
  const file = await open(path, 'r');
  try {
    return (await readTail(file)).last;
  } finally {
    await file.close();
  }
}

/**
 * Reads the tail of a file that will be continued. What a crash left after the last complete record is saved
 * in `<file>.torn`, so that nothing is lost when the file is cut there.
 * @throws PolkuError AUDIT_UNAVAILABLE if a record was changed after it was written
 */
export async function saveTornTail({
  path,
}: Segment): Promise<Tail & { readonly torn: TornTail | undefined }> {
  const file = await open(path, 'r');
  try {
    const tail = await readTail(file);
    const { size } = await file.stat();
    if (tail.end === size) return { ...tail, torn: undefined };
    const bytes = await read(file, tail.end, size);
    await appendFile(`${path}.torn`, bytes, { mode: 0o600, flush: true });
    const time = new Date().toISOString();
    return { ...tail, torn: { kind: 'torn-tail', time, bytes: bytes.length, sha256: sha256(bytes) } };
  } finally {
    await file.close();
  }
}

/** The end of a chain, and the distance to its last checkpoint. */
export interface EndOfChain {
  readonly last: ChainedLine | undefined;
  readonly checkpoint: ChainedLine | undefined;
  /** Records after the checkpoint, or all records if there is none. */
  readonly unproven: number;
}

/** What the last checkpoint has seen of other chains. A checkpoint of the first format saw none. */
export function seenBy({ checkpoint }: EndOfChain): readonly SeenChain[] {
  const { entry } = checkpoint ?? {};
  return entry && 'others' in entry ? entry.others : [];
}

/** An entry that changes the key is a checkpoint, too. */
export function isCheckpoint({ entry }: ChainedLine): boolean {
  return entry.kind === 'checkpoint' || entry.kind === 'key-change';
}

/**
 * Reads backwards from the end of a chain to its last checkpoint.
 * @param segments in the order of the chain
 * @throws PolkuError AUDIT_UNAVAILABLE if a record on the way was changed after it was written
 */
export async function readEnd(segments: readonly Segment[]): Promise<EndOfChain> {
  let last: ChainedLine | undefined;
  let next: ChainedLine | undefined;
  let unproven = 0;
  for (const { path } of segments.toReversed()) {
    const file = await open(path, 'r');
    try {
      for await (const record of recordsBackwards(file, (await readTail(file)).end)) {
        if (next && (next.previous !== record.hash || next.seq !== record.seq + 1)) throw changed();
        last ??= record;
        next = record;
        if (isCheckpoint(record)) return { last, checkpoint: record, unproven };
        unproven += 1;
      }
    } finally {
      await file.close();
    }
  }
  return { last, checkpoint: undefined, unproven };
}

/**
 * The record that the chain continues from.
 * @throws if its last file is empty and the files before it are missing
 */
export function chainEndOf({ last }: EndOfChain, { first, name }: Segment): ChainEnd {
  if (last) return { seq: last.seq, hash: last.hash };
  if (first === 1) return CHAIN_START;
  throw new Error(`The records before ${name} are missing, so the chain cannot continue.`);
}

const NEWLINE = 0x0a;
const CHUNK = 64 * 1024;

/** The end of the complete records of a file, and the last of them. */
interface Tail {
  readonly end: number;
  readonly last: ChainedLine | undefined;
}

/** The end of every record. */
const RECORD_END = /,"hash":"[0-9a-f]{64}"\}$/;

/**
 * Finds the last complete record of a file, from its end. What follows it was being written when the process
 * died: the beginning of a record, or blocks that the disk never wrote.
 * @throws PolkuError AUDIT_UNAVAILABLE if a completely written record has a wrong hash. A crash does not
 * cause that, and to continue after it would make it look like a crash.
 */
export async function readTail(file: FileHandle): Promise<Tail> {
  const { size } = await file.stat();
  for await (const { text, end } of placesBackwards(file, size)) {
    const last = readLine(text);
    if (last) return { end, last };
    if (RECORD_END.test(text) && !text.includes('\0')) throw changed();
  }
  return { end: 0, last: undefined };
}

/**
 * The records before a place in a file, last first.
 * @throws PolkuError AUDIT_UNAVAILABLE if one was changed
 */
async function* recordsBackwards(file: FileHandle, from: number): AsyncGenerator<ChainedLine> {
  for await (const text of linesBackwards(file, from)) {
    const record = readLine(text);
    if (!record) throw changed();
    yield record;
  }
}

/** The lines that end before a place in a file, last first. It leaves out a last line without a newline. */
export async function* linesBackwards(file: FileHandle, from: number): AsyncGenerator<string> {
  for await (const { text } of placesBackwards(file, from)) yield text;
}

/** A line, and where its newline ends. */
export interface LinePlace {
  readonly text: string;
  readonly end: number;
}

/**
 * The lines that end before a place in a file, last first. It reads each part of the file once, however short
 * its lines are: a damaged file may hold only newlines.
 */
export async function* placesBackwards(file: FileHandle, from: number): AsyncGenerator<LinePlace> {
  /** The end of the line that is being assembled, once its newline is found, and the parts found so far. */
  let end: number | undefined;
  let parts: Buffer[] = [];
  const place = (): LinePlace => ({ text: Buffer.concat(parts.reverse()).toString('utf8'), end: end! });
  for (let until = from; until > 0;) {
    const start = Math.max(0, until - CHUNK);
    const bytes = await read(file, start, until);
    let rest = bytes.length;
    while (rest > 0) {
      const newline = bytes.lastIndexOf(NEWLINE, rest - 1);
      if (newline < 0) break;
      parts.push(bytes.subarray(newline + 1, rest));
      if (end !== undefined) yield place();
      [end, parts, rest] = [start + newline + 1, [], newline];
    }
    parts.push(bytes.subarray(0, rest));
    until = start;
  }
  if (end !== undefined) yield place();
}

function changed(): PolkuError {
  return new PolkuError(
    'AUDIT_UNAVAILABLE',
    `A record at the end of the audit log was changed after it was written. ${KEEP_AS_EVIDENCE}`,
  );
}

/** What to do with a log that must not be continued. */
export const KEEP_AS_EVIDENCE =
  'No request is answered while it is in place. Inspect it with "polku audit verify", keep the folder "audit" and its witness as evidence ' +
  'and move both away: the log then begins again.';

export async function read(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
  return buffer.subarray(0, bytesRead);
}
