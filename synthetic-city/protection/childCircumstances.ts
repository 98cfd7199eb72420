import { addYears, type Day } from '../calendar.js';
import { residentFrom, type SyntheticPerson } from '../people.js';
import type { ChildHome, CounterName, Histories } from './histories.js';
import type { ProtectionStep } from './protectionSteps.js';

/** What the registers have on a date about a child and the parents in the child's family. */
export interface ChildRecord {
  readonly child: SyntheticPerson;
  readonly date: Day;
  readonly home: ChildHome;
  /** Steps that began until the date. */
  readonly steps: readonly ProtectionStep[];
  readonly histories: Histories;
}

export interface Circumstance {
  /** How it follows from the registers' rows, in words. */
  readonly rule: string;
  /** Prefixes of the ids of factors that describe it (docs/factors.html). */
  readonly factors: readonly string[];
  readonly holds: (record: ChildRecord) => boolean;
}

/** From so many days of absence a month, over months attended, a child counts as often absent. */
const MUCH_ABSENCE = 2.5;
const ATTENDED_MONTHS = 6;

const childs = ({ child, date, histories }: ChildRecord, name: CounterName): number =>
  histories.of(child, date, name);
const parents = ({ home, date, histories }: ChildRecord, ...names: CounterName[]): number =>
  home.parents.reduce(
    (sum, parent) => sum + names.reduce((own, name) => own + histories.of(parent, date, name), 0),
    0,
  );
/** The first day of a window of so many years that ends on the date. */
const since = ({ date }: ChildRecord, years: number): Day => addYears(date + 1, -years);

/** Circumstances that follow from the registers' rows. Each is present or not. Windows end on the date. */
export const CIRCUMSTANCES = {
  childEmergency: {
    rule: 'child: 3 or more T80 in 3 years',
    factors: ['health.child.T80.'],
    holds: (record) => childs(record, 'emergency') >= 3,
  },
  youthClinic: {
    rule: 'child: 1 or more T61 in 3 years',
    factors: ['health.child.T61.'],
    holds: (record) => childs(record, 'youthClinic') >= 1,
  },
  schoolHealth: {
    rule: 'child: 3 or more T22 in 1 year',
    factors: ['health.child.T22.'],
    holds: (record) => childs(record, 'schoolHealth') >= 3,
  },
  speechTherapy: {
    rule: 'child: 3 or more T50 in 3 years',
    factors: ['health.child.T50.'],
    holds: (record) => childs(record, 'speechTherapy') >= 3,
  },
  disability: {
    rule: 'child: 1 or more S50 in 3 years',
    factors: ['social.child.S50.'],
    holds: (record) => childs(record, 'disability') >= 1,
  },
  dayCareAbsence: {
    rule: `child: ${ATTENDED_MONTHS} or more months of attendance in 1 year, with ${MUCH_ABSENCE} or more days of absence a month`,
    factors: ['education.child.attendance.absence', 'education.child.muchAbsence.'],
    holds: (record) => {
      const months = childs(record, 'attendedMonths');
      return months >= ATTENDED_MONTHS && childs(record, 'absenceDays') >= MUCH_ABSENCE * months;
    },
  },
  parentMentalHealth: {
    rule: 'parents together: 3 or more T60 in 3 years',
    factors: ['health.parents.T60.'],
    holds: (record) => parents(record, 'mentalHealth') >= 3,
  },
  parentSubstances: {
    rule: 'parents together: 1 or more T70 or S70 in 3 years',
    factors: ['health.parents.T70.', 'social.parents.S70.', 'health.parents.T60+T70'],
    holds: (record) => parents(record, 'substanceClinic', 'substanceWork') >= 1,
  },
  parentEmergency: {
    rule: 'parents together: 4 or more T80 in 3 years',
    factors: ['health.parents.T80.'],
    holds: (record) => parents(record, 'emergency') >= 4,
  },
  incomeSupport: {
    rule: 'parents together: 2 or more months of income support in 1 year',
    factors: ['social.parents.support.'],
    holds: (record) => parents(record, 'supportMonths') >= 2,
  },
  adultSocialWork: {
    rule: 'parents together: 1 or more S10 in 3 years',
    factors: ['social.parents.S10.'],
    holds: (record) => parents(record, 'adultSocialWork') >= 1,
  },
  homeHelp: {
    rule: 'parents together: 1 or more S40 in 3 years',
    factors: ['social.parents.S40.'],
    holds: (record) => parents(record, 'homeHelp') >= 1,
  },
  familyLaw: {
    rule: 'parents together: 1 or more S31 in 3 years',
    factors: ['social.parents.S31.'],
    holds: (record) => parents(record, 'familyLaw') >= 1,
  },
  loneParent: {
    rule: "one parent in the child's family",
    factors: ['population.parents.number'],
    holds: ({ home }) => home.parents.length === 1,
  },
  familyChange: {
    rule: 'a membership of the child in another family that ended in the last 3 years',
    factors: ['population.child.familyChange'],
    holds: (record) =>
      record.home.formerFamilyUntil !== null && record.home.formerFamilyUntil >= since(record, 3),
  },
  moves: {
    rule: '1 or more residences of the child that began in the last 3 years, the first one in the city aside',
    factors: ['population.child.move'],
    holds: (record) =>
      record.child.residences.slice(1).filter(({ from }) => from >= since(record, 3) && from <= record.date)
        .length >= 1,
  },
  youngParent: {
    rule: "a parent in the child's family was under 23 when the child was born",
    factors: ['population.parents.youngestAtBirth'],
    holds: ({ child, home }) => home.parents.some((parent) => addYears(parent.birth, 23) > child.birth),
  },
  manyChildren: {
    rule: "3 or more under 18 in the child's family",
    factors: ['population.siblings.minors'],
    holds: ({ home }) => home.minors >= 3,
  },
  newcomer: {
    rule: 'not born in the city, and first resident in it in the last 3 years',
    factors: ['population.child.newcomer.'],
    holds: (record) =>
      residentFrom(record.child) > record.child.birth && residentFrom(record.child) >= since(record, 3),
  },
  notified: {
    rule: 'child: 1 or more notifications in 3 years',
    factors: ['social.child.notifications.'],
    holds: (record) =>
      record.steps.some(({ kind, from }) => kind === 'notification' && from >= since(record, 3)),
  },
  formerClient: {
    rule: 'child: an open-care or placement step that began until the date',
    factors: ['social.child.clientships.', 'social.child.openCare.', 'social.child.placements.'],
    holds: ({ steps }) => steps.some(({ kind }) => kind === 'open-care' || kind === 'placement'),
  },
} as const satisfies Record<string, Circumstance>;

export type CircumstanceName = keyof typeof CIRCUMSTANCES;

/** The circumstances that a record shows. */
export function circumstancesOf(record: ChildRecord): ReadonlySet<CircumstanceName> {
  const names = Object.keys(CIRCUMSTANCES) as CircumstanceName[];
  return new Set(names.filter((name) => CIRCUMSTANCES[name].holds(record)));
}
