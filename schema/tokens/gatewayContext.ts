import type { KeyObject } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { PolkuError } from '../../lib/errors.js';
import { CLOCK_TOLERANCE_SECONDS, TOKEN_ALGORITHM, tokenFault } from './callerToken.js';

/** Seconds that a context lives: longer than any fetch, too short to be worth stealing. */
export const CONTEXT_LIFETIME_SECONDS = 30;
const ISSUER = 'polku-gateway';

/** What a gateway signs for one registry: what it is for, and to whom it goes. */
interface Addressed {
  readonly type: string;
  readonly audience: string;
}

/** Signs claims for one registry, from now on for as long as a context lives. */
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
 * Verifies what a gateway signed. By the clock of who verifies, a context is taken from {@link CLOCK_TOLERANCE_SECONDS} before
 * it was issued until as long after it ended, and one that was made to live longer than contexts do never.
 * @throws JOSEError, PolkuError CONTEXT_REFUSED
 */
export async function verifyGatewayContext(
  token: string,
  { type, audience, claims }: Addressed & { readonly claims: string[] },
  gatewayKey: KeyObject,
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, gatewayKey, {
    issuer: ISSUER,
    audience,
    algorithms: [TOKEN_ALGORITHM],
    typ: type,
    maxTokenAge: CONTEXT_LIFETIME_SECONDS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['iat', 'exp', ...claims],
  });
  if (payload.exp! - payload.iat! > CONTEXT_LIFETIME_SECONDS) throw contextRefused('context-lifetime');
  return payload;
}

const TYPE = 'polku-composition+jwt';

/** Signs the request for a subgraph's schema, which the gateway makes on its own behalf. */
export function signCompositionContext(audience: string, key: KeyObject): Promise<string> {
  return signGatewayContext({}, { type: TYPE, audience }, key);
}

/** @throws PolkuError CONTEXT_REFUSED */
export async function verifyCompositionContext(
  token: string,
  audience: string,
  gatewayKey: KeyObject,
): Promise<void> {
  try {
    await verifyGatewayContext(token, { type: TYPE, audience, claims: [] }, gatewayKey);
  } catch (cause) {
    throw contextRefused(cause);
  }
}

/**
 * The one refusal of a registry, whatever was wrong: whoever has no valid context learns nothing. Its details name the fault for the
 * registry's own log and are not sent.
 * @param cause what ended the verification, or the fault in one word
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
