import { addYears, type Day, dayOf, yearOf } from '../../lib/calendar.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { type CodeColumn, NO_CODE } from '../../registry-kit/columns/table.js';
import {
  type ArgumentDefinition,
  codesIn,
  type Criteria,
  type Criterion,
  type CriterionArguments,
  numberIn,
  rangeIn,
} from '../../registry-kit/criteria/criterion.js';
import { familyTypes, familyTypesAt, forEachMembership } from '../../registry-kit/criteria/familyTypes.js';
import { PersonSet } from '../../schema/personSet.js';
import { Sex } from './tables.js';
import { type PopulationStore, shownMemberships, yearlyPopulation, type YearlyPopulation } from './yearly.js';

const AT_END_OF: ArgumentDefinition = {
  kind: 'year',
  required: true,
  description: 'As it was on the last day of this year.',
};
const AGE_OF_MAJORITY = 18;
const sexes = Object.values(Sex);

/**
 * The criteria for groups in the population register. Ages are by year of birth, because owners show only the
 * year.
 */
export const populationCriteria: Criteria<PopulationStore> = {
  birthYear: criterion({
    description: 'Born in these years.',
    arguments: { between: { kind: 'range', required: true, description: 'Years of birth.' } },
    coordinates: ['Person.birthYear'],
    reads: ['persons.birth'],
    persons: async (given, store) => {
      const { from, until } = rangeIn(given, 'between')!;
      return whoseBirthYear(await yearlyPopulation(store), (year) => year >= from && year <= until);
    },
  }),
  age: criterion({
    description: 'Of this age at the end of a year.',
    arguments: {
      between: { kind: 'range', required: true, description: 'Ages in whole years.' },
      atEndOf: AT_END_OF,
    },
    coordinates: ['Person.birthYear'],
    reads: ['persons.birth'],
    persons: async (given, store) => {
      const { from, until } = rangeIn(given, 'between')!;
      const at = numberIn(given, 'atEndOf')!;
      return whoseBirthYear(await yearlyPopulation(store), (year) => at - year >= from && at - year <= until);
    },
  }),
  sex: criterion({
    description: 'Of this sex.',
    arguments: {
      in: { kind: 'codes', required: true, values: sexes, description: `${sexes.join(', ')}.` },
    },
    coordinates: ['Person.sex'],
    reads: ['persons.sex'],
    persons: (given, { tables: { persons } }) =>
      whoseCode(persons.subject, persons.columns.sex, codesIn(given, 'in')!),
  }),
  language: criterion({
    description: 'Of this first language.',
    arguments: {
      in: { kind: 'codes', required: true, list: 'languages', description: 'Languages by ISO 639-1.' },
    },
    coordinates: ['Person.language'],
    reads: ['persons.language'],
    persons: (given, { tables: { persons } }) =>
      whoseCode(persons.subject, persons.columns.language, codesIn(given, 'in')!),
  }),
  district: criterion({
    description: 'Living in the city at the end of a year, in one of these districts.',
    arguments: {
      in: { kind: 'codes', list: 'districts', description: 'Districts; all of them if left out.' },
      atEndOf: AT_END_OF,
    },
    coordinates: ['Person.district'],
    reads: ['residences', 'residences.district'],
    persons: async (given, store) => {
      const { person, district, firstYear, lastYear } = (await yearlyPopulation(store)).residences;
      const codes = codesIn(given, 'in');
      const wanted = codes && new Set(codes);
      const { texts } = store.tables.residences.columns.district;
      const fits = texts.map((text) => wanted === undefined || wanted.has(text));
      const at = numberIn(given, 'atEndOf')!;
      const found = personsOf(store);
      await new CooperativeScheduler().forEachChunk(person.length, (from, to) => {
        for (let row = from; row < to; row++)
          if (firstYear[row]! <= at && lastYear[row]! >= at && fits[district[row]!]) found.add(person[row]!);
      });
      return found;
    },
  }),
  familyType: criterion({
    description: 'In a family of this type at the end of a year.',
    arguments: {
      in: { kind: 'codes', required: true, values: familyTypes, description: `${familyTypes.join(', ')}.` },
      atEndOf: AT_END_OF,
    },
    coordinates: ['Person.families'],
    reads: ['memberships', 'memberships.role'],
    persons: async (given, store) => {
      const { persons } = await yearlyPopulation(store);
      const memberships = await shownMemberships(store);
      const wanted = familyTypes.map((type) => codesIn(given, 'in')!.includes(type));
      const found = personsOf(store);
      const types = await familyTypesAt(memberships, numberIn(given, 'atEndOf')!, found.words.length * 32);
      await new CooperativeScheduler().forEachChunk(persons.length, (from, to) => {
        for (let row = from; row < to; row++) if (wanted[types[persons[row]!]!]) found.add(persons[row]!);
      });
      return found;
    },
  }),
  children: criterion({
    description: 'A parent in a family with so many children under 18 at the end of a year.',
    arguments: {
      number: { kind: 'range', required: true, description: 'How many.' },
      atEndOf: AT_END_OF,
    },
    coordinates: ['Person.families', 'Person.birthYear'],
    reads: ['memberships', 'memberships.role'],
    persons: async (given, store) => {
      const memberships = await shownMemberships(store);
      const scheduler = new CooperativeScheduler();
      const { from, until } = rangeIn(given, 'number')!;
      const at = numberIn(given, 'atEndOf')!;
      const minors = await whoseBirthYear(
        await yearlyPopulation(store),
        (year) => at - year < AGE_OF_MAJORITY,
      );
      const children = new Map<number, number>();
      await forEachMembership(memberships, at, scheduler, (person, family, isParent) => {
        if (!isParent && minors.has(person)) children.set(family, (children.get(family) ?? 0) + 1);
      });
      const found = personsOf(store);
      await forEachMembership(memberships, at, scheduler, (person, family, isParent) => {
        const number = children.get(family) ?? 0;
        if (isParent && number >= from && number <= until) found.add(person);
      });
      return found;
    },
  }),
};

interface PersonCriterion {
  readonly description: string;
  readonly arguments: Criterion['arguments'];
  readonly coordinates: readonly string[];
  readonly reads: readonly string[];
  persons(given: CriterionArguments, store: PopulationStore): Promise<PersonSet>;
}

/** A criterion without records that always tests the same coordinates. */
function criterion(given: PersonCriterion): Criterion<PopulationStore> {
  const { coordinates, reads, ...own } = given;
  return { ...own, tests: () => coordinates, testable: coordinates, reads: () => reads };
}

/** An empty set with capacity for everybody in the register. */
function personsOf({ tables: { persons, memberships, residences } }: PopulationStore): PersonSet {
  return PersonSet.below(
    Math.max(persons.offsets.length, memberships.offsets.length, residences.offsets.length),
  );
}

async function whoseBirthYear(
  { persons, birthYear }: YearlyPopulation,
  fits: (year: number) => boolean,
): Promise<PersonSet> {
  const found = PersonSet.below((persons.at(-1) ?? 0) + 1);
  await new CooperativeScheduler().forEachChunk(persons.length, (from, to) => {
    for (let row = from; row < to; row++) if (fits(birthYear[row]!)) found.add(persons[row]!);
  });
  return found;
}

async function whoseCode(
  subject: Uint32Array,
  { texts, indices }: CodeColumn,
  codes: readonly string[],
): Promise<PersonSet> {
  const found = PersonSet.below((subject.at(-1) ?? 0) + 1);
  const wanted = new Set(codes);
  const fits = texts.map((text) => wanted.has(text));
  await new CooperativeScheduler().forEachChunk(subject.length, (from, to) => {
    for (let row = from; row < to; row++) {
      const index = indices[row]!;
      if (index !== NO_CODE && fits[index]) found.add(subject[row]!);
    }
  });
  return found;
}

/**
 * For each of some years after a quarter, the share that is before a child's 18th birthday.
 * @param before the first day of the quarter
 */
export function exposureOf(birth: Day, before: Day, years: number): number[] {
  const majority = addYears(birth, 18);
  return yearsAfter(before, years).map(([start, next]) =>
    Math.min(1, Math.max(0, (majority - start) / (next - start))),
  );
}

/**
 * The same from the year of birth alone: the middle of that year stands for the birthday, as in the factor
 * for age.
 */
export function exposureByYear(birth: Day, before: Day, years: number): number[] {
  return exposureOf(dayOf(yearOf(birth), 7, 1)!, before, years);
}

/** The first day of each of some years after a quarter, and the first day after that year. */
function yearsAfter(before: Day, years: number): readonly (readonly [start: Day, next: Day])[] {
  return Array.from({ length: years }, (_, index) => [addYears(before, index), addYears(before, index + 1)]);
}
