import { errors } from 'jose';

/**
 * What is wrong with a token, in one word for programs and for the log of security events; undefined where it is not the token: then
 * its keys could not be used.
 */
export function tokenFault(cause: unknown): string | undefined {
  if (!(cause instanceof errors.JOSEError)) return undefined;
  if (cause instanceof errors.JWTExpired) return 'expired';
  if (cause instanceof errors.JWTClaimValidationFailed) return `claim-${cause.claim}`;
  if (cause instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (cause instanceof errors.JWKSNoMatchingKey) return 'unknown-key';
  if (cause instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return 'malformed';
}
