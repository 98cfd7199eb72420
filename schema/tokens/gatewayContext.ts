import type { KeyObject } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { TOKEN_ALGORITHM } from './callerToken.js';
import { CLOCK_TOLERANCE_SECONDS } from './clockTolerance.js';
import { contextRefused } from './contextRefused.js';

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
