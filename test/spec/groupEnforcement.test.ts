/**
 * @property groups/own-criteria A registry evaluates its own criteria, about people whose conditions hold,
 * and only fields that its owner releases.
 * @enforcedBy registry-kit/enforcement/guardGroup.ts
 * @property groups/objections
 * @property groups/forged-filters Each registry refuses a forged, foreign or unknown form of a group's
 * filter.
 * @enforcedBy registry-kit/criteria/cohortQuestion.ts
 */
import { describe, expect, it } from '@jest/globals';
import { formatDay, today } from '../../lib/calendar.js';
import {
  criterionQuestions,
  readQuestion,
  writeQuestion,
} from '../../registry-kit/criteria/cohortQuestion.js';
import { Feed } from '../../schema/feed.js';
import { PersonSet } from '../../schema/personSet.js';
import { type HealthCase, healthSubgraph } from './healthSubgraph.js';

const day = (daysAgo: number): string => formatDay(today() - daysAgo);
const visit = (person: number, id: number, daysAgo: number, more: object = {}) => ({
  person,
  id: BigInt(id),
  start: day(daysAgo),
  service: 'T11',
  unit: 'U-1',
  ...more,
});
const contacts = [
  visit(1, 1, 10),
  visit(1, 2, 20, { diagnosis: 'F32.1' }),
  visit(2, 3, 10, { service: 'T60' }),
  visit(3, 4, 900),
  visit(3, 5, 30),
];
const persons = [1, 2, 3, 4].map((person) => ({ person, adultFrom: '1970-01-01', birthYear: 1980 }));
const released = 'Cohort: [Person.healthContacts, "HealthContact.{service,startedAt,endedAt}"]';

const grant = (derive: string, when = '[]') => `grants:
  - { id: groups, purposes: [planning], roles: [planner], basis: [x], when: ${when}, derive: { ${derive} } }`;

/**
 * The answer of health services about a group under a policy: who meets each criterion, and who is withheld.
 */
async function askGroup(
  policy: string,
  where: object,
  objections: readonly { person: number; start: string }[] = [],
  marks: HealthCase['marks'] = {},
) {
  const ask = await healthSubgraph({
    policy,
    contacts,
    persons,
    objections,
    marks,
    caller: { roles: ['planner'], purposes: ['planning'] },
    purpose: 'planning',
  });
  const question = readQuestion({ where });
  const answer = (await ask({ __typename: 'Cohort', filter: writeQuestion(question) }, 'health')) as {
    health: unknown;
  };
  const feed = Feed.from(answer.health);
  const [asked] = criterionQuestions(question);
  const set = (name: string) => {
    const words = feed.columns[name] as Uint32Array | undefined;
    return words && [...new PersonSet(words).keys].filter((key) => key <= 4);
  };
  return {
    state: feed.state,
    columns: feed.columns,
    meets: set(asked!.name),
    withheld: set(`withheld:${asked!.name}`),
  };
}

describe('a registry that gets a question about a group', () => {
  it('returns the people who meet its criterion, and no others', async () => {
    const { meets, withheld } = await askGroup(grant(released), { healthContacts: { atLeast: 2 } });
    expect(meets).toEqual([1, 3]);
    expect(withheld).toBeUndefined();
  });

  it('answers its own criteria alone', async () => {
    const { columns } = await askGroup(grant(released), {
      all: [{ healthContacts: {} }, { childProtection: {} }],
    });
    expect(Object.keys(columns).filter((name) => name.includes('childProtection'))).toEqual([]);
    expect(Object.keys(columns)).toContain('persons:{"healthContacts":{}}');
  });

  it('withholds people who have objected: they neither meet a criterion nor fail it', async () => {
    const { meets, withheld } = await askGroup(grant(released, '[not-objected]'), { healthContacts: {} }, [
      { person: 1, start: day(1) },
    ]);
    expect(meets).toEqual([2, 3]);
    expect(withheld).toEqual([1]);
  });

  it.each(['erasure', 'restriction', 'objection'])('withholds people with a mark: %s', async (kind) => {
    const marks = { [kind]: [{ person: 1, start: day(1) }] };
    const { meets, withheld } = await askGroup(
      grant(released, '[not-objected]'),
      { healthContacts: {} },
      [],
      marks,
    );
    expect(meets).toEqual([2, 3]);
    expect(withheld).toEqual([1]);
  });

  it('uses no events of people who have objected', async () => {
    const where = {
      sequence: { first: { healthContacts: {} }, next: { healthContacts: {} }, withinMonths: 3 },
    };
    const { columns } = await askGroup(grant(released, '[not-objected]'), where, [
      { person: 1, start: day(1) },
    ]);
    expect([...(columns['person:events:{"healthContacts":{}}'] as Uint32Array)]).toEqual([2, 3, 3]);
  });

  it('counts no record that a condition on records leaves out', async () => {
    const recent = grant(released, "['within-years(1)']");
    expect((await askGroup(recent, { healthContacts: { atLeast: 2 } })).meets).toEqual([1]);
    expect((await askGroup(recent, { healthContacts: {} })).meets).toEqual([1, 2, 3]);
  });

  it('answers nothing when a criterion tests a field that is not released', async () => {
    const policy = grant(released);
    expect((await askGroup(policy, { healthContacts: { services: ['T60'] } })).meets).toEqual([2]);
    expect((await askGroup(policy, { healthContacts: { diagnoses: ['F30-F39'] } })).state).toBe('withheld');
  });

  it('tests a diagnosis by code, block or chapter when it is released', async () => {
    const policy = grant(released.replace('service,', 'service,diagnosis,'));
    for (const code of ['F32', 'F30-F39', 'F00-F99'])
      expect((await askGroup(policy, { healthContacts: { diagnoses: [code] } })).meets).toEqual([1]);
  });

  it('answers nothing from fields that are released to paths only', async () => {
    const paths = grant('ServicePath: ["HealthContact.{service,startedAt,endedAt}"]');
    expect((await askGroup(paths, { healthContacts: {} })).state).toBe('withheld');
  });

  it.each([
    ['is no text of its own form', '{"where": {"healthContacts":{}}}'],
    ['names a part twice', '{"where":{"all":[{"healthContacts":{}},{"healthContacts":{}}]}}'],
    ['has an argument that there is not', '{"where":{"healthContacts":{"patients":["x"]}}}'],
    ['has codes that are none', '{"where":{"healthContacts":{"services":7}}}'],
    ['is no JSON', 'everybody'],
  ])('refuses a filter that %s', async (_, filter) => {
    const ask = await healthSubgraph({ policy: grant(released), purpose: 'planning' });
    await expect(ask({ __typename: 'Cohort', filter }, 'health')).rejects.toMatchObject({
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});
