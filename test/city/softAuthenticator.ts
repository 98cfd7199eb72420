import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { challengeOf, type Passkey, type RelyingParty } from '../../approvals/passkey.js';

export const passkeyKinds = ['ES256', 'EdDSA', 'RS256'] as const;
export type PasskeyKind = (typeof passkeyKinds)[number];

/** What a browser and an authenticator put into an assertion. By default, that of an honest signature. */
export interface Ceremony {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
  readonly crossOrigin: boolean | undefined;
  readonly topOrigin: string | undefined;
  readonly rpId: string;
  /** 0x01: the user was present; 0x04: and was verified. */
  readonly flags: number;
  readonly counter: number;
  readonly credential: string;
}

/** The parts of an assertion, each in base64url. */
export interface AssertionParts {
  readonly id: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
}

/** A passkey in this process: the tests play the browser and the authenticator. */
export interface SoftPasskey extends Passkey {
  readonly kind: PasskeyKind;
  readonly privateKey: KeyObject;
  /** The public key as owners.yaml has it. */
  readonly spki: string;
  assert(payload: string, changes?: Partial<Ceremony>): AssertionParts;
  /** The signature as Polku accepts it. */
  sign(payload: string, changes?: Partial<Ceremony>): string;
}

export function softPasskey(kind: PasskeyKind, relyingParty: RelyingParty): SoftPasskey {
  const { publicKey, privateKey } = keyPair(kind);
  const id = randomBytes(20).toString('base64url');
  const assert = (payload: string, changes: Partial<Ceremony> = {}): AssertionParts => {
    const ceremony: Ceremony = {
      type: 'webauthn.get',
      challenge: challengeOf(payload),
      origin: relyingParty.origins[0]!,
      crossOrigin: false,
      topOrigin: undefined,
      rpId: relyingParty.id,
      flags: 0x05,
      counter: 0,
      credential: id,
      ...changes,
    };
    const { type, challenge, origin, crossOrigin, topOrigin } = ceremony;
    const client = Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin, topOrigin }));
    const head = Buffer.alloc(5);
    head.writeUInt8(ceremony.flags);
    head.writeUInt32BE(ceremony.counter, 1);
    const data = Buffer.concat([createHash('sha256').update(ceremony.rpId).digest(), head]);
    const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
    return {
      id: ceremony.credential,
      authenticatorData: data.toString('base64url'),
      clientDataJSON: client.toString('base64url'),
      signature: sign(kind === 'EdDSA' ? null : 'sha256', signed, privateKey).toString('base64url'),
    };
  };
  return {
    kind,
    id,
    key: publicKey,
    label: undefined,
    privateKey,
    spki: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
    assert,
    sign: (payload, changes) => passkeySignature(assert(payload, changes)),
  };
}

export function passkeySignature(parts: object): string {
  return `passkey:${Buffer.from(JSON.stringify(parts)).toString('base64url')}`;
}

function keyPair(kind: PasskeyKind): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  switch (kind) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
  }
}
