/**
 * @property risk/shown-to-helpers A child's predicted need is shown to professionals who assess the child,
 * and of nobody for a secondary purpose.
 * @enforcedBy policies/risk.yaml, subgraphs/risk/subgraph.ts
 * @property risk/withheld-registry
 * @property risk/signed-models
 * @property risk/group-risk The distribution of predicted need in a group is published as protected numbers
 * only.
 * @enforcedBy subgraphs/cohorts/cohortRisk.ts, subgraphs/risk/groupRisks.ts
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { policiesFolder } from '../../cli/options.js';
import { registerTrust } from '../../cli/runtime/openPolicy.js';
import { RegisterStore } from '../../risk-model/register/registerStore.js';
import { RiskRegisterService } from '../../risk-model/register/riskRegisterService.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  FAMILY_TEAM,
  type ProductionCity,
  serveProduction,
  startIssuer,
  type TestIssuer,
} from '../city/productionCity.js';
import { runPolku } from '../city/runPolku.js';
import { serveCity, type ServedCity } from '../city/serveCity.js';
import { signedPolicies, type SignedPolicies, type Signer, tamper } from '../city/signedPolicies.js';
import { TestLog } from '../city/testLog.js';
import { until } from '../city/until.js';
import { approveSmallModel } from '../risk/approveSmallModel.js';
import { smallModel } from '../risk/smallModel.js';

const familyTeam = { persona: 'family-team', purpose: 'child-protection' };
const socialWorker = { persona: 'social-worker', purpose: 'child-protection' };

const RISKS = `query ($horizon: Int! = 5) {
  persons(first: 100) {
    nodes {
      id
      childProtectionRisk(asOf: "2012-Q1", horizonYears: $horizon) {
        status withheld switchedOffBecause probability score base baseRate humanOversight
        contributions { registries factors { id label(language: FI) } logOdds }
      }
    }
  }
}`;
const FAMILIES = `{
  persons(first: 100) {
    nodes {
      families(on: "2012-01-01") {
        family {
          id
          members(on: "2012-01-01") { role person { id } }
          childProtectionRisks(asOf: "2012-Q1") { children { child { id } status probability } }
        }
      }
    }
  }
}`;
const RISK_OF_ONE =
  'query ($id: PersonID!) { person(id: $id) { childProtectionRisk(asOf: "2012-Q1") { status } } }';

const GROUP = `{
  cohort(where: { all: [{ not: { healthContacts: { services: ["T70"] } } }] }) {
    childProtectionRisk(asOf: "2012-Q1") {
      status
      distribution { children bands { from until children } protection { minimum } }
    }
  }
}`;

interface GroupRisk {
  readonly status: string;
  readonly distribution: {
    readonly children: number | null;
    readonly bands: readonly { readonly from: number; readonly children: number | null }[];
    readonly protection: { readonly minimum: number };
  };
}
interface Risk {
  readonly status: string;
  readonly withheld: readonly string[];
  readonly switchedOffBecause: string | null;
  readonly probability: number | null;
  readonly score: number;
  readonly base: number;
  readonly contributions: readonly {
    readonly registries: readonly string[];
    readonly factors: readonly { readonly id: string; readonly label: string }[];
    readonly logOdds: number;
  }[];
}
interface Family {
  readonly id: string;
  readonly members: readonly { readonly role: string; readonly person: { readonly id: string } }[];
  readonly childProtectionRisks: {
    readonly children: readonly { readonly child: { readonly id: string }; readonly status: string }[];
  };
}
interface Page<Node> {
  readonly persons: { readonly nodes: readonly Node[] };
}
interface Person {
  readonly id: string;
  readonly childProtectionRisk: Risk;
}

const peopleIn = (data: unknown): readonly Person[] => (data as Page<Person>).persons.nodes;
const assessedIn = (data: unknown): readonly Risk[] =>
  peopleIn(data)
    .map(({ childProtectionRisk }) => childProtectionRisk)
    .filter(({ status }) => status === 'ASSESSED');
const statusesIn = (data: unknown): ReadonlySet<string> =>
  new Set(peopleIn(data).map(({ childProtectionRisk: { status } }) => status));
const millionths = (value: number) => Math.round(value * 1_000_000);

describe('predicted need, served', () => {
  let city: TestCity;
  let served: ServedCity;
  let policies: string;

  beforeAll(async () => {
    city = await makeCity();
    policies = join(city.data, 'own-policies');
    await cp(policiesFolder, policies, { recursive: true });
    await approveSmallModel(city.data);
    served = await serveCity(city, { policies });
  });
  afterAll(async () => {
    await served?.stop();
    await city?.remove();
  });

  it('is shown to a family team for the children in its care, with every contribution', async () => {
    const { data, errors } = await served.client.ask({ ...familyTeam, query: RISKS });
    expect(errors).toBeUndefined();
    const assessed = assessedIn(data);
    expect(assessed.length).toBeGreaterThan(0);
    expect(statusesIn(data)).toEqual(new Set(['ASSESSED', 'NOT_APPLICABLE']));
    for (const { contributions, score, base, probability } of assessed) {
      const sum = contributions.reduce((total, { logOdds }) => total + millionths(logOdds), 0);
      expect(sum).toBe(millionths(score) - millionths(base));
      expect(probability).toBeGreaterThan(0);
      expect(contributions.flatMap(({ factors }) => factors).every(({ id, label }) => label !== id)).toBe(
        true,
      );
    }
    expect(JSON.stringify(assessed)).toContain('"health.');
  });

  it('is shown for each child of a family, and for no other member', async () => {
    const { data, errors } = await served.client.ask({ ...familyTeam, query: FAMILIES });
    expect(errors).toBeUndefined();
    const families = (data as unknown as Page<{ families: { family: Family }[] }>).persons.nodes.flatMap(
      (node) => node.families.map(({ family }) => family),
    );
    expect(families.length).toBeGreaterThan(0);
    for (const { members, childProtectionRisks } of families) {
      const children = members.filter(({ role }) => role === 'CHILD').map(({ person }) => person.id);
      expect(childProtectionRisks.children.map(({ child }) => child.id).sort()).toEqual(children.sort());
    }
    expect(JSON.stringify(families)).toContain('"ASSESSED"');
  });

  it('shows a social worker, who may not see health services, their factors as a total', async () => {
    const { data, errors } = await served.client.ask({ ...socialWorker, query: RISKS });
    expect(errors).toBeUndefined();
    const assessed = assessedIn(data);
    expect(assessed.length).toBeGreaterThan(0);
    expect(JSON.stringify(data)).not.toMatch(/"health\./);
    for (const { contributions, probability } of assessed) {
      const totals = contributions.filter(({ factors }) => factors.length === 0);
      expect(totals.flatMap(({ registries }) => registries)).toContain('health');
      for (const { logOdds } of totals) expect(millionths(logOdds) % 50_000).toBeCloseTo(0, 9);
      expect(millionths(probability!) % 10_000).toBe(0);
    }
  });

  it('is shown to a planner as protected numbers of a group, the same on every request', async () => {
    const ask = async () => {
      const { data, errors } = await served.client.ask({
        persona: 'planner',
        purpose: 'planning',
        query: GROUP,
      });
      expect(errors).toBeUndefined();
      return (data as unknown as { cohort: { childProtectionRisk: GroupRisk } }).cohort.childProtectionRisk;
    };
    const first = await ask();
    expect(first.status).toBe('ASSESSED');
    const { bands, children, protection } = first.distribution;
    expect(bands.map(({ from }) => from)).toEqual([0, 0.01, 0.02, 0.05, 0.1, 0.2]);
    expect(children).toBeGreaterThan(100);
    const counts = bands.flatMap((band) => band.children ?? []);
    expect(counts.length).toBeGreaterThan(0);
    for (const number of counts) expect(number).toBeGreaterThanOrEqual(protection.minimum);
    const again = await ask();
    expect(again.distribution.bands).toEqual(bands);
  });

  it.each([
    ['planner', 'planning'],
    ['planner', 'knowledge-management'],
    ['researcher', 'research'],
    ['doctor', 'care'],
    ['benefit-officer', 'benefit'],
    ['social-worker', 'social-service'],
  ])('is refused to a %s for %s', async (persona, purpose) => {
    const { data } = await served.client.ask({ ...familyTeam, query: RISKS });
    const { id } = peopleIn(data)[0]!;
    const { errors, ...rest } = await served.client.ask({
      persona,
      purpose,
      query: RISK_OF_ONE,
      variables: { id },
    });
    expect(errors?.[0]?.extensions?.['code']).toBe('PURPOSE_NOT_PERMITTED');
    expect(rest.data ?? null).toBeNull();
  });

  it.each([
    ['six years ahead', 'asOf: "2012-Q1", horizonYears: 6'],
    ['as of a quarter to come', 'asOf: "2999-Q1"'],
    ['as of no quarter', 'asOf: "2012-Q5"'],
  ])('is not predicted %s', async (_, args) => {
    const query = `{ persons(first: 1) { nodes { childProtectionRisk(${args}) { status } } } }`;
    const { errors } = await served.client.ask({ ...familyTeam, query });
    expect(errors?.[0]?.extensions?.['code']).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/);
  });

  it('is shown to nobody after a registry withholds its factors, by that policy alone', async () => {
    await tamper(join(policies, 'health.yaml'), (text) =>
      text.replace(/ {2}- id: risk-assessment\n(?: {4}.*\n)+/, ''),
    );
    let answer = await served.client.ask({ ...familyTeam, query: RISKS });
    await until(async () => {
      answer = await served.client.ask({ ...familyTeam, query: RISKS });
      return statusesIn(answer.data).has('WITHHELD');
    });
    expect(statusesIn(answer.data)).toEqual(new Set(['WITHHELD']));
    for (const { childProtectionRisk: risk } of peopleIn(answer.data)) {
      expect(risk.withheld).toEqual(['health']);
      expect([risk.probability, risk.score, risk.contributions]).toEqual([null, null, null]);
    }
  });
});

describe('a model in production', () => {
  let city: TestCity;
  let signed: SignedPolicies;
  let issuer: TestIssuer;
  let desk: RiskRegisterService;
  let version: string;

  beforeAll(async () => {
    [city, signed, issuer] = await Promise.all([makeCity(), signedPolicies(), startIssuer()]);
    await signed.first();
    desk = new RiskRegisterService({
      store: new RegisterStore(city.data),
      trust: registerTrust({ owners: signed.owners }),
    });
    version = await desk.addModel(smallModel());
  });
  afterAll(async () => {
    issuer?.close();
    await Promise.all([city?.remove(), signed?.remove()]);
  });

  const approve = async (person: Signer) =>
    desk.approve(version, 'because', { person, key: await signed.key(person) });
  const risksOf = async (server: ProductionCity) => (await server.ask(FAMILY_TEAM, RISKS)).data;

  it('serves after two people of its owner approved it, until another owner stops it from outside', async () => {
    await approve('city-1');
    const server = await serveProduction(city.data, signed, issuer);
    try {
      expect(statusesIn(await risksOf(server))).toEqual(new Set(['NO_MODEL']));
      await approve('city-2');
      await until(async () => assessedIn(await risksOf(server)).length > 0);

      const key = signed.keyFile('health-1');
      const place = ['--data', city.data, '--owners', signed.owners, '--key', key];
      const stopped = await runPolku(['risk', 'stop', ...place, '--reason', 'families were not told']);
      expect(stopped.output).toContain('SWITCHED_OFF');
      await until(async () => statusesIn(await risksOf(server)).has('SWITCHED_OFF'));
      const off = await risksOf(server);
      expect(statusesIn(off)).toEqual(new Set(['SWITCHED_OFF']));
      expect(peopleIn(off)[0]!.childProtectionRisk).toMatchObject({
        switchedOffBecause: 'families were not told',
        score: null,
      });
    } finally {
      await server.stop();
    }
  });

  it('does not serve when its file is not the approved one', async () => {
    const [stop] = (await desk.register()).stops;
    for (const person of ['health-1', 'health-2'] as const)
      await desk.resume(stop!.sequence, 'they are', { person, key: await signed.key(person) });
    expect((await desk.register()).serving?.version).toBe(version);
    const file = join(city.data, 'risk', 'models', `${version}.json`);
    await tamper(file, (text) => text.replace('-3000000', '-2000000'));
    const log = new TestLog();
    const server = await serveProduction(city.data, signed, issuer, { log });
    try {
      expect(statusesIn(await risksOf(server))).toEqual(new Set(['SWITCHED_OFF']));
      expect(log.says('RISK_MODEL_INVALID')).toBe(true);
    } finally {
      await server.stop();
    }
  });
});
