import { PolkuError } from '../../schema/polkuError.js';
import type { Caller } from '../../schema/tokens/callerToken.js';
import type { Policy } from '../../policies/engine/decide/policy.js';

/** The header in which every request says what the data is for. */
export const PURPOSE_HEADER = 'purpose-of-use';

/** The purpose of a request, and those roles of the caller that serve it. */
export interface RequestPurpose {
  readonly purpose: string;
  readonly roles: readonly string[];
}

/**
 * Purpose limitation begins with saying the purpose (GDPR 5(1)(b)): one for each request, known to policy, granted by the
 * identity provider and fit for a role of the caller.
 * @throws PolkuError PURPOSE_MISSING, PURPOSE_NOT_HELD
 */
export function requestPurpose(header: string | undefined, caller: Caller, policy: Policy): RequestPurpose {
  const held = caller.purposes.filter((purpose) => policy.purposes.has(purpose));
  const choice = held.length > 0 ? `Your token carries: ${held.join(', ')}.` : 'Your token carries none.';
  const purpose = header?.trim() ?? '';
  if (purpose === '')
    throw new PolkuError(
      'PURPOSE_MISSING',
      `Say what the data is for in the header Purpose-Of-Use. ${choice}`,
    );
  // An unknown purpose is not repeated in the message: it is whatever the client wrote.
  if (!policy.purposes.has(purpose))
    throw new PolkuError('PURPOSE_MISSING', `The header Purpose-Of-Use names no known purpose. ${choice}`);
  if (!held.includes(purpose))
    throw new PolkuError(
      'PURPOSE_NOT_HELD',
      `Your token does not carry the purpose "${purpose}". ${choice}`,
      {
        purpose,
      },
    );
  const roles = caller.roles.filter((role) => policy.roles.get(role)?.purposes.has(purpose));
  if (roles.length > 0) return { purpose, roles };
  throw new PolkuError(
    'PURPOSE_NOT_HELD',
    `None of your roles (${caller.roles.join(', ')}) serves the purpose "${purpose}". ${choice}`,
    { purpose },
  );
}
