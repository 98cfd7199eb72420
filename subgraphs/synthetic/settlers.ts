import { PERIOD, YEAR } from './calendar.js';
import { drawCircumstances } from './circumstances.js';
import type { Settlers } from './household.js';
import type { Sex } from './identityCode.js';
import { surname } from './names.js';
import type { Person } from './people.js';
import type { Random } from './random.js';
import type { RegisterOffice } from './registerOffice.js';

/** Share of households that live in the city when the period begins; the others arrive during it. */
const SETTLED_SHARE = 0.43;

/** How often each kind of household is drawn; the persons in it follow. */
const KINDS = { single: 0.54, couple: 0.19, family: 0.218, loneParent: 0.052 };
type Kind = keyof typeof KINDS;

/** Mother tongues and their shares (Espoo, end of 2016: Swedish 7.3 %, other than the national languages 15.2 %). */
const LANGUAGES = { fi: 0.775, sv: 0.073, ru: 0.04, et: 0.036, so: 0.026, ar: 0.02, en: 0.03 };

/** Years; nobody is born before 1900, so that the signs of the 1900s and 2000s are enough. */
const OLDEST = 100;

/** Draws the people of one household and the day it arrives; at most `office.room` of them. */
export function drawSettlers(office: RegisterOffice, random: Random): Settlers {
  const kind = Object.keys(KINDS)[random.weighted(Object.values(KINDS))] as Kind;
  const settled = random.chance(SETTLED_SHARE);
  const arrival = settled ? PERIOD.first : random.int(PERIOD.first + 1, PERIOD.last - 1);
  const language = Object.keys(LANGUAGES)[random.weighted(Object.values(LANGUAGES))] as string;
  const circumstances = drawCircumstances(random, arrival, kind === 'loneParent');
  const family = surname(language, random);

  const settle = (ageYears: number, sex: Sex, name: string): Person => {
    const birth = arrival - Math.round(Math.min(ageYears, OLDEST) * YEAR);
    return office.register({ birth, sex, surname: name, language, circumstances }, arrival, random);
  };

  const age = drawAge(kind, random);
  const firstSex: Sex =
    kind === 'single' ? (random.chance(age > 65 ? 0.7 : 0.48) ? 2 : 1) : random.chance(0.87) ? 2 : 1;
  const parents = [settle(age, firstSex, family)];
  if ((kind === 'couple' || kind === 'family') && office.room > 0) {
    const partnerAge = 19 + Math.abs(age - 19 + (firstSex === 2 ? 2 : -2) + 3 * random.normal());
    parents.push(
      settle(partnerAge, firstSex === 2 ? 1 : 2, random.chance(0.65) ? family : surname(language, random)),
    );
  }
  const children: Person[] = [];
  if (kind === 'family' || kind === 'loneParent') {
    const namesake = random.pick(parents);
    for (const childAge of drawChildAges(age, random)) {
      if (office.room > 0) children.push(settle(childAge, random.chance(0.512) ? 1 : 2, namesake.surname));
    }
  }
  return { parents, children, arrival, circumstances, settled };
}

function drawAge(kind: Kind, random: Random): number {
  if (kind === 'family' || kind === 'loneParent') return random.between(23, 47);
  if (kind === 'couple') return random.chance(0.55) ? random.between(20, 36) : random.between(45, 86);
  const stage = random.weighted([0.5, 0.32, 0.18]);
  return stage === 0 ? random.between(19, 34) : stage === 1 ? random.between(34, 65) : random.between(65, 93);
}

/** Ages in years, eldest first, at least 1.4 years apart, born when the parent was 20 or older. */
function drawChildAges(parentAge: number, random: Random): number[] {
  const eldest = random.between(0, Math.min(17.9, parentAge - 20));
  const ages = [eldest];
  const siblings = random.weighted([0.34, 0.42, 0.18, 0.06]);
  for (let i = 0; i < siblings; i++) {
    const age = (ages.at(-1) as number) - random.between(1.4, 4.5);
    if (age > 0.01) ages.push(age);
  }
  return ages;
}
