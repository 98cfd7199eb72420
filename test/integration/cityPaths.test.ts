/**
 * @property registries/list-order The order of a list reveals no more than its masked values.
 * @enforcedBy registry-kit/enforcement/stableShuffle.ts, registry-kit/contacts/selectRows.ts,
 * subgraphs/paths/servicePath.ts
 * @property registries/withheld-by-policy
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';

interface Node {
  readonly id: string;
  readonly families: { family: { id: string } }[] | null;
}

const familyTeam = { persona: 'family-team', purpose: 'child-protection' };

describe('service paths over the city', () => {
  let city: TestCity;
  let served: ServedCity;
  let people: readonly Node[];

  const clients = async (requester: { persona: string; purpose: string }): Promise<readonly Node[]> => {
    const query = '{ persons(first: 1000) { nodes { id families { family { id } } } } }';
    const { data, errors } = await served.client.ask({ ...requester, query });
    expect(errors).toBeUndefined();
    return (data!['persons'] as { nodes: Node[] }).nodes;
  };

  beforeAll(async () => {
    city = await makeCity();
    served = await serveCity(city);
    people = await clients(familyTeam);
  });

  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });

  it('return contacts and a path for different periods in one query', async () => {
    const query = `query ($id: PersonID!) {
      person(id: $id) {
        healthContacts(from: "2016-01-01") { startedAt endedAt }
        early: servicePath(until: "2008-12-31") { steps { startedAt } }
        whole: servicePath(from: "2002-01-01") { steps { startedAt } }
      }
    }`;
    const answers = await Promise.all(
      people.map(({ id }) => served.client.ask({ ...familyTeam, query, variables: { id } })),
    );
    const persons = answers.map(
      ({ data }) => data!['person'] as Record<string, { steps: { startedAt: string }[] }>,
    );
    const contacts = persons.flatMap(
      (person) => person['healthContacts'] as unknown as { startedAt: string; endedAt: string | null }[],
    );
    expect(contacts.length).toBeGreaterThan(10);
    expect(contacts.filter(({ startedAt, endedAt }) => (endedAt ?? startedAt) < '2016-01-01')).toEqual([]);
    const early = persons.flatMap((person) => person['early']!.steps);
    const whole = persons.flatMap((person) => person['whole']!.steps);
    expect(early.length).toBeGreaterThan(10);
    expect(early.filter(({ startedAt }) => startedAt > '2008-12-31')).toEqual([]);
    expect(whole.filter(({ startedAt }) => startedAt > '2008-12-31').length).toBeGreaterThan(10);
  });

  it('count in their steps exactly the contacts of the registries that feed them', async () => {
    const query = `query ($id: PersonID!) {
      person(id: $id) {
        healthContacts { service { code } } socialContacts { service { code } } educationContacts { service { code } }
        servicePath { steps { sector contacts } withheld }
      }
    }`;
    for (const { id } of people.slice(0, 20)) {
      const { data } = await served.client.ask({ ...familyTeam, query, variables: { id } });
      const person = data!['person'] as Record<string, unknown[]> & {
        servicePath: { steps: { sector: string; contacts: number }[]; withheld: string[] };
      };
      const inSteps = (sector: string) =>
        person.servicePath.steps
          .filter((step) => step.sector === sector)
          .reduce((sum, { contacts }) => sum + contacts, 0);
      expect(['HEALTH', 'SOCIAL', 'EDUCATION'].map(inSteps)).toEqual(
        ['healthContacts', 'socialContacts', 'educationContacts'].map((field) => person[field]!.length),
      );
      expect(person.servicePath.withheld).toEqual([]);
    }
  });

  it('of a family hold the contacts of each member during membership', async () => {
    const family = people.flatMap(({ families }) => families ?? [])[0]!.family.id;
    const query = `query ($id: FamilyID!) {
      family(id: $id) {
        members { person { id } startedAt endedAt }
        servicePath { steps { person { id } startedAt endedAt } withheld }
      }
    }`;
    const { data, errors } = await served.client.ask({ ...familyTeam, query, variables: { id: family } });
    expect(errors).toBeUndefined();
    const { members, servicePath } = data!['family'] as {
      members: { person: { id: string }; startedAt: string; endedAt: string | null }[];
      servicePath: { steps: { person: { id: string }; startedAt: string }[] };
    };
    expect(new Set(servicePath.steps.map(({ person }) => person.id)).size).toBeGreaterThan(1);
    for (const step of servicePath.steps) {
      const memberships = members.filter(({ person }) => person.id === step.person.id);
      const within = memberships.some(
        ({ startedAt, endedAt }) => startedAt <= step.startedAt && step.startedAt <= (endedAt ?? '9999'),
      );
      expect(within).toBe(true);
    }
  });

  it('name the sectors that their owners withhold, by policy alone', async () => {
    const requester = { persona: 'social-worker', purpose: 'social-service' };
    const query = 'query ($id: PersonID!) { person(id: $id) { servicePath { steps { sector } withheld } } }';
    const withheld = new Set<string>();
    for (const { id } of await clients(requester)) {
      const { data } = await served.client.ask({ ...requester, query, variables: { id } });
      const { servicePath } = data!['person'] as {
        servicePath: { steps: { sector: string }[]; withheld: string[] };
      };
      withheld.add(servicePath.withheld.join());
      expect(servicePath.steps.every(({ sector }) => sector === 'SOCIAL')).toBe(true);
    }
    expect([...withheld]).toEqual(['EDUCATION,HEALTH']);
  });

  it('refuse families nested too deeply', async () => {
    const level = (aliases: string, inner: string) =>
      [...aliases]
        .map((alias) => `${alias}: families { family { members { person { ${inner} } } } }`)
        .join(' ');
    const families = level('abcd', level('ab', level('ab', level('abcd', 'id birthYear'))));
    const query = `{ persons(first: 100) { nodes { ${families} } } }`;
    const { data, errors } = await served.client.ask({ ...familyTeam, query });
    expect(errors?.[0]?.extensions?.['code']).toBe('OPERATION_TOO_LARGE');
    expect(JSON.stringify(data ?? null).length).toBeLessThan(10_000);
  });

  it('refuse invalid dates before any registry is asked', async () => {
    const query =
      'query ($id: PersonID!, $from: Date) { person(id: $id) { servicePath(from: $from) { withheld } } }';
    for (const from of ['2002-02-30', '1.1.2002', 7]) {
      const { data, errors } = await served.client.ask({
        ...familyTeam,
        query,
        variables: { id: people[0]!.id, from },
      });
      expect(data).toBeUndefined();
      expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
    }
  });

  it('page through my clients without repeats, in one order for every page size', async () => {
    const query = `query ($first: Int!, $after: PersonID) {
      persons(first: $first, after: $after) { nodes { id } hasMore }
    }`;
    const pages: string[] = [];
    let after: string | undefined;
    let hasMore = true;
    while (hasMore) {
      const { data } = await served.client.ask({ ...familyTeam, query, variables: { first: 3, after } });
      const page = data!['persons'] as { nodes: { id: string }[]; hasMore: boolean };
      pages.push(...page.nodes.map(({ id }) => id));
      [after, hasMore] = [pages.at(-1), page.hasMore];
    }
    expect(pages).toEqual(people.map(({ id }) => id));
    expect(new Set(pages).size).toBe(pages.length);
  });
});
