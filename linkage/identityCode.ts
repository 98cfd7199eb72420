import { dayOf } from '../lib/calendar.js';
import { checkCharacter } from '../schema/identityCodeText.js';

/**
 * The Finnish personal identity code (henkilötunnus): ddmmyy, century sign, individual number, check
 * character. The letters Y-U and B-F were added in 2023 (Government Decree 128/2010 as amended by 690/2022).
 */
const FORM = /^(\d{2})(\d{2})(\d{2})([-+A-FU-Y])(\d{3})([0-9A-FHJ-NPR-Y])$/;

const CENTURY: Readonly<Record<string, number>> = {
  '+': 1800,
  ...Object.fromEntries([...'-YXWVU'].map((sign) => [sign, 1900])),
  ...Object.fromEntries([...'ABCDEF'].map((sign) => [sign, 2000])),
};

/** Why a text is not an identity code. */
export type IdentityCodeFault = 'form' | 'date' | 'check-character';

export type IdentityCodeReading =
  | { readonly code: string; readonly fault?: never }
  | { readonly code?: never; readonly fault: IdentityCodeFault };

/**
 * Checks an identity code and returns its canonical spelling: no blanks around it, capital letters. The
 * century sign stays as it is, because two codes may differ only in it.
 */
export function readIdentityCode(text: string): IdentityCodeReading {
  const code = text.trim().toUpperCase();
  const parts = FORM.exec(code);
  if (!parts) return { fault: 'form' };
  const [, day, month, year, sign, individual, check] = parts as unknown as string[];
  if (dayOf(CENTURY[sign!]! + Number(year), Number(month), Number(day)) === undefined)
    return { fault: 'date' };
  // 000 and 001 are never issued; 900-999 are temporary or made up for tests.
  if (Number(individual) < 2) return { fault: 'form' };
  return checkCharacter(`${day}${month}${year}${individual}`) === check
    ? { code }
    : { fault: 'check-character' };
}
