import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';
import { challengeFor, passkeySignature } from './signedText.js';

/** Algorithms that Polku verifies: ES256, EdDSA and RS256 (COSE). */
const ALGORITHMS = [-7, -8, -257];

/** Why there is no signature. Its text for the user is `policies:passkey.fault.<kind>`. */
export type PasskeyFaultKind = 'cancelled' | 'unsupported' | 'failed';

export class PasskeyFault extends Error {
  constructor(readonly kind: PasskeyFaultKind) {
    super(kind);
  }
}

/** What owners.yaml needs of a passkey. */
export interface NewPasskey {
  readonly id: string;
  /** SubjectPublicKeyInfo, base64url. */
  readonly key: string;
}

/**
 * Makes a passkey on this device or a security key.
 * @param person id in owners.yaml
 * @throws PasskeyFault
 */
export async function makePasskey(relyingParty: string, person: string): Promise<NewPasskey> {
  const challenge = await challengeFor(`a new passkey ${crypto.randomUUID()}`);
  const user = { id: challenge, name: person, displayName: person };
  const made = await attempt(() =>
    startRegistration({
      optionsJSON: {
        challenge,
        rp: { id: relyingParty, name: 'Polku' },
        user,
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        attestation: 'none',
      },
    }),
  );
  const { publicKey } = made.response;
  if (publicKey === undefined) throw new PasskeyFault('failed');
  return { id: made.id, key: publicKey };
}

/**
 * Asks the user to sign a text with one of these passkeys.
 * @param passkeys credential ids
 * @returns the signature, and the credential that made it
 * @throws PasskeyFault
 */
export async function signText(
  text: string,
  relyingParty: string,
  passkeys: readonly string[],
): Promise<{ readonly signature: string; readonly passkey: string }> {
  const challenge = await challengeFor(text);
  const { id, response } = await attempt(() =>
    startAuthentication({
      optionsJSON: {
        challenge,
        rpId: relyingParty,
        allowCredentials: passkeys.map((passkey) => ({ id: passkey, type: 'public-key' })),
        userVerification: 'required',
      },
    }),
  );
  return { signature: passkeySignature({ id, ...response }), passkey: id };
}

async function attempt<Made>(make: () => Promise<Made>): Promise<Made> {
  if (!browserSupportsWebAuthn()) throw new PasskeyFault('unsupported');
  try {
    return await make();
  } catch (error) {
    // Browsers say the same of a refusal, a timeout and an unknown passkey.
    const wasRefused = error instanceof Error && ['NotAllowedError', 'AbortError'].includes(error.name);
    throw new PasskeyFault(wasRefused ? 'cancelled' : 'failed');
  }
}
