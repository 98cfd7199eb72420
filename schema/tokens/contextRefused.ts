import { PolkuError } from '../polkuError.js';
import { tokenFault } from './tokenFault.js';

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
