import { addYears, type Day } from '../calendar.js';
import { attendanceOf, enrolmentsOf } from '../departments/enrolments.js';
import { forEachVisit } from '../departments/healthVisits.js';
import { incomeSupportOf, ordinaryContactsOf } from '../departments/socialContacts.js';
import type { SyntheticFamily, Interval, SyntheticPerson } from '../people.js';

/**
 * A count of somebody's rows in a register before a date: rows of some services (days of absence, months of
 * income support) that start in the `years` before that date.
 */
const COUNTERS = {
  emergency: { register: 'health', services: ['T80'], years: 3 },
  youthClinic: { register: 'health', services: ['T61'], years: 3 },
  schoolHealth: { register: 'health', services: ['T22'], years: 1 },
  speechTherapy: { register: 'health', services: ['T50'], years: 3 },
  mentalHealth: { register: 'health', services: ['T60'], years: 3 },
  substanceClinic: { register: 'health', services: ['T70'], years: 3 },
  adultSocialWork: { register: 'social', services: ['S10'], years: 3 },
  familyLaw: { register: 'social', services: ['S31'], years: 3 },
  homeHelp: { register: 'social', services: ['S40'], years: 3 },
  disability: { register: 'social', services: ['S50'], years: 3 },
  substanceWork: { register: 'social', services: ['S70'], years: 3 },
  supportMonths: { register: 'income support', services: [], years: 1 },
  absenceDays: { register: 'attendance', services: [], years: 1 },
  attendedMonths: { register: 'attendance', services: [], years: 1 },
} as const;

export type CounterName = keyof typeof COUNTERS;

const NAMES = Object.keys(COUNTERS) as CounterName[];
const MOST = 255;

const numberOf = (name: CounterName): number => NAMES.indexOf(name);

/** The numbers of the counters that a service increases. */
const BY_SERVICE = new Map<string, readonly number[]>();
for (const name of NAMES) {
  for (const service of COUNTERS[name].services)
    BY_SERVICE.set(service, [...(BY_SERVICE.get(service) ?? []), numberOf(name)]);
}
const SUPPORT = numberOf('supportMonths');
const ABSENCE = numberOf('absenceDays');
const ATTENDED = numberOf('attendedMonths');

/**
 * Counts of the registers' rows about people up to the given dates. Each is one byte, so that a city fits
 * into memory.
 */
export class Histories {
  private readonly windows: readonly {
    readonly date: Day;
    /** By counter. */
    readonly starts: readonly Day[];
    readonly counts: Uint8Array;
  }[];

  constructor(dates: readonly Day[], persons: number) {
    this.windows = dates.map((date) => ({
      date,
      starts: NAMES.map((name) => addYears(date + 1, -COUNTERS[name].years)),
      counts: new Uint8Array(persons * NAMES.length),
    }));
  }

  /** Reads everything that the departments will write about a person, except contacts of child protection. */
  observe(seed: number, person: SyntheticPerson): void {
    const countService = (day: Day, service: string): void => {
      const counters = BY_SERVICE.get(service);
      if (counters === undefined) return;
      for (const counter of counters) this.count(person, counter, day, 1);
    };
    forEachVisit(seed, person, countService);
    const months = incomeSupportOf(seed, person);
    for (const { first } of months) this.count(person, SUPPORT, first, 1);
    for (const { day, service } of ordinaryContactsOf(seed, person, months)) countService(day, service);
    for (const enrolment of enrolmentsOf(seed, person)) {
      for (const { month, absenceDays } of attendanceOf(seed, person, enrolment)) {
        this.count(person, ATTENDED, month, 1);
        this.count(person, ABSENCE, month, absenceDays);
      }
    }
  }

  of(person: SyntheticPerson, date: Day, name: CounterName): number {
    const window = this.windows.find((one) => one.date === date);
    if (window === undefined) throw new Error('There are no histories as of that date.');
    return window.counts[person.index * NAMES.length + numberOf(name)] as number;
  }

  private count(person: SyntheticPerson, counter: number, day: Day, by: number): void {
    for (const { date, starts, counts } of this.windows) {
      if (day > date || day < (starts[counter] as Day)) continue;
      const position = person.index * NAMES.length + counter;
      counts[position] = Math.min(MOST, (counts[position] as number) + by);
    }
  }
}

/** The home of a minor on a day, as in the population register. */
export interface ChildHome {
  /** Members of the child's family in the role of a parent. */
  readonly parents: readonly SyntheticPerson[];
  /** Members in the role of a child who are under 18. */
  readonly minors: number;
  /** The last day of an earlier membership in another family, if there was one. */
  readonly formerFamilyUntil: Day | null;
}

/** Every minor's home on a day. */
export function childHomes(
  families: readonly SyntheticFamily[],
  day: Day,
): ReadonlyMap<SyntheticPerson, ChildHome> {
  const former = new Map<SyntheticPerson, Day>();
  const current: (readonly [SyntheticPerson, Omit<ChildHome, 'formerFamilyUntil'>])[] = [];
  for (const { memberships } of families) {
    const parents: SyntheticPerson[] = [];
    const minors: SyntheticPerson[] = [];
    for (const membership of memberships) {
      const { person, role, until } = membership;
      if (holdsOn(membership, day)) {
        if (role === 'vanhempi') parents.push(person);
        else if (isMinor(person, day)) minors.push(person);
      } else if (until !== null && until < day && isMinor(person, day)) {
        former.set(person, Math.max(until, former.get(person) ?? -Infinity));
      }
    }
    for (const child of minors) current.push([child, { parents, minors: minors.length }]);
  }
  return new Map(
    current.map(([child, home]) => [child, { ...home, formerFamilyUntil: former.get(child) ?? null }]),
  );
}

export function isMinor(person: SyntheticPerson, day: Day): boolean {
  return addYears(person.birth, 18) > day;
}

function holdsOn({ from, until }: Interval, day: Day): boolean {
  return from <= day && (until === null || until >= day);
}
