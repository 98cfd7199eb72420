import 'reflect-metadata';
import { createPrivateKey, createPublicKey, hash, KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { PolkuError } from '../errors.js';

/** A certificate with its private key, as PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

export type CertificateUse = 'server' | 'client';

export interface CertificateRequest {
  /** DNS names, IP addresses and URIs of the subject; the first is also its common name. */
  readonly names: readonly string[];
  readonly uses: readonly CertificateUse[];
  /** By default from five minutes ago, so that a clock that is a little behind accepts it. */
  readonly from?: Date;
  readonly until: Date;
}

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;
const AUTHORITY_DAYS = 3_650;
/** RFC 5280, upper bound of a common name. */
const COMMON_NAME_LENGTH = 64;
const DNS_NAME = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const URI = /^[a-z][a-z0-9+.-]*:\/\/[\x21-\x7e]+$/;

/** Creates the key of a private certification authority (ECDSA P-256, PEM). */
export async function createAuthorityKey(): Promise<string> {
  const { privateKey } = await generateKeys();
  return pemOf(privateKey);
}

/**
 * Certifies the key of an authority by itself. Its certificate may sign others, but no further authority. Its
 * name follows from the key: two authorities never have one name, and one authority never has two.
 */
export async function certifyAuthority(key: string): Promise<string> {
  const keys = await importKeys(key);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: [{ CN: [`Polku authority ${await fingerprintOf(keys.publicKey)}`] }],
      notBefore: new Date(now - CLOCK_TOLERANCE_MS),
      notAfter: new Date(now + AUTHORITY_DAYS * DAY_MS),
      signingAlgorithm: ECDSA,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
      ],
    },
    crypto,
  );
  return `${certificate.toString('pem')}\n`;
}

/**
 * Issues a certificate for a new key (RFC 5280). It does not outlive its authority.
 * @throws PolkuError USAGE for a name that no certificate can have
 */
export async function issueCertificate(
  { names, uses, from, until }: CertificateRequest,
  authority: CertifiedKey,
): Promise<CertifiedKey> {
  const keys = await generateKeys();
  const issuer = new x509.X509Certificate(authority.certificate);
  const { privateKey: signingKey } = await importKeys(authority.key);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: [{ CN: [names[0]!.slice(0, COMMON_NAME_LENGTH)] }],
      issuer: issuer.subjectName,
      notBefore: from ?? new Date(Date.now() - CLOCK_TOLERANCE_MS),
      notAfter: new Date(Math.min(until.getTime(), issuer.notAfter.getTime())),
      signingAlgorithm: ECDSA,
      signingKey,
      publicKey: keys.publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(uses.map((use) => x509.ExtendedKeyUsage[`${use}Auth`])),
        new x509.SubjectAlternativeNameExtension(names.map(alternativeName)),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
        await x509.AuthorityKeyIdentifierExtension.create(issuer, false, crypto),
      ],
    },
    crypto,
  );
  return { certificate: `${certificate.toString('pem')}\n`, key: pemOf(keys.privateKey) };
}

const crypto = webcrypto as Crypto;

function generateKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
}

async function importKeys(pem: string): Promise<CryptoKeyPair> {
  const key = createPrivateKey(pem);
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return {
    privateKey: await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), ECDSA, true, ['sign']),
    publicKey: await crypto.subtle.importKey('spki', new Uint8Array(spki), ECDSA, true, ['verify']),
  };
}

function pemOf(key: CryptoKey): string {
  return KeyObject.from(key as webcrypto.CryptoKey).export({ type: 'pkcs8', format: 'pem' }) as string;
}

async function fingerprintOf(key: CryptoKey): Promise<string> {
  return hash('sha256', new Uint8Array(await crypto.subtle.exportKey('spki', key))).slice(0, 8);
}

/** Positive, and not guessable (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function alternativeName(name: string): { readonly type: 'ip' | 'url' | 'dns'; readonly value: string } {
  if (isIP(name) !== 0) return { type: 'ip', value: name };
  if (URI.test(name)) return { type: 'url', value: name };
  if (DNS_NAME.test(name)) return { type: 'dns', value: name };
  throw new PolkuError(
    'USAGE',
    `"${name}" cannot be the name of a certificate. Expected a DNS name in small letters such as health.polku.example, an IP address, or a URI such as spiffe://polku.example/health.`,
  );
}
