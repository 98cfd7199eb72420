import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { DEFAULT_LANGUAGE } from '../../schema/language.js';
import type { Caller } from '../../schema/tokens/callerClaims.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';

/** A caller whose token has only the given claims. */
export function testCaller(
  claims: Partial<Caller> & Pick<Caller, 'recipient' | 'roles' | 'purposes'>,
): Caller {
  return {
    subject: 'someone',
    employee: undefined,
    units: [],
    permit: undefined,
    person: undefined,
    ...claims,
  };
}

/** The request data that registries get for the first purpose of a caller. */
export function contextOf(caller: Caller): DecisionContext {
  return {
    decisionId: 'd-1',
    caller,
    purpose: caller.purposes[0]!,
    revision: 'r',
    domain: 'domain',
    person: undefined,
    breakGlass: undefined,
    language: DEFAULT_LANGUAGE,
  };
}

/** A token of the issuer `idp` for the audience `polku`. */
export function tokenOf({ subject, ...claims }: Caller, key: KeyObject, expires = '1h'): Promise<string> {
  return new SignJWT(JSON.parse(JSON.stringify(claims)) as Record<string, unknown>)
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('idp')
    .setAudience('polku')
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key);
}
