/**
 * @property groups/prices
 * @enforcedBy subgraphs/cohorts/cohortPrice.ts
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';

const planner = { persona: 'planner', purpose: 'planning' };

/** `CohortPrice` has the fields and arguments of `Cohort`, so one text asks for both. */
const price = (where: string, field: string, fields = 'least most askedBefore budget { limit left }') =>
  `{ cohortPrice(${where}) { ${field.replace('…', `{ ${fields} }`)} } groupBudget { unit limit left resetsOn } }`;
const question = (where: string, field: string, fields: string) =>
  `{ cohort(${where}) { ${field.replace('…', `{ ${fields} }`)} } }`;

const children = 'where: { age: { between: { until: 6 }, atEndOf: 2014 } }';
const compared = `${children}, comparedWith: { all: [] }`;
const waiting = `${children}, timeTo: { from: { healthContacts: {} }, event: { socialContacts: {} }, until: "2016-12-31" }`;
const period = (field: string) => `members(from: "2010-01-01", until: "2012-12-31") { ${field} }`;

/** Every kind of question, with what its answer needs to select. */
const kinds: readonly [name: string, where: string, field: string, fields: string][] = [
  ['a size', children, 'size …', 'count'],
  ['a table', children, 'table(by: [YEAR, SEX, AGE_BAND], years: [2010, 2015]) …', 'cells { count }'],
  ['a table by district', children, 'table(by: [DISTRICT], years: [2015]) …', 'cells { count }'],
  ['a comparison of characteristics', compared, 'differences(atEndOf: 2015) …', 'items { ratio }'],
  ['a waiting time', waiting, 'timeToEvent(intervals: 3) …', 'intervals { events }'],
  [
    'service use',
    children,
    period('serviceUse(services: ["T11", "S11"], byYear: true) …'),
    'rows { persons }',
  ],
  ['common paths', children, period('commonPaths(steps: 2) …'), 'paths { persons }'],
  ['a comparison of services', compared, period('differences …'), 'items { ratio }'],
];

interface PriceAnswer {
  readonly cohortPrice: Readonly<Record<string, unknown>>;
  readonly groupBudget: {
    readonly unit: string;
    readonly limit: number;
    readonly left: number;
    readonly resetsOn: string;
  };
}
interface FoundPrice {
  readonly least: number;
  readonly most: number;
  readonly askedBefore: boolean;
  readonly budget: { readonly limit: number; readonly left: number };
}

describe('prices of questions about groups', () => {
  let city: TestCity;
  let served: ServedCity;

  beforeAll(async () => {
    city = await makeCity();
    served = await serveCity(city);
  });
  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });

  const ask = async <Data>(query: string): Promise<Data> => {
    const { data, errors } = await served.client.ask({ ...planner, query });
    expect(errors).toBeUndefined();
    return data as Data;
  };
  const priceOf = async (where: string, field: string) => {
    const { cohortPrice, groupBudget } = await ask<PriceAnswer>(price(where, field));
    const [first] = Object.values(cohortPrice) as [FoundPrice | Record<string, FoundPrice>];
    const found = 'least' in first ? (first as FoundPrice) : Object.values(first)[0]!;
    return { ...found, groupBudget };
  };

  it.each(kinds)('tell what %s costs, and it costs that', async (_, where, field, fields) => {
    const before = await priceOf(where, field);
    expect(before.askedBefore).toBe(false);
    expect(before.least).toBe(before.most);
    expect(before.budget.left).toBe(before.groupBudget.left);
    await ask(question(where, field, fields));
    const after = await priceOf(where, field);
    expect(before.budget.left - after.budget.left).toBe(before.most);
    expect(after).toMatchObject({ least: 0, most: before.most, askedBefore: true });
    // The same question again is free, as its price said.
    await ask(question(where, field, fields));
    expect((await priceOf(where, field)).budget.left).toBe(after.budget.left);
  });

  it('bound the price of gaps, which depends on the paths that are published', async () => {
    const field = period('commonPaths(first: 2, steps: 2, gaps: true) …');
    const where = 'where: { all: [] }';
    const before = await priceOf(where, field);
    await ask(question(where, field, 'paths { persons steps { medianGap } }'));
    const charged = before.budget.left - (await priceOf(where, field)).budget.left;
    expect(charged).toBeGreaterThanOrEqual(before.least);
    expect(charged).toBeLessThanOrEqual(before.most);
  });

  it('name the unit, and the day on which the next budget begins', async () => {
    const { groupBudget } = await priceOf(children, 'size …');
    expect(groupBudget).toMatchObject({ unit: 'QUESTIONS', limit: 150 });
    expect(groupBudget.resetsOn).toMatch(/^\d{4}-\d{2}-01$/);
  });

  it('are refused for a question that would be refused, in the same words', async () => {
    const unknown = 'where: { healthContacts: { services: ["T99"] } }';
    const asked = await served.client.ask({ ...planner, query: question(unknown, 'size …', 'count') });
    const priced = await served.client.ask({ ...planner, query: price(unknown, 'size …') });
    expect(priced.errors?.[0]?.message).toBe(asked.errors?.[0]?.message);
    expect(priced.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('come with the criteria that a form can offer, and their codes', async () => {
    const { groupCriteria } = await ask<{ groupCriteria: Record<string, unknown>[] }>(
      '{ groupCriteria { name registry isEvent arguments { name kind required codeList codes } } }',
    );
    expect(groupCriteria.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['birthYear', 'age', 'healthContacts', 'childProtection', 'enrolments']),
    );
    expect(groupCriteria.find(({ name }) => name === 'familyType')).toMatchObject({
      registry: 'population',
      isEvent: false,
      arguments: [
        {
          name: 'in',
          kind: 'CODES',
          required: true,
          codes: ['no-family', 'no-children', 'lone-parent', 'two-parents'],
        },
        { name: 'atEndOf', kind: 'YEAR', required: true, codes: null },
      ],
    });
    expect(groupCriteria.find(({ name }) => name === 'healthContacts')).toMatchObject({
      isEvent: true,
      arguments: expect.arrayContaining([
        expect.objectContaining({
          name: 'services',
          codeList: 'services',
          codes: expect.arrayContaining(['T11']),
        }),
      ]),
    });
  });
});
