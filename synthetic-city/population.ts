import { PERIOD, YEAR } from './calendar.js';
import { drawCircumstances, strength } from './circumstances.js';
import { SyntheticHousehold, type Settlers } from './household.js';
import { IdentityCodeIssuer, type SyntheticSex, surname } from './names.js';
import {
  type SyntheticFamily,
  residentFrom,
  residentUntil,
  type NonDisclosure,
  type SyntheticPerson,
  type Population,
} from './people.js';
import { Random } from './random.js';
import { RegisterOffice } from './registerOffice.js';

/** The shares of people with a changed code and of families with a non-disclosure. */
const CODE_CHANGE_SHARE = 0.003;
const NON_DISCLOSURE_SHARE = 0.003;

/** The number of households between two progress reports. */
const STRIDE = 1024;

/** Unknown codes for bad rows. */
const STRANGERS = 60;

/** Draws the people of the city over the whole period: exactly `persons` people. */
export function buildPopulation(
  persons: number,
  seed: number,
  onShare: (share: number) => void = () => undefined,
): Population {
  const codes = new IdentityCodeIssuer();
  const office = new RegisterOffice(codes, persons);
  for (let number = 0; office.room > 0; number++) {
    const random = Random.stream(seed, 'household', number);
    const settlers = drawSettlers(office, random);
    new SyntheticHousehold(office, settlers, random).live();
    if (number % STRIDE === 0) onShare(1 - office.room / persons);
  }
  const families = office.families.filter((family) => family.memberships.length > 0);
  changeCodes(office.persons, codes, Random.stream(seed, 'code-changes'));
  const random = Random.stream(seed, 'strangers');
  const strangers = Array.from({ length: STRANGERS }, () =>
    codes.issue(random.int(PERIOD.first - 70 * 365, PERIOD.first), random.chance(0.5) ? 1 : 2, random),
  );
  return {
    persons: office.persons,
    families,
    guardianships: office.guardianships,
    nonDisclosures: drawNonDisclosures(families, Random.stream(seed, 'non-disclosures')),
    strangers,
  };
}

/** Gives some people a new code. Other departments knew the old one, which has the same birth date. */
function changeCodes(persons: readonly SyntheticPerson[], codes: IdentityCodeIssuer, random: Random): void {
  const here = persons.filter((person) => residentUntil(person) - residentFrom(person) > YEAR);
  for (const person of random.sample(here, Math.ceil(persons.length * CODE_CHANGE_SHARE))) {
    const changed = random.int(residentFrom(person) + 90, residentUntil(person) - 90);
    person.formerCode = { code: codes.issue(person.birth, person.sex, random), changed };
  }
}

/**
 * Non-disclosures for families with much conflict. In some, one parent is the threat and has no mark
 * (661/2009 §36).
 */
function drawNonDisclosures(families: readonly SyntheticFamily[], random: Random): NonDisclosure[] {
  const conflict = (family: SyntheticFamily): number =>
    strength(
      (family.memberships[0] as SyntheticFamily['memberships'][number]).person.circumstances.conflict,
      PERIOD.last,
    );
  const current = families
    .filter((family) => family.memberships.some((membership) => membership.until === null))
    .sort((a, b) => conflict(b) - conflict(a));
  const exposed = current.slice(0, Math.ceil(current.length / 10));
  return random.sample(exposed, Math.ceil(current.length * NON_DISCLOSURE_SHARE)).flatMap((family) => {
    const members = family.memberships.filter((membership) => membership.until === null);
    const parents = members.filter((membership) => membership.role === 'vanhempi');
    const threat = parents.length === 2 && random.chance(0.5) ? random.pick(parents) : null;
    const from = random.int(
      Math.max(PERIOD.first, ...members.map((membership) => membership.from)),
      PERIOD.last,
    );
    const until = random.chance(0.2) && from + 400 < PERIOD.last ? from + 365 : null;
    return members
      .filter((membership) => membership !== threat)
      .map(({ person }) => ({ person, from, until }));
  });
}

/** Share of households that live in the city when the period begins. The others arrive later. */
const SETTLED_SHARE = 0.45;

const KINDS = ['single', 'couple', 'family', 'loneParent'] as const;
type Kind = (typeof KINDS)[number];

/** How often each kind of household is drawn. Newcomers are young and mostly alone. */
const SETTLED_KINDS = [0.31, 0.41, 0.22, 0.06];
const ARRIVING_KINDS = [0.49, 0.31, 0.15, 0.05];

/**
 * Mother tongues and their shares (Espoo, end of 2016: Swedish 7.3 %, other than the national languages 15.2
 * %).
 */
const LANGUAGES = { fi: 0.772, sv: 0.076, ru: 0.04, et: 0.036, so: 0.026, ar: 0.02, en: 0.03 };

/** Ages in years. Nobody is born before 1900, so the century signs of the 1900s and 2000s are enough. */
const OLDEST = 100;

/** Draws the people of one household (at most `office.room`) and its day of arrival. */
function drawSettlers(office: RegisterOffice, random: Random): Settlers {
  const settled = random.chance(SETTLED_SHARE);
  const kind = KINDS[random.weighted(settled ? SETTLED_KINDS : ARRIVING_KINDS)] as Kind;
  const arrival = settled ? PERIOD.first : random.int(PERIOD.first + 1, PERIOD.last - 1);
  const language = Object.keys(LANGUAGES)[random.weighted(Object.values(LANGUAGES))] as string;
  const circumstances = drawCircumstances(random, arrival, kind === 'loneParent');
  const family = surname(language, random);

  const settle = (ageYears: number, sex: SyntheticSex, name: string): SyntheticPerson => {
    const birth = arrival - Math.round(Math.min(ageYears, OLDEST) * YEAR);
    return office.register({ birth, sex, surname: name, language, circumstances }, arrival, random);
  };

  const age = drawAge(kind, settled, random);
  const firstSex: SyntheticSex =
    kind === 'single' ? (random.chance(age > 65 ? 0.7 : 0.48) ? 2 : 1) : random.chance(0.87) ? 2 : 1;
  const parents = [settle(age, firstSex, family)];
  if ((kind === 'couple' || kind === 'family') && office.room > 0) {
    const partnerAge = 19 + Math.abs(age - 19 + (firstSex === 2 ? 2 : -2) + 3 * random.normal());
    parents.push(
      settle(partnerAge, firstSex === 2 ? 1 : 2, random.chance(0.65) ? family : surname(language, random)),
    );
  }
  const children: SyntheticPerson[] = [];
  if (kind === 'family' || kind === 'loneParent') {
    const namesake = random.pick(parents);
    for (const childAge of drawChildAges(age, random)) {
      if (office.room > 0) children.push(settle(childAge, random.chance(0.512) ? 1 : 2, namesake.surname));
    }
  }
  return { parents, children, arrival, circumstances, settled };
}

/** Stages of age in years, and how often each is drawn; ages are uniform within a stage. */
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
