import { type Day, PERIOD, YEAR } from './calendar.js';
import type { Circumstances } from './circumstances.js';
import type { SyntheticSex } from './names.js';
import type { AddressNumber, PhoneNumber } from './places.js';

const NONE: readonly never[] = [];

/** An interval that includes both days. Without `until` it still lasts. */
export interface Interval {
  readonly from: Day;
  until: Day | null;
}

export class Residence implements Interval {
  until: Day | null = null;

  constructor(
    readonly address: AddressNumber,
    readonly district: string,
    readonly from: Day,
  ) {}
}

/** What is known when somebody enters the register. */
export interface NewSyntheticPerson {
  readonly index: number;
  readonly code: string;
  readonly sex: SyntheticSex;
  readonly birth: Day;
  readonly death: Day | null;
  readonly surname: string;
  readonly givenNames: string;
  readonly language: string;
  readonly phone: PhoneNumber;
  readonly circumstances: Circumstances;
  readonly needs: number;
  readonly frailty: number;
}

/**
 * A class, with lists that are replaced and not extended, so that half a million people fit into a few
 * hundred MB.
 */
export class SyntheticPerson {
  readonly index: number;
  readonly code: string;
  /** The code before a change. Departments that learn about the change late still use it. */
  formerCode: { readonly code: string; readonly changed: Day } | null = null;
  readonly sex: SyntheticSex;
  readonly birth: Day;
  death: Day | null;
  readonly surname: string;
  readonly givenNames: string;
  readonly language: string;
  readonly phone: PhoneNumber;
  /** Without gaps, from the first day in the city in the period to the last. */
  residences: readonly Residence[] = [];
  readonly circumstances: Circumstances;
  /** Developmental needs, 0..1. */
  readonly needs: number;
  /** How much this person uses services compared with similar people; mean 1. */
  readonly frailty: number;
  /** Days on which a woman gave birth in the period. */
  deliveries: readonly Day[] = NONE;
  /** When this person was the only parent of children at home. */
  loneParenthood: readonly Interval[] = NONE;

  constructor(fields: NewSyntheticPerson) {
    this.index = fields.index;
    this.code = fields.code;
    this.sex = fields.sex;
    this.birth = fields.birth;
    this.death = fields.death;
    this.surname = fields.surname;
    this.givenNames = fields.givenNames;
    this.language = fields.language;
    this.phone = fields.phone;
    this.circumstances = fields.circumstances;
    this.needs = fields.needs;
    this.frailty = fields.frailty;
  }
}

export type SyntheticFamilyRole = 'vanhempi' | 'lapsi';

export interface Membership extends Interval {
  readonly person: SyntheticPerson;
  readonly role: SyntheticFamilyRole;
}

export interface SyntheticFamily {
  readonly id: string;
  readonly memberships: Membership[];
}

export interface Guardianship extends Interval {
  readonly child: SyntheticPerson;
  readonly guardian: SyntheticPerson;
}

export interface NonDisclosure extends Interval {
  readonly person: SyntheticPerson;
}

export interface Population {
  readonly persons: readonly SyntheticPerson[];
  readonly families: readonly SyntheticFamily[];
  readonly guardianships: readonly Guardianship[];
  readonly nonDisclosures: readonly NonDisclosure[];
  /** Well-formed codes that belong to nobody in the register. */
  readonly strangers: readonly string[];
}

export function residentFrom(person: SyntheticPerson): Day {
  return (person.residences[0] as Residence).from;
}

/** The last day in the city in the period. */
export function residentUntil(person: SyntheticPerson): Day {
  return (person.residences.at(-1) as Residence).until ?? PERIOD.last;
}

export function isResidentAtEnd(person: SyntheticPerson): boolean {
  return person.residences.at(-1)?.until === null;
}

export function isResidentOn(person: SyntheticPerson, day: Day): boolean {
  return residentFrom(person) <= day && day <= residentUntil(person);
}

export function residenceAt(person: SyntheticPerson, day: Day): Residence {
  return (
    person.residences.findLast((residence) => residence.from <= day) ?? (person.residences[0] as Residence)
  );
}

export function isLoneParentOn(person: SyntheticPerson, day: Day): boolean {
  return person.loneParenthood.some(({ from, until }) => from <= day && (until === null || until >= day));
}

/** Age in years with its fraction. */
export function ageOn(person: SyntheticPerson, day: Day): number {
  return (day - person.birth) / YEAR;
}

/** Members on the last day of the period. */
export function membersAtEnd(family: SyntheticFamily): Membership[] {
  return family.memberships.filter((membership) => membership.until === null);
}
