/**
 * @property registries/unread-rows Rows that no permission opens are not read, so response time does not
 * reveal how many exist.
 * @enforcedBy registry-kit/enforcement/feedRows.ts, registry-kit/enforcement/guardFeed.ts,
 * registry-kit/contacts/selectRows.ts
 */
import { describe, expect, it } from '@jest/globals';
import { addYears, formatDay, today } from '../../lib/calendar.js';
import { type HealthCase, healthSubgraph } from './healthSubgraph.js';

const policyWhen = (conditions: string) => `grants:
  - id: care
    purposes: [care]
    roles: [clinician]
    basis: [703/2023]
    when: [${conditions}]
    show: { Person.healthContacts: allow, 'HealthContact.*': allow }
    derive: { ServicePath: ['HealthContact.{service,startedAt,endedAt,unit}'] }
`;
const LIST = ['Person', 'healthContacts { service { code } startedAt }'] as const;
const SEARCH = [
  'Person',
  'healthContacts(from: "1990-01-01", services: ["T11"]) { service { code } startedAt }',
] as const;
const FEED = ['ServicePath', 'health'] as const;
const CUT_FEED = ['ServicePath', 'health', { from: '1990-01-01', until: '2099-01-01' }] as const;

/** This many contacts of person 7, on successive days, years ago. */
const contactsOf = (count: number, years: number) =>
  Array.from({ length: count }, (_, n) => ({
    person: 7,
    id: BigInt(n + 1),
    start: formatDay(addYears(today(), -years) + (n % 300)),
    service: 'T11',
    unit: 'U-9',
  }));

/** How many values of contacts are read for an answer. */
async function reads(
  [type, selection, more = {}]: readonly [string, string, object?],
  given: HealthCase,
): Promise<{ readonly answer: unknown; readonly reads: number }> {
  let count = 0;
  const ask = await healthSubgraph({ ...given, onRead: () => count++ });
  const key = type === 'Person' ? { id: 7 } : { person: 7, from: null, until: null, ...more };
  const answer = await ask({ __typename: type, ...key }, selection);
  return { answer, reads: count };
}

describe('rows that no permission can open', () => {
  it.each([
    ['a list', 'care-relationship', LIST],
    ['a search', 'care-relationship', SEARCH],
    ['a feed', 'care-relationship', FEED],
    ['a feed of a period', 'care-relationship', CUT_FEED],
    ['a list', 'minor', LIST],
    ['a list', 'own-data, own-unit', LIST],
    ['a feed of a period', 'own-data, own-unit', CUT_FEED],
    ['a feed of a period', 'break-glass, within-years(3)', CUT_FEED],
  ])('G09: are not read for %s when %s does not hold', async (_, conditions, question) => {
    const policy = policyWhen(conditions);
    const none = await reads(question, { policy });
    for (const count of [1, 1_000]) {
      const answer = await reads(question, { policy, contacts: contactsOf(count, 2) });
      expect(answer).toEqual({ answer: none.answer, reads: 0 });
    }
  });

  it.each([
    ['a list', LIST],
    ['a feed', FEED],
    ['a feed of a period', CUT_FEED],
  ])('G09: are not read for %s when within-years leaves them out', async (_, question) => {
    const policy = policyWhen('within-years(3)');
    const recent = contactsOf(5, 2).map((contact) => ({ ...contact, id: contact.id + 100_000n }));
    const few = await reads(question, { policy, contacts: recent });
    const many = await reads(question, { policy, contacts: [...contactsOf(1_000, 9), ...recent] });
    expect(many.answer).toEqual(few.answer);
    // A binary search by day reads one value in each step.
    expect(many.reads - few.reads).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(1_005)));
  });

  it('G09: are not read for a person with a restriction', async () => {
    const given = { policy: policyWhen(''), contacts: contactsOf(100, 2) };
    const marks = { restriction: [{ person: 7, start: '2020-01-01', end: '2999-12-31' }] };
    for (const question of [LIST, SEARCH, FEED, CUT_FEED])
      expect(await reads(question, { ...given, marks })).toMatchObject({ reads: 0 });
  });
});
