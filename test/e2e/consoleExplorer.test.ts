import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from './consoleBrowser.js';
import { actAs, expectNothingKept, type Visit, visitConsole } from './consolePage.js';
import { startCity } from './startCity.js';

describeInBrowser('the explorer on a desktop', () => {
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

  async function openAs(persona: string): Promise<Page> {
    visit = await visitConsole(browser, city.url, { language: 'en', path: 'explorer' });
    await actAs(visit.page, persona, 'en');
    await visit.page.locator('.large-editor .result-window').waitFor();
    return visit.page;
  }

  async function runExample(page: Page, title: string | RegExp, expected: string): Promise<string> {
    await page.getByRole('button', { name: title }).click();
    const result = page.locator('.result-window').filter({ hasText: expected });
    await result.waitFor();
    // Monaco writes no-break spaces.
    return (await result.innerText()).replaceAll('\u00a0', ' ');
  }

  /** Opens a question from a file, and runs it. */
  async function ask(page: Page, query: string): Promise<void> {
    const file = { name: 'question.graphql', mimeType: 'application/graphql', buffer: Buffer.from(query) };
    await page.locator('button:enabled', { hasText: 'Open a file' }).waitFor();
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByTestId('note').waitFor();
    await page.locator('.graphiql-execute-button').click();
  }

  it('runs the example of a family path with the id of a family that the persona may see', async () => {
    const page = await openAs('family-team');
    expect(await runExample(page, /^A family’s service path/, '"members"')).toMatch(
      /"family": {\s*"members": \[/,
    );
    expect(await page.getByTestId('refusal').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
  });

  it.each([
    [/^A person’s service path/, '"steps"'],
    [/^What may I see/, '"revision"'],
    [/^The registries/, '"extractedAt"'],
  ])('answers the example "%s"', async (title, expected) => {
    const page = await openAs('family-team');
    await runExample(page, title, expected);
    expect(await page.getByTestId('refusal').or(page.getByTestId('fault')).count()).toBe(0);
  });

  it('answers in part on request, and lists what was withheld by which owner', async () => {
    const page = await openAs('social-worker');
    await page.getByText('Answer in part').click();
    await ask(page, '{ persons(first: 1) { nodes { id healthContacts { id } } } }');
    const withheld = page.getByTestId('withheld');
    await withheld.waitFor();
    expect(await withheld.textContent()).toContain('Person.healthContacts');
    await page.locator('.result-window').filter({ hasText: '"healthContacts": null' }).waitFor();
    expect(await page.getByTestId('refusal').count()).toBe(0);
  });

  it('refuses a question that asks for more, and says whose rule that is', async () => {
    const page = await openAs('educator');
    await ask(page, '{ persons(first: 1) { nodes { id healthContacts { startedAt } } } }');
    const refusal = page.getByTestId('refusal');
    await refusal.getByRole('heading', { name: 'Refused for the purpose “Early education”' }).waitFor();
    expect(await refusal.locator('li').first().textContent()).toMatch(
      /^Health services .*Person\.healthContacts/,
    );
    await page.locator('.result-window').filter({ hasText: '"errors"' }).waitFor();
    expect(visit.complaints).toEqual([]);
  });

  it('keeps the editors in place while the panel of fields waits for its texts', async () => {
    const page = await openAs('educator');
    await page.locator('.graphiql-query-editor .view-lines').waitFor();
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const asked = page.waitForRequest(/assets\/en-/);
    await page.route(/assets\/en-/, async (route) => {
      await released;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Fields' }).click();
    await asked;
    await page.locator('.graphiql-plugin').getByRole('status').waitFor();
    expect(await page.locator('.graphiql-query-editor').isVisible()).toBe(true);
    release();
    await page.getByRole('searchbox', { name: 'Find a field' }).fill('Person.healthContacts');
    await page.getByTestId('why').getByRole('heading').waitFor();
  });

  it('removes the answer for one persona when another is chosen', async () => {
    const page = await openAs('family-team');
    await runExample(page, /^My people/, '"persons"');
    await actAs(page, 'planner', 'en');
    await page.locator('.large-editor .result-window').waitFor();
    expect(await page.locator('.result-window').innerText()).not.toContain('"persons"');
  });

  it('keeps nothing in the browser', async () => {
    const page = await openAs('family-team');
    const answer = await runExample(page, /^My people/, '"nodes"');
    const ids = [...answer.matchAll(/"id": "([^"]+)"/g)].map(([, id]) => id!);
    expect(ids.length).toBeGreaterThan(0);
    // GraphiQL writes to its storage within half a second.
    await page.waitForTimeout(1_000);
    await expectNothingKept(visit, ids);
    expect(await page.evaluate(() => ({ ...localStorage, ...sessionStorage }))).toEqual({});
  });
});
