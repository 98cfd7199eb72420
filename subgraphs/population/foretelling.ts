import type { PersonKey } from '../../schema/keys.js';
import type { PersonSet } from '../../schema/personSet.js';
import { NO_CODE, NO_DAY, rowsOf } from '../registry/columns/table.js';
import type { ChildNumber, Foretelling } from '../registry/feeds/foretelling.js';
import { HORIZON_YEARS } from '../registry/factors/horizon.js';
import { exposureOf } from './exposure.js';
import { unitAttributes } from './groupAttributes.js';
import { populationFactors } from './factors.js';
import { birthOf, householdsOf, residenceOn } from './households.js';
import type { PopulationStore } from './yearly.js';

/** The share of each of the next years that lies before the child's 18th birthday. */
const exposure: ChildNumber<PopulationStore> = {
  name: 'exposure',
  size: HORIZON_YEARS,
  reads: ['Person.birthYear'],
  reader:
    ({ tables }, before) =>
    ({ child }, _known, into) =>
      into.set(exposureOf(birthOf(tables, child)!, before, HORIZON_YEARS)),
};

/** How long a child could be seen, and what groups children are compared by. */
const outcomes: readonly ChildNumber<PopulationStore>[] = [
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
        (into[0] = codeOf(persons.columns.sex.indices[rowsOf(persons, child)[0]]!)),
  },
  {
    name: 'language',
    size: 1,
    reads: ['Person.language'],
    reader:
      ({ tables: { persons } }) =>
      ({ child }, _known, into) =>
        (into[0] = codeOf(persons.columns.language.indices[rowsOf(persons, child)[0]]!)),
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

/** What the population register knows that foretells need, and what tells how well it was foreseen. */
export const populationForetelling: Foretelling<PopulationStore> = {
  source: populationFactors,
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
    of: (store, asked) => householdsOf(store, personsIn(store, asked), asked.asOf - 1),
    units: (store) => ({ leaves: [], attributes: unitAttributes(store) }),
  },
  besides: [exposure],
  outcomes,
  outcomeTexts: ({ tables: { persons, residences } }) => ({
    sexes: persons.columns.sex.texts,
    languages: persons.columns.language.texts,
    districts: residences.columns.district.texts,
  }),
};

/** The number of a code in the column's dictionary; NaN where there is none. */
function codeOf(index: number): number {
  return index === NO_CODE ? Number.NaN : index;
}

/** The last day on which a child lived, and lived in the city; Infinity where that goes on. */
function lastDay({ residences, persons }: PopulationStore['tables'], child: number): number {
  const [, to] = rowsOf(residences, child);
  const left = residences.columns.end[to - 1]!;
  const died = persons.columns.death[rowsOf(persons, child)[0]]!;
  return Math.min(left === NO_DAY ? Infinity : left, died === NO_DAY ? Infinity : died);
}

/** Whom a feed is asked of: one child, a group, or everybody. */
function personsIn({ tables }: PopulationStore, asked: object): Iterable<PersonKey> {
  if ('person' in asked) return [asked.person as PersonKey];
  return 'set' in asked ? (asked.set as PersonSet).keys : tables.persons.subject;
}
