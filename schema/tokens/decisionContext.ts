import { createHash, type KeyObject } from 'node:crypto';
import type { PersonKey } from '../keys.js';
import { type Caller, type TrustedIssuer, verifyCallerToken } from './callerToken.js';
import { contextRefused, signGatewayContext, verifyGatewayContext } from './gatewayContext.js';

const TYPE = 'polku-context+jwt';

/** What the gateway tells a registry of the request that it serves. */
export interface DecisionContext {
  readonly decisionId: string;
  readonly caller: Caller;
  /** The one purpose of use of this request. */
  readonly purpose: string;
  /** The policy revision by which the gateway decided. */
  readonly revision: string;
  /** Names the pseudonymisation domain; lists are shuffled by it, so that their order tells no key. */
  readonly domain: string;
  /** The caller as a data subject, where the token tells it: for the condition `own-data`. */
  readonly person: PersonKey | undefined;
  /** The reason that the caller stated for breaking the glass, if so. */
  readonly breakGlass: string | undefined;
}

/** What travels to another process: the context signed by the gateway, and the caller's own token beside it. */
export interface ContextTokens {
  readonly context: string;
  readonly caller: string;
}

/**
 * Signs a context for one registry and one body: it opens nothing elsewhere and nothing else.
 * @param body the exact bytes that are sent with it
 */
export async function signDecisionContext(
  context: DecisionContext,
  { audience, body, key }: { audience: string; body: string; key: KeyObject },
): Promise<string> {
  const { decisionId, caller, purpose, revision, domain, person, breakGlass } = context;
  const claims = {
    sub: caller.subject,
    jti: decisionId,
    purpose,
    revision,
    domain,
    person,
    breakGlass,
    recipient: caller.recipient,
    roles: caller.roles,
    body: digest(body),
  };
  return signGatewayContext(claims, { type: TYPE, audience }, key);
}

/** What a registry verifies a context by. */
export interface ContextExpectation {
  readonly audience: string;
  /** Reads the body of the request; asked only when everything else is in order. */
  readonly body: () => Promise<string>;
  readonly gatewayKey: KeyObject;
  readonly trusted: TrustedIssuer;
}

/**
 * Verifies a context and the caller's token against each other: the gateway alone cannot invent a purpose, nor the
 * caller a context.
 * @throws PolkuError CONTEXT_REFUSED, without a word on what was wrong: whoever has no context learns nothing.
 */
export async function verifyDecisionContext(
  tokens: ContextTokens,
  { audience, body, gatewayKey, trusted }: ContextExpectation,
): Promise<DecisionContext> {
  try {
    const payload = await verifyGatewayContext(
      tokens.context,
      { type: TYPE, audience, claims: ['sub', 'jti'] },
      gatewayKey,
    );
    const caller = await verifyCallerToken(tokens.caller, trusted);
    const purpose = String(payload['purpose']);
    const agrees =
      payload.sub === caller.subject &&
      payload['recipient'] === caller.recipient &&
      JSON.stringify(payload['roles']) === JSON.stringify(caller.roles) &&
      // Whoever the login service did not name is no data subject, whatever the gateway says.
      (payload['person'] === undefined || caller.person !== undefined) &&
      caller.purposes.includes(purpose) &&
      payload['body'] === digest(await body());
    if (!agrees) throw contextRefused('context-mismatch');
    return {
      decisionId: payload.jti!,
      caller,
      purpose,
      revision: String(payload['revision']),
      domain: String(payload['domain']),
      person: typeof payload['person'] === 'number' ? payload['person'] : undefined,
      breakGlass: typeof payload['breakGlass'] === 'string' ? payload['breakGlass'] : undefined,
    };
  } catch (cause) {
    throw contextRefused(cause);
  }
}

function digest(body: string): string {
  return createHash('sha256').update(body).digest('base64url');
}
