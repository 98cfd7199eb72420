import { createHash, type KeyObject } from 'node:crypto';
import type { PersonKey } from '../keys.js';
import { type Language, languageNamed } from '../language.js';
import type { Caller } from './callerClaims.js';
import { type TrustedIssuer, verifyCallerToken } from './callerToken.js';
import { contextRefused, signGatewayContext, verifyGatewayContext } from './gatewayContext.js';

const TYPE = 'polku-context+jwt';

/** The facts about a request that the gateway sends to a registry. */
export interface DecisionContext {
  readonly decisionId: string;
  readonly caller: Caller;
  /** The purpose of use of this request. */
  readonly purpose: string;
  /** The policy revision that the gateway used. */
  readonly revision: string;
  /**
   * The name of the pseudonymisation domain. It determines the order of lists, so that the order reveals no
   * key.
   */
  readonly domain: string;
  /** The caller as a data subject, if the token names one, for the condition `own-data`. */
  readonly person: PersonKey | undefined;
  /** The reason that the caller stated for break-glass access, if any. */
  readonly breakGlass: string | undefined;
  /** The language of labels for which a field's argument names none. */
  readonly language: Language;
}

/** The tokens for another process: the context signed by the gateway, and the caller's own token. */
export interface ContextTokens {
  readonly context: string;
  readonly caller: string;
}

/**
 * Signs a context for one registry and one request body. It is invalid for other registries and bodies.
 * @param body the exact text of the request body
 */
export async function signDecisionContext(
  context: DecisionContext,
  { audience, body, key }: { audience: string; body: string; key: KeyObject },
): Promise<string> {
  const { decisionId, caller, purpose, revision, domain, person, breakGlass, language } = context;
  const claims = {
    sub: caller.subject,
    jti: decisionId,
    purpose,
    revision,
    domain,
    person,
    breakGlass,
    language,
    recipient: caller.recipient,
    roles: caller.roles,
    body: digest(body),
  };
  return signGatewayContext(claims, { type: TYPE, audience }, key);
}

/** What a registry needs to verify a context. */
export interface ContextExpectation {
  readonly audience: string;
  /** Reads the body of the request. It is called only if everything else is valid. */
  readonly body: () => Promise<string>;
  readonly gatewayKeys: readonly KeyObject[];
  readonly trusted: readonly TrustedIssuer[];
}

/**
 * Verifies a context together with the caller's token. So neither can the gateway invent a purpose, nor the
 * caller a context.
 * @throws PolkuError CONTEXT_REFUSED, without the reason, so that requests without a valid context reveal
 * nothing
 */
export async function verifyDecisionContext(
  tokens: ContextTokens,
  { audience, body, gatewayKeys, trusted }: ContextExpectation,
): Promise<DecisionContext> {
  try {
    const payload = await verifyGatewayContext(
      tokens.context,
      { type: TYPE, audience, claims: ['sub', 'jti'] },
      gatewayKeys,
    );
    const caller = await verifyCallerToken(tokens.caller, trusted);
    const purpose = String(payload['purpose']);
    const agrees =
      payload.sub === caller.subject &&
      payload['recipient'] === caller.recipient &&
      JSON.stringify(payload['roles']) === JSON.stringify(caller.roles) &&
      // Without a person in the login token, the caller is not a data subject, whatever the gateway says.
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
      language: languageNamed(payload['language']),
    };
  } catch (cause) {
    throw contextRefused(cause);
  }
}

function digest(body: string): string {
  return createHash('sha256').update(body).digest('base64url');
}
