import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { personas } from '../../gateway/identity/personas.js';
import { describeInBrowser, launchBrowser } from './consoleBrowser.js';
import {
  actAs,
  choose,
  type ConsoleLanguage,
  expectAccessible,
  expectNothingKept,
  sizes,
  tabStopsToContent,
  type Visit,
  visitConsole,
} from './consolePage.js';
import { startCity } from './startCity.js';

/** Parts of GraphiQL and Monaco that break a rule of axe, and that Polku does not make. */
const madeByOthers = ['.graphiql-container'];

describeInBrowser('the frame of the console', () => {
  let city: Awaited<ReturnType<typeof startCity>>;
  let browser: Browser;
  let visit: Visit;

  beforeAll(async () => {
    [city, browser] = await Promise.all([startCity(), launchBrowser()]);
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await city?.stop();
  });

  afterEach(async () => {
    await visit.page.context().close();
  });

  async function open(options: Parameters<typeof visitConsole>[2]): Promise<Page> {
    visit = await visitConsole(browser, city.url, options);
    await visit.page.locator('.page h1, .explorer').first().waitFor();
    return visit.page;
  }

  /** Pages that were held to WCAG, with their language: a check takes over a second. */
  const checked = new Set<string>();

  async function openEveryPage(page: Page, language: ConsoleLanguage): Promise<number> {
    const links = page.locator('.tabs a');
    await links.first().waitFor();
    const count = await links.count();
    for (let index = 0; index < count; index++) {
      await links.nth(index).click();
      // Until then the page before is there.
      await links.nth(index).and(page.locator('[aria-current=page]')).waitFor();
      await page.locator('main h1, .explorer').first().waitFor();
      await page.locator('.waiting').first().waitFor({ state: 'detached' });
      const shown = `${new URL(page.url()).hash} ${language}`;
      if (!checked.has(shown)) await expectAccessible(page, madeByOthers);
      checked.add(shown);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(sizes.desktop.width);
    }
    return count;
  }

  it.each(personas.map(({ id }, index) => [id, (['fi', 'sv', 'en'] as const)[index % 3]!] as const))(
    'opens every page of %s, in %s, accessible and without errors',
    async (persona, language: ConsoleLanguage) => {
      const page = await open({ language });
      await actAs(page, persona, language);
      expect(await openEveryPage(page, language)).toBeGreaterThan(1);
      expect(await page.getAttribute('html', 'lang')).toBe(language);
      await expectNothingKept(visit);
    },
  );

  it.each(['telephone', 'tablet'] as const)(
    'fits a %s, in the dark, with the pages in a menu',
    async (size) => {
      const page = await open({ language: 'fi', size, colorScheme: 'dark' });
      await page.getByRole('button', { name: 'Sivut' }).click();
      await page.getByRole('menuitem', { name: 'Mitä saan nähdä' }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(sizes[size].width);
    },
  );

  it('reaches the content with at most twelve presses of the tab key, or by the skip link', async () => {
    const page = await open({ language: 'en' });
    expect(await tabStopsToContent(page)).toBeLessThanOrEqual(12);
    await page.reload();
    await page.locator('.page h1').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  });

  it('changes the language at once, and remembers it', async () => {
    const page = await open({ language: 'en', path: 'access' });
    await choose(page, 'Language', 'Svenska');
    await page.getByRole('link', { name: 'Vad jag får se' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Vad jag får se' }).waitFor();
    expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({ 'polku.language': 'sv' });
  });

  it('loads the first page with less than 200 kB', async () => {
    const page = await open({ language: 'fi' });
    await page.locator('.waiting').first().waitFor({ state: 'detached' });
    const loaded = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map((entry) => ({ name: entry.name, bytes: (entry as PerformanceResourceTiming).encodedBodySize })),
    );
    const assets = loaded.filter(({ name }) => name.includes('/assets/'));
    expect(assets.length).toBeGreaterThan(3);
    expect(assets.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(200_000);
  });

  it('says which pages are open when the address names one that is not', async () => {
    const page = await open({ language: 'en', path: 'groups' });
    await page.getByRole('heading', { name: 'This page is not open to you' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'My people' }).click();
    await page.getByRole('heading', { level: 1, name: 'My people' }).waitFor();
    expect(await page.title()).toBe('My people – Polku');
  });

  it('opens the first page of a persona who may not see the page of the one before', async () => {
    const page = await open({ language: 'en', path: 'people' });
    await actAs(page, 'planner', 'en');
    await page.getByRole('heading', { level: 1, name: 'Groups' }).waitFor();
    await actAs(page, 'log-controller', 'en');
    await page.getByRole('heading', { level: 1, name: 'Log' }).waitFor();
  });

  it('says that the device is offline, and asks again on request', async () => {
    const page = await open({ language: 'en' });
    await page.context().setOffline(true);
    await page.getByText('This device is offline.').waitFor();
    await page.getByRole('link', { name: 'What I may see' }).click();
    const problem = page.getByRole('alert');
    await problem.waitFor();
    expect(await problem.textContent()).not.toMatch(/Error|at .*\.js/);
    await page.context().setOffline(false);
    await problem.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: /access|What I may see/i }).waitFor();
  });

  it('shows the decision id and no stack trace when the gateway cannot answer', async () => {
    const page = await open({ language: 'en' });
    await page.route('**/graphql', (route) =>
      route.fulfill({
        status: 500,
        headers: { 'polku-decision-id': '0b6f1c5e-4bd0-4f4b-8d54-8c2f8f2f3b11' },
        body: 'TypeError: x is undefined\n    at answer (/srv/polku/dist/gateway.js:10:3)',
      }),
    );
    await actAs(page, 'doctor', 'en');
    const problem = page.getByRole('alert');
    await problem.waitFor();
    const text = await problem.textContent();
    expect(text).toContain('0b6f1c5e-4bd0-4f4b-8d54-8c2f8f2f3b11');
    expect(text).not.toMatch(/TypeError|gateway\.js/);
    await page.unroute('**/graphql');
    await problem.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
});
