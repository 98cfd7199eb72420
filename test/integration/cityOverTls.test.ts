/**
 * @property federation/tls-names
 * @property federation/client-certificates
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { openPolicy } from '../../cli/runtime/openPolicy.js';
import { Secrets } from '../../cli/runtime/secrets.js';
import { sendHttp } from '../../lib/httpClient.js';
import { issueCertificate } from '../../lib/tls/privateAuthority.js';
import { tlsClientOptions } from '../../lib/tls/tlsClient.js';
import { readTlsFiles, type TlsMaterial } from '../../lib/tls/tlsFiles.js';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import {
  DATA_OWNER,
  FAMILY_TEAM,
  type ProductionCity,
  serveProduction,
  startIssuer,
  type TestIssuer,
} from '../city/productionCity.js';
import { runPolku, startPolku } from '../city/runPolku.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';
import { TestLog } from '../city/testLog.js';
import { until } from '../city/until.js';

const REGISTRIES = ['population', 'health', 'social', 'education'] as const;
type RegistryName = (typeof REGISTRIES)[number];
const nameOf = (registry: string) => `${registry}.city.example`;
const GATEWAY = 'gateway.city.example';
const FAMILIES = '{ persons(first: 40) { nodes { families { family { id } } } } }';
const PATH = `query ($id: FamilyID!) {
  family(id: $id) { servicePath { steps { sector startedAt person { birthYear } } withheld } }
}`;

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

describe('a city whose registries run in processes of their own over TLS', () => {
  let city: TestCity;
  let issuer: TestIssuer;
  let signed: SignedPolicies;
  let folder: string;
  let gateway: ProductionCity;
  let family: string;
  const log = new TestLog();
  const children: ChildProcess[] = [];
  const ports = new Map<RegistryName, number>();
  /** What the registries write to standard error. */
  let heard = '';

  const tls = (file: string) => join(folder, 'tls', file);
  const pair = (name: string) => ({ certificate: tls(`${name}.pem`), key: tls(`${name}.key`) });
  const authority = () => tls('authority.pem');
  const eventsFile = (service: string) => join(folder, `${service}.events`);
  const eventsOf = async (service: string): Promise<Record<string, unknown>[]> => {
    const lines = (await readFile(eventsFile(service), 'utf8').catch(() => '')).split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const issue = async (...args: readonly string[]): Promise<void> => {
    expect(await runPolku(['tls', 'issue', ...args])).toMatchObject({ code: 0, errors: '' });
  };

  async function startRegistry(name: RegistryName, port: number): Promise<void> {
    const file = join(folder, `${name}.yaml`);
    const configuration = {
      data: city.data,
      owners: signed.owners,
      policies: { from: signed.store },
      registry: {
        port,
        gatewayKey: join(city.data, 'secrets', 'gateway.key.pub'),
        tls: { ...pair(nameOf(name)), clientAuthority: authority(), clientNames: [GATEWAY] },
      },
      identity: { issuers: [{ issuer: issuer.issuer, keys: issuer.jwks }] },
      log: { securityEvents: eventsFile(name), format: 'json' },
    };
    await writeFile(file, stringify(configuration));
    const child = startPolku(['--config', file, 'subgraph', name]);
    child.stderr!.setEncoding('utf8').on('data', (line: string) => (heard += line));
    child.stdout!.resume();
    children.push(child);
    ports.set(name, port);
  }

  /** Asks the gateway over TLS, as an app that trusts the city's authority. */
  async function ask(query: string, variables?: object): Promise<Answer> {
    const material = await readTlsFiles({ authority: authority() });
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await issuer.token(FAMILY_TEAM)}`,
      'purpose-of-use': FAMILY_TEAM.purposes[0]!,
    };
    const body = await new Promise<string>((resolve, reject) => {
      const options = { method: 'POST', headers, agent: false as const };
      request(new URL('/graphql', gateway.url), { ...options, ...tlsClientOptions(GATEWAY, material) })
        .once('response', (response) => void text(response).then(resolve, reject))
        .once('error', reject)
        .end(JSON.stringify({ query, variables }));
    });
    return JSON.parse(body) as Answer;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-over-tls-'));
    city = await makeCity();
    issuer = await startIssuer();
    signed = await signedPolicies();
    await signed.first();
    await new Secrets(join(city.data, 'secrets')).gatewayKey();
    await issue(...REGISTRIES.map(nameOf), '--use', 'server', '--out', tls(''));
    await issue(GATEWAY, 'other.city.example', '--out', tls(''));
    for (const name of REGISTRIES) await startRegistry(name, await freePort());
    const registries = REGISTRIES.map((name) => [
      name,
      {
        url: `https://127.0.0.1:${ports.get(name)}/`,
        tls: { ...pair(GATEWAY), authority: authority(), serverName: nameOf(name) },
      },
    ]);
    gateway = await serveProduction(city.data, signed, issuer, {
      keys: {
        registries: Object.fromEntries(registries),
        'gateway.tls': pair(GATEWAY),
        'log.securityEvents': eventsFile('gateway'),
      },
      log,
    });
    const { persons } = (await ask(FAMILIES)).data as {
      persons: { nodes: { families: { family: { id: string } }[] }[] };
    };
    for (const { families } of persons.nodes) {
      family = families[0]!.family.id;
      if (sectorsOf(await askPath()).size > 1) break;
    }
  });

  afterAll(async () => {
    await gateway?.stop();
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'close')));
    issuer?.close();
    await signed?.remove();
    await city?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const askPath = (): Promise<Answer> => ask(PATH, { id: family });
  const sectorsOf = ({ data }: Answer): Set<string> => {
    const path = (data as { family: { servicePath: { steps: { sector: string }[] } } }).family.servicePath;
    return new Set(path.steps.map(({ sector }) => sector));
  };

  it("answers a family's path from several registries", async () => {
    const answer = await askPath();
    expect(answer.errors).toBeUndefined();
    expect(sectorsOf(answer).size).toBeGreaterThan(1);
  });

  /** A client certificate of an authority in a folder, with the gateway's name. */
  async function imitation(authorityFolder: string, days: number): Promise<TlsMaterial> {
    const signer = {
      certificate: await readFile(join(authorityFolder, 'authority.pem'), 'utf8'),
      key: await readFile(join(authorityFolder, 'authority.key'), 'utf8'),
    };
    const [from, end] = [days - 1, days].map((day) => new Date(Date.now() + day * 86_400_000));
    const terms = { names: [GATEWAY], uses: ['client'], from: from!, until: end! } as const;
    const { certificate, key } = await issueCertificate(terms, signer);
    return { cert: certificate, key, ca: await readFile(authority(), 'utf8') };
  }

  it.each<[reason: string, client: () => Promise<TlsMaterial>]>([
    ['no-certificate', () => readTlsFiles({ authority: authority() })],
    ['wrong-name', () => readTlsFiles({ ...pair('other.city.example'), authority: authority() })],
    [
      'unknown-authority',
      async () => {
        await issue('x', '--out', join(folder, 'strangers'));
        return imitation(join(folder, 'strangers'), 1);
      },
    ],
    ['expired', () => imitation(tls(''), -1)],
  ])('refuses a client at a registry, with an event: %s', async (reason, client) => {
    const url = new URL(`https://127.0.0.1:${ports.get('health')}/`);
    const asked = { method: 'GET', timeoutMs: 10_000, maxBytes: 10_000 } as const;
    const answer = await sendHttp(url, { ...asked, serverName: nameOf('health'), tls: await client() }).then(
      ({ status, body }) => ({ status, code: (JSON.parse(body) as Answer).errors![0]!.extensions.code }),
      ({ code }: { code: string }) => ({ status: 0, code }),
    );
    // A failed handshake of TLS 1.3 may reach the client as a closed connection only.
    expect(answer).toEqual({
      status: reason === 'wrong-name' ? 403 : 0,
      code: expect.stringMatching(/^(TLS_CLIENT_REFUSED|ECONNRESET)$/),
    });
    const event = { service: 'health', event: 'refused', code: 'TLS_CLIENT_REFUSED', reason };
    await until(async () => (await eventsOf('health')).some((one) => one['reason'] === reason));
    expect(await eventsOf('health')).toContainEqual(expect.objectContaining(event));
  });

  it('sends nothing to a registry with another name, reports it, and asks again when it is mended', async () => {
    const own = pair(nameOf('social'));
    const kept = { certificate: `${own.certificate}.kept`, key: `${own.key}.kept` };
    const put = async (from: typeof own, to: typeof own): Promise<void> => {
      await cp(from.key, to.key);
      await cp(from.certificate, to.certificate);
    };
    await put(own, kept);
    await put(pair('other.city.example'), own);
    let answer: Answer = {};
    await until(async () => (answer = await askPath()).errors !== undefined);
    expect(answer.errors!.map(({ extensions }) => extensions.code)).toEqual(['SUBGRAPH_UNAVAILABLE']);
    expect(await eventsOf('gateway')).toContainEqual(
      expect.objectContaining({
        event: 'registry-refused',
        registry: 'social',
        code: 'SUBGRAPH_UNAVAILABLE',
        reason: 'wrong-name',
      }),
    );
    expect(log.says(`its certificate has other.city.example`)).toBe(true);
    await put(kept, own);
    await until(async () => (await askPath()).errors === undefined);
  });

  it('loses no request while every certificate is replaced', async () => {
    const renewals = () => heard.split('"certificates-renewed"').length - 1;
    const gatewayRenewals = () => log.entries.filter(({ event }) => event === 'certificates-renewed').length;
    const [before, gatewayBefore] = [renewals(), gatewayRenewals()];
    const answers: Answer[] = [];
    let asking = true;
    const asker = async (): Promise<void> => {
      while (asking) answers.push(await askPath());
    };
    const askers = [asker(), asker()];
    await until(() => answers.length > 4);
    await issue(...REGISTRIES.map(nameOf), '--use', 'server', '--out', tls(''), '--renew');
    await issue(GATEWAY, '--out', tls(''), '--renew');
    // Four registries; and the gateway for each of them, and for its own port.
    await until(() => renewals() >= before + 4 && gatewayRenewals() >= gatewayBefore + 5);
    const then = answers.length;
    await until(() => answers.length > then + 4);
    asking = false;
    await Promise.all(askers);
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
  });

  it('lets a registry fetch its policies from a gateway that proves its name, and from no other', async () => {
    const token = join(folder, 'token');
    await writeFile(token, await issuer.token(DATA_OWNER));
    const open = (serverName: string) =>
      openPolicy(
        {
          data: folder,
          owners: signed.owners,
          policiesFrom: gateway.url.href,
          policiesToken: token,
          policiesTls: { authority: authority(), serverName },
        },
        'health',
        new TestLog(),
      );
    const policy = await open(GATEWAY);
    expect(policy.current.revision).toMatch(/./);
    await policy.close();
    await expect(open(nameOf('health'))).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      message: expect.stringContaining('cannot prove its name'),
    });
  });
});
