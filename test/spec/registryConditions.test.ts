/**
 * @property registries/conditions A condition concerns the data subject or the record. A condition that
 * cannot be evaluated never holds.
 * @enforcedBy registry-kit/enforcement/requestAccess.ts, registry-kit/enforcement/conditions.ts,
 * registry-kit/person-flags/flagConditions.ts
 */
import { describe, expect, it } from '@jest/globals';
import { addYears, formatDay, today } from '../../lib/calendar.js';
import { OF_AGE } from '../../registry-kit/person-flags/personFlags.js';
import { type HealthCase, healthSubgraph } from './healthSubgraph.js';

const whenHolds = (conditions: string, purposes = 'care', roles = 'clinician') => `grants:
  - id: care
    purposes: [${purposes}]
    roles: [${roles}]
    basis: [703/2023]
    when: [${conditions}]
    show: { Person.healthContacts: allow, 'HealthContact.*': allow }
    derive: { ServicePath: ['HealthContact.{service,startedAt,endedAt,unit}'] }
`;
const anyTime = (purposes?: string, roles?: string) => whenHolds('', purposes, roles);

const PERSON = { __typename: 'Person', id: 7 };
const PATH = { __typename: 'ServicePath', person: 7, from: null, until: null };
const yearsAgo = (years: number, days = 0) => formatDay(addYears(today(), -years) + days);

const contacts = [
  { person: 7, id: 1n, start: yearsAgo(1), service: 'T11', unit: 'U-1' },
  { person: 7, id: 2n, start: yearsAgo(9), service: 'T12', unit: 'U-2' },
];

/** The services of the shown contacts, in a list and in the feed of a path. */
async function services(given: HealthCase): Promise<{ list: unknown; feed: unknown }> {
  const ask = await healthSubgraph({ contacts, ...given });
  const { healthContacts } = (await ask(PERSON, 'healthContacts { service { code } }')) as {
    healthContacts: { service: string | null }[];
  };
  const { health } = (await ask(PATH, 'health')) as { health: { columns: { service: unknown } } };
  return { list: healthContacts.map(({ service }) => service), feed: health.columns.service };
}

const both = (...shown: string[]) => ({ list: shown.toReversed(), feed: shown.toReversed() });
const none = { list: [], feed: [] };

describe('a condition on the record', () => {
  it('own-unit leaves out items of other units', async () => {
    const policy = whenHolds('own-unit');
    expect(await services({ policy })).toEqual(both('T11'));
    expect(await services({ policy, caller: { units: ['U-2', 'U-3'] } })).toEqual(both('T12'));
    expect(await services({ policy, caller: { units: [] } })).toEqual(none);
  });

  it('within-years leaves out earlier records', async () => {
    expect(await services({ policy: whenHolds('within-years(5)') })).toEqual(both('T11'));
    expect(await services({ policy: whenHolds('within-years(10)') })).toEqual(both('T11', 'T12'));
  });

  it('within-years is exact to the day', async () => {
    const on = async (start: string) =>
      (
        await services({
          policy: whenHolds('within-years(3)'),
          contacts: [{ ...contacts[0]!, start }],
        })
      ).list;
    expect(await on(yearsAgo(3))).toEqual(['T11']);
    expect(await on(yearsAgo(3, -1))).toEqual([]);
  });

  it('is tested together with conditions on its subject', async () => {
    const policy = whenHolds('own-unit, care-relationship');
    const careRelationships = [{ person: 7, employee: 'H-1', start: '2010-01-01' }];
    expect(await services({ policy })).toEqual(none);
    expect(await services({ policy, careRelationships })).toEqual(both('T11'));
  });

  it('filters record by record: a value that is not shown cannot be searched', async () => {
    const ask = await healthSubgraph({
      policy: `grants:
  - { id: all, purposes: [care], roles: [clinician], basis: [x], show: { Person.healthContacts: allow } }
  - { id: own, purposes: [care], roles: [clinician], basis: [x], when: [own-unit], show: { HealthContact.service: allow } }
`,
      contacts,
    });
    const found = async (service: string) =>
      (
        (await ask(PERSON, 'healthContacts(services: $services) { id }', { services: [service] })) as {
          healthContacts: unknown[];
        }
      ).healthContacts.length;
    expect([await found('T11'), await found('T12')]).toEqual([1, 0]);
  });
});

describe('a condition on the data subject', () => {
  const minor = { person: 7, adultFrom: '2999-01-01', birthYear: 2981, district: 'Tapiola' };
  const adult = { person: 7, adultFrom: formatDay(OF_AGE), birthYear: 1980, district: 'Tapiola' };
  const all = both('T11', 'T12');

  it.each([
    ['minor', [minor], all],
    ['minor', [adult], none],
    ['adult', [minor], none],
    ['adult', [adult], all],
    ['minor', [], none],
    ['adult', [], none],
    ['minor', [{ ...minor, adultFrom: formatDay(today()) }], none],
    ['adult', [{ ...minor, adultFrom: formatDay(today()) }], all],
    ['minor', [{ ...minor, adultFrom: formatDay(today() + 1) }], all],
  ])(
    '%s follows from the day of coming of age, and is false for unknown people',
    async (name, persons, shown) => {
      expect(await services({ policy: whenHolds(name), persons })).toEqual(shown);
    },
  );

  it('own-data is true only for the person named by the login service', async () => {
    const given = {
      policy: whenHolds('own-data', 'data-subject', 'resident'),
      purpose: 'data-subject',
      caller: { roles: ['resident'], purposes: ['data-subject'] },
    };
    expect(await services({ ...given, context: { person: 7 } })).toEqual(all);
    expect(await services({ ...given, context: { person: 8 } })).toEqual(none);
    expect(await services(given)).toEqual(none);
  });

  it('break-glass is true when a reason was stated', async () => {
    const policy = whenHolds('break-glass, within-years(3)');
    expect(await services({ policy })).toEqual(none);
    expect(await services({ policy, context: { breakGlass: 'unconscious at the scene' } })).toEqual(
      both('T11'),
    );
  });

  it('break-glass opens nothing when no grant uses it', async () => {
    const stated = { breakGlass: 'unconscious at the scene' };
    expect(await services({ policy: whenHolds('care-relationship'), context: stated })).toEqual(none);
  });
});

describe('non-disclosure for safety', () => {
  const shielded = [{ person: 7, start: '2010-01-01' }];
  const units = async (given: Partial<HealthCase>) => {
    const ask = await healthSubgraph({ policy: anyTime(), contacts, ...given });
    const { healthContacts } = (await ask(PERSON, 'healthContacts { service { code } unit { code } }')) as {
      healthContacts: { service: string; unit: string | null }[];
    };
    const { health } = (await ask(PATH, 'health')) as { health: { columns: { unit: unknown } } };
    return [healthContacts.map(({ unit }) => unit), health.columns.unit];
  };

  it('withholds units, and nothing else of a contact', async () => {
    expect(await units({ shields: shielded })).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(await services({ policy: anyTime(), shields: shielded })).toEqual(both('T11', 'T12'));
  });

  it.each([
    ['has ended', { start: '2010-01-01', end: '2015-01-01' }],
    ['has not begun', { start: '2999-01-01' }],
    ['is of another person', { start: '2010-01-01', person: 8 }],
  ])('withholds nothing when it %s', async (_when, shield) => {
    expect(await units({ shields: [{ person: 7, ...shield }] })).toEqual([
      ['U-2', 'U-1'],
      ['U-2', 'U-1'],
    ]);
  });

  it('is lifted for entitled purposes, and not for child purposes of an entitled parent', async () => {
    const asking = (purpose: string) => ({
      policy: anyTime(purpose, 'social-worker'),
      purpose,
      caller: { roles: ['social-worker'], purposes: [purpose] },
      shields: shielded,
    });
    expect(await units(asking('child-protection'))).toEqual([
      ['U-2', 'U-1'],
      ['U-2', 'U-1'],
    ]);
    expect(await units(asking('social-service'))).toEqual([
      [null, null],
      [null, null],
    ]);
  });
});
