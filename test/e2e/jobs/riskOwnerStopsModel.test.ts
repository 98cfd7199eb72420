import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { registerTrust } from '../../../cli/runtime/openPolicy.js';
import { RegisterStore } from '../../../risk-model/register/registerStore.js';
import { RiskRegisterService } from '../../../risk-model/register/riskRegisterService.js';
import { DATA_OWNER } from '../../city/productionCity.js';
import { smallModel } from '../../risk/smallModel.js';
import { describeInBrowser, launchBrowser } from '../consoleBrowser.js';
import { choose, type ConsoleLanguage, expectAccessible, expectNothingKept } from '../consolePage.js';
import { openAs, type SignedCity, startSignedCity } from '../signedCity.js';

const words = {
  fi: {
    policies: 'Käyttösäännöt',
    passkey: 'Pääsyavain',
    person: 'Tehtäväsi tunniste',
    make: 'Luo pääsyavain',
    title: 'Riskimallit',
    serves: 'Malli on käytössä',
    card: 'Mallikortti',
    limits: 'Rajoitukset',
    limit: /Luku ennustaa lastensuojelun asiakkuutta, ei lapsen tarvetta/,
    stop: 'Kytke pois …',
    reason: 'Syy',
    missing: 'Kirjoita syy.',
    signer: 'Allekirjoittaja',
    toText: 'Jatka tekstiin',
    sign: 'Allekirjoita ja kytke pois',
    off: 'Kytketty pois',
    still: /Vielä 2 saman omistajan edustajan on puollettava/,
  },
  en: {
    policies: 'Policies',
    passkey: 'Passkey',
    person: 'Id of your office',
    make: 'Make passkey',
    title: 'Risk models',
    serves: 'A model serves',
    card: 'Model card',
    limits: 'Limits',
    limit: /It predicts contact with child protection, not what the child needs/,
    stop: 'Switch off …',
    reason: 'Reason',
    missing: 'Write the reason.',
    signer: 'Who signs',
    toText: 'Continue to the text',
    sign: 'Sign and switch off',
    off: 'Switched off',
    still: /2 more people of the same owner must agree/,
  },
} as const;

const REASON = 'families were not told';

describeInBrowser('a risk owner stops a model', () => {
  let browser: Browser;
  let pictures: string;

  beforeAll(async () => {
    browser = await launchBrowser();
    pictures = process.env['PICTURES'] ?? (await mkdtemp(join(tmpdir(), 'polku-job-')));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    if (pictures && pictures !== process.env['PICTURES']) await rm(pictures, { recursive: true });
  });

  it.each(['fi', 'en'] as const)(
    'in %s, with a passkey',
    async (language) => {
      const city = await startSignedCity({ owner: DATA_OWNER });
      try {
        await stopModel(city, language);
      } finally {
        await city.stop();
      }
    },
    300_000,
  );

  async function stopModel(city: SignedCity, language: ConsoleLanguage): Promise<void> {
    const text = words[language as 'fi' | 'en'];
    const { signed, data } = city;
    const service = new RiskRegisterService({
      store: new RegisterStore(data),
      trust: registerTrust({ owners: signed.owners }),
    });
    const version = await service.addModel(smallModel());
    for (const person of ['city-1', 'city-2'] as const)
      await service.approve(version, 'card read', { person, key: await signed.key(person) });

    const visit = await openAs(browser, city, 'owner', { language });
    const { page } = visit;
    // The pages of the identity provider ask elsewhere, too.
    const ofLogin = visit.outsideRequests.length;
    const picture = (name: string) =>
      page.screenshot({ path: join(pictures, `${name} ${language}.png`), fullPage: true });

    // The owner makes a passkey, and the operators add it to owners.yaml.
    await page.getByRole('link', { name: text.policies }).click();
    await page.locator('.sub-pages').getByRole('link', { name: text.passkey, exact: true }).click();
    await page.getByRole('textbox', { name: text.person }).fill('city-1');
    await page.getByRole('button', { name: text.make, exact: true }).click();
    await city.addPasskey((await page.locator('.owners-lines').textContent())!);
    await page.reload();

    // Reads which version serves, and its model card.
    await page.getByRole('link', { name: text.title }).click();
    await page.getByRole('heading', { level: 2, name: text.serves }).waitFor();
    expect(await page.locator('.switch-part').textContent()).toContain(version);
    await expectAccessible(page);
    await picture('models');
    await page.getByRole('tab', { name: text.card }).click();
    await page.getByRole('heading', { level: 3, name: text.limits }).waitFor();
    expect(await page.locator('.model-card').textContent()).toMatch(text.limit);
    await expectAccessible(page);
    await picture('card');

    // Stops it: a reason, a person, the exact text, the passkey.
    await page.getByRole('button', { name: text.stop }).click();
    await page.getByRole('button', { name: text.toText }).click();
    await page.getByText(text.missing).waitFor();
    await page.getByRole('textbox', { name: text.reason }).fill(REASON);
    await choose(page, text.signer, 'city-1 (Office)');
    await expectAccessible(page);
    await page.getByRole('button', { name: text.toText }).click();
    const exact = page.locator('.order-form pre');
    await exact.waitFor();
    expect(await exact.textContent()).toContain(`"reason": "${REASON}"`);
    await expectAccessible(page);
    await picture('models text');
    expect((await service.register()).serving?.version).toBe(version);
    await page.getByRole('button', { name: text.sign }).click();

    // It is off, and the page says why and what it takes to switch it on.
    await page.getByRole('heading', { level: 2, name: text.off }).waitFor();
    const part = (await page.locator('.switch-part').textContent()) ?? '';
    expect(part).toContain(REASON);
    expect(part).toMatch(text.still);
    await expectAccessible(page);
    await picture('models off');
    const { serving, stops } = await service.register();
    expect(serving).toBeUndefined();
    expect(stops).toMatchObject([{ person: 'city-1', reason: REASON, version: undefined }]);

    await expectNothingKept({ ...visit, outsideRequests: visit.outsideRequests.slice(ofLogin) });
    await page.context().close();
  }
});
