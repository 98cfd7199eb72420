import { createHash } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { PolkuError } from '../../lib/errors.js';
import { holdsIdentityCode } from '../identityCodeText.js';

/** The only signature algorithm taken, so that no token can choose a weaker one (RFC 8725 §3.1). */
export const TOKEN_ALGORITHM = 'EdDSA';

/** Who asks, as the identity provider vouches for it. */
export interface Caller {
  /** The user or application: the token's `sub`. */
  readonly subject: string;
  /** The organisation that receives the data. */
  readonly recipient: string;
  readonly roles: readonly string[];
  /** Purposes of use that the identity provider has granted; a request names one of them. */
  readonly purposes: readonly string[];
  /** Employee number and units in the departments, for care relationships. */
  readonly employee: string | undefined;
  readonly units: readonly string[];
  /** Number of a research permit. */
  readonly permit: string | undefined;
  /** The caller as a data subject: an id that the login service was given, never an identity code. */
  readonly person: string | undefined;
}

/** What a token must be to be trusted: signed by a key of this issuer, for this audience, as an access token. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  /** The header `typ` that access tokens of this issuer have: `at+jwt` by RFC 9068. Without it the usual ones are accepted. */
  readonly tokenType?: string | undefined;
  /** The claim `token_use` that access tokens of this issuer have. */
  readonly tokenUse?: string | undefined;
  /** The longest time from issue to expiry. */
  readonly maxLifetimeSeconds?: number | undefined;
}

/** A day: long enough for a shift, and short for a token that was stolen (RFC 9700 §2.2). */
export const MAX_LIFETIME_SECONDS = 86_400;
/** Header types of access tokens: RFC 9068, and those of issuers that do not type them. */
const ACCESS_TOKEN_TYPES = [undefined, 'jwt', 'at+jwt'];
/** Claims that only other kinds of token have: ID tokens (OpenID Connect Core §2, §3.3.2.11) and security events (RFC 8417). */
const OTHER_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];

const LONGEST_TEXT = 200;
const MOST_TEXTS = 200;
/** Control characters, invisible ones that change how a text reads, halves of characters and line breaks. */
const UNREADABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Of each issuer that somebody here trusts. */
const verified = new WeakMap<TrustedIssuer, VerifiedTokens<Caller>>();

/**
 * Verifies a caller's token (RFC 7519, RFC 8725).
 * @throws PolkuError UNAUTHENTICATED, in words that tell what is wrong with the token and nothing of its content;
 * ISSUER_UNAVAILABLE where nothing can be said of it
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
    algorithms: [TOKEN_ALGORITHM],
    requiredClaims: ['sub', 'exp'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  });
  requireAccessToken(protectedHeader.typ, payload, trusted);
  requireShortLife(payload, trusted);
  const caller = callerIn(payload);
  tokens.keep(token, { reading: caller, expires: payload.exp!, key, keyNow });
  return caller;
}

/** A token of another kind from the same issuer proves a login to an application, not a right to this service (RFC 8725 §3.12). */
function requireAccessToken(
  type: unknown,
  payload: JWTPayload,
  { tokenType, tokenUse }: TrustedIssuer,
): void {
  const expected = tokenType === undefined ? ACCESS_TOKEN_TYPES : [shortType(tokenType)];
  if (!expected.includes(shortType(type)))
    throw refused('token-type', 'The token is no access token: its header "typ" is not as expected.');
  const use = payload['token_use'];
  // Keycloak has the kind of a token in a claim "typ".
  if (
    (tokenUse === undefined ? use === 'id' : use !== tokenUse) ||
    (payload['typ'] !== undefined && payload['typ'] !== 'Bearer') ||
    OTHER_TOKEN_CLAIMS.some((claim) => payload[claim] !== undefined)
  )
    throw refused('token-use', 'The token is no access token; send the access token, not the ID token.');
}

/** A media type without its "application/", which may be left out (RFC 7515 §4.1.9); whatever else stands there is none. */
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
  // Without a time of issue, what is left of its life is known.
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
  // The audit log keeps these.
  const { subject, recipient, roles, purposes, permit = '' } = caller;
  if ([subject, recipient, ...roles, ...purposes, permit].some(holdsIdentityCode))
    throw refused(
      'identity-code',
      'The token holds an identity code. Its claims are kept in the audit log: the identity provider must send other identifiers.',
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

/** @param reason names the fault for programs and for the log of security events */
function refused(reason: string, message: string, cause?: unknown): PolkuError {
  return new PolkuError('UNAUTHENTICATED', message, { reason }, { cause });
}

/** Whatever is wrong with a token is an error of its own in jose; what is left comes of the keys. */
function refusalOf(cause: unknown): PolkuError {
  const fault = tokenFault(cause);
  if (fault !== undefined) return refused(fault, wordsOf(cause), cause);
  const message = 'The keys of the identity provider cannot be used.';
  return new PolkuError('ISSUER_UNAVAILABLE', message, {}, { cause });
}

function wordsOf(cause: unknown): string {
  if (cause instanceof errors.JWTExpired) return 'The token has expired; get a new one.';
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return `The token was not issued for this service: its claim "${cause.claim}" is missing or not as expected.`;
  }
  if (cause instanceof errors.JOSEAlgNotAllowed) return `The token is not signed with ${TOKEN_ALGORITHM}.`;
  return 'The token is not one that this service trusts.';
}

type Key = Awaited<ReturnType<JWTVerifyGetKey>>;

/** A token whose signature was found good. */
interface VerifiedToken<Reading> {
  /** What was read from it. */
  readonly reading: Reading;
  /** NumericDate of its claim `exp`. */
  readonly expires: NonNullable<JWTPayload['exp']>;
  /** The key that it was verified by. */
  readonly key: Key;
  /** Asks for the key that the issuer has for it now. */
  readonly keyNow: () => Key | Promise<Key>;
}

/** What is kept of tokens, in bytes; a token takes about one thousand. */
const BYTES_KEPT = 8 * 2 ** 20;
/** An entry besides the parts of its token that it holds. */
const ENTRY_BYTES = 1_000;

/**
 * Tokens of one issuer that were verified, by their hash: a caller comes with the same one many times, and a signature takes
 * longer to check than all else of it. It holds while the token lives and its issuer has the very key that it was verified
 * by; whoever holds the token anew is asked for the whole proof when either has ended.
 */
class VerifiedTokens<Reading> {
  readonly #tokens = new LRUCache<string, VerifiedToken<Reading>>({ maxSize: BYTES_KEPT });

  /**
   * What was read from a token; undefined where it must be verified.
   * @throws what asking for the keys throws
   */
  async find(token: string): Promise<Reading | undefined> {
    const known = this.#tokens.get(hashOf(token));
    if (!known || known.expires <= Math.floor(Date.now() / 1000)) return undefined;
    return (await known.keyNow()) === known.key ? known.reading : undefined;
  }

  keep(token: string, verified: VerifiedToken<Reading>): void {
    this.#tokens.set(hashOf(token), verified, { size: 2 * token.length + ENTRY_BYTES });
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/**
 * What is wrong with a token, in one word for programs and for the log of security events; undefined where it is not the token: then
 * its keys could not be used.
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

/** Seconds by which two clocks may differ, in either direction, before a token is refused. */
export const CLOCK_TOLERANCE_SECONDS = 30;
