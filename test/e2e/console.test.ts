import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser, openConsole, type WatchedPage } from './consoleBrowser.js';
import { startCity } from './startCity.js';

const wide = { width: 1280, height: 800 };
const narrow = { width: 800, height: 1000 };

describeInBrowser('the console', () => {
  let city: Awaited<ReturnType<typeof startCity>>;
  let browser: Browser;
  let pictures: string;
  let watched: WatchedPage;

  beforeAll(async () => {
    city = await startCity();
    browser = await launchBrowser();
    pictures = await mkdtemp(join(tmpdir(), 'polku-console-'));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await city?.stop();
    if (pictures) await rm(pictures, { recursive: true });
  });

  afterEach(async () => {
    await watched.page.context().close();
  });

  async function open(size = wide, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    watched = await openConsole(browser, city.url, size, colorScheme);
    return watched.page;
  }

  async function be(page: Page, persona: string): Promise<void> {
    await page.getByLabel('You are').selectOption(persona);
  }

  async function result(page: Page): Promise<string> {
    // Monaco writes no-break spaces.
    return ((await page.locator('.result-window').textContent()) ?? '').replaceAll('\u00a0', ' ');
  }

  async function takePicture(page: Page, name: string): Promise<void> {
    const path = join(pictures, `${name}.png`);
    await page.screenshot({ path });
    expect((await stat(path)).size).toBeGreaterThan(10_000);
  }

  it.each([
    ['wide and light', wide, 'light'],
    ['wide and dark', wide, 'dark'],
    ['narrow and light', narrow, 'light'],
    ['narrow and dark', narrow, 'dark'],
  ] as const)(
    'opens every page, %s, without errors and without requests to another origin',
    async (name, size, scheme) => {
      const page = await open(size, scheme);
      await be(page, 'family-team');
      await page.getByRole('button', { name: 'My people' }).click();
      await page.waitForFunction(() =>
        document.querySelector('.result-window')?.textContent?.includes('"persons"'),
      );
      await takePicture(page, `explorer ${name}`);

      await page.getByRole('link', { name: 'Path', exact: true }).click();
      await page.locator('.bar').first().waitFor();
      await takePicture(page, `path ${name}`);

      await page.getByRole('link', { name: 'Access', exact: true }).click();
      await page.getByRole('row').first().waitFor();
      await takePicture(page, `access ${name}`);

      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(size.width);
      expect(watched.outsideRequests).toEqual([]);
      expect(watched.complaints).toEqual([]);
    },
  );

  it('runs the example of a family path with the id of a family that the persona may see', async () => {
    const page = await open();
    await be(page, 'family-team');
    await page.getByRole('button', { name: /A family’s service path/ }).click();
    await page.waitForFunction(() =>
      document.querySelector('.result-window')?.textContent?.includes('"members"'),
    );
    expect(await result(page)).toMatch(/"family": {\s*"members": \[/);
    expect(await page.getByTestId('refusal').count()).toBe(0);
    expect(watched.complaints).toEqual([]);
  });

  it.each([
    ['A person’s service path', '"steps"'],
    ['What may I see?', '"revision"'],
    ['The registries', '"extractedAt"'],
  ])('answers the example "%s"', async (title, expected) => {
    const page = await open();
    await be(page, 'family-team');
    await page.getByRole('button', { name: title }).click();
    await page.waitForFunction(
      (text) => document.querySelector('.result-window')?.textContent?.includes(text),
      expected,
    );
    expect(await page.getByTestId('refusal').or(page.getByTestId('fault')).count()).toBe(0);
  });

  it('tells a planner which owner refused what, why, and under which decision', async () => {
    const page = await open();
    await be(page, 'planner');
    await page.getByRole('button', { name: 'My people' }).click();
    const refusal = page.getByTestId('refusal');
    await refusal.waitFor();
    const words = await refusal.textContent();
    expect(words).toContain('Query.persons');
    expect(words).toContain('Refused for the purpose planning');
    expect(await refusal.locator('strong').first().textContent()).toMatch(/^[A-Z]\w+/);
    expect(words).toMatch(/Decision \S+.*Policy revision \S+/);
    expect(watched.complaints).toEqual([]);
  });

  it('answers in partial mode on request and lists what was withheld by which owner', async () => {
    const page = await open();
    await be(page, 'social-worker');
    await page.getByRole('switch', { name: 'Partial answers' }).check();
    await page.getByRole('button', { name: /Contacts and path/ }).click();
    const withheld = page.getByTestId('withheld');
    await withheld.waitFor();
    expect(await withheld.textContent()).toContain('Person.healthContacts');
    expect(await result(page)).toMatch(/"healthContacts": null,\s*"servicePath": {/);
    expect(await page.getByTestId('refusal').count()).toBe(0);
  });

  it('tells a planner that no person exists whose id an example could use', async () => {
    const page = await open();
    await be(page, 'planner');
    await page.getByRole('button', { name: /A person’s service path/ }).click();
    await page.getByTestId('note').waitFor();
    expect(await page.getByTestId('note').textContent()).toContain('no list of people');
    await page.getByRole('link', { name: 'Path', exact: true }).click();
    await page.getByTestId('nobody').waitFor();
  });

  it('removes the answer for one persona when another persona is chosen', async () => {
    const page = await open();
    await be(page, 'family-team');
    await page.getByRole('button', { name: 'My people' }).click();
    await page.waitForFunction(() =>
      document.querySelector('.result-window')?.textContent?.includes('"persons"'),
    );
    await be(page, 'planner');
    expect(await result(page)).not.toContain('"persons"');
  });

  it('documents only the schema that the persona sees', async () => {
    const page = await open();
    const rootFields = async (persona: string): Promise<string> => {
      await be(page, persona);
      await page.getByRole('button', { name: /Documentation Explorer/ }).click();
      await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).click();
      const fields = page.locator('.graphiql-doc-explorer-field-name, .graphiql-doc-explorer-item');
      await fields.first().waitFor();
      return (await page.locator('.graphiql-doc-explorer').textContent()) ?? '';
    };
    expect(await rootFields('family-team')).toContain('persons');
    await page.getByRole('button', { name: /Examples/ }).click();
    expect(await rootFields('planner')).not.toContain('persons');
  });

  it('moves through the picture with the keyboard and describes each step', async () => {
    const page = await open();
    await be(page, 'family-team');
    await page.getByRole('link', { name: 'Path', exact: true }).click();
    const first = page.locator('.bar[tabindex="0"]');
    await first.waitFor();
    expect(await first.count()).toBe(1);
    await first.focus();
    const described = await page.locator('.bar:focus').getAttribute('aria-label');
    expect(described).toMatch(/^(Health|Social|Education), \S+, .*\d{4}.*, \d+ contacts?$/);
    await page.keyboard.press('ArrowRight');
    await page.locator('.tooltip').waitFor();
    expect(await page.locator('.bar').nth(1).getAttribute('tabindex')).toBe('0');
    await page.keyboard.press('Escape');
    expect(await page.locator('.tooltip').count()).toBe(0);
  });

  it('filters the list of visible fields', async () => {
    const page = await open();
    await be(page, 'family-team');
    await page.getByRole('link', { name: 'Access', exact: true }).click();
    await page.getByRole('row').first().waitFor();
    const all = await page.getByRole('row').count();
    await page.getByRole('searchbox').fill('ServiceStep');
    expect(await page.getByRole('row').count()).toBeLessThan(all);
    expect(await page.getByRole('table').count()).toBe(1);
  });

  it('leaves nothing in the storage of the browser', async () => {
    const page = await open();
    await be(page, 'family-team');
    await page.getByRole('button', { name: /A person’s service path/ }).click();
    await page.waitForFunction(() =>
      document.querySelector('.result-window')?.textContent?.includes('"steps"'),
    );
    // GraphiQL writes to its storage within half a second.
    await page.waitForTimeout(1_000);
    const left = await page.evaluate(async () => ({
      storage: { ...localStorage, ...sessionStorage },
      databases: await indexedDB.databases(),
      cookies: document.cookie,
      address: location.href,
    }));
    expect(left).toEqual({
      storage: {},
      databases: [],
      cookies: '',
      address: expect.stringMatching(/\/#\/$/),
    });
  });
});
