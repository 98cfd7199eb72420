import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { PolkuError } from '../errors.js';
import { certificatesIn } from './certificateText.js';

/** The files of one side of TLS (PEM). */
export interface TlsFiles {
  /** The certificate of this side, followed by its chain. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** The authorities that certify the other side. */
  readonly authority?: string | undefined;
}

/** The content of TLS files, as Node.js takes it. */
export interface TlsMaterial {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  /** When the certificate of this side expires. */
  readonly expiresAt?: Date;
}

const OTHERS = 0o007;

/**
 * Reads and checks TLS files.
 * @throws PolkuError TLS_FILE_INVALID, TLS_KEY_MISMATCH, TLS_CERTIFICATE_EXPIRED
 */
export async function readTlsFiles({ certificate, key, authority }: TlsFiles): Promise<TlsMaterial> {
  const own = certificate !== undefined && key !== undefined && (await readOwn(certificate, key));
  return {
    ...own,
    ...(authority !== undefined && { ca: await readAuthority(authority) }),
  };
}

async function readOwn(certificate: string, key: string): Promise<TlsMaterial> {
  const cert = await textOf(certificate);
  const [leaf] = parse(certificate, cert);
  await refuseReadableByAll(key);
  const keyText = await textOf(key);
  if (!leaf!.checkPrivateKey(parseKey(key, keyText)))
    throw new PolkuError(
      'TLS_KEY_MISMATCH',
      `The key ${key} does not belong to the certificate ${certificate}. Give the key with which it was requested.`,
    );
  checkValidity(leaf!, certificate);
  return { cert, key: keyText, expiresAt: new Date(leaf!.validTo) };
}

async function readAuthority(file: string): Promise<string> {
  const ca = await textOf(file);
  const certificates = parse(file, ca);
  if (!certificates.every((one) => one.ca))
    throw invalid(file, 'it has a certificate that may not sign others. Give the certificate of the issuer');
  const now = new Date();
  // While an authority is replaced, the file has the old one, too.
  if (certificates.every((one) => !isValid(one, now))) checkValidity(certificates[0]!, file);
  return ca;
}

/** @throws PolkuError TLS_FILE_INVALID */
function parse(file: string, text: string): readonly X509Certificate[] {
  let certificates: readonly X509Certificate[] = [];
  try {
    certificates = certificatesIn(text);
  } catch {
    throw invalid(file, 'a certificate in it is damaged. Restore the file');
  }
  if (certificates.length > 0) return certificates;
  throw invalid(file, 'it has no certificate in PEM (-----BEGIN CERTIFICATE-----)');
}

/** @throws PolkuError TLS_FILE_INVALID */
function parseKey(file: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    const isEncrypted = text.includes('ENCRYPTED');
    throw invalid(
      file,
      isEncrypted
        ? 'its key has a password. Write it without one, readable by its owner only (openssl pkey)'
        : 'it has no private key in PEM (-----BEGIN PRIVATE KEY-----)',
    );
  }
}

/** @throws PolkuError TLS_FILE_INVALID */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw invalid(file, `reading it failed (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

async function refuseReadableByAll(file: string): Promise<void> {
  const mode = (await stat(file).catch(() => undefined))?.mode ?? 0;
  if (mode & OTHERS)
    throw invalid(file, `everybody on this machine may read this key. Run: chmod 600 ${file}`);
}

function isValid({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return new Date(validFrom) <= now && now < new Date(validTo);
}

/** @throws PolkuError TLS_CERTIFICATE_EXPIRED */
function checkValidity(certificate: X509Certificate, file: string): void {
  if (isValid(certificate, new Date())) return;
  const [from, until] = [certificate.validFrom, certificate.validTo].map((text) =>
    new Date(text).toISOString(),
  );
  throw new PolkuError(
    'TLS_CERTIFICATE_EXPIRED',
    `The certificate ${file} is valid from ${from} until ${until}, not now. Renew it, or correct the clock.`,
  );
}

function invalid(file: string, reason: string, cause?: unknown): PolkuError {
  return new PolkuError('TLS_FILE_INVALID', `The file ${file} cannot be used: ${reason}.`, {}, { cause });
}
