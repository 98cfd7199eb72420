/**
 * @property groups/protected-numbers Group questions publish only numbers that passed disclosure control.
 * @enforcedBy subgraphs/cohorts/protect.ts, disclosure-control/disclosureControl.ts
 * @property groups/forged-filters
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';
import { equivalentForms } from '../cohorts/filterArbitrary.js';

const planner = { persona: 'planner', purpose: 'planning' };
const PLAIN = { healthContacts: { services: ['T11'], atLeast: 2 } };

const SIZE = 'query ($where: CohortFilter!) { cohort(where: $where) { size { count } } }';
const EVERYTHING = `query ($where: CohortFilter!, $other: CohortFilter) {
  cohort(
    where: $where
    comparedWith: $other
    timeTo: { from: { healthContacts: {} }, event: { socialContacts: {} }, until: "2016-12-31" }
  ) {
    size { count protection { minimum smallestCount questionsLeft } }
    table(by: [YEAR, SEX, AGE_BAND], years: [2010, 2015]) { cells { year sex { code } ageBand count } }
    differences(atEndOf: 2015) { items { characteristic category { code } ratio low high } }
    timeToEvent(intervals: 3) { intervals { atRisk events survival } }
    members(from: "2010-01-01", until: "2012-12-31") {
      serviceUse(services: ["T11", "S11"]) { rows { service { code } persons } }
      commonPaths(first: 5, steps: 2) { members paths { persons steps { service { code } } } transitions { persons } }
      differences { items { category { code } ratio } }
      withheld
    }
  }
}`;

const GAPS = `{
  cohort(where: { all: [] }) {
    members(from: "2002-01-01", until: "2016-12-31") {
      commonPaths(first: 10, steps: 2, gaps: true) { paths { persons steps { service { code } medianGap } } }
    }
  }
}`;
interface CommonPath {
  readonly persons: number;
  readonly steps: readonly { readonly medianGap: string | null }[];
}

describe('groups of the city', () => {
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

  const ask = (query: string, variables: Readonly<Record<string, unknown>> = {}) =>
    served.client.ask({ ...planner, query, variables });

  it('are answered in protected numbers, none below the minimum', async () => {
    const { data, errors } = await ask(EVERYTHING, { where: PLAIN, other: { not: PLAIN } });
    expect(errors).toBeUndefined();
    const { cohort } = data as {
      cohort: Record<string, never> & { size: { count: number; protection: { smallestCount: number } } };
    };
    const { smallestCount } = cohort.size.protection;
    const counts: number[] = [];
    JSON.stringify(cohort, (name, value: unknown) => {
      const isCount = ['count', 'persons', 'atRisk', 'events', 'members'].includes(name);
      if (isCount && typeof value === 'number') counts.push(value);
      return value;
    });
    expect(counts.length).toBeGreaterThan(30);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(smallestCount);
    expect(JSON.stringify(cohort)).toMatch(/"survival":0\.\d/);
    expect(JSON.stringify(cohort)).toMatch(/"category":\{"code":"T12"\},"ratio"/);
  });

  it('list common paths, with the median gap before each step but the first', async () => {
    const { data } = await ask(GAPS);
    const { paths } = (data as { cohort: { members: { commonPaths: { paths: CommonPath[] } } } }).cohort
      .members.commonPaths;
    const persons = paths.map((path) => path.persons);
    expect(persons).toEqual(persons.toSorted((a, b) => b - a));
    expect(paths.every(({ steps }) => (steps[0]?.medianGap ?? null) === null)).toBe(true);
    const gaps = paths.flatMap(({ steps }) => steps.slice(1).map(({ medianGap }) => medianGap));
    expect(gaps.filter((gap) => gap !== null).length).toBeGreaterThan(0);
    expect(gaps.every((gap) => gap === null || /^(0-1|1-3|3-6|6-12|12-24|24-)$/.test(gap))).toBe(true);
  });

  it('get the same answer for equivalent filters', async () => {
    const answers = await Promise.all(
      equivalentForms.map(async (rewrite) => (await ask(SIZE, { where: rewrite(PLAIN) })).data),
    );
    expect(equivalentForms.length).toBeGreaterThanOrEqual(20);
    expect(answers[0]).toEqual({ cohort: { size: { count: expect.any(Number) } } });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('look the same whether nobody or only a few people are in them', async () => {
    const nobody = await ask(SIZE, { where: { any: [] } });
    const few = await ask(SIZE, { where: { birthYear: { between: { from: 1915, until: 1916 } }, ...PLAIN } });
    expect(nobody).toEqual({ data: { cohort: { size: { count: null } } } });
    expect(few.data).toEqual(nobody.data);
  });

  it.each([
    ['a code that is in no list', { healthContacts: { services: ['T99'] } }, /no "T99" in the list/],
    ['an empty filter', {}, /at least one criterion/],
    ['too many criteria', { any: Array.from({ length: 50 }, () => ({ childProtection: {} })) }, /too large/],
    ['a year that is none', { age: { between: { from: 1 }, atEndOf: 20_000 } }, /has no argument atEndOf/],
    [
      'an event without a day',
      {
        sequence: {
          first: { socialContacts: {} },
          next: { healthContacts: { atLeast: 2 } },
          withinMonths: 3,
        },
      },
      /has no atLeast/,
    ],
  ])('refuse %s', async (_, where, words) => {
    const { errors } = await ask(SIZE, { where });
    expect(errors?.[0]?.message).toMatch(words);
    expect(errors?.[0]?.extensions?.['code']).toMatch(/^(BAD_USER_INPUT|OPERATION_TOO_LARGE)$/);
  });

  it('name no service that does not exist', async () => {
    const { errors } = await ask(
      '{ cohort(where: { all: [] }) { members(from: "2010-01-01", until: "2010-12-31") { serviceUse(services: ["T99"]) { rows { persons } } } } }',
    );
    expect(errors?.[0]).toMatchObject({
      extensions: { code: 'BAD_USER_INPUT' },
      message: expect.stringMatching(/no service "T99"/),
    });
  });

  it.each([
    ['the key of a group', '{ cohort(where: { all: [] }) { filter } }'],
    [
      'the set of its members',
      '{ cohort(where: { all: [] }) { members(from: "2010-01-01", until: "2010-12-31") { set } } }',
    ],
    ['what registries answer', '{ cohort(where: { all: [] }) { population } }'],
    [
      'an entity of their own making',
      '{ _entities(representations: [{ __typename: "Cohort", filter: "{}" }]) { __typename } }',
    ],
  ])('show nothing to %s', async (_, query) => {
    const { data, errors } = await ask(query);
    expect(data ?? undefined).toBeUndefined();
    expect(errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('show no health data to those who serve people', async () => {
    const { errors } = await served.client.ask({
      persona: 'benefit-officer',
      purpose: 'benefit',
      query: SIZE,
      variables: { where: PLAIN },
    });
    expect(errors?.[0]?.extensions?.['code']).toBe('PURPOSE_NOT_PERMITTED');
  });

  it('are refused when the ledger is full, unless they were answered before', async () => {
    await served.stop();
    served = await serveCity(city, { ledgerCapacity: 1 });
    const asked = await ask(SIZE, { where: PLAIN });
    expect(asked.data).toEqual({ cohort: { size: { count: expect.any(Number) } } });
    const { errors } = await ask(SIZE, { where: { healthContacts: { services: ['T12'] } } });
    expect(errors?.[0]?.extensions?.['code']).toBe('DISCLOSURE_UNAVAILABLE');
  });
});
