import { addYears, type Day, PERIOD, YEAR } from './calendar.js';
import { drawNeeds } from './circumstances.js';
import { givenNames, type IdentityCodeIssuer } from './names.js';
import {
  type SyntheticFamily,
  type SyntheticFamilyRole,
  type Guardianship,
  type NewSyntheticPerson,
  SyntheticPerson,
  Residence,
} from './people.js';
import { type AddressNumber, codesOf, drawAddress, drawPhone } from './places.js';
import type { Random } from './random.js';

/** Gompertz mortality: yearly rate A exp(B age), near Finnish life tables of the 2000s. */
const GOMPERTZ_A = 0.00002;
const GOMPERTZ_B = 0.096;

/** The most times that somebody uses services as much as similar people. */
const MOST_FRAIL = 7;

const DISTRICTS = codesOf('population', 'districts');

/** Somebody who enters the register, before getting a code. */
export type Newcomer = Pick<NewSyntheticPerson, 'birth' | 'sex' | 'surname' | 'language' | 'circumstances'>;

export interface SyntheticHome {
  readonly address: AddressNumber;
  readonly district: string;
}

/**
 * Has the lists of people, families and guardians. Only its methods add to them, while households are
 * simulated.
 */
export class RegisterOffice {
  readonly persons: SyntheticPerson[] = [];
  readonly families: SyntheticFamily[] = [];
  readonly guardianships: Guardianship[] = [];

  constructor(
    private readonly codes: IdentityCodeIssuer,
    /** The number of people in total. */
    private readonly capacity: number,
  ) {}

  /** How many more people can be registered. */
  get room(): number {
    return this.capacity - this.persons.length;
  }

  /** `alive` is the first day on which the register sees this person. */
  register(newcomer: Newcomer, alive: Day, random: Random): SyntheticPerson {
    const { birth, sex, language } = newcomer;
    const person = new SyntheticPerson({
      ...newcomer,
      index: this.persons.length,
      code: this.codes.issue(birth, sex, random),
      death: drawDeath(random, birth, alive),
      givenNames: givenNames(language, sex, random),
      phone: drawPhone(random),
      needs: drawNeeds(random),
      frailty: Math.min(MOST_FRAIL, random.gamma(0.47)),
    });
    this.persons.push(person);
    return person;
  }

  foundFamily(): SyntheticFamily {
    const family = { id: `P${String(this.families.length + 1).padStart(6, '0')}`, memberships: [] };
    this.families.push(family);
    return family;
  }

  join(family: SyntheticFamily, person: SyntheticPerson, role: SyntheticFamilyRole, from: Day): void {
    family.memberships.push({ person, role, from, until: null });
  }

  /** Ends a membership on the day before. A membership without any day is removed. */
  leave(family: SyntheticFamily, person: SyntheticPerson, day: Day): void {
    const position = family.memberships.findIndex((one) => one.person === person && one.until === null);
    const membership = family.memberships[position];
    if (membership === undefined) return;
    if (membership.from > day - 1) family.memberships.splice(position, 1);
    else membership.until = day - 1;
  }

  move(person: SyntheticPerson, { address, district }: SyntheticHome, day: Day): void {
    const last = person.residences.at(-1);
    const replaced = last !== undefined && last.from > day - 1;
    if (last !== undefined && !replaced) last.until = day - 1;
    const earlier = replaced ? person.residences.slice(0, -1) : person.residences;
    person.residences = [...earlier, new Residence(address, district, day)];
  }

  /** Moves a person to the present home of `host`. */
  moveIn(person: SyntheticPerson, host: SyntheticPerson, day: Day): void {
    this.move(person, host.residences.at(-1) as Residence, day);
  }

  /** `day` is the last day in the city, because of moving or death. */
  leaveCity(person: SyntheticPerson, day: Day): void {
    const last = person.residences.at(-1);
    if (last !== undefined && day < PERIOD.last) last.until = Math.max(day, last.from);
  }

  /** Custody from birth to the eighteenth birthday (361/1983 §3). It has no end while it lasts. */
  entrust(child: SyntheticPerson, guardian: SyntheticPerson): void {
    const majority = addYears(child.birth, 18);
    const until = majority > PERIOD.last ? null : majority - 1;
    this.guardianships.push({ child, guardian, from: child.birth, until });
  }
}

export function newHome(random: Random): SyntheticHome {
  return { address: drawAddress(random), district: random.pick(DISTRICTS) };
}

/** A day of death after `alive`, or null if it is after the period. */
function drawDeath(random: Random, birth: Day, alive: Day): Day | null {
  const age = Math.max(0, (alive - birth) / YEAR);
  const hazard = GOMPERTZ_A * Math.exp(GOMPERTZ_B * age);
  const years = Math.log(1 + (GOMPERTZ_B * random.exponential(1)) / hazard) / GOMPERTZ_B;
  const day = birth + Math.ceil((age + years) * YEAR);
  return day > PERIOD.last ? null : day;
}
