import { decodeJwt, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { PolkuError } from '../../lib/errors.js';
import { type Caller, callerOf, type ClaimMapping, tokenRefused } from './callerClaims.js';
import { type VerifiedToken, VerifiedTokens } from './verifiedTokens.js';

/** The signature algorithm of tokens that Polku itself makes. */
export const TOKEN_ALGORITHM = 'EdDSA';
/**
 * The accepted signature algorithms of identity providers: asymmetric ones only, so that no token can choose
 * a weaker one or a public key as a secret (RFC 8725 §3.1, §3.2). RSA keys have at least 2048 bits.
 */
export const PROVIDER_ALGORITHMS = ['EdDSA', 'ES256', 'ES384', 'PS256', 'RS256'];
/** The accepted difference of two clocks in seconds, in either direction. */
export const CLOCK_TOLERANCE_SECONDS = 30;

/**
 * The requirements for a trusted token: an access token for this audience, signed with a key of this issuer.
 */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  /** The signature algorithms of its tokens; the default is {@link PROVIDER_ALGORITHMS}. */
  readonly algorithms?: readonly string[] | undefined;
  /** Where its tokens state the facts about a caller; the default is `plainClaims`. */
  readonly claims?: ClaimMapping | undefined;
  /** The accepted difference of two clocks; the default is {@link CLOCK_TOLERANCE_SECONDS}. */
  readonly clockToleranceSeconds?: number | undefined;
  /**
   * The header `typ` of this issuer's access tokens: `at+jwt` in RFC 9068. By default the usual types are
   * accepted.
   */
  readonly tokenType?: string | undefined;
  /** The claim `token_use` of this issuer's access tokens. */
  readonly tokenUse?: string | undefined;
  /** The longest time from issue to expiry. */
  readonly maxLifetimeSeconds?: number | undefined;
}

/**
 * One day: long enough for a work shift, and short enough to limit the use of a stolen token (RFC 9700 §2.2).
 */
export const MAX_LIFETIME_SECONDS = 86_400;
/** Header types of access tokens: RFC 9068, and those of issuers without a specific type. */
const ACCESS_TOKEN_TYPES = [undefined, 'jwt', 'at+jwt'];
/**
 * Claims of other tokens only: ID tokens (OpenID Connect Core §2, §3.3.2.11) and security events (RFC 8417).
 */
const OTHER_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];

/** The verified tokens of each trusted issuer. */
const verified = new WeakMap<TrustedIssuer, VerifiedTokens<Caller>>();

/**
 * Verifies a caller's token (RFC 7519, RFC 8725). Its claim `iss` decides which issuer's keys may verify it,
 * so no issuer can make tokens of another one.
 * @throws PolkuError UNAUTHENTICATED, which says what is wrong with the token but not what it contains;
 * ISSUER_UNAVAILABLE if the token cannot be checked
 */
export async function verifyCallerToken(token: string, trusted: readonly TrustedIssuer[]): Promise<Caller> {
  try {
    const issuer = issuerOf(token, trusted);
    let tokens = verified.get(issuer);
    if (!tokens) verified.set(issuer, (tokens = new VerifiedTokens()));
    return (await tokens.find(token)) ?? (await verify(token, issuer, tokens));
  } catch (cause) {
    throw cause instanceof PolkuError ? cause : refusalOf(cause);
  }
}

/**
 * The issuer that a token names. Nothing is verified yet.
 * @throws PolkuError UNAUTHENTICATED
 */
export function issuerOf(token: string, trusted: readonly TrustedIssuer[]): TrustedIssuer {
  const iss = issuerNameOf(token);
  const issuer = trusted.find((one) => one.issuer === iss);
  if (issuer) return issuer;
  throw tokenRefused('claim-iss', 'The token is of no identity provider that this service accepts.');
}

function issuerNameOf(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch (cause) {
    throw refusalOf(cause);
  }
}

async function verify(
  token: string,
  trusted: TrustedIssuer,
  tokens: VerifiedTokens<Caller>,
): Promise<Caller> {
  let keyNow!: VerifiedToken<Caller>['keyNow'];
  const getKey: JWTVerifyGetKey = (header, jws) => (keyNow = () => trusted.keys(header, jws))();
  const { payload, protectedHeader, key } = await jwtVerify(token, getKey, {
    issuer: trusted.issuer,
    audience: trusted.audience,
    algorithms: [...(trusted.algorithms ?? PROVIDER_ALGORITHMS)],
    requiredClaims: ['sub', 'exp'],
    clockTolerance: toleranceOf(trusted),
  });
  requireAccessToken(protectedHeader.typ, payload, trusted);
  requireShortLife(payload, trusted);
  const caller = callerOf(payload, trusted.claims);
  tokens.add(token, { reading: caller, expires: payload.exp!, key, keyNow });
  return caller;
}

function toleranceOf({ clockToleranceSeconds = CLOCK_TOLERANCE_SECONDS }: TrustedIssuer): number {
  return clockToleranceSeconds;
}

/**
 * Other tokens of the same issuer prove a login to an application, not a right to this service (RFC 8725
 * §3.12).
 */
function requireAccessToken(
  type: unknown,
  payload: JWTPayload,
  { tokenType, tokenUse }: TrustedIssuer,
): void {
  const expected = tokenType === undefined ? ACCESS_TOKEN_TYPES : [shortType(tokenType)];
  if (!expected.includes(shortType(type)))
    throw tokenRefused(
      'token-type',
      'The token is not an access token: its header "typ" is not as expected.',
    );
  const use = payload['token_use'];
  // Keycloak writes the kind of a token into a claim "typ".
  if (
    (tokenUse === undefined ? use === 'id' : use !== tokenUse) ||
    (payload['typ'] !== undefined && payload['typ'] !== 'Bearer') ||
    OTHER_TOKEN_CLAIMS.some((claim) => payload[claim] !== undefined)
  )
    throw tokenRefused(
      'token-use',
      'The token is not an access token. Send the access token, not the ID token.',
    );
}

/** Removes the optional prefix "application/" of a media type (RFC 7515 §4.1.9). */
function shortType(type: unknown): string | undefined {
  return type === undefined
    ? undefined
    : String(type)
        .toLowerCase()
        .replace(/^application\//, '');
}

function requireShortLife({ iat, exp }: JWTPayload, trusted: TrustedIssuer): void {
  const { maxLifetimeSeconds = MAX_LIFETIME_SECONDS } = trusted;
  const now = Date.now() / 1000;
  if (iat !== undefined && iat > now + toleranceOf(trusted))
    throw tokenRefused('claim-iat', 'The token says that it is issued in the future.');
  // Without a time of issue, only the remaining lifetime is known.
  if (exp! - (iat ?? now) <= maxLifetimeSeconds) return;
  throw tokenRefused(
    'lifetime',
    `The token lives longer than ${maxLifetimeSeconds} seconds, the longest time that this service accepts.`,
  );
}

/** jose has its own errors for faults of a token. Every other error is about the keys. */
function refusalOf(cause: unknown): PolkuError {
  const fault = tokenFault(cause);
  // The cause is not kept: it has the claims of the token.
  if (fault !== undefined) return tokenRefused(fault, messageOf(cause));
  const message = 'The keys of the identity provider cannot be used.';
  return new PolkuError('ISSUER_UNAVAILABLE', message, {}, { cause });
}

function messageOf(cause: unknown): string {
  if (cause instanceof errors.JWTExpired) return 'The token has expired; get a new one.';
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return `The token was not issued for this service: its claim "${cause.claim}" is missing or not as expected.`;
  }
  if (cause instanceof errors.JOSEAlgNotAllowed)
    return 'The token is signed with an algorithm that is not accepted of its issuer.';
  return 'The token is not one that this service trusts.';
}

/**
 * Returns the fault of a token in one word, for programs and for the security events. Returns undefined if
 * the token is not at fault because the keys could not be used.
 */
export function tokenFault(cause: unknown): string | undefined {
  if (!(cause instanceof errors.JOSEError)) return undefined;
  if (cause instanceof errors.JWTExpired) return 'expired';
  if (cause instanceof errors.JWTClaimValidationFailed) return `claim-${cause.claim}`;
  if (cause instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (cause instanceof errors.JWKSNoMatchingKey) return 'unknown-key';
  if (cause instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return 'malformed';
}
