import { PERIOD, YEAR } from './calendar.js';
import { strength } from './circumstances.js';
import { Household } from './household.js';
import { IdentityCodeIssuer } from './identityCode.js';
import {
  firstDay,
  lastDay,
  type Family,
  type NonDisclosure,
  type Person,
  type Population,
} from './people.js';
import { Random } from './random.js';
import { RegisterOffice } from './registerOffice.js';
import { drawSettlers } from './settlers.js';

/** Shares of people whose code changed and of families with a non-disclosure. */
const CODE_CHANGE_SHARE = 0.003;
const NON_DISCLOSURE_SHARE = 0.003;

/** Households after which progress is told. */
const STRIDE = 1024;

/** Foreign codes from which bad rows are made. */
const STRANGERS = 60;

/** The people of the city over the whole period: exactly `persons` of them. */
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
    new Household(office, settlers, random).live();
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

/** The register knows the new code; the old one, of the same birth date, is what others met first. */
function changeCodes(persons: readonly Person[], codes: IdentityCodeIssuer, random: Random): void {
  const here = persons.filter((person) => lastDay(person) - firstDay(person) > YEAR);
  for (const person of random.sample(here, Math.ceil(persons.length * CODE_CHANGE_SHARE))) {
    const changed = random.int(firstDay(person) + 90, lastDay(person) - 90);
    person.formerCode = { code: codes.issue(person.birth, person.sex, random), changed };
  }
}

/** Families of much conflict; in a part of them one parent is the threat and has no mark (661/2009 §36). */
function drawNonDisclosures(families: readonly Family[], random: Random): NonDisclosure[] {
  const conflict = (family: Family): number =>
    strength(
      (family.memberships[0] as Family['memberships'][number]).person.circumstances.conflict,
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
