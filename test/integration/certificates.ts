import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';

/** A certificate with its private key, as PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  /** Names of hosts, or IPv4 addresses. */
  readonly hosts: readonly string[];
  /** The issuer; without one the certificate is self-signed and may sign others. */
  readonly authority?: Certified;
  /** Days of validity from now; negative for an expired certificate. */
  readonly days?: number;
}

const AUTHORITY = 'Test authority';
const COMMON_NAME = [2, 5, 4, 3];
const ECDSA_WITH_SHA256 = [1, 2, 840, 10045, 4, 3, 2];
const BASIC_CONSTRAINTS = [2, 5, 29, 19];
const SUBJECT_ALT_NAME = [2, 5, 29, 17];

/** Makes a certificate (RFC 5280) with a fresh P-256 key. */
export function certificate({ hosts, authority, days = 1 }: CertificateRequest): Certified {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = authority ? createPrivateKey(authority.key) : privateKey;
  const now = Date.now();
  const extension = (id: readonly number[], value: Buffer) => sequence(oid(id), der(0x04, value));
  const extensions = authority
    ? extension(SUBJECT_ALT_NAME, sequence(...hosts.map(host)))
    : extension(BASIC_CONSTRAINTS, sequence(der(0x01, Buffer.of(0xff))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.from(String((now % 1e6) + 1e6))),
    sequence(oid(ECDSA_WITH_SHA256)),
    name(AUTHORITY),
    sequence(time(now - 10 * 86_400_000), time(now + days * 86_400_000)),
    name(authority ? hosts[0]! : AUTHORITY),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extensions)),
  );
  const signed = sequence(
    body,
    sequence(oid(ECDSA_WITH_SHA256)),
    der(0x03, Buffer.of(0), sign('sha256', body, signer)),
  );
  const lines = signed
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents);
}

function oid([first, second, ...others]: readonly number[]): Buffer {
  const base128 = (arc: number): number[] =>
    arc < 128 ? [arc] : [...base128(arc >> 7).map((byte) => byte | 0x80), arc & 0x7f];
  return der(0x06, Buffer.of(first! * 40 + second!, ...others.flatMap(base128)));
}

function name(common: string): Buffer {
  return sequence(der(0x31, sequence(oid(COMMON_NAME), der(0x0c, Buffer.from(common)))));
}

function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function host(text: string): Buffer {
  return /^[\d.]+$/.test(text)
    ? der(0x87, Buffer.of(...text.split('.').map(Number)))
    : der(0x82, Buffer.from(text));
}
