import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { parse, stringify } from 'yaml';
import { freePort } from '../city/freePort.js';
import { makeCity } from '../city/makeCity.js';
import { serveProduction, startIssuer } from '../city/productionCity.js';
import { type SignedPolicies, type Signer, signedPolicies } from '../city/signedPolicies.js';
import { startProvider } from '../identity/startProvider.js';
import type { sizes } from './consolePage.js';
import { type ConsoleLanguage, type Visit, visitConsole } from './consolePage.js';

/** A city behind a gateway with signed policies, whose users log in at an identity provider. */
export interface SignedCity {
  /** The address of the console on localhost, where browsers allow passkeys without TLS. */
  readonly url: string;
  readonly signed: SignedPolicies;
  /** The data directory. */
  readonly data: string;
  /** Adds to owners.yaml what the console showed after a passkey was made. */
  addPasskey(lines: string): Promise<void>;
  stop(): Promise<void>;
}

/** @param users login name -> claims of the token */
export async function startSignedCity(
  users: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Promise<SignedCity> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'polku-login-'));
  const secret = join(folder, 'secret');
  await writeFile(secret, 'a secret of the console\n');
  const provider = await startProvider({
    clients: [
      {
        client_id: 'polku-console',
        client_secret: 'a secret of the console',
        redirect_uris: [`${url}/session/callback`],
        post_logout_redirect_uris: [`${url}/`],
      },
    ],
    users,
    tokenSeconds: 600,
  });
  const made = await makeCity();
  const signed = await signedPolicies();
  await signed.first(50);
  const issuer = await startIssuer();
  const city = await serveProduction(made.data, signed, issuer, {
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
  return {
    url,
    signed,
    data: made.data,
    async addPasskey(lines) {
      const owners = parse(await readFile(signed.owners, 'utf8')) as OwnersText;
      const shown = parse(lines) as Partial<OwnersText>;
      for (const [id, { login, passkeys = [] }] of Object.entries(shown.people ?? {})) {
        const person = owners.people[id]!;
        Object.assign(person, { login, passkeys: [...(person.passkeys ?? []), ...passkeys] });
      }
      if (shown.relyingParty) owners.relyingParty = shown.relyingParty;
      await writeFile(signed.owners, stringify(owners));
    },
    async stop() {
      await city.stop();
      await provider.stop();
      await signed.remove();
      await made.remove();
      await rm(folder, { recursive: true });
    },
  };
}

interface OwnersText {
  relyingParty?: object;
  people: Record<Signer | string, { login?: string; passkeys?: object[] }>;
}

/** Opens the console in a window of its own, with an authenticator that knows its user, and logs in. */
export async function openAs(
  browser: Browser,
  { url }: Pick<SignedCity, 'url'>,
  user: string,
  options: { readonly language: ConsoleLanguage; readonly size?: keyof typeof sizes },
): Promise<Visit> {
  const visit = await visitConsole(browser, url, options);
  const { page } = visit;
  // It bounds what never comes; a busy machine is slow.
  page.setDefaultTimeout(60_000);
  await addAuthenticator(page);
  await page.locator('.log-in').click();
  await page.locator('[name=login]').fill(user);
  await page.locator('[name=password]').fill('any');
  await page.locator('[type=submit]').click();
  const consent = page.getByRole('button', { name: 'Continue' });
  await consent.or(page.locator('.header')).first().waitFor();
  if (await consent.isVisible()) await consent.click();
  await page.locator('.header').waitFor();
  // The pages of the identity provider are not the console's.
  const ofLogin = visit.outsideRequests.length;
  return {
    ...visit,
    get outsideRequests() {
      return visit.outsideRequests.slice(ofLogin);
    },
  };
}

/** A virtual authenticator of Chromium that always says that its user was verified. */
async function addAuthenticator(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
