import { yearOf } from '../../lib/calendar.js';
import { CooperativeScheduler } from '../../lib/cooperativeScheduler.js';
import { codeAt, NO_CODE } from '../../registry-kit/columns/table.js';
import { EVERYBODY } from '../../registry-kit/criteria/cohortQuestion.js';
import type { GroupAttribute } from '../../registry-kit/criteria/criterion.js';
import { NO_FAMILY, type YearlyMemberships } from '../../registry-kit/criteria/familyTypes.js';
import { yearEndsIn, type YearlyResidences } from '../../registry-kit/criteria/yearly.js';
import type { GroupAttributes } from '../../registry-kit/feeds/cohortFeed.js';
import type { RegistryStore } from '../../registry-kit/subgraph/registryContext.js';
import type { PersonKey } from '../../schema/keys.js';
import { PersonSet } from '../../schema/personSet.js';
import type { populationRegistry } from './tables.js';

export type PopulationStore = RegistryStore<typeof populationRegistry>;
type Tables = PopulationStore['tables'];

/** Data of the population register for groups, built once for each snapshot. */
export interface YearlyPopulation {
  readonly persons: Uint32Array;
  readonly birthYear: Uint16Array;
  readonly residences: YearlyResidences;
  readonly memberships: YearlyMemberships;
  /** The last family of each of `persons`; NO_FAMILY if there is none. */
  readonly lastFamily: Uint32Array;
}

const made = new WeakMap<object, Promise<YearlyPopulation>>();

export function yearlyPopulation({ tables }: PopulationStore): Promise<YearlyPopulation> {
  let yearly = made.get(tables);
  if (!yearly) made.set(tables, (yearly = makeYearly(tables)));
  return yearly;
}

async function makeYearly({ persons, residences, memberships }: Tables): Promise<YearlyPopulation> {
  const birthYear = new Uint16Array(persons.subject.length);
  const lastFamily = new Uint32Array(persons.subject.length);
  await new CooperativeScheduler().forEachChunk(persons.subject.length, (from, to) => {
    for (let row = from; row < to; row++) {
      birthYear[row] = yearOf(persons.columns.birth[row]!);
      lastFamily[row] = lastFamilyOf(persons.subject[row]!, memberships);
    }
  });
  return {
    persons: persons.subject,
    birthYear,
    residences: await yearlyResidences(residences),
    memberships: await yearlyMemberships(memberships),
    lastFamily,
  };
}

async function yearlyResidences({
  subject,
  columns: { district, start, end },
}: Tables['residences']): Promise<YearlyResidences> {
  const { rows, firstYear, lastYear } = await rowsAtYearEnds(start, end);
  const person = new Uint32Array(rows.length);
  const districts = new Uint16Array(rows.length);
  await new CooperativeScheduler().forEachChunk(rows.length, (from, to) => {
    for (let at = from; at < to; at++) {
      person[at] = subject[rows[at]!]!;
      districts[at] = district.indices[rows[at]!]!;
    }
  });
  return { person, district: districts, firstYear, lastYear };
}

async function yearlyMemberships({ subject, columns }: Tables['memberships']): Promise<YearlyMemberships> {
  const { rows, firstYear, lastYear } = await rowsAtYearEnds(columns.start, columns.end);
  const person = new Uint32Array(rows.length);
  const family = new Uint32Array(rows.length);
  const parent = new Uint8Array(rows.length);
  await new CooperativeScheduler().forEachChunk(rows.length, (from, to) => {
    for (let at = from; at < to; at++) {
      const row = rows[at]!;
      person[at] = subject[row]!;
      family[at] = columns.family[row]!;
      parent[at] = codeAt(columns.role, row) === 'parent' ? 1 : 0;
    }
  });
  return { person, family, parent, firstYear, lastYear };
}

/** Intervals that include the end of some year: their rows, with the first and the last such year. */
async function rowsAtYearEnds(
  start: Int32Array,
  end: Int32Array,
): Promise<{ rows: Uint32Array; firstYear: Uint16Array; lastYear: Uint16Array }> {
  const rows = new Uint32Array(start.length);
  const firstYear = new Uint16Array(start.length);
  const lastYear = new Uint16Array(start.length);
  let count = 0;
  await new CooperativeScheduler().forEachChunk(start.length, (from, to) => {
    for (let row = from; row < to; row++) {
      const [first, last] = yearEndsIn(start[row]!, end[row]!);
      if (first > last) continue;
      rows[count] = row;
      firstYear[count] = first;
      lastYear[count++] = last;
    }
  });
  return {
    rows: rows.slice(0, count),
    firstYear: firstYear.slice(0, count),
    lastYear: lastYear.slice(0, count),
  };
}

function lastFamilyOf(person: PersonKey, { offsets, columns }: Tables['memberships']): number {
  // Rows are ordered by start; keys beyond the offsets have no rows.
  const last = (offsets[person + 1] ?? 0) - 1;
  return last >= (offsets[person] ?? 0) ? columns.family[last]! : NO_FAMILY;
}

/**
 * The memberships that exist for the caller: erased and restricted people are not counted in their families.
 */
export async function shownMemberships(store: PopulationStore): Promise<YearlyMemberships> {
  const { memberships } = await yearlyPopulation(store);
  const { person, family } = memberships;
  let shown: Uint32Array | undefined;
  await new CooperativeScheduler().forEachChunk(person.length, (from, to) => {
    for (let row = from; row < to; row++)
      if (store.isHidden(person[row]!)) (shown ??= family.slice())[row] = NO_FAMILY;
  });
  return shown ? { ...memberships, family: shown } : memberships;
}

/**
 * The last known family of everybody. It is used only for protection: no number about too few families is
 * published (docs/decisions/groups.md). So it includes people under non-disclosure, whose family ties are not
 * shown. People who do not exist for the caller are in no number.
 */
export async function unitAttributes(store: PopulationStore): Promise<readonly GroupAttribute[]> {
  const { persons, lastFamily } = await yearlyPopulation(store);
  const released = { subject: persons, coordinate: 'Family.members' };
  return [
    { ...released, name: 'person', values: persons },
    { ...released, name: 'unit', values: lastFamily },
  ];
}

/**
 * The columns that groups are counted by: persons, sex, birth year, and district and family at the ends of
 * years. They are separate columns, so that an owner can release each of them separately.
 */
export const populationAttributes: GroupAttributes<PopulationStore> = {
  coordinates: ['Person.birthYear', 'Person.sex', 'Person.district', 'Person.families', 'Family.members'],
  read: async (store) => {
    const { persons, birthYear, residences, memberships } = await yearlyPopulation(store);
    const { sex } = store.tables.persons.columns;
    const ofPersons = { subject: persons };
    const ofResidences = { subject: residences.person, coordinate: 'Person.district' };
    const ofMemberships = { subject: memberships.person, coordinate: 'Person.families' };
    const attributes: GroupAttribute[] = [
      ...(await unitAttributes(store)),
      {
        ...ofPersons,
        name: 'birthYear',
        coordinate: 'Person.birthYear',
        values: birthYear,
        withheldValue: 0,
      },
      { ...ofPersons, name: 'sex', coordinate: 'Person.sex', values: sex.indices, withheldValue: NO_CODE },
      { ...ofResidences, name: 'residence.person', values: residences.person },
      { ...ofResidences, name: 'residence.district', values: residences.district, withheldValue: NO_CODE },
      { ...ofResidences, name: 'residence.firstYear', values: residences.firstYear },
      { ...ofResidences, name: 'residence.lastYear', values: residences.lastYear },
      { ...ofMemberships, name: 'membership.person', values: memberships.person },
      { ...ofMemberships, name: 'membership.family', values: memberships.family, withheldValue: NO_FAMILY },
      { ...ofMemberships, name: 'membership.parent', values: memberships.parent },
      { ...ofMemberships, name: 'membership.firstYear', values: memberships.firstYear },
      { ...ofMemberships, name: 'membership.lastYear', values: memberships.lastYear },
    ];
    const { texts: districts } = store.tables.residences.columns.district;
    const everybody = PersonSet.below(store.tables.persons.offsets.length);
    for (const person of persons) everybody.add(person);
    return {
      evaluations: [{ name: EVERYBODY, tests: ['Person.birthYear'], evaluate: () => everybody }],
      attributes,
      texts: { sexes: sex.texts, districts },
    };
  },
};
