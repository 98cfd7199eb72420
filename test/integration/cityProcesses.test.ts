import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { DemoAnswer, DemoClient, DemoQuestion } from '../../cli/demo/scenes.js';
import { subgraphNames } from '../../cli/runtime/localSubgraphs.js';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { startPolku } from '../city/runPolku.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';
import { equivalentForms } from '../cohorts/filterArbitrary.js';
import { approveSmallModel } from '../risk/approveSmallModel.js';

const PERSON = `query ($id: PersonID!) {
  person(id: $id) {
    id birthYear sex { code } language { code } district { code } families { role startedAt endedAt family { id members { role person { id } } } }
    healthContacts(from: "2014-01-01") { __typename id startedAt endedAt service { code } unit { code } diagnosis { code } }
    socialContacts(until: "2010-12-31", services: ["S10", "S80"]) { id startedAt service { code } kind { code } }
    childProtection { step { code } startedAt endedAt unit { code } } incomeSupport { month amount }
    educationContacts { startedAt hours } enrolments { startedAt unit { code } }
    late: servicePath(from: "2012-01-01") { steps { sector service { code } startedAt endedAt unit { code } contacts person { id birthYear } } withheld }
    servicePath { steps { contacts } }
    childProtectionRisk(asOf: "2012-Q1") {
      status withheld probability interval { from until } score contributions { registries factors { id } logOdds } humanOversight
    }
  }
}`;
const FAMILY = `query ($id: FamilyID!) {
  family(id: $id) { members(on: "2015-06-01") { person { id sex { code } } } servicePath { steps { sector service { code } startedAt contacts person { id } } withheld }
    childProtectionRisks(asOf: "2014-Q3", horizonYears: 2) { children { child { id } status probability } }
  }
}`;

const PARENTS_WHO_SAW_A_DOCTOR = {
  healthContacts: { services: ['T11'] },
  family: { member: 'CHILD', atEndOf: 2014, where: { enrolments: {} } },
};
const GROUP = `query ($where: CohortFilter!) {
  cohort(where: $where) {
    size { count }
    table(by: [YEAR, SEX], years: [2012, 2014]) { cells { year sex { code } count } }
    members(from: "2012-01-01", until: "2014-12-31") { commonPaths(steps: 1) { members paths { steps { service { code } } persons } } }
  }
}`;

const planner = { persona: 'planner', purpose: 'planning' };

/** Every kind of question, of several personas; ids are the same wherever the subgraphs run. */
async function askAll(client: DemoClient): Promise<DemoAnswer[]> {
  const answers: DemoAnswer[] = [];
  const ask = async (question: DemoQuestion): Promise<DemoAnswer> => {
    const answer = await client.ask(question);
    answers.push(answer);
    return answer;
  };
  for (const requester of [
    { persona: 'family-team', purpose: 'child-protection' },
    { persona: 'doctor', purpose: 'care' },
    { persona: 'social-worker', purpose: 'social-service' },
  ]) {
    const query =
      '{ persons(first: 6) { nodes { id families { family { id } } } hasMore } registries { name rows rejects } }';
    const { data } = await ask({ ...requester, query, partial: true });
    const { nodes } = data!['persons'] as {
      nodes: { id: string; families: { family: { id: string } }[] | null }[];
    };
    for (const { id, families } of nodes) {
      await ask({ ...requester, query: PERSON, variables: { id }, partial: true });
      for (const { family } of families ?? [])
        await ask({ ...requester, query: FAMILY, variables: { id: family.id }, partial: true });
    }
  }
  await ask({ ...planner, query: FAMILY, variables: { id: 'x' } });
  await ask({ ...planner, query: GROUP, variables: { where: PARENTS_WHO_SAW_A_DOCTOR } });
  await ask({
    persona: 'researcher',
    purpose: 'research',
    query: '{ access { purpose { label } fields { coordinate effect mask { label } } } }',
  });
  return answers;
}

describe('a city in many processes', () => {
  let city: TestCity;
  let together: DemoAnswer[];
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    // The gateway prints that it waits for the others.
    city = await makeCity();
    await approveSmallModel(city.data);
    const served = await serveCity(city);
    together = await askAll(served.client);
    await served.stop();
  });

  /** One process owns the ledger of groups, so it must end before the next test. */
  async function stopChildren(): Promise<void> {
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'close')));
    children.length = 0;
  }

  afterEach(stopChildren);
  afterAll(async () => {
    await city?.remove();
  });

  async function startApart(names: readonly string[]): Promise<ServedCity> {
    const port = await freePort();
    const remote = new Map<string, string>();
    for (const name of names) {
      const own = await freePort();
      remote.set(name, `http://127.0.0.1:${own}/`);
      children.push(
        startPolku([
          ...['subgraph', name, '--dev', '--port', String(own), '--data', city.data],
          ...['--gateway-key', join(city.data, 'secrets', 'gateway.key.pub')],
          ...['--issuer', 'polku-dev', '--jwks', `http://127.0.0.1:${port}/.well-known/jwks.json`],
        ]),
      );
    }
    return serveCity(city, { port, remote });
  }

  it('gives the same answers as in one process, with every subgraph in its own process', async () => {
    const served = await startApart(subgraphNames);
    try {
      const apart = await askAll(served.client);
      expect(apart.length).toBeGreaterThan(20);
      expect(withoutDecisions(apart)).toEqual(withoutDecisions(together));

      const sizes = new Set<unknown>();
      for (const form of equivalentForms) {
        const variables = { where: form(PARENTS_WHO_SAW_A_DOCTOR) };
        const query = 'query ($where: CohortFilter!) { cohort(where: $where) { size { count } } }';
        const { data } = await served.client.ask({ ...planner, query, variables });
        sizes.add((data as { cohort: { size: { count: number } } }).cohort.size.count);
      }
      expect(equivalentForms.length).toBeGreaterThanOrEqual(20);
      const inOneProcess = together.flatMap(({ data }) => (data?.['cohort'] ? [data['cohort']] : []));
      expect([...sizes]).toEqual([(inOneProcess[0] as { size: { count: number } }).size.count]);
      expect([...sizes]).toEqual([expect.any(Number)]);
    } finally {
      await served.stop();
    }
  });

  it('gives the same answers with some subgraphs local and some remote, and names one that stops', async () => {
    const served = await startApart(['health', 'directory']);
    try {
      expect(withoutDecisions(await askAll(served.client))).toEqual(withoutDecisions(together));

      const [health] = children as [ChildProcess];
      health.kill('SIGKILL');
      await once(health, 'close');
      const requester = { persona: 'family-team', purpose: 'child-protection' };
      const { data } = await served.client.ask({
        ...requester,
        query: '{ persons(first: 1) { nodes { id } } }',
      });
      const [{ id }] = (data!['persons'] as { nodes: [{ id: string }] }).nodes;
      const query =
        'query ($id: PersonID!) { person(id: $id) { birthYear healthContacts { service { code } } socialContacts { service { code } } } }';
      const answer = await served.client.ask({ ...requester, query, variables: { id } });
      expect(answer.data?.['person']).toMatchObject({ birthYear: expect.any(Number), healthContacts: null });
      expect(
        (answer.data!['person'] as { socialContacts: unknown[] }).socialContacts.length,
      ).toBeGreaterThanOrEqual(0);
      expect(answer.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['SUBGRAPH_UNAVAILABLE']);

      const risk = 'childProtectionRisk(asOf: "2012-Q1") { status probability humanOversight }';
      const unforeseen = await served.client.ask({
        ...requester,
        query: `query ($id: PersonID!) { person(id: $id) { ${risk} } }`,
        variables: { id },
      });
      expect(unforeseen.data?.['person']).toMatchObject({
        childProtectionRisk: { status: null, probability: null, humanOversight: expect.any(String) },
      });
      expect(unforeseen.errors?.[0]?.extensions?.['code']).toBe('SUBGRAPH_UNAVAILABLE');
    } finally {
      await served.stop();
    }
  });
});

function withoutDecisions(answers: readonly DemoAnswer[]): unknown {
  return JSON.parse(
    JSON.stringify(answers, (key, value: unknown) => (key === 'decisionId' ? undefined : value)),
  );
}
