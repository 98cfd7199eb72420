/**
 * @property gateway/console-session The browser of a user who has logged in holds an encrypted cookie and no
 * token; it counts in the console's own requests only, and ends with a logout here or at the provider.
 * @enforcedBy gateway/session/sessions.ts, gateway/session/sessionRoutes.ts
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../city/freePort.js';
import { makeCity, type TestCity } from '../city/makeCity.js';
import { FAMILY_TEAM, type ProductionCity, serveProduction, startIssuer } from '../city/productionCity.js';
import { signedPolicies, type SignedPolicies } from '../city/signedPolicies.js';
import { startProvider, type TestProvider } from '../identity/startProvider.js';
import { describeInBrowser, launchBrowser } from './consoleBrowser.js';

describeInBrowser('the console without --dev', () => {
  let made: TestCity;
  let signed: SignedPolicies;
  let provider: TestProvider;
  let city: ProductionCity;
  let browser: Browser;
  let folder: string;
  let url: string;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://localhost:${port}`;
    folder = await mkdtemp(join(tmpdir(), 'polku-login-'));
    const secret = join(folder, 'secret');
    await writeFile(secret, 'a secret of the console\n');
    provider = await startProvider({
      clients: [
        {
          client_id: 'polku-console',
          client_secret: 'a secret of the console',
          redirect_uris: [`${url}/session/callback`],
          post_logout_redirect_uris: [`${url}/`],
          backchannel_logout_uri: `${url}/session/backchannel-logout`,
          backchannel_logout_session_required: true,
        },
      ],
      users: { worker: FAMILY_TEAM },
      // Each request refreshes the token.
      tokenSeconds: 20,
    });
    made = await makeCity();
    signed = await signedPolicies();
    await signed.first();
    const issuer = await startIssuer();
    city = await serveProduction(made.data, signed, issuer, {
      port,
      keys: {
        'gateway.publicUrl': url,
        'identity.issuers': [{ issuer: provider.issuer, keys: `${provider.issuer}/jwks` }],
        'console.logins': [
          {
            name: 'staff',
            label: { en: 'Log in', fi: 'Kirjaudu', sv: 'Logga in' },
            issuer: provider.issuer,
            clientId: 'polku-console',
            clientSecret: secret,
          },
        ],
      },
    });
    issuer.close();
    browser = await launchBrowser();
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await city?.stop();
    await provider?.stop();
    await signed?.remove();
    await made?.remove();
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.setDefaultTimeout(8_000);
  });

  async function logIn(): Promise<void> {
    await page.goto(`${url}/`);
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.locator('[name=login]').fill('worker');
    await page.locator('[name=password]').fill('any');
    await page.locator('[type=submit]').click();
    const consent = page.getByRole('button', { name: 'Continue' });
    if (await consent.isVisible()) await consent.click();
    await page.getByRole('button', { name: 'Log out' }).waitFor();
  }

  async function askPath(): Promise<void> {
    await page.getByRole('link', { name: 'My people', exact: true }).click();
    await page.locator('.bar').first().waitFor();
  }

  it('shows a path after a login, and nothing after the logout', async () => {
    await logIn();
    await askPath();
    await page.screenshot({ path: join(folder, 'path.png') });
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([
      0,
      0,
      '',
    ]);
    const kept = await context.cookies(url);
    expect(kept.filter(({ name }) => name.startsWith('__Host-polku'))).not.toEqual([]);
    for (const { name, value, httpOnly, secure, sameSite } of kept.filter((one) =>
      one.name.includes('polku'),
    )) {
      expect({ name, httpOnly, secure, sameSite }).toMatchObject({
        httpOnly: true,
        secure: true,
        sameSite: 'Strict',
      });
      // A JWS has three parts, and this is no such token.
      expect(value.split('.')).not.toHaveLength(3);
    }
    await page.getByRole('button', { name: 'Log out' }).click();
    const yes = page.getByRole('button', { name: /Yes/ });
    await yes.waitFor();
    await yes.click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    // A copy of the cookie is worth nothing, either.
    await context.addCookies(kept);
    await page.goto(`${url}/`);
    await page.getByRole('link', { name: 'Log in' }).waitFor();
  });

  it('does not answer requests of another site, nor with a changed cookie', async () => {
    await logIn();
    const cookies = await context.cookies(url);
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const ask = (headers: Record<string, string>) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'purpose-of-use': 'child-protection', ...headers },
        body: '{"query":"{ persons(first: 1) { nodes { id } } }"}',
      }).then(async (response) => [response.status, (await response.text()).includes('nodes')]);
    expect(await ask({ cookie, origin: url })).toEqual([200, true]);
    expect(await ask({ cookie, origin: 'https://elsewhere.example' })).toEqual([400, false]);
    expect(await ask({ cookie, 'sec-fetch-site': 'cross-site' })).toEqual([400, false]);
    expect(await ask({ cookie })).toEqual([400, false]);
    const changed = cookie.replace(/(__Host-polku-session=.{40})./, '$1!');
    expect(await ask({ cookie: changed, origin: url })).toEqual([401, false]);
  });

  it('refuses a login that another browser has begun, and an address of elsewhere', async () => {
    const begun = await fetch(`${url}/session/login?to=https://elsewhere.example`, { redirect: 'manual' });
    expect(begun.status).toBe(303);
    expect(new URL(begun.headers.get('location')!).origin).toBe(provider.issuer);
    const answer = await fetch(`${url}/session/callback?code=x&state=y`);
    expect([
      answer.status,
      ((await answer.json()) as { errors: [{ extensions: object }] }).errors[0].extensions,
    ]).toEqual([401, { code: 'LOGIN_FAILED', reason: 'no-attempt' }]);
    const forged = await fetch(`${url}/session/backchannel-logout`, {
      method: 'POST',
      body: 'logout_token=a.b.c',
    });
    expect(forged.status).toBe(400);
  });
});
