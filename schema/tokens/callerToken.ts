import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { PolkuError } from '../polkuError.js';
import { type VerifiedToken, VerifiedTokens } from './verifiedTokens.js';

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

/** What a token must be to be trusted: signed by a key of this issuer, for this audience. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
}

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
    if (cause instanceof PolkuError) throw cause;
    if (isUnreachable(cause)) {
      throw new PolkuError(
        'ISSUER_UNAVAILABLE',
        'The keys of the identity provider cannot be fetched.',
        {},
        { cause },
      );
    }
    throw new PolkuError('UNAUTHENTICATED', explain(cause), {}, { cause });
  }
}

async function verify(
  token: string,
  trusted: TrustedIssuer,
  tokens: VerifiedTokens<Caller>,
): Promise<Caller> {
  let keyNow!: VerifiedToken<Caller>['keyNow'];
  const getKey: JWTVerifyGetKey = (header, jws) => (keyNow = () => trusted.keys(header, jws))();
  const { payload, key } = await jwtVerify(token, getKey, {
    issuer: trusted.issuer,
    audience: trusted.audience,
    algorithms: [TOKEN_ALGORITHM],
    requiredClaims: ['sub', 'exp'],
  });
  const caller = callerIn(payload);
  tokens.keep(token, { reading: caller, expires: payload.exp!, key, keyNow });
  return caller;
}

function callerIn(payload: JWTPayload): Caller {
  return {
    subject: payload.sub!,
    recipient: text(payload['recipient'], 'recipient'),
    roles: texts(payload['roles'], 'roles'),
    purposes: texts(payload['purposes'], 'purposes'),
    employee: payload['employee'] === undefined ? undefined : text(payload['employee'], 'employee'),
    units: payload['units'] === undefined ? [] : texts(payload['units'], 'units', 0),
    permit: payload['permit'] === undefined ? undefined : text(payload['permit'], 'permit'),
    person: payload['person'] === undefined ? undefined : text(payload['person'], 'person'),
  };
}

function text(claim: unknown, name: string): string {
  if (typeof claim === 'string' && claim.length > 0 && claim.length <= 200) return claim;
  throw new PolkuError('UNAUTHENTICATED', `The token's claim "${name}" is missing or not a text.`);
}

function texts(claim: unknown, name: string, least = 1): readonly string[] {
  if (Array.isArray(claim) && claim.length >= least && claim.every((item) => typeof item === 'string'))
    return claim;
  throw new PolkuError('UNAUTHENTICATED', `The token's claim "${name}" is missing or not a list of texts.`);
}

/** Whatever is wrong with a token is an error of its own in jose; what is left comes of fetching the keys. */
function isUnreachable(cause: unknown): boolean {
  if (!(cause instanceof errors.JOSEError)) return true;
  return (
    cause instanceof errors.JWKSTimeout ||
    cause instanceof errors.JWKSInvalid ||
    cause.code === 'ERR_JOSE_GENERIC'
  );
}

function explain(cause: unknown): string {
  if (cause instanceof errors.JWTExpired) return 'The token has expired; get a new one.';
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return `The token was not issued for this service: its claim "${cause.claim}" is missing or not as expected.`;
  }
  if (cause instanceof errors.JOSEAlgNotAllowed) return `The token is not signed with ${TOKEN_ALGORITHM}.`;
  return 'The token is not one that this service trusts.';
}
