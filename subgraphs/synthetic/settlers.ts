import { PERIOD, YEAR } from './calendar.js';
import { drawCircumstances } from './circumstances.js';
import type { Settlers } from './household.js';
import type { Sex } from './identityCode.js';
import { surname } from './names.js';
import type { Person } from './people.js';
import type { Random } from './random.js';
import type { RegisterOffice } from './registerOffice.js';

/** Share of households that live in the city when the period begins; the others arrive during it. */
const SETTLED_SHARE = 0.45;

const KINDS = ['single', 'couple', 'family', 'loneParent'] as const;
type Kind = (typeof KINDS)[number];

/** How often each kind of household is drawn; the persons in it follow. Those who arrive are young and mostly alone. */
const SETTLED_KINDS = [0.31, 0.41, 0.22, 0.06];
const ARRIVING_KINDS = [0.49, 0.31, 0.15, 0.05];

/** Mother tongues and their shares (Espoo, end of 2016: Swedish 7.3 %, other than the national languages 15.2 %). */
const LANGUAGES = { fi: 0.772, sv: 0.076, ru: 0.04, et: 0.036, so: 0.026, ar: 0.02, en: 0.03 };

/** Years; nobody is born before 1900, so that the signs of the 1900s and 2000s are enough. */
const OLDEST = 100;

/** Draws the people of one household and the day it arrives; at most `office.room` of them. */
export function drawSettlers(office: RegisterOffice, random: Random): Settlers {
  const settled = random.chance(SETTLED_SHARE);
  const kind = KINDS[random.weighted(settled ? SETTLED_KINDS : ARRIVING_KINDS)] as Kind;
  const arrival = settled ? PERIOD.first : random.int(PERIOD.first + 1, PERIOD.last - 1);
  const language = Object.keys(LANGUAGES)[random.weighted(Object.values(LANGUAGES))] as string;
  const circumstances = drawCircumstances(random, arrival, kind === 'loneParent');
  const family = surname(language, random);

  const settle = (ageYears: number, sex: Sex, name: string): Person => {
    const birth = arrival - Math.round(Math.min(ageYears, OLDEST) * YEAR);
    return office.register({ birth, sex, surname: name, language, circumstances }, arrival, random);
  };

  const age = drawAge(kind, settled, random);
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

/** Years of age at which people are drawn, and how often; uniform within a stage. */
type Stages = readonly (readonly [weight: number, from: number, to: number])[];

const SETTLED_AGES: Record<Kind, Stages> = {
  single: [
    [0.36, 19, 34],
    [0.5, 34, 65],
    [0.14, 65, 93],
  ],
  couple: [
    [0.24, 20, 36],
    [0.64, 42, 66],
    [0.12, 66, 84],
  ],
  family: [[1, 24, 50]],
  loneParent: [[1, 24, 50]],
};
const ARRIVING_AGES: Record<Kind, Stages> = {
  single: [
    [0.7, 19, 31],
    [0.24, 31, 62],
    [0.06, 62, 92],
  ],
  couple: [
    [0.68, 20, 36],
    [0.24, 36, 62],
    [0.08, 62, 84],
  ],
  family: [[1, 23, 45]],
  loneParent: [[1, 23, 45]],
};

function drawAge(kind: Kind, settled: boolean, random: Random): number {
  const stages = (settled ? SETTLED_AGES : ARRIVING_AGES)[kind];
  const [, from, to] = stages[random.weighted(stages.map(([weight]) => weight))] as Stages[number];
  return random.between(from, to);
}

/** Ages in years, eldest first, at least 1.4 years apart, born when the parent was 20 or older. */
function drawChildAges(parentAge: number, random: Random): number[] {
  const eldest = random.between(0, Math.min(17.9, parentAge - 20));
  const ages = [eldest];
  const siblings = random.weighted([0.16, 0.47, 0.27, 0.1]);
  for (let i = 0; i < siblings; i++) {
    const age = (ages.at(-1) as number) - random.between(1.4, 4.5);
    if (age > 0.01) ages.push(age);
  }
  return ages;
}
