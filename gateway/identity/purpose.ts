import { PolkuError } from '../../lib/errors.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import { inLanguage, type Language, type LocalizedText } from '../../schema/language.js';
import type { Caller } from '../../schema/tokens/callerClaims.js';

/** The header in which every request names its purpose of use. */
export const PURPOSE_HEADER = 'purpose-of-use';

/** The purpose of a request, and the roles of the caller that serve it. */
interface RequestPurpose {
  readonly purpose: string;
  readonly roles: readonly string[];
}

/**
 * Purpose limitation requires a stated purpose (GDPR 5(1)(b)): one for each request, known to policy, granted
 * by the identity provider and served by a role of the caller.
 * @throws PolkuError PURPOSE_MISSING, PURPOSE_NOT_HELD
 */
export function requestPurpose(
  header: string | undefined,
  caller: Caller,
  policy: Policy,
  language: Language,
): RequestPurpose {
  const carried = caller.purposes.filter((purpose) => policy.purposes.has(purpose));
  const choice = carried.length > 0 ? carries(carried.join(', ')) : CARRIES_NONE;
  const refusal = (text: LocalizedText): string =>
    `${inLanguage(text, language)} ${inLanguage(choice, language)}`;
  const purpose = header?.trim() ?? '';
  if (purpose === '') throw new PolkuError('PURPOSE_MISSING', refusal(NO_PURPOSE));
  // The message does not repeat an unknown purpose, because the client may have written anything there.
  if (!policy.purposes.has(purpose)) throw new PolkuError('PURPOSE_MISSING', refusal(UNKNOWN_PURPOSE));
  if (!carried.includes(purpose))
    throw new PolkuError('PURPOSE_NOT_HELD', refusal(notCarried(purpose)), { purpose });
  const roles = caller.roles.filter((role) => policy.roles.get(role)?.purposes.has(purpose));
  if (roles.length > 0) return { purpose, roles };
  throw new PolkuError('PURPOSE_NOT_HELD', refusal(notServed(caller.roles.join(', '), purpose)), { purpose });
}

/** Purposes and roles come by id here, because a client sends them so. */
const NO_PURPOSE: LocalizedText = {
  en: 'Say what the data is for in the header Purpose-Of-Use.',
  fi: 'Ilmoita otsakkeessa Purpose-Of-Use, mihin tietoa käytetään.',
  sv: 'Ange i sidhuvudet Purpose-Of-Use vad uppgifterna ska användas till.',
};

const UNKNOWN_PURPOSE: LocalizedText = {
  en: 'The header Purpose-Of-Use names no known purpose.',
  fi: 'Otsakkeessa Purpose-Of-Use ei ole tunnettua käyttötarkoitusta.',
  sv: 'Sidhuvudet Purpose-Of-Use har inget känt användningsändamål.',
};

const CARRIES_NONE: LocalizedText = {
  en: 'Your token carries none.',
  fi: 'Tunnisteessasi ei ole yhtään.',
  sv: 'Ditt identitetsintyg har inget.',
};

function carries(purposes: string): LocalizedText {
  return {
    en: `Your token carries: ${purposes}.`,
    fi: `Tunnisteessasi on: ${purposes}.`,
    sv: `Ditt identitetsintyg har: ${purposes}.`,
  };
}

function notCarried(purpose: string): LocalizedText {
  return {
    en: `Your token does not carry the purpose "${purpose}".`,
    fi: `Tunnisteessasi ei ole käyttötarkoitusta ”${purpose}”.`,
    sv: `Ditt identitetsintyg har inte användningsändamålet ”${purpose}”.`,
  };
}

function notServed(roles: string, purpose: string): LocalizedText {
  return {
    en: `None of your roles (${roles}) serves the purpose "${purpose}".`,
    fi: `Mikään rooleistasi (${roles}) ei palvele käyttötarkoitusta ”${purpose}”.`,
    sv: `Ingen av dina roller (${roles}) tjänar användningsändamålet ”${purpose}”.`,
  };
}

/** The header in which a caller states the reason for break-glass. */
export const BREAK_GLASS_HEADER = 'polku-break-glass';

const SHORTEST = 10;
const LONGEST = 500;

/**
 * The stated reason for break-glass; undefined if none is stated. It opens only what a grant under
 * `break-glass` shows. The audit record contains it, and it is reviewed.
 * @throws PolkuError BAD_REQUEST, IDENTITY_CODE_LITERAL
 */
export function breakGlassReason(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const reason = textOf(header).trim();
  if (reason.length < SHORTEST || reason.length > LONGEST)
    throw new PolkuError(
      'BAD_REQUEST',
      `The header Polku-Break-Glass states the reason in ${SHORTEST} to ${LONGEST} characters.`,
    );
  if (holdsIdentityCode(reason))
    throw new PolkuError(
      'IDENTITY_CODE_LITERAL',
      'An identity code must not be in the header Polku-Break-Glass: the audit log stores the reason.',
    );
  return reason;
}

/**
 * Decodes a header value. It arrives as one character per byte (RFC 9110 §5.5), and clients write letters
 * beyond ASCII in UTF-8 or Latin-1.
 */
function textOf(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
