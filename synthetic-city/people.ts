import { type Day, PERIOD, YEAR } from './calendar.js';
import type { Circumstances } from './circumstances.js';
import type { Sex } from './names.js';
import type { AddressNumber, PhoneNumber } from './places.js';

const NONE: readonly never[] = [];

/** Both days belong to an interval; one without `until` is still in force. */
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

/** What is settled when the register first sees somebody. */
export interface NewPerson {
  readonly index: number;
  readonly code: string;
  readonly sex: Sex;
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

/** A class, and lists that are replaced instead of grown: half a million of them shall fit into a few hundred MB. */
export class Person {
  readonly index: number;
  readonly code: string;
  /** The code in force until a change: departments that learn of it late go on using it. */
  formerCode: { readonly code: string; readonly changed: Day } | null = null;
  readonly sex: Sex;
  readonly birth: Day;
  death: Day | null;
  readonly surname: string;
  readonly givenNames: string;
  readonly language: string;
  readonly phone: PhoneNumber;
  /** Adjoining, from the first day in the city in the period to the last. */
  residences: readonly Residence[] = [];
  readonly circumstances: Circumstances;
  /** Developmental needs, 0..1. */
  readonly needs: number;
  /** How much this person uses services compared with others alike; mean 1. */
  readonly frailty: number;
  /** Days on which a woman gave birth in the period. */
  deliveries: readonly Day[] = NONE;
  /** When this person was the only parent of children at home. */
  loneParenthood: readonly Interval[] = NONE;

  constructor(fields: NewPerson) {
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

export type FamilyRole = 'vanhempi' | 'lapsi';

export interface Membership extends Interval {
  readonly person: Person;
  readonly role: FamilyRole;
}

export interface Family {
  readonly id: string;
  readonly memberships: Membership[];
}

export interface Guardianship extends Interval {
  readonly child: Person;
  readonly guardian: Person;
}

export interface NonDisclosure extends Interval {
  readonly person: Person;
}

export interface Population {
  readonly persons: readonly Person[];
  readonly families: readonly Family[];
  readonly guardianships: readonly Guardianship[];
  readonly nonDisclosures: readonly NonDisclosure[];
  /** Well-formed codes that belong to nobody in the register. */
  readonly strangers: readonly string[];
}

export function firstDay(person: Person): Day {
  return (person.residences[0] as Residence).from;
}

/** The last day in the city in the period. */
export function lastDay(person: Person): Day {
  return (person.residences.at(-1) as Residence).until ?? PERIOD.last;
}

export function isResidentAtEnd(person: Person): boolean {
  return person.residences.at(-1)?.until === null;
}

export function isResidentOn(person: Person, day: Day): boolean {
  return firstDay(person) <= day && day <= lastDay(person);
}

export function residenceOn(person: Person, day: Day): Residence {
  return (
    person.residences.findLast((residence) => residence.from <= day) ?? (person.residences[0] as Residence)
  );
}

export function isLoneParentOn(person: Person, day: Day): boolean {
  return person.loneParenthood.some(({ from, until }) => from <= day && (until === null || until >= day));
}

/** Age in years with its fraction. */
export function ageOn(person: Person, day: Day): number {
  return (day - person.birth) / YEAR;
}

/** Members on the last day of the period. */
export function membersAtEnd(family: Family): Membership[] {
  return family.memberships.filter((membership) => membership.until === null);
}
