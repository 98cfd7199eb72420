import { isoDate, yearOf, type Day } from './calendar.js';
import type { Random } from './random.js';

const CHECK_CHARACTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY';

/** Century signs in force since 2023 (Decree 690/2022): the first of each is the old one, the rest were added. */
const SIGNS_1900 = '-YXWVU';
const SIGNS_2000 = 'ABCDEF';

/** Share of people who got one of the added signs. */
const NEW_SIGN_SHARE = 0.12;

export type Sex = 1 | 2;

/** The 31 remainders of ddmmyy + individual number name the check character. */
export function checkCharacter(ddmmyy: string, individualNumber: string): string {
  return CHECK_CHARACTERS.charAt(Number(ddmmyy + individualNumber) % 31);
}

/** The same code with a wrong check character. */
export function breakCheckCharacter(code: string, random: Random): string {
  const wrong = (CHECK_CHARACTERS.indexOf(code.charAt(10)) + random.int(1, 30)) % 31;
  return code.slice(0, 10) + CHECK_CHARACTERS.charAt(wrong);
}

/**
 * Issues identity codes, each once. Individual numbers are 900-999 only, which no real person holds for good; a date
 * thus has room for 300 men and 300 women over all signs of its century.
 */
export class IdentityCodeIssuer {
  private readonly issued = new Set<string>();

  issue(birth: Day, sex: Sex, random: Random): string {
    const iso = isoDate(birth);
    const ddmmyy = iso.slice(8) + iso.slice(5, 7) + iso.slice(2, 4);
    const signs = yearOf(birth) < 2000 ? SIGNS_1900 : SIGNS_2000;
    const firstSign = random.chance(NEW_SIGN_SHARE) ? random.int(1, signs.length - 1) : 0;
    const firstNumber = random.int(0, 49);
    for (let attempt = 0; attempt < 50 * signs.length; attempt++) {
      const sign = signs.charAt((firstSign + Math.floor(attempt / 50)) % signs.length);
      const number = String(900 + 2 * ((firstNumber + attempt) % 50) + (sex === 1 ? 1 : 0));
      const code = ddmmyy + sign + number + checkCharacter(ddmmyy, number);
      if (!this.issued.has(code)) {
        this.issued.add(code);
        return code;
      }
    }
    throw new Error(`All synthetic identity codes of ${iso} are taken: ask for fewer persons.`);
  }
}
