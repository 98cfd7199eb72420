import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../consoleBrowser.js';
import { actAs, choose, expectAccessible, expectNothingKept, visitConsole } from '../consolePage.js';
import { startCity } from '../startCity.js';

const words = {
  fi: {
    title: 'Asiakkaani',
    families: 'Perheet',
    search: 'Hae luettelosta',
    child: 'lapsi',
    order: 'Järjestys',
    youngest: 'Nuorin ensin',
    inWords: 'Sanoin',
    table: 'Taulukkona',
    first: 'Ensimmäinen vuosi',
    print: 'Tulosta tai tallenna PDF:nä',
    purpose: 'Lastensuojelu',
    code: 'Henkilötunnus',
    lookUp: 'Hae',
    unknown: /ei löydy henkilöä/,
  },
  en: {
    title: 'My people',
    families: 'Families',
    search: 'Search the list',
    child: 'child',
    order: 'Order',
    youngest: 'Youngest first',
    inWords: 'In words',
    table: 'Table',
    first: 'First year',
    print: 'Print or save as PDF',
    purpose: 'Child protection',
    code: 'Identity code',
    lookUp: 'Look up',
    unknown: /No person with this identity code/,
  },
} as const;

describeInBrowser('a family worker prepares a case meeting', () => {
  let city: Awaited<ReturnType<typeof startCity>>;
  let browser: Browser;
  let pictures: string;

  beforeAll(async () => {
    [city, browser] = await Promise.all([startCity(), launchBrowser()]);
    pictures = await mkdtemp(join(tmpdir(), 'polku-job-'));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await city?.stop();
    if (pictures) await rm(pictures, { recursive: true });
  });

  it.each(['fi', 'en'] as const)('in %s', async (language) => {
    const text = words[language];
    const visit = await visitConsole(browser, city.url, { language, path: 'people' });
    const { page } = visit;
    await actAs(page, 'family-team', language);
    await page.getByRole('heading', { level: 1, name: text.title }).waitFor();

    // Finds the family with the youngest child.
    await page.getByRole('searchbox', { name: text.search }).fill(text.child);
    await choose(page, text.order, text.youngest);
    const families = page.getByRole('listbox', { name: text.families });
    const births = (await families.getByRole('option').allTextContents()).map((option) =>
      Math.max(...[...option.matchAll(/\b(?:19|20)\d\d\b/g)].map(([year]) => Number(year))),
    );
    expect(births.length).toBeGreaterThan(1);
    expect(births).toEqual(births.toSorted((a, b) => b - a));
    await families.getByRole('option').first().click();
    await page.locator('.bar').first().waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: join(pictures, `picture ${language}.png`) });

    // Walks through the picture by keyboard; each step is described.
    const first = page.locator('.bar[tabindex="0"]');
    expect(await first.count()).toBe(1);
    await first.focus();
    expect(await page.locator('.bar:focus').getAttribute('aria-label')).toMatch(
      /^.+, .+, .*\d{4}.*, \d+ \p{L}+$/u,
    );
    await page.keyboard.press('ArrowRight');
    await page.locator('.tooltip').waitFor();
    expect(await page.locator('.bar').nth(1).getAttribute('tabindex')).toBe('0');
    await page.keyboard.press('Escape');
    expect(await page.locator('.tooltip').count()).toBe(0);

    // Reads the path in words: the same steps as in the picture.
    const bars = await page.locator('.bar').count();
    await page.getByRole('tab', { name: text.inWords }).click();
    const steps = page.locator('[role=tabpanel] .step-year li');
    expect(await steps.count()).toBe(bars);
    expect(await steps.first().textContent()).toMatch(/\d{4}/);
    await expectAccessible(page);
    await page.getByRole('tab', { name: text.table }).click();
    expect(await page.getByRole('tabpanel').getByRole('row').count()).toBe(bars + 1);

    // Leaves out the first year, by keyboard.
    const years = page.getByRole('button', { name: text.first });
    if ((await years.count()) > 0) {
      await years.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('listbox', { name: text.first }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('listbox', { name: text.first }).waitFor({ state: 'detached' });
      expect(await page.getByRole('tabpanel').getByRole('row').count()).toBeLessThan(bars + 1);
    }

    // Prints it: each sheet names purpose and decision.
    await page.emulateMedia({ media: 'print' });
    const foot = page.locator('.printed-frame');
    expect(await foot.textContent()).toContain(text.purpose);
    expect(await foot.textContent()).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    expect(await foot.isVisible()).toBe(true);
    expect(await page.getByRole('searchbox').count()).toBe(0);
    expect((await page.pdf()).subarray(0, 5).toString('latin1')).toBe('%PDF-');
    await page.screenshot({ path: join(pictures, `print ${language}.png`), fullPage: true });
    await page.emulateMedia({ media: 'screen' });

    // An identity code leaves no trace on the page, even if nobody has it.
    const code = '010199-9999';
    await page.getByRole('textbox', { name: text.code }).fill(code);
    await page.getByRole('button', { name: text.lookUp, exact: true }).click();
    await page.getByText(text.unknown).waitFor();
    expect(await page.getByRole('textbox', { name: text.code }).inputValue()).toBe('');
    expect(await page.content()).not.toContain(code);

    const ids = await page.evaluate(() =>
      [...document.querySelectorAll('[role=option]')].map((option) => option.getAttribute('data-key') ?? ''),
    );
    expect(ids.every((id) => id.length > 10)).toBe(true);
    await expectNothingKept(visit, ids);
    await page.context().close();
  });
});
