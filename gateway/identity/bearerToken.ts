import { PolkuError } from '../../schema/polkuError.js';

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;

/**
 * The token of an `Authorization: Bearer …` header (RFC 6750 §2.1).
 * @throws PolkuError UNAUTHENTICATED
 */
export function bearerToken(authorization: string | undefined): string {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token !== undefined) return token;
  const [reason, message] =
    authorization === undefined
      ? ['no-token', 'The request has no token; send the header "Authorization: Bearer <token>".']
      : ['malformed', 'The header Authorization is not of the form "Bearer <token>".'];
  throw new PolkuError('UNAUTHENTICATED', message, { reason });
}
