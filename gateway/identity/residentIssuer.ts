import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { createLocalJWKSet, type JWK, SignJWT } from 'jose';
import { PolkuError } from '../../lib/errors.js';
import type { PersonKey } from '../../schema/keys.js';
import { TOKEN_ALGORITHM, type TrustedIssuer } from '../../schema/tokens/callerToken.js';
import { type Domain, type Domains, seal, unseal } from '../pseudonyms.js';
import { loginDomain } from './bearerToken.js';

/** The issuer of residents' tokens: the gateway. */
export const RESIDENT_ISSUER = 'polku-residents';
const TOKEN_TYPE = 'at+jwt';
const LIFETIME_SECONDS = 600;

/**
 * The gateway as the issuer of residents' tokens. Whatever such a token says, its caller is a resident who
 * asks for own data: a gateway cannot make itself a doctor.
 * @param gatewayKeys the public keys of the gateway: two while it rotates its key
 */
export function trustedResidents(gatewayKeys: readonly KeyObject[], audience: string): TrustedIssuer {
  return {
    issuer: RESIDENT_ISSUER,
    audience,
    keys: createLocalJWKSet({
      keys: gatewayKeys.map((key) => ({ ...(key.export({ format: 'jwk' }) as JWK), kid: keyId(key) })),
    }),
    algorithms: [TOKEN_ALGORITHM],
    tokenType: TOKEN_TYPE,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    claims: {
      recipient: { value: 'resident' },
      roles: { value: ['resident'] },
      purposes: { value: ['data-subject'] },
      person: { claim: 'person' },
    },
  };
}

/** Tells the keys of a gateway apart. */
function keyId(publicKey: KeyObject): string {
  const text = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(text).digest('base64url');
}

export interface ResidentIssuerOptions {
  /** The private key of the gateway. */
  readonly key: KeyObject;
  /** The public keys of the gateway, with which its tokens are verified. */
  readonly publicKeys: readonly KeyObject[];
  readonly audience: string;
  readonly domains: Domains;
  readonly epoch: string;
  /** Linkage: the person with an identity code; undefined if the city does not know the code. */
  readonly residentOf: (code: string) => PersonKey | undefined;
}

/** An access token of a resident. */
export interface ResidentToken {
  readonly accessToken: string;
  /** In seconds since 1970. */
  readonly expiresAt: number;
}

/** Turns the login of a resident, by identity code, into access tokens that name nobody outside. */
export class ResidentIssuer {
  readonly trusted: TrustedIssuer;
  readonly #options: ResidentIssuerOptions;
  readonly #keyId: string;
  readonly #login: Domain;
  readonly #subjects: Domain;

  constructor(options: ResidentIssuerOptions) {
    const { publicKeys, audience, domains, epoch } = options;
    this.#options = options;
    this.#keyId = keyId(createPublicKey(options.key));
    this.trusted = trustedResidents(publicKeys, audience);
    this.#login = loginDomain(domains, epoch);
    // No request has this purpose, so subjects cannot be joined with any ids that the gateway returns.
    this.#subjects = domains.domain({ purpose: 'login', recipient: 'subject', permit: undefined, epoch });
  }

  /**
   * The id of the person with an identity code, sealed for the login service. The code goes to linkage once
   * and is not kept. All codes that linkage does not know are refused alike.
   * @param code the claim of the identity provider
   * @throws PolkuError LOGIN_FAILED
   */
  admit(code: unknown): string {
    if (typeof code !== 'string')
      throw loginFailed(
        'no-identity-code',
        'The identity provider did not send an identity code. Tell the city.',
      );
    const person = this.#options.residentOf(code);
    if (person === undefined)
      throw loginFailed('unknown-resident', 'This city has no data under your identity code.');
    return seal(this.#login, 'PersonID', person);
  }

  /**
   * A new access token.
   * @param person the id that {@link admit} returned
   * @throws PolkuError LOGIN_FAILED if the id is of another epoch or another secret
   */
  async issue(person: string): Promise<ResidentToken> {
    const key = unseal(this.#login, 'PersonID', person);
    if (key === undefined) throw loginFailed('old-session', 'The login is too old. Log in again.');
    const now = Math.floor(Date.now() / 1000);
    const expiresAt = now + LIFETIME_SECONDS;
    const accessToken = await new SignJWT({ person })
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid: this.#keyId })
      .setIssuer(RESIDENT_ISSUER)
      .setAudience(this.#options.audience)
      .setSubject(seal(this.#subjects, 'PersonID', key))
      .setIssuedAt(now)
      .setExpirationTime(expiresAt)
      .sign(this.#options.key);
    return { accessToken, expiresAt };
  }
}

function loginFailed(reason: string, message: string): PolkuError {
  return new PolkuError('LOGIN_FAILED', message, { reason });
}
