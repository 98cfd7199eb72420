import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { PolkuError } from '../lib/errors.js';
import { createPrivateFile, readPrivateFile } from '../lib/secretFile.js';

/**
 * Makes a person's Ed25519 key (RFC 8032). The private key goes into a file that only the person has.
 * @returns the public key, in the form that owners.yaml has
 * @throws PolkuError OUTPUT_EXISTS
 */
export async function createPersonKey(file: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  try {
    await createPrivateFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new PolkuError('OUTPUT_EXISTS', `There is a file ${file} already; a key is never written over.`);
  }
  return writePublicKey(publicKey);
}

/** @throws PolkuError SECRET_INVALID */
export async function readPersonKey(file: string): Promise<KeyObject> {
  const text = await readPrivateFile(file);
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Reported below, because the parser's message might quote the key.
  }
  throw new PolkuError(
    'SECRET_INVALID',
    `${file} does not hold a person's key (Ed25519, PEM); "polku policy key" makes one.`,
  );
}

/** One line of base64 (SubjectPublicKeyInfo, RFC 8410). */
export function writePublicKey(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return half.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** undefined if the text is not an Ed25519 key. */
export function readPublicKey(text: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), type: 'spki', format: 'der' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

export function signPayload(payload: string, key: KeyObject): string {
  return sign(null, Buffer.from(payload), key).toString('base64url');
}

export function isSignatureOf(signature: string, payload: string, key: KeyObject): boolean {
  return verify(null, Buffer.from(payload), key, Buffer.from(signature, 'base64url'));
}
