import { NO_CODE, NO_DAY, rowRangeOf } from '../../registry-kit/columns/table.js';
import type { RequestAccess } from '../../registry-kit/enforcement/requestAccess.js';
import { HORIZON_YEARS } from '../../registry-kit/features/feature.js';
import type { ChildValuesSource, PredictionFeatures } from '../../registry-kit/feeds/predictionFeatures.js';
import type { PersonKey } from '../../schema/keys.js';
import type { PersonSet } from '../../schema/personSet.js';
import { exposureByYear, exposureOf } from './criteria.js';
import { populationFeatures } from './features.js';
import { birthOf, householdsOf, isMinorByYear, residenceOn } from './households.js';
import { type PopulationStore, unitAttributes } from './yearly.js';

/** For each of the next years, the share that is before the child's 18th birthday. */
const exposure: ChildValuesSource<PopulationStore> = {
  name: 'exposure',
  size: HORIZON_YEARS,
  reads: ['Person.birthYear'],
  reader:
    ({ tables }, before) =>
    ({ child }, _known, into) =>
      into.set(exposureOf(birthOf(tables, child)!, before, HORIZON_YEARS)),
};

/** A feed about one child reveals only the year of the birthday. A share of a year would reveal the day. */
const exposureOfOne: ChildValuesSource<PopulationStore> = {
  ...exposure,
  reader:
    ({ tables }, before) =>
    ({ child }, _known, into) =>
      into.set(exposureByYear(birthOf(tables, child)!, before, HORIZON_YEARS)),
};

/** How long a child could be observed, and the groups that an evaluation compares. */
const outcomes: readonly ChildValuesSource<PopulationStore>[] = [
  exposure,
  {
    name: 'until',
    size: 1,
    reads: ['Person.district'],
    reader:
      ({ tables }) =>
      ({ child }, _known, into) =>
        (into[0] = lastDay(tables, child)),
  },
  {
    name: 'sex',
    size: 1,
    reads: ['Person.sex'],
    reader:
      ({ tables: { persons } }) =>
      ({ child }, _known, into) =>
        (into[0] = codeOf(persons.columns.sex.indices[rowRangeOf(persons, child)[0]]!)),
  },
  {
    name: 'language',
    size: 1,
    reads: ['Person.language'],
    reader:
      ({ tables: { persons } }) =>
      ({ child }, _known, into) =>
        (into[0] = codeOf(persons.columns.language.indices[rowRangeOf(persons, child)[0]]!)),
  },
  {
    name: 'district',
    size: 1,
    reads: ['Person.district'],
    reader:
      ({ tables }, before) =>
      ({ child }, _known, into) => {
        const row = residenceOn(tables, child, before - 1);
        into[0] = row === undefined ? Number.NaN : codeOf(tables.residences.columns.district.indices[row]!);
      },
  },
  {
    name: 'parents',
    size: 1,
    reads: ['Family.members'],
    reader:
      () =>
      ({ parents }, _known, into) =>
        (into[0] = parents.length),
  },
];

/** The population register's features for predicting need, and the outcomes for evaluating predictions. */
export const populationPredictionFeatures: PredictionFeatures<PopulationStore> = {
  source: populationFeatures,
  households: {
    reads: [
      'Person.birthYear',
      'Person.district',
      'Family.members',
      'FamilyMember.person',
      'FamilyMember.role',
      'FamilyMember.startedAt',
      'FamilyMember.endedAt',
    ],
    householdsOf: (store, asked, access) =>
      householdsOf(
        store,
        personsIn(store, asked),
        asked.asOf - 1,
        'person' in asked ? isMinorByYear(shownBirthYears(access)) : undefined,
      ),
    countingUnits: async (store) => ({ evaluations: [], attributes: await unitAttributes(store) }),
  },
  extraColumns: [exposure],
  extraColumnsOfOneChild: [exposureOfOne],
  outcomes,
  outcomeTexts: ({ tables: { persons, residences } }) => ({
    sexes: persons.columns.sex.texts,
    languages: persons.columns.language.texts,
    districts: residences.columns.district.texts,
  }),
};

/**
 * The most years that a mask of the year of birth puts into one band (policies/engine/catalogue/masks.ts).
 */
const MOST_YEARS = 10;

/**
 * The years of birth that the caller cannot distinguish from a person's own: those in the same band of a
 * mask. If the year is not shown, the owner has released it to the assessment as a year.
 */
function shownBirthYears(access: RequestAccess) {
  return (subject: PersonKey, birthYear: number): readonly [first: number, last: number] => {
    const shown = (year: number) => access.maskedValue('Person.birthYear', { subject }, year);
    const looksAlike = (year: number): boolean => year === birthYear || shown(year) === shown(birthYear);
    if (shown(birthYear) === null) return [birthYear, birthYear];
    let [first, last] = [birthYear, birthYear];
    while (birthYear - first < MOST_YEARS && looksAlike(first - 1)) first -= 1;
    while (last - birthYear < MOST_YEARS && looksAlike(last + 1)) last += 1;
    return [first, last];
  };
}

/** The number of a code in the column's dictionary; NaN if there is none. */
function codeOf(index: number): number {
  return index === NO_CODE ? Number.NaN : index;
}

/** The last day on which a child was alive and lived in the city; Infinity if that still lasts. */
function lastDay({ residences, persons }: PopulationStore['tables'], child: number): number {
  const [, to] = rowRangeOf(residences, child);
  const left = residences.columns.end[to - 1]!;
  const died = persons.columns.death[rowRangeOf(persons, child)[0]]!;
  return Math.min(left === NO_DAY ? Infinity : left, died === NO_DAY ? Infinity : died);
}

/** The people that a feed is about: one child, a group, or everybody. */
function personsIn({ tables }: PopulationStore, asked: object): ArrayLike<PersonKey> {
  if ('person' in asked) return [asked.person as PersonKey];
  return 'set' in asked ? (asked.set as PersonSet).keys : tables.persons.subject;
}
