import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { ageSnapshot } from '../../city/ageSnapshot.js';
import { makeCity, type TestCity } from '../../city/makeCity.js';
import { serveCity, type ServedCity } from '../../city/serveCity.js';
import { describeInBrowser, launchBrowser } from '../consoleBrowser.js';
import { actAs, expectAccessible, expectNothingKept, visitConsole } from '../consolePage.js';

const words = {
  fi: {
    title: 'Rekisterit',
    table: 'Kaikki rekisterit',
    alarm: 'Varhaiskasvatus: tiedot ovat liian vanhoja',
    what: 'polku extract education',
    stale: 'vanhentunut',
    fresh: 'ajan tasalla',
    age: /4 päivää sitten/,
    limit: /enintään 36 tuntia vanha/,
    education: 'Varhaiskasvatus',
    health: 'Terveyspalvelut',
    catalogue: 'Rekisterin kentät: Terveyspalvelut',
  },
  en: {
    title: 'Registries',
    table: 'All registries',
    alarm: 'Early education: the data is too old',
    what: 'polku extract education',
    stale: 'stale',
    fresh: 'fresh',
    age: /4 days ago/,
    limit: /May be 36 hours old/,
    education: 'Early education',
    health: 'Health services',
    catalogue: 'Fields of Health services',
  },
} as const;

describeInBrowser('an operator sees that a registry is stale', () => {
  let city: TestCity;
  let served: ServedCity;
  let browser: Browser;
  let pictures: string;

  beforeAll(async () => {
    city = await makeCity();
    await ageSnapshot(city.data, 'education', 4);
    [served, browser] = await Promise.all([
      serveCity(city, { keys: { 'ready.snapshotHours': 36 } }),
      launchBrowser(),
    ]);
    pictures = process.env['PICTURES'] ?? (await mkdtemp(join(tmpdir(), 'polku-job-')));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    await city?.remove();
    if (pictures && pictures !== process.env['PICTURES']) await rm(pictures, { recursive: true });
  });

  it.each(['fi', 'en'] as const)('in %s', async (language) => {
    const text = words[language];
    const visit = await visitConsole(browser, served.url.origin, { language, path: 'registries' });
    const { page } = visit;
    page.setDefaultTimeout(10_000);
    await actAs(page, 'operator', language);
    await page.getByRole('heading', { level: 1, name: text.title }).waitFor();

    // What is stale, and what to do, stand above everything else.
    const alarm = page.locator('.notice-warning');
    await alarm.waitFor();
    expect(await alarm.count()).toBe(1);
    expect(await alarm.textContent()).toContain(text.alarm);
    expect(await alarm.textContent()).toContain(text.what);

    const table = page.getByRole('table', { name: text.table });
    const states = await table
      .locator('.registry-state')
      .evaluateAll((cells) => cells.map((cell) => cell.firstChild?.textContent ?? ''));
    expect(states.toSorted()).toEqual([text.stale, text.fresh, text.fresh, text.fresh].toSorted());
    const row = table.getByRole('row', { name: text.education });
    expect(await row.textContent()).toMatch(text.age);
    expect(await row.textContent()).toMatch(text.limit);
    await expectAccessible(page);
    await page.screenshot({ path: join(pictures, `registries ${language}.png`), fullPage: true });

    // The catalogue of a registry unfolds.
    await page.getByRole('button', { name: text.health }).click();
    const catalogue = page.getByRole('table', { name: text.catalogue });
    await catalogue.waitFor();
    expect(await catalogue.textContent()).toContain('HealthContact.diagnosis');
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await expectAccessible(page);
    await page.screenshot({ path: join(pictures, `registries ${language} 390.png`), fullPage: true });
    await expectNothingKept(visit);
    await page.context().close();
  });
});
