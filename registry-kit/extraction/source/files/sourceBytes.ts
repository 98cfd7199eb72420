import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { PolkuError } from '../../../../lib/errors.js';
import { openRegularFile } from '../../../../lib/regularFile.js';
import { throwIfStopped } from '../../progressMeter.js';

const CHUNK_BYTES = 2 ** 17;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** Reads a file's bytes in pieces. */
export async function* chunksOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const handle = await openRegularFile(path);
  // The stream closes the handle, also if the consumer stops early.
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

/** Unpacks gzip; passes other bytes on. */
export async function* unpacked(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { value: first, done } = await chunks.next();
  if (done) return;
  const all = prepend(first, chunks);
  if (!first.subarray(0, GZIP.length).equals(GZIP)) return yield* all;
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const fed = pipeline(all, gunzip);
  // Errors are thrown where the bytes are read, too.
  fed.catch(() => undefined);
  yield* gunzip as AsyncIterable<Buffer>;
  await fed;
}

async function* prepend(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    yield* rest;
  } finally {
    // A consumer that stops after the first bytes has not begun with the rest, which holds an open file.
    await rest.return(undefined);
  }
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

/** The format of a file by its first bytes, and advice. */
interface FileFormat {
  readonly name: string;
  readonly advice: string;
}

const UNPACK = 'Unpack it.';
const SAVE_AS_CSV = 'Save it as CSV in UTF-8.';
const EXPORT_AS_CSV = 'Export it as CSV or Parquet.';

/** Text contains no bytes below it. */
const TAB = 9;
const SAMPLE_BYTES = 2 ** 12;

/** Signatures at the beginning of a file, in hexadecimal. Some are letters with which a text may begin. */
const SIGNATURES: readonly (FileFormat & { readonly signature: string; readonly mayBeText?: true })[] = [
  { signature: '1f8b', name: 'a gzip file', advice: UNPACK },
  { signature: 'd0cf11e0a1b11ae1', name: 'an Excel workbook (.xls)', advice: SAVE_AS_CSV },
  {
    signature: '50415231',
    mayBeText: true,
    name: 'a Parquet file',
    advice: 'Say "type: parquet" in mapping.yaml.',
  },
  {
    signature: '50415245',
    mayBeText: true,
    name: 'an encrypted Parquet file',
    advice: 'Export it unencrypted.',
  },
  { signature: '4f5243', mayBeText: true, name: 'an ORC file', advice: EXPORT_AS_CSV },
  { signature: '4f626a01', name: 'an Avro file', advice: EXPORT_AS_CSV },
  { signature: '4152524f5731', name: 'an Arrow file', advice: EXPORT_AS_CSV },
  { signature: '53514c69746520666f726d6174203300', name: 'an SQLite database', advice: EXPORT_AS_CSV },
  { signature: '425a68', mayBeText: true, name: 'a bzip2 file', advice: UNPACK },
  { signature: 'fd377a585a00', name: 'an xz file', advice: UNPACK },
  { signature: '28b52ffd', name: 'a Zstandard file', advice: UNPACK },
  { signature: '377abcaf271c', name: 'a 7z archive', advice: UNPACK },
  { signature: '526172211a07', name: 'a RAR archive', advice: UNPACK },
  { signature: '255044462d', name: 'a PDF file', advice: EXPORT_AS_CSV },
];

/**
 * Checks that a file is a text in the encoding that is expected.
 * @param head its first bytes
 * @throws PolkuError SOURCE_UNREADABLE
 */
export function requireText(
  file: string,
  head: Buffer,
  { form, encoding }: { readonly form: 'CSV' | 'JSON'; readonly encoding: string },
): void {
  const other = binaryFormat(head);
  if (other)
    throw new PolkuError(
      'SOURCE_UNREADABLE',
      `The source file ${file} is ${other.name}; mapping.yaml says ${form}. ${other.advice}`,
      { file },
    );
  const found = encodingOf(head);
  if (found === encoding || (found === undefined && !encoding.startsWith('utf-16'))) return;
  const [rule, remedy] =
    form === 'CSV'
      ? ['mapping.yaml says', 'Correct "encoding" in mapping.yaml, or save']
      : ['JSON is in', 'Save'];
  const is = found === undefined ? `is not in ${encoding}` : `is in ${found}; ${rule} ${encoding}`;
  throw new PolkuError(
    'SOURCE_UNREADABLE',
    `The source file ${file} ${is}. ${remedy} the file in ${encoding}.`,
    {
      file,
    },
  );
}

const ZIP = ['504b0304', '504b0506'];

/** Recognises a binary file by its first bytes; undefined if it may be text. */
export function binaryFormat(head: Buffer): FileFormat | undefined {
  const hex = head.subarray(0, 16).toString('hex');
  if (ZIP.some((signature) => hex.startsWith(signature))) return zipFormat(head);
  const isBinary = head.subarray(0, SAMPLE_BYTES).some((byte) => byte < TAB);
  return SIGNATURES.find(
    ({ signature, mayBeText = false }) => hex.startsWith(signature) && (isBinary || !mayBeText),
  );
}

/** Workbooks are zip archives. The names of their entries show which kind. */
function zipFormat(head: Buffer): FileFormat {
  const text = head.toString('latin1');
  if (text.includes('[Content_Types].xml') || text.includes('xl/'))
    return { name: 'an Excel workbook (.xlsx)', advice: SAVE_AS_CSV };
  if (text.includes('application/vnd.oasis.opendocument'))
    return { name: 'an OpenDocument file', advice: SAVE_AS_CSV };
  return { name: 'a zip archive', advice: UNPACK };
}

const BYTE_ORDER_MARKS: readonly (readonly [mark: string, encoding: string])[] = [
  ['efbbbf', 'utf-8'],
  ['fffe0000', 'utf-32le'],
  ['0000feff', 'utf-32be'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];

/**
 * The encoding of a text by its byte-order mark, or by the position of zero bytes; undefined if neither shows
 * it.
 */
export function encodingOf(head: Buffer): string | undefined {
  const hex = head.subarray(0, 4).toString('hex');
  const marked = BYTE_ORDER_MARKS.find(([mark]) => hex.startsWith(mark));
  if (marked) return marked[1];
  // Every second byte of ASCII in UTF-16 is zero; no other encoding of a register has zero bytes.
  const zeros = [0, 0];
  const sample = head.subarray(0, SAMPLE_BYTES);
  sample.forEach((byte, index) => (zeros[index % 2]! += byte === 0 ? 1 : 0));
  const [even, odd] = zeros as [number, number];
  if (even + odd < sample.length / 4) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}
