import type { KeyObject } from 'node:crypto';
import { contextRefused } from './contextRefused.js';
import { signGatewayContext, verifyGatewayContext } from './gatewayContext.js';

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
