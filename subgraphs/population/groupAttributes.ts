import { PersonSet } from '../../schema/personSet.js';
import type { GroupAttribute } from '../registry/enforcement/groupAnswers.js';
import type { GroupAttributes } from '../registry/feeds/cohortFeed.js';
import { EVERYBODY } from '../registry/groups/cohortQuestion.js';
import { NO_FAMILY } from '../registry/groups/familyTypes.js';
import { NO_CODE } from '../registry/columns/table.js';
import { type PopulationStore, yearlyPopulation } from './yearly.js';

/**
 * The family last known of everybody. It serves protection alone: no number is told of too few of them
 * (docs/decisions/groups.md). So it is given of people under non-disclosure too, whose family ties are not; of whom nothing exists, no number counts.
 */
export async function unitAttributes(store: PopulationStore): Promise<readonly GroupAttribute[]> {
  const { persons, lastFamily } = await yearlyPopulation(store);
  const released = { subject: persons, tells: 'Family.members' };
  return [
    { ...released, name: 'person', values: persons },
    { ...released, name: 'unit', values: lastFamily },
  ];
}

/**
 * What groups are counted by: who there is, and sex, birth year, district and family of each, the last two at the ends of
 * years. Column by column, so that an owner releases what it will.
 */
export const populationAttributes: GroupAttributes<PopulationStore> = {
  tells: ['Person.birthYear', 'Person.sex', 'Person.district', 'Person.families', 'Family.members'],
  of: async (store) => {
    const { persons, birthYear, residences, memberships } = await yearlyPopulation(store);
    const { sex } = store.tables.persons.columns;
    const ofPersons = { subject: persons };
    const ofResidences = { subject: residences.person, tells: 'Person.district' };
    const ofMemberships = { subject: memberships.person, tells: 'Person.families' };
    const attributes: GroupAttribute[] = [
      ...(await unitAttributes(store)),
      { ...ofPersons, name: 'birthYear', tells: 'Person.birthYear', values: birthYear, nothing: 0 },
      { ...ofPersons, name: 'sex', tells: 'Person.sex', values: sex.indices, nothing: NO_CODE },
      { ...ofResidences, name: 'residence.person', values: residences.person },
      { ...ofResidences, name: 'residence.district', values: residences.district, nothing: NO_CODE },
      { ...ofResidences, name: 'residence.firstYear', values: residences.firstYear },
      { ...ofResidences, name: 'residence.lastYear', values: residences.lastYear },
      { ...ofMemberships, name: 'membership.person', values: memberships.person },
      { ...ofMemberships, name: 'membership.family', values: memberships.family, nothing: NO_FAMILY },
      { ...ofMemberships, name: 'membership.parent', values: memberships.parent },
      { ...ofMemberships, name: 'membership.firstYear', values: memberships.firstYear },
      { ...ofMemberships, name: 'membership.lastYear', values: memberships.lastYear },
    ];
    const { texts: districts } = store.tables.residences.columns.district;
    const everybody = PersonSet.below(store.tables.persons.offsets.length);
    for (const person of persons) everybody.add(person);
    return {
      leaves: [{ name: EVERYBODY, tests: ['Person.birthYear'], evaluate: () => everybody }],
      attributes,
      texts: { sexes: sex.texts, districts },
    };
  },
};
