import type { KeyObject } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { PolkuError } from '../../lib/errors.js';
import { CLOCK_TOLERANCE_SECONDS, TOKEN_ALGORITHM, tokenFault } from './callerToken.js';

/** The lifetime of a context in seconds: longer than any fetch, but too short for misuse. */
export const CONTEXT_LIFETIME_SECONDS = 30;
const ISSUER = 'polku-gateway';

/** The type of a signed context, and the registry that it is for. */
interface Addressed {
  readonly type: string;
  readonly audience: string;
}

/** Signs claims for one registry, valid for the lifetime of a context. */
export function signGatewayContext(
  claims: JWTPayload,
  { type, audience }: Addressed,
  key: KeyObject,
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: type })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${CONTEXT_LIFETIME_SECONDS}s`)
    .sign(key);
}

/**
 * Verifies a context that a gateway signed with one of its keys: it has two while a key is rotated. A context
 * is valid from {@link CLOCK_TOLERANCE_SECONDS} before its issue until the same time after its end, by the
 * verifier's clock. A context with a longer lifetime than usual is always rejected.
 * @throws JOSEError, PolkuError CONTEXT_REFUSED
 */
export async function verifyGatewayContext(
  token: string,
  { type, audience, claims }: Addressed & { readonly claims: string[] },
  gatewayKeys: readonly KeyObject[],
): Promise<JWTPayload> {
  const options = {
    issuer: ISSUER,
    audience,
    algorithms: [TOKEN_ALGORITHM],
    typ: type,
    maxTokenAge: CONTEXT_LIFETIME_SECONDS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['iat', 'exp', ...claims],
  };
  let fault: unknown;
  for (const key of gatewayKeys) {
    try {
      const { payload } = await jwtVerify(token, key, options);
      if (payload.exp! - payload.iat! > CONTEXT_LIFETIME_SECONDS) throw contextRefused('context-lifetime');
      return payload;
    } catch (cause) {
      if (!(cause instanceof errors.JWSSignatureVerificationFailed)) throw cause;
      fault = cause;
    }
  }
  throw fault ?? contextRefused('context-signature');
}

const TYPE = 'polku-composition+jwt';

/** Signs the gateway's own request for the schema of a subgraph. */
export function signCompositionContext(audience: string, key: KeyObject): Promise<string> {
  return signGatewayContext({}, { type: TYPE, audience }, key);
}

/** @throws PolkuError CONTEXT_REFUSED */
export async function verifyCompositionContext(
  token: string,
  audience: string,
  gatewayKeys: readonly KeyObject[],
): Promise<void> {
  try {
    await verifyGatewayContext(token, { type: TYPE, audience, claims: [] }, gatewayKeys);
  } catch (cause) {
    throw contextRefused(cause);
  }
}

/**
 * Makes the only rejection of a registry. It is the same for every fault, so that it reveals nothing. Its
 * details name the fault for the registry's own log and are not sent.
 * @param cause the error that ended the verification, or the fault in one word
 */
export function contextRefused(cause: unknown): PolkuError {
  if (cause instanceof PolkuError && cause.code === 'CONTEXT_REFUSED') return cause;
  const reason = typeof cause === 'string' ? cause : faultOf(cause);
  return new PolkuError('CONTEXT_REFUSED', 'This registry answers its gateway only.', { reason }, { cause });
}

function faultOf(cause: unknown): string {
  if (cause instanceof PolkuError)
    return `caller-token-${String(cause.details['reason'] ?? cause.code.toLowerCase())}`;
  return `context-${tokenFault(cause) ?? 'other'}`;
}
