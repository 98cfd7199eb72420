import { createHash } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { PolkuError } from '../../lib/errors.js';
import { holdsIdentityCode } from '../identityCodeText.js';

/** The signature algorithm of tokens that Polku itself makes. */
export const TOKEN_ALGORITHM = 'EdDSA';
/**
 * The accepted signature algorithms of identity providers: asymmetric ones only, so that no token can choose
 * a weaker one or a public key as a secret (RFC 8725 §3.1, §3.2). RSA keys have at least 2048 bits.
 */
export const PROVIDER_ALGORITHMS = ['EdDSA', 'ES256', 'ES384', 'PS256', 'RS256'];

/** The caller, as stated by the identity provider. */
export interface Caller {
  /** The user or application: the token's `sub`. */
  readonly subject: string;
  /** The organisation that receives the data. */
  readonly recipient: string;
  readonly roles: readonly string[];
  /** The purposes of use that the identity provider has granted. A request names one of them. */
  readonly purposes: readonly string[];
  /** Employee number and units in the departments, for care relationships. */
  readonly employee: string | undefined;
  readonly units: readonly string[];
  /** The number of a research permit. */
  readonly permit: string | undefined;
  /** The caller as a data subject: an id from the login service, never an identity code. */
  readonly person: string | undefined;
}

/**
 * The requirements for a trusted token: an access token for this audience, signed with a key of this issuer.
 */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
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

const LONGEST_TEXT = 200;
const MOST_TEXTS = 200;
/** Control characters, invisible formatting characters, lone surrogates and line breaks. */
const UNREADABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The verified tokens of each trusted issuer. */
const verified = new WeakMap<TrustedIssuer, VerifiedTokens<Caller>>();

/**
 * Verifies a caller's token (RFC 7519, RFC 8725).
 * @throws PolkuError UNAUTHENTICATED, which says what is wrong with the token but not what it contains;
 * ISSUER_UNAVAILABLE if the token cannot be checked
 */
export async function verifyCallerToken(token: string, trusted: TrustedIssuer): Promise<Caller> {
  let tokens = verified.get(trusted);
  if (!tokens) verified.set(trusted, (tokens = new VerifiedTokens()));
  try {
    return (await tokens.find(token)) ?? (await verify(token, trusted, tokens));
  } catch (cause) {
    throw cause instanceof PolkuError ? cause : refusalOf(cause);
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
    algorithms: PROVIDER_ALGORITHMS,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  });
  requireAccessToken(protectedHeader.typ, payload, trusted);
  requireShortLife(payload, trusted);
  const caller = callerIn(payload);
  tokens.add(token, { reading: caller, expires: payload.exp!, key, keyNow });
  return caller;
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
    throw refused('token-type', 'The token is not an access token: its header "typ" is not as expected.');
  const use = payload['token_use'];
  // Keycloak writes the kind of a token into a claim "typ".
  if (
    (tokenUse === undefined ? use === 'id' : use !== tokenUse) ||
    (payload['typ'] !== undefined && payload['typ'] !== 'Bearer') ||
    OTHER_TOKEN_CLAIMS.some((claim) => payload[claim] !== undefined)
  )
    throw refused('token-use', 'The token is not an access token. Send the access token, not the ID token.');
}

/** Removes the optional prefix "application/" of a media type (RFC 7515 §4.1.9). */
function shortType(type: unknown): string | undefined {
  return type === undefined
    ? undefined
    : String(type)
        .toLowerCase()
        .replace(/^application\//, '');
}

function requireShortLife(
  { iat, exp }: JWTPayload,
  { maxLifetimeSeconds = MAX_LIFETIME_SECONDS }: TrustedIssuer,
): void {
  const now = Date.now() / 1000;
  if (iat !== undefined && iat > now + CLOCK_TOLERANCE_SECONDS)
    throw refused('claim-iat', 'The token says that it is issued in the future.');
  // Without a time of issue, only the remaining lifetime is known.
  if (exp! - (iat ?? now) <= maxLifetimeSeconds) return;
  throw refused(
    'lifetime',
    `The token lives longer than ${maxLifetimeSeconds} seconds, the longest time that this service accepts.`,
  );
}

function callerIn(payload: JWTPayload): Caller {
  const optional = (name: string) => (payload[name] === undefined ? undefined : text(payload[name], name));
  const caller = {
    subject: text(payload.sub, 'sub'),
    recipient: text(payload['recipient'], 'recipient'),
    roles: texts(payload['roles'], 'roles'),
    purposes: texts(payload['purposes'], 'purposes'),
    employee: optional('employee'),
    units: payload['units'] === undefined ? [] : texts(payload['units'], 'units', 0),
    permit: optional('permit'),
    person: optional('person'),
  };
  // The audit log stores these claims.
  const { subject, recipient, roles, purposes, permit = '' } = caller;
  if ([subject, recipient, ...roles, ...purposes, permit].some(holdsIdentityCode))
    throw refused(
      'identity-code',
      'The token contains an identity code. The audit log stores the claims, so the identity provider must send other identifiers.',
    );
  return caller;
}

function text(claim: unknown, name: string): string {
  if (isText(claim)) return claim;
  throw refused(
    `claim-${name}`,
    `The token's claim "${name}" is missing, or not a text of 1 to ${LONGEST_TEXT} readable characters.`,
  );
}

function texts(claim: unknown, name: string, least = 1): readonly string[] {
  if (Array.isArray(claim) && claim.length >= least && claim.length <= MOST_TEXTS && claim.every(isText))
    return claim;
  throw refused(`claim-${name}`, `The token's claim "${name}" is missing or not a list of texts.`);
}

function isText(claim: unknown): claim is string {
  return (
    typeof claim === 'string' &&
    claim.trim() === claim &&
    claim.length > 0 &&
    claim.length <= LONGEST_TEXT &&
    !UNREADABLE.test(claim)
  );
}

/** @param reason the fault in one word, for programs and for the security events */
function refused(reason: string, message: string, cause?: unknown): PolkuError {
  return new PolkuError('UNAUTHENTICATED', message, { reason }, { cause });
}

/** jose has its own errors for faults of a token. Every other error is about the keys. */
function refusalOf(cause: unknown): PolkuError {
  const fault = tokenFault(cause);
  if (fault !== undefined) return refused(fault, messageOf(cause), cause);
  const message = 'The keys of the identity provider cannot be used.';
  return new PolkuError('ISSUER_UNAVAILABLE', message, {}, { cause });
}

function messageOf(cause: unknown): string {
  if (cause instanceof errors.JWTExpired) return 'The token has expired; get a new one.';
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return `The token was not issued for this service: its claim "${cause.claim}" is missing or not as expected.`;
  }
  if (cause instanceof errors.JOSEAlgNotAllowed)
    return `The token is signed with none of ${PROVIDER_ALGORITHMS.join(', ')}.`;
  return 'The token is not one that this service trusts.';
}

type Key = Awaited<ReturnType<JWTVerifyGetKey>>;

/** A token with a valid signature. */
interface VerifiedToken<Reading> {
  /** The result of reading it. */
  readonly reading: Reading;
  /** Its claim `exp`, a NumericDate. */
  readonly expires: NonNullable<JWTPayload['exp']>;
  /** The key that verified it. */
  readonly key: Key;
  /** Fetches the key that the issuer now has for it. */
  readonly keyNow: () => Key | Promise<Key>;
}

/** The size of the token cache in bytes. A token takes about a thousand. */
const CACHE_BYTES = 8 * 2 ** 20;
/** The size of an entry without the text of its token. */
const ENTRY_BYTES = 1_000;

/**
 * A cache of verified tokens of one issuer, by hash. Callers send the same token many times, and checking the
 * signature is the slowest part of a verification. An entry is valid until the token expires or the issuer
 * replaces the key that verified it. After that, the token is verified again.
 */
class VerifiedTokens<Reading> {
  readonly #tokens = new LRUCache<string, VerifiedToken<Reading>>({ maxSize: CACHE_BYTES });

  /**
   * Returns the result of an earlier verification, or undefined if the token must be verified.
   * @throws errors of fetching the keys
   */
  async find(token: string): Promise<Reading | undefined> {
    const known = this.#tokens.get(hashOf(token));
    if (!known || known.expires <= Math.floor(Date.now() / 1000)) return undefined;
    return (await known.keyNow()) === known.key ? known.reading : undefined;
  }

  add(token: string, verified: VerifiedToken<Reading>): void {
    this.#tokens.set(hashOf(token), verified, { size: 2 * token.length + ENTRY_BYTES });
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
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

/** The accepted difference of two clocks in seconds, in either direction. */
export const CLOCK_TOLERANCE_SECONDS = 30;
