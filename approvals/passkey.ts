import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** A passkey of a person: a WebAuthn credential. */
export interface Passkey {
  /** The credential id, base64url. */
  readonly id: string;
  readonly key: KeyObject;
  readonly label: string | undefined;
}

/** The console in which people sign. It comes from owners.yaml and never from a request. */
export interface RelyingParty {
  /** The relying party identifier: the domain that passkeys are bound to. */
  readonly id: string;
  readonly origins: readonly string[];
}

/**
 * Marks the signature of a passkey. The rest is a JSON object in base64url with the texts `id` (credential),
 * `authenticatorData`, `clientDataJSON` and `signature`, each in base64url, as a browser gives them.
 */
const PREFIX = 'passkey:';
/** The most characters of a signature. RSA of 4096 bits and a credential id of 1,023 bytes need 4,500. */
const LONGEST = 8_192;
const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** No other use of the same passkey has a challenge that begins so. */
const CHALLENGE_DOMAIN = 'polku-approval/1\n';

const LEAST_RSA_BITS = 2048;

/** Bytes of authenticator data without extensions: the hash of the relying party, flags, counter. */
const HEAD_BYTES = 37;
const FLAGS_AT = 32;
/** WebAuthn Level 3 §6.1 */
const flags = {
  userPresent: 0x01,
  userVerified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  attested: 0x40,
  extensions: 0x80,
} as const;

/**
 * The challenge that a passkey signs for a payload: SHA-256 in base64url. The payload begins with the name of
 * its format, so a challenge for one kind of document never serves for another.
 */
export function challengeOf(payload: string): string {
  return createHash('sha256').update(CHALLENGE_DOMAIN).update(payload).digest('base64url');
}

/** Whether a signature says that a passkey made it. */
export function isPasskeySignature(signature: string): boolean {
  return signature.startsWith(PREFIX);
}

/** undefined if the text is not a key for ES256, EdDSA or RS256 (SubjectPublicKeyInfo, base64url). */
export function readPasskeyKey(text: string): KeyObject | undefined {
  if (!BASE64URL.test(text)) return undefined;
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64url'), type: 'spki', format: 'der' });
    return isSupported(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

function isSupported({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject): boolean {
  if (type === 'ed25519') return true;
  if (type === 'ec') return details.namedCurve === 'prime256v1';
  return type === 'rsa' && (details.modulusLength ?? 0) >= LEAST_RSA_BITS;
}

/** Why an address cannot be an origin of a relying party; undefined: it can. */
export function originFault(origin: string, id: string): string | undefined {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!url || url.origin !== origin)
    return `"${origin}" is not an origin. Write it like https://polku.city.example, without a path.`;
  if (url.protocol !== 'https:' && url.hostname !== 'localhost') return `"${origin}" must be https.`;
  if (url.hostname !== id && !url.hostname.endsWith(`.${id}`))
    return `"${origin}" is not at the domain "${id}" of the relying party.`;
  return undefined;
}

/**
 * Verifies an assertion (WebAuthn Level 3 §7.2) without any state: the counter of signatures is ignored,
 * because every reader verifies all old signatures again.
 * @returns why the signature is not valid, in words that follow a colon; undefined: it is valid
 */
export function passkeyFault(
  signature: string,
  payload: string,
  passkeys: readonly Passkey[],
  relyingParty: RelyingParty | undefined,
): string | undefined {
  const assertion = readAssertion(signature);
  if (!assertion) return 'it is not the signature of a passkey';
  if (!relyingParty) return 'owners.yaml names no console for passkeys (relyingParty)';
  const passkey = passkeys.find(({ id }) => id === assertion.id);
  if (!passkey) return 'the passkey is not one of this person';
  const { authenticatorData, clientDataJSON } = assertion;
  return (
    clientFault(clientDataJSON, payload, relyingParty) ??
    authenticatorFault(authenticatorData, relyingParty) ??
    (isSigned(assertion, passkey.key) ? undefined : 'it was altered, or another key signed it')
  );
}

interface Assertion {
  readonly id: string;
  readonly authenticatorData: Buffer;
  readonly clientDataJSON: Buffer;
  readonly signature: Buffer;
}

function readAssertion(text: string): Assertion | undefined {
  const encoded = text.slice(PREFIX.length);
  if (text.length > LONGEST || !BASE64URL.test(encoded)) return undefined;
  const fields = readObject(Buffer.from(encoded, 'base64url'));
  const bytesOf = (name: string) => {
    const value = fields?.[name];
    return typeof value === 'string' && BASE64URL.test(value) ? Buffer.from(value, 'base64url') : undefined;
  };
  const { id } = fields ?? {};
  const [authenticatorData, clientDataJSON] = [bytesOf('authenticatorData'), bytesOf('clientDataJSON')];
  const signature = bytesOf('signature');
  if (typeof id !== 'string' || !authenticatorData || !clientDataJSON || !signature) return undefined;
  return { id, authenticatorData, clientDataJSON, signature };
}

/** What the browser says: it was asked to sign this payload, by this console. */
function clientFault(bytes: Buffer, payload: string, { origins }: RelyingParty): string | undefined {
  const client = readObject(bytes);
  if (client?.['type'] !== 'webauthn.get') return 'the browser made it for another use than signing';
  if (client['challenge'] !== challengeOf(payload)) return 'another text was signed';
  if (typeof client['origin'] !== 'string' || !origins.includes(client['origin']))
    return 'it was made at another address than that of the console';
  // Inside a frame of another page, people do not see who asks them to sign.
  if ((client['crossOrigin'] ?? false) !== false || client['topOrigin'] !== undefined)
    return 'it was made inside another page';
  return undefined;
}

/** What the authenticator says: the person was present and proved to be its holder. */
function authenticatorFault(bytes: Buffer, { id }: RelyingParty): string | undefined {
  const set = bytes.at(FLAGS_AT) ?? 0;
  const has = (flag: number) => (set & flag) !== 0;
  const hasMore = has(flags.extensions) || has(flags.attested);
  if (hasMore ? bytes.length <= HEAD_BYTES : bytes.length !== HEAD_BYTES)
    return 'the data of the authenticator is malformed';
  if (has(flags.backedUp) && !has(flags.backupEligible)) return 'the data of the authenticator is malformed';
  if (!bytes.subarray(0, FLAGS_AT).equals(createHash('sha256').update(id).digest()))
    return 'the passkey signed for another domain';
  if (!has(flags.userPresent)) return 'nobody touched the authenticator';
  if (!has(flags.userVerified)) return 'the authenticator did not ask for the PIN or biometrics';
  return undefined;
}

function isSigned({ authenticatorData, clientDataJSON, signature }: Assertion, key: KeyObject): boolean {
  const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()]);
  // ES256 (DER) and RS256 (PKCS #1 v1.5) hash with SHA-256; Ed25519 has its own hash.
  return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', signed, key, signature);
}

function readObject(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
