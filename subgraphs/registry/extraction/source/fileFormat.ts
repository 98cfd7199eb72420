/** What a file is by its first bytes, and what to do about it. */
export interface FileFormat {
  readonly name: string;
  readonly advice: string;
}

const UNPACK = 'Unpack it.';
const SAVE_AS_CSV = 'Save it as CSV in UTF-8.';
const EXPORT_AS_CSV = 'Export it as CSV or Parquet.';

/** Bytes below it stand in no text. */
const TAB = 9;
const SAMPLE_BYTES = 2 ** 12;

/** Signatures at the beginning of a file, in hexadecimal; some are letters with which a text may begin. */
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

const ZIP = ['504b0304', '504b0506'];

/** Tells a file that is no text by its first bytes; undefined where it may be text. */
export function binaryFormat(head: Buffer): FileFormat | undefined {
  const hex = head.subarray(0, 16).toString('hex');
  if (ZIP.some((signature) => hex.startsWith(signature))) return zipFormat(head);
  const isBinary = head.subarray(0, SAMPLE_BYTES).some((byte) => byte < TAB);
  return SIGNATURES.find(
    ({ signature, mayBeText = false }) => hex.startsWith(signature) && (isBinary || !mayBeText),
  );
}

/** Workbooks are zip archives; which one is told by the names of what is in them. */
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

/** The encoding of a text by its byte-order mark, or by where its zero bytes are; undefined where nothing tells it. */
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
