/**
 * @property policies/two-signatures
 * @property policies/one-revision A request ends under the revision that its record names, in every process,
 * even when policies change meanwhile.
 * @enforcedBy gateway/policy/policyInForce.ts
 */
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openLocalSubgraphs } from '../../cli/runtime/localSubgraphs.js';
import { openPolicy, type PolicyOptions, registerTrust } from '../../cli/runtime/openPolicy.js';
import { readGatewayKeys, Secrets } from '../../cli/runtime/secrets.js';
import { trustedIssuer } from '../../gateway/identity/trustedIssuer.js';
import type { PolicyInForce } from '../../gateway/policy/policyInForce.js';
import { serveSubgraph } from '../../registry-kit/subgraph/serveSubgraph.js';
import { SecurityEvents } from '../../schema/securityEvents.js';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  DATA_OWNER,
  DOCTOR,
  FAMILY_TEAM,
  type ProductionCity,
  serveProduction,
  startIssuer,
  type TestIssuer,
} from '../city/productionCity.js';
import { startPolku } from '../city/runPolku.js';
import { signedPolicies, type SignedPolicies, tamper } from '../city/signedPolicies.js';
import { until } from '../city/until.js';
import { TestLog } from '../city/testLog.js';

const DIAGNOSES =
  '{ persons(first: 20) { nodes { healthContacts { service { code } diagnosis { code } } } } }';
const coarser = (text: string) =>
  text.replace('HealthContact.*: allow', '$&\n      HealthContact.diagnosis: { mask: icd10-chapter }');

/** The health registry with a policy, a data folder and an owners.yaml of its own. */
interface Department {
  readonly policy: PolicyInForce;
  readonly url: string;
  stop(): Promise<void>;
}

describe('a registry in its department, with signed policies', () => {
  let city: TestCity;
  let issuer: TestIssuer;
  let signed: SignedPolicies;
  let folder: string;
  let log = new TestLog();
  const running: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    city = await makeCity();
    issuer = await startIssuer();
    await new Secrets(join(city.data, 'secrets')).gatewayKey();
  });

  afterEach(async () => {
    for (const one of running.splice(0).reverse()) await one.stop();
    await signed.remove();
    await rm(folder, { recursive: true });
    await rm(join(city.data, 'policies-seen'), { recursive: true, force: true });
    log = new TestLog();
  });

  afterAll(async () => {
    issuer?.close();
    await city?.remove();
  });

  async function prepare(days?: number): Promise<void> {
    folder = await mkdtemp(join(tmpdir(), 'polku-department-'));
    signed = await signedPolicies();
    await signed.first(days);
    await cp(signed.owners, join(folder, 'owners.yaml'));
  }

  async function startDepartment(port: number, from: Partial<PolicyOptions>): Promise<Department> {
    const options = { data: folder, owners: join(folder, 'owners.yaml'), ...from };
    const policy = await openPolicy(options, 'health', log);
    const local = await openLocalSubgraphs({
      names: ['health'],
      writer: 'health',
      data: city.data,
      secrets: new Secrets(join(city.data, 'secrets')),
      policy: (revision) => policy.under(revision),
      syntheticOnly: true,
      riskTrust: registerTrust({ dev: true }),
      log,
    });
    const address = { host: '127.0.0.1', port };
    const server = await serveSubgraph(local.subgraphs[0]!, address, {
      gatewayKeys: await readGatewayKeys(join(city.data, 'secrets', 'gateway.key.pub')),
      trusted: [trustedIssuer({ issuer: issuer.issuer, audience: 'polku', keys: new URL(issuer.jwks) })],
      catchUp: (revision) => policy.catchUp(revision),
      securityEvents: new SecurityEvents({ service: 'registry', sink: () => {} }),
      log,
    });
    const department = {
      policy,
      url: server.url.href,
      async stop() {
        await policy.close();
        local.stop();
        await server.close();
      },
    };
    running.push(department);
    return department;
  }

  async function startGateway(remote: string, store = signed.store, port = 0): Promise<ProductionCity> {
    const served = await serveProduction(city.data, { store, owners: signed.owners }, issuer, {
      remote: new Map([['health', remote]]),
      port,
    });
    running.push(served);
    return served;
  }

  async function contacts(
    served: ProductionCity,
  ): Promise<readonly { service: unknown; diagnosis: { code: string } | null }[]> {
    const { data, errors } = await served.ask(DOCTOR, DIAGNOSES);
    expect(errors).toBeUndefined();
    const { nodes } = data!['persons'] as {
      nodes: { healthContacts: { service: unknown; diagnosis: { code: string } | null }[] | null }[];
    };
    return nodes.flatMap(({ healthContacts }) => healthContacts ?? []);
  }
  const codesOf = (rows: readonly { diagnosis: { code: string } | null }[]) =>
    rows.flatMap(({ diagnosis }) => diagnosis?.code ?? []);

  it.each([
    ['the registry', true],
    ['the gateway', false],
  ])('answers by the stricter policy when %s has the stricter revision', async (_who, strictRegistry) => {
    await prepare();
    const early = join(folder, 'early');
    await cp(signed.store, early, { recursive: true });
    await signed.propose(
      'health-1',
      await signed.sources('health.yaml', strictRegistry ? coarser : withoutDiagnosis),
    );
    await signed.approve(2, 'health-2');
    const department = await startDepartment(0, { policiesFrom: strictRegistry ? signed.store : early });
    const served = await startGateway(department.url, strictRegistry ? early : signed.store);
    if (strictRegistry) {
      const codes = codesOf(await contacts(served));
      expect(codes.length).toBeGreaterThan(0);
      expect(codes.filter((code) => !/^[A-Z]\d\d-[A-Z]\d\d$/.test(code))).toEqual([]);
    } else {
      const { errors } = await served.ask(DOCTOR, DIAGNOSES);
      expect(errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    }
  });

  it('Y07: a request ends under the revision with which it began, in every process', async () => {
    await prepare();
    const remote = new Map<string, string>();
    const heard: string[] = [];
    let between: (() => Promise<void>) | undefined;
    let answered = 0;
    for (const name of ['health', 'social']) {
      const port = await freePort();
      const child = startPolku([
        ...['subgraph', name, '--port', String(port), '--data', city.data, '--policies-from', signed.store],
        ...['--owners', signed.owners, '--gateway-key', join(city.data, 'secrets', 'gateway.key.pub')],
        ...['--issuer', issuer.issuer, '--jwks', issuer.jwks],
      ]);
      child.stderr!.setEncoding('utf8').on('data', (text: string) => heard.push(`${name} ${text}`));
      running.push({
        async stop() {
          child.kill();
          await once(child, 'close');
        },
      });
      // Social services are asked after health services have answered and the policies have changed.
      const door = await relay(port, {
        before: async () => (name === 'social' ? between?.() : undefined),
        after: () => answered++,
      });
      running.push(door);
      remote.set(name, door.url);
    }
    const served = await serveProduction(city.data, { store: signed.store, owners: signed.owners }, issuer, {
      remote,
    });
    running.push(served);

    const query =
      '{ persons(first: 20) { nodes { healthContacts { startedAt } socialContacts { startedAt } } } }';
    const lengths = async () => {
      const { data, errors } = await served.ask(FAMILY_TEAM, query);
      expect(errors).toBeUndefined();
      const { nodes } = data!['persons'] as { nodes: Record<string, { startedAt: string }[] | null>[] };
      return ['healthContacts', 'socialContacts'].map((list) => [
        ...new Set(nodes.flatMap((node) => node[list] ?? []).map(({ startedAt }) => startedAt.length)),
      ]);
    };
    const [days, years] = ['2012-05-14'.length, '2012'.length];
    expect(await lengths()).toEqual([[days], [days]]);

    const took = (name: string) =>
      heard.some((text) => text.startsWith(name) && text.includes('Revision 2 is in force'));
    between = async () => {
      between = undefined;
      const before = answered;
      await until(() => answered > before);
      const sources = (await signed.sources()).map(({ file, text }) => ({ file, text: byYear(text) }));
      await signed.propose('city-1', sources);
      await signed.approve(2, 'city-2', 'health-1', 'health-2');
      await until(() => took('health') && took('social'));
    };
    expect(await lengths()).toEqual([[days], [days]]);
    expect([took('health'), took('social')]).toEqual([true, true]);
    // The gateway polls for revisions each second; later requests use the new one.
    let last = await lengths();
    while (last[0]![0] === days) {
      expect(last).toEqual([[days], [days]]);
      last = await lengths();
    }
    expect(last).toEqual([[years], [years]]);
  });

  it('loads its policies from the gateway, verifies them itself, and applies later ones', async () => {
    await prepare();
    const [port, own] = [await freePort(), await freePort()];
    const token = join(folder, 'token');
    await writeFile(token, await issuer.token(DATA_OWNER));
    const from = { policiesFrom: `http://127.0.0.1:${port}/`, policiesToken: token };
    // The gateway waits for its registry, which loads its policies from the gateway: the first ones come
    // from a folder.
    const first = await startDepartment(own, { policiesFrom: signed.store });
    const served = await startGateway(first.url, signed.store, port);
    const second = await openPolicy(
      { data: folder, owners: join(folder, 'owners.yaml'), ...from },
      'health',
      log,
    );
    running.push({ stop: () => second.close() });
    const original = first.policy.current.revision;
    expect(second.current.revision).toBe(original);
    await signed.propose('health-1', await signed.sources('health.yaml', coarser));
    await signed.approve(2, 'health-2');
    await until(() => second.current.revision !== original && first.policy.current.revision !== original);
    expect(second.current.revision).toBe(first.policy.current.revision);
    expect(codesOf(await contacts(served)).every((code) => code.includes('-'))).toBe(true);

    // The registry does not trust a gateway's own signatures: it holds its own owners.yaml.
    const mine = join(folder, 'owners.yaml');
    const known = await readFile(mine, 'utf8');
    await writeFile(
      mine,
      known.replace(/ {2}health-2: \{.*\n/, '').replace('[health-1, health-2]', '[health-1]'),
    );
    await until(() => log.says('SIGNATURE_INVALID'));
    await expect(
      openPolicy({ data: join(folder, 'new'), owners: mine, ...from }, 'health', log),
    ).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('denies everything when its policy has expired, and reports it', async () => {
    await prepare();
    const store = join(folder, 'aged');
    await cp(signed.store, store, { recursive: true });
    const department = await startDepartment(0, { policiesFrom: store });
    const served = await startGateway(department.url);
    expect(codesOf(await contacts(served)).length).toBeGreaterThan(0);
    await department.stop();
    running.splice(running.indexOf(department), 1);

    const expired = await signedPolicies({ now: () => new Date('2020-01-01T12:00:00Z') });
    await expired.first();
    const late = await startDepartment(Number(new URL(department.url).port), {
      data: join(folder, 'late'),
      policiesFrom: expired.store,
      owners: expired.owners,
    });
    expect(log.entries.some(({ code }) => code === 'POLICY_EXPIRED')).toBe(true);
    expect(late.policy.current.revision).not.toBe('');
    expect(await contacts(served)).toEqual([]);
    await expired.remove();
  });

  it('does not start with a store that was changed by hand', async () => {
    await prepare();
    await tamper(join(signed.store, '000001.json'), (text) => text.replace('because', 'therefore'));
    await expect(startDepartment(0, { policiesFrom: signed.store })).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    });
  });
});

function byYear(text: string): string {
  return text.replace(
    /^ {6}(HealthContact|SocialContact)\.\*: allow$/gm,
    '$&\n      $1.startedAt: { mask: year }',
  );
}

/** Forwards requests to a port of this machine. */
async function relay(
  port: number,
  { before, after }: { before: () => Promise<void> | undefined; after: () => void },
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((incoming, response) => {
    const headers = incoming.headers;
    void text(incoming).then(async (body) => {
      await before();
      const outgoing = request({ port, host: '127.0.0.1', method: 'POST', headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response).on('finish', after);
      });
      outgoing.on('error', () => response.destroy()).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function withoutDiagnosis(text: string): string {
  return text.replaceAll(
    'HealthContact.*: allow',
    'HealthContact.{startedAt,endedAt,service,unit,urgency}: allow',
  );
}
