import type { KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { TOKEN_ALGORITHM } from './callerToken.js';
import { CLOCK_TOLERANCE_SECONDS } from './clockTolerance.js';
import { contextRefused } from './contextRefused.js';

const ISSUER = 'polku-gateway';
const TYPE = 'polku-composition+jwt';

/** Signs the request for a subgraph's schema, which the gateway makes on its own behalf when it composes. */
export async function signCompositionContext(audience: string, key: KeyObject): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TYPE })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('30s')
    .sign(key);
}

/** @throws PolkuError CONTEXT_REFUSED */
export async function verifyCompositionContext(
  token: string,
  audience: string,
  gatewayKey: KeyObject,
): Promise<void> {
  try {
    await jwtVerify(token, gatewayKey, {
      issuer: ISSUER,
      audience,
      algorithms: [TOKEN_ALGORITHM],
      typ: TYPE,
      maxTokenAge: 30,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
  } catch (cause) {
    throw contextRefused(cause);
  }
}
