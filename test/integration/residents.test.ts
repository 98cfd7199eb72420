/**
 * @property gateway/residents A resident logs in with the identity code that a provider asserts, and sees own
 * data only. The code is in no file, log, event, cookie or token of Polku, and the provider's tokens are kept
 * nowhere.
 * @enforcedBy gateway/identity/residentIssuer.ts, gateway/session/sessions.ts
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { parse, stringify } from 'yaml';
import { demoLogin } from '../../cli/runtime/identity.js';
import { Secrets } from '../../cli/runtime/secrets.js';
import { loginDomain } from '../../gateway/identity/bearerToken.js';
import { Domains, unseal } from '../../gateway/pseudonyms.js';
import { SealedCookie } from '../../gateway/session/sealedCookie.js';
import type { Session } from '../../gateway/session/sessions.js';
import { packageRoot } from '../../lib/packageRoot.js';
import { Linkage } from '../../linkage/linkage.js';
import { codesByKey } from '../city/codesByKey.js';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { FAMILY_TEAM, startIssuer, type TestIssuer } from '../city/productionCity.js';
import { runPolku, startPolku } from '../city/runPolku.js';
import { identityCounter } from '../city/searchIdentities.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';
import { until } from '../city/until.js';
import { HttpBrowser } from '../identity/httpBrowser.js';
import { startProvider, type TestProvider } from '../identity/startProvider.js';

const page = join(packageRoot(), 'docs', 'how-to', 'connect-an-identity-provider.md');
const yamls = [...readFileSync(page, 'utf8').matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, yaml]) => yaml!);
const yamlOfPage = yamls.find((yaml) => yaml.includes('identityCode'))!;
interface Settings {
  readonly gateway: object;
  readonly console: {
    readonly logins: readonly [{ readonly clientId: string; readonly identityCode: string }];
  };
}
const settings = parse(yamlOfPage) as Settings;
const [login] = settings.console.logins;

/** Valid codes that nobody in a synthetic city has: its people are born later. */
const STRANGER = '131052-9982';
const SECRET = 'a secret of the console';
const OWN =
  '{ me { id birthYear healthContacts { service { code } } } accessLog(first: 50) { purpose { id } recipient { id } } }';

describe('residents, with health in a process of its own', () => {
  let folder: string;
  let made: TestCity;
  let signed: SignedPolicies;
  let staff: TestIssuer;
  let provider: TestProvider;
  let code: string;
  let url: string;
  const processes: ChildProcess[] = [];
  let printed = '';

  function start(args: readonly string[]): Promise<void> {
    const child = startPolku(args);
    processes.push(child);
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
    const before = printed.length;
    return until(() => {
      if (child.exitCode !== null) throw new Error(printed);
      return /serves/.test(printed.slice(before));
    });
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polku-residents-'));
    made = await makeCity();
    signed = await signedPolicies();
    await signed.first();
    staff = await startIssuer();
    const secrets = new Secrets(join(made.data, 'secrets'));
    await secrets.gatewayKey();
    const linkage = await Linkage.open({ dir: join(made.data, 'linkage'), secret: await secrets.linkage() });
    const id = await demoLogin(made.data, secrets, '1')();
    const person = unseal(loginDomain(new Domains(await secrets.domain()), '1'), 'PersonID', id) as number;
    code = (await codesByKey(made.exports, linkage)).get(person)!;
    const [port, healthPort] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${port}`;
    const client = {
      client_id: login.clientId,
      client_secret: SECRET,
      redirect_uris: [`${url}/session/callback`],
      post_logout_redirect_uris: [`${url}/`],
      backchannel_logout_uri: `${url}/session/backchannel-logout`,
      backchannel_logout_session_required: true,
    };
    const user = (value: unknown) => ({ [login.identityCode]: value });
    provider = await startProvider({
      clients: [client],
      // This provider is as careless as can be: people log in with their code, so sub is the code, too.
      users: {
        [code]: user(code),
        stranger: user(STRANGER),
        malformed: user('131052-9983'),
        number: user(1310529982),
        nobody: {},
      },
      idTokenClaims: [login.identityCode],
    });
    const keys = {
      data: made.data,
      owners: signed.owners,
      policies: { from: signed.store },
      identity: { issuers: [{ issuer: staff.issuer, keys: staff.jwks }] },
    };
    await writeFile(join(folder, 'residents.secret'), `${SECRET}\n`);
    await writeFile(
      join(folder, 'polku.yaml'),
      stringify({
        ...keys,
        ...parse(yamlOfPage.replace(/issuer: \S+/, `issuer: ${provider.issuer}`)),
        gateway: { ...settings.gateway, publicUrl: url, port },
        registries: { health: { url: `http://127.0.0.1:${healthPort}/` } },
        log: { securityEvents: 'events.ndjson' },
      }),
    );
    await writeFile(
      join(folder, 'health.yaml'),
      stringify({
        ...keys,
        registry: { port: healthPort, gatewayKey: join(made.data, 'secrets', 'gateway.key.pub') },
        log: { securityEvents: 'health-events.ndjson' },
      }),
    );
    await start(['subgraph', 'health', '--config', join(folder, 'health.yaml')]);
    await start(['serve', '--config', join(folder, 'polku.yaml')]);
  }, 120_000);

  afterAll(async () => {
    for (const child of processes) child.kill();
    await Promise.all(processes.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'close')));
    staff?.close();
    await provider?.stop();
    await signed?.remove();
    await made?.remove();
    await rm(folder, { recursive: true });
  });

  async function logIn(name: string): Promise<HttpBrowser> {
    const browser = new HttpBrowser();
    const { status } = await browser.logIn(`${url}/session/login?with=residents`, name);
    expect(status).toBe(200);
    return browser;
  }

  async function graphql(query: string, headers: Readonly<Record<string, string>>) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as {
      data?: { me: object; accessLog: readonly object[] };
      errors?: [{ extensions: { code: string; reason?: string } }];
    };
    return {
      status: response.status,
      data,
      code: errors?.[0].extensions.code,
      reason: errors?.[0].extensions.reason,
    };
  }
  const ask = (browser: HttpBrowser, query = OWN, purpose = 'data-subject') =>
    graphql(query, { cookie: browser.cookiesOf(url), origin: url, 'purpose-of-use': purpose });

  async function sessionOf(browser: HttpBrowser): Promise<Session> {
    const secrets = await new Secrets(join(made.data, 'secrets')).session();
    const cookie = new SealedCookie<Session>('__Host-polku-session', 'Strict', secrets);
    return (await cookie.read(browser.cookiesOf(url)))!;
  }

  /** Counts the codes of this test in bytes: as they are, in hexadecimal, in base64. */
  const countOfCodes = () =>
    identityCounter({ codes: new Set([code, STRANGER]), texts: new Set([code, STRANGER]) });

  it('see their own data and who has read it, and nobody else', async () => {
    await graphql('{ persons(first: 1000) { nodes { birthYear } } }', {
      authorization: `Bearer ${await staff.token(FAMILY_TEAM)}`,
      'purpose-of-use': 'child-protection',
    });
    const browser = await logIn(code);
    const { status, data } = await ask(browser);
    expect(status).toBe(200);
    expect(data!.me).toMatchObject({ birthYear: expect.any(Number), healthContacts: expect.any(Array) });
    expect(data!.accessLog).toContainEqual({
      purpose: { id: 'child-protection' },
      recipient: { id: 'family-services' },
    });
    expect((await ask(browser, '{ persons(first: 1) { nodes { id } } }')).data).toBeUndefined();
    expect(await ask(browser, OWN, 'care')).toMatchObject({ status: 403, code: 'PURPOSE_NOT_HELD' });
  });

  it('have a short token of the gateway, which names them to nobody', async () => {
    const browser = await logIn(code);
    const session = await sessionOf(browser);
    const { accessToken, person, refreshToken } = session;
    const { me } = (await ask(browser)).data as { me: { id: string } };
    for (const text of [
      JSON.stringify(session),
      browser.cookiesOf(url),
      browser.visited.join(' '),
      accessToken,
    ])
      expect(countOfCodes()(Buffer.from(text))).toBe(0);
    const claims = decodeJwt(accessToken);
    expect(decodeProtectedHeader(accessToken)).toEqual({
      alg: 'EdDSA',
      typ: 'at+jwt',
      kid: expect.any(String),
    });
    expect(claims).toEqual({
      iss: 'polku-residents',
      aud: 'polku',
      sub: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      person,
      iat: expect.any(Number),
      exp: claims.iat! + 600,
    });
    expect(new Set([claims.sub, person, me.id]).size).toBe(3);
    expect(refreshToken).toBeUndefined();
  });

  it('cannot ask with a token of their provider', async () => {
    const token = await provider.clientCredentialsToken(login.clientId);
    const headers = { authorization: `Bearer ${token}`, 'purpose-of-use': 'data-subject' };
    expect(await graphql(OWN, headers)).toMatchObject({ status: 401, reason: 'claim-iss' });
  });

  it('are logged out here when they log out at the provider', async () => {
    const [one, other] = [await logIn(code), await logIn(code)];
    await one.confirmLogout(`${provider.issuer}/session/end?client_id=${login.clientId}`);
    await until(async () => (await ask(one)).status === 401);
    expect((await ask(other)).status).toBe(200);
  });

  it('are refused alike when the city does not know their code, or has erased them', async () => {
    const refusal = async (name: string) => {
      const { status, text } = await new HttpBrowser().logIn(`${url}/session/login?with=residents`, name);
      return { status, ...(JSON.parse(text) as { errors: [{ extensions: object }] }).errors[0] };
    };
    const unknown = await refusal('stranger');
    expect(unknown).toMatchObject({
      status: 401,
      extensions: { code: 'LOGIN_FAILED', reason: 'unknown-resident' },
    });
    expect(await refusal('malformed')).toEqual(unknown);
    for (const name of ['number', 'nobody'])
      expect(await refusal(name)).toMatchObject({
        extensions: { code: 'LOGIN_FAILED', reason: 'no-identity-code' },
      });
    const mark = ['mark', 'add', 'erasure', '--registry', 'population', '--data', made.data];
    expect(await runPolku(mark, { input: `${code}\n` })).toMatchObject({ code: 0 });
    await until(
      async () => (await new HttpBrowser().logIn(`${url}/session/login?with=residents`, code)).status === 401,
    );
    expect(await refusal(code)).toEqual(unknown);
  });

  it('leave no trace of their code', async () => {
    const count = countOfCodes();
    expect(count(Buffer.from(`x${Buffer.from(code).toString('base64')}`))).toBeGreaterThan(0);
    const places = [made.data, folder].map(async (root) => {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    });
    const files = (await Promise.all(places)).flat();
    expect(files).toEqual(expect.arrayContaining([join(made.data, 'sessions', 'revoked.json')]));
    const found: string[] = [];
    for (const file of files) if (count(await readFile(file)) > 0) found.push(file);
    expect(found).toEqual([]);
    expect(count(Buffer.from(printed))).toBe(0);
    const events = await readFile(join(folder, 'events.ndjson'), 'utf8');
    expect(events).toContain('"reason":"unknown-resident"');
  });
});
