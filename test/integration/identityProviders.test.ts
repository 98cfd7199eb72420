/**
 * @property gateway/several-issuers
 * @property gateway/claim-mapping Facts about a caller come only from where the configuration says. What is
 * not mapped is not held.
 * @property gateway/issuer-keys
 * @enforcedBy schema/tokens/callerClaims.ts
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SignJWT } from 'jose';
import { parse } from 'yaml';
import type { Configuration } from '../../cli/configuration/configuration.js';
import { readConfiguration } from '../../cli/configuration/readConfiguration.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { type ProductionCity, serveProduction, startIssuer } from '../city/productionCity.js';
import { runPolku } from '../city/runPolku.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';
import { until } from '../city/until.js';
import { startProvider, type TestProvider } from '../identity/startProvider.js';

const page = join(packageRoot(), 'docs', 'how-to', 'connect-an-identity-provider.md');
const [keycloakYaml = '', entraYaml = ''] = [
  ...readFileSync(page, 'utf8').matchAll(/^```yaml\n([^]*?)^```$/gm),
].map(([, yaml]) => yaml!);
const issuersIn = (yaml: string, issuer: string) =>
  (parse(yaml.replace(/issuer: \S+/, `issuer: ${issuer}`)) as Configuration).identity.issuers;

const CLIENT = { client_secret: 'a-secret-for-tests' };
const QUERY = '{ persons(first: 1) { nodes { birthYear } } }';

/** A client of the provider with claims of Keycloak's shape. */
const keycloakClient = (client_id: string, roles: readonly string[], groups: readonly string[]) => ({
  ...CLIENT,
  client_id,
  claims: {
    realm_access: { roles: ['offline_access', ...roles] },
    groups,
    employee_number: 'H-2001',
    // A claim under Polku's own name, which the mapping does not name.
    roles: ['social-worker'],
    permit: 'demo-permit-1',
  },
});

describe('a city with Keycloak and Entra ID, as the how-to connects them', () => {
  const entraKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let folder: string;
  let made: TestCity;
  let signed: SignedPolicies;
  let keycloak: TestProvider;
  let entra: Server;
  let entraIssuer: string;
  let city: ProductionCity;
  let tokens: Readonly<Record<'doctor' | 'family' | 'two' | 'none', string>>;

  beforeAll(async () => {
    jest.spyOn(console, 'error').mockImplementation(() => {});
    folder = await mkdtemp(join(tmpdir(), 'polku-providers-'));
    keycloak = await startProvider({
      clients: [
        keycloakClient('doctor', ['polku-clinician'], ['/services/health', '/staff']),
        keycloakClient('family', ['polku-family-team'], ['/services/family', '/teams/family-1']),
        keycloakClient('two', ['polku-clinician'], ['/services/health', '/services/family']),
        keycloakClient('none', ['admin', '__proto__', 'constructor'], ['/services/health']),
      ],
    });
    const get = (client: string) => keycloak.clientCredentialsToken(client);
    tokens = {
      doctor: await get('doctor'),
      family: await get('family'),
      two: await get('two'),
      none: await get('none'),
    };
    entra = createServer(({ url }, response) => {
      const keys = { keys: [{ ...entraKey.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig' }] };
      const metadata = { issuer: entraIssuer, jwks_uri: `${new URL(entraIssuer).origin}/discovery/keys` };
      response.end(JSON.stringify(url === '/discovery/keys' ? keys : metadata));
    }).listen(0, '127.0.0.1');
    await once(entra, 'listening');
    entraIssuer = `http://127.0.0.1:${(entra.address() as AddressInfo).port}/tenant/v2.0`;
    made = await makeCity();
    signed = await signedPolicies();
    await signed.first();
    // Keycloak is away while the gateway starts.
    await keycloak.stop();
    const unused = await startIssuer();
    const issuers = [...issuersIn(keycloakYaml, keycloak.issuer), ...issuersIn(entraYaml, entraIssuer)];
    city = await serveProduction(made.data, signed, unused, { keys: { 'identity.issuers': issuers } });
    unused.close();
  }, 120_000);

  afterAll(async () => {
    await city?.stop();
    await keycloak?.stop();
    entra?.close();
    await signed?.remove();
    await made?.remove();
    await rm(folder, { recursive: true });
    jest.restoreAllMocks();
  });

  async function ask(
    token: string,
    purpose: string,
  ): Promise<{ status: number; code?: string; reason?: string }> {
    const response = await fetch(new URL('/graphql', city.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'purpose-of-use': purpose,
      },
      body: JSON.stringify({ query: QUERY }),
    });
    const { errors } = (await response.json()) as {
      errors?: [{ extensions: { code: string; reason?: string } }];
    };
    const { code, reason } = errors?.[0].extensions ?? {};
    return {
      status: response.status,
      ...(code !== undefined && { code }),
      ...(reason !== undefined && { reason }),
    };
  }

  const entraToken = (
    claims: object,
    { issuer = entraIssuer, key = entraKey.privateKey as KeyObject } = {},
  ) =>
    new SignJWT({ ver: '2.0', tid: 'tenant', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k', typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience('5d1d2f4e-0000-4000-8000-000000000002')
      .setSubject('AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key);
  const socialWorker = { roles: ['Polku.SocialWorker'], 'https://city.example/claims/employee': 'S-3001' };

  it('answers ISSUER_UNAVAILABLE until a provider is there that was away at the start', async () => {
    expect(await ask(tokens.doctor, 'care')).toEqual({ status: 503, code: 'ISSUER_UNAVAILABLE' });
    // The other provider is not concerned.
    expect(await ask(await entraToken(socialWorker), 'social-service')).toEqual({ status: 200 });
    await keycloak.start();
    await until(async () => (await ask(tokens.doctor, 'care')).status === 200);
  });

  it('gives callers what the mapping says, and nothing else', async () => {
    expect(await ask(tokens.family, 'child-protection')).toEqual({ status: 200 });
    expect(await ask(tokens.doctor, 'child-protection')).toEqual({ status: 403, code: 'PURPOSE_NOT_HELD' });
    expect(await ask(tokens.doctor, 'social-service')).toEqual({ status: 403, code: 'PURPOSE_NOT_HELD' });
    expect(await ask(await entraToken(socialWorker), 'child-protection')).toEqual({ status: 200 });
  });

  it.each([
    ['two', 'claim-recipient'],
    ['none', 'claim-roles'],
  ] as const)('refuses a token of the client "%s"', async (client, reason) => {
    expect(await ask(tokens[client], 'care')).toEqual({ status: 401, code: 'UNAUTHENTICATED', reason });
  });

  it('refuses tokens that one provider makes in the name of the other', async () => {
    const forged = await entraToken(
      { realm_access: { roles: ['polku-clinician'] } },
      { issuer: keycloak.issuer },
    );
    expect(await ask(forged, 'care')).toMatchObject({ status: 401, reason: 'unknown-key' });
    const [header, payload, signature] = tokens.doctor.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const renamed = Buffer.from(JSON.stringify({ ...claims, iss: entraIssuer })).toString('base64url');
    expect(await ask([header, renamed, signature].join('.'), 'care')).toMatchObject({ status: 401 });
  });

  it('follows a new key of the provider, and refuses the old one from then on', async () => {
    await keycloak.rotateKey();
    const fresh = await keycloak.clientCredentialsToken('doctor');
    await until(async () => (await ask(fresh, 'care')).status === 200);
    expect(await ask(tokens.doctor, 'care')).toMatchObject({ status: 401, reason: 'unknown-key' });
    // An outage does not stop the service.
    await keycloak.stop();
    expect(await ask(fresh, 'care')).toEqual({ status: 200 });
    await keycloak.start();
  });

  it('shows what a token becomes, without the person', async () => {
    const [configuration, tokenFile] = [join(folder, 'polku.yaml'), join(folder, 'token')];
    await writeFile(configuration, keycloakYaml.replace(/issuer: \S+/, `issuer: ${keycloak.issuer}`));
    const explain = async (token: string) => {
      await writeFile(tokenFile, `${token}\n`);
      return runPolku(['identity', 'explain', '--token-file', tokenFile, '--config', configuration]);
    };
    const held = await explain(await keycloak.clientCredentialsToken('doctor'));
    expect(held).toEqual({
      code: 0,
      errors: '',
      output: [
        `issuer: ${keycloak.issuer}`,
        'recipient: health-services (claim "groups", by its table)',
        'roles: clinician (claim "realm_access.roles", by its table)',
        'purposes: care (claim "realm_access.roles", by its table)',
        'units: not held (claim "groups", by its table)',
        'employee: held (claim "employee_number")',
        'permit: not held (not mapped)',
        'person: not held (not mapped)',
        '',
      ].join('\n'),
    });
    const refused = await explain(await keycloak.clientCredentialsToken('none'));
    expect(refused).toMatchObject({ code: 1, output: `issuer: ${keycloak.issuer}\nrefused: claim-roles\n` });
    expect(refused.errors).toContain('UNAUTHENTICATED');
    expect(await explain('nonsense')).toMatchObject({ code: 1, output: 'refused: malformed\n' });
  });
});

it('the configurations of the how-to have no faults', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polku-how-to-'));
  for (const yaml of [keycloakYaml, entraYaml]) {
    const file = join(folder, 'polku.yaml');
    await writeFile(file, yaml);
    expect(readConfiguration({ file, environment: {} }).configuration.identity.issuers).toHaveLength(1);
  }
  await rm(folder, { recursive: true });
});
