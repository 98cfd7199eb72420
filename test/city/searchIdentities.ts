// Looks for identities in bytes. It does not write every text in every encoding, but decodes the bytes: as
// they are, as UTF-16 of either order, as hexadecimal and as base64 at each of its four alignments.

const CODE = /\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]/g;
const HEX_RUN = /(?:[0-9a-f]{2}){10,}|(?:[0-9A-F]{2}){10,}/g;
const BASE64_RUN = /[A-Za-z0-9+/_-]{12,}/g;

/** Texts are found by their first characters; a shorter text could occur by chance. */
const PREFIX = 6;

export interface Identities {
  readonly codes: ReadonlySet<string>;
  readonly texts: ReadonlySet<string>;
}

/**
 * Counts the identities in bytes, in any encoding. It does not return them, because a test would print them.
 */
export function identityCounter({ codes, texts }: Identities): (bytes: Buffer) => number {
  const byPrefix = new Map<string, string[]>();
  for (const text of texts) {
    for (const encoding of ['utf8', 'latin1'] as const) {
      const spelt = Buffer.from(text, encoding).toString('latin1');
      const prefix = spelt.slice(0, PREFIX);
      byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), spelt]);
    }
  }
  const countIn = (bytes: Buffer): number => {
    const reading = bytes.toString('latin1');
    let found = (reading.match(CODE) ?? []).filter((code) => codes.has(code)).length;
    for (let at = 0; at + PREFIX <= reading.length; at++) {
      const candidates = byPrefix.get(reading.slice(at, at + PREFIX));
      if (candidates?.some((text) => reading.startsWith(text, at))) found++;
    }
    return found;
  };
  return (bytes) => readings(bytes).reduce((sum, reading) => sum + countIn(reading), 0);
}

function readings(bytes: Buffer): Buffer[] {
  const plain = [bytes, ...utf16(bytes)];
  const text = bytes.toString('latin1');
  const hex = [...text.matchAll(HEX_RUN)].map(([run]) => run);
  const base64 = [...text.matchAll(BASE64_RUN)].map(([run]) => run);
  const decoded = [
    ...[0, 1].map((shift) => joined(hex.map((run) => Buffer.from(run.slice(shift), 'hex')))),
    ...[0, 1, 2, 3].map((shift) => joined(base64.map((run) => Buffer.from(run.slice(shift), 'base64url')))),
  ];
  return [...plain, ...decoded.flatMap((reading) => [reading, ...utf16(reading)])];
}

/** UTF-16 of texts in Latin letters has a zero next to each byte; without the zeros the text is left. */
function utf16(bytes: Buffer): Buffer[] {
  return [0, 1].map((start) => bytes.filter((_, index) => index % 2 === start) as Buffer);
}

function joined(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]));
}
