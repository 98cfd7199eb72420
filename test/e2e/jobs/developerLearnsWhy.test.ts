import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, launchBrowser } from '../consoleBrowser.js';
import { actAs, expectAccessible, expectNothingKept, visitConsole } from '../consolePage.js';
import { startCity } from '../startCity.js';

const words = {
  fi: {
    title: 'Kyselytyökalu',
    fields: 'Kentät',
    search: 'Hae kenttä',
    why: 'Kenttää Person.healthContacts ei näytetä sinulle',
    reason: /^Terveyspalvelut .*Person\.healthContacts.*”/,
    owner: 'Kenen sääntö: Terveyspalvelut',
    refused: 'Ei näytetä käyttötarkoitukseen ”Varhaiskasvatus”',
    question: 'Kysymys',
    examples: 'Esimerkit',
    query: 'Kysymys GraphQL-kielellä',
    variables: 'Muuttujat (JSON)',
    run: 'Kysy',
    save: 'Tallenna tiedostoksi',
    leftOut: 'Tiedostosta jätettiin pois',
    path: /^Henkilön palvelupolku/,
    cohort: /^Ryhmä lukuina/,
    access: 'Mitä saan nähdä',
    always: 'sellaisenaan',
    searchAll: 'Hae kenttiä',
  },
  en: {
    title: 'Explorer',
    fields: 'Fields',
    search: 'Find a field',
    why: 'Person.healthContacts is not shown to you',
    reason: /^Health services .*Person\.healthContacts.*"/,
    owner: 'Whose rule: Health services',
    refused: 'Refused for the purpose “Early education”',
    question: 'Question',
    examples: 'Examples',
    query: 'Question in GraphQL',
    variables: 'Variables (JSON)',
    run: 'Ask',
    save: 'Save as a file',
    leftOut: 'Left out of the file',
    path: /^A person’s service path/,
    cohort: /^A group, in numbers/,
    access: 'What I may see',
    always: 'as it is',
    searchAll: 'Search the fields',
  },
} as const;

/** Parts of GraphiQL and Monaco, which others made: their words, colours and roles are theirs. */
const OF_OTHERS = ['.monaco-editor', '.graphiql-container'];

const QUERY = '{ persons(first: 1) { nodes { id healthContacts { startedAt } } } }';

describeInBrowser('a developer writes an operation and learns why a field is missing', () => {
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

  /** Asks the docs panel why a field is not shown. */
  async function learnWhy(page: Page, text: (typeof words)['fi' | 'en']): Promise<void> {
    await page.getByRole('searchbox', { name: text.search }).fill('Person.healthContacts');
    const why = page.getByTestId('why');
    await why.getByRole('heading', { name: text.why }).waitFor();
    expect(await why.locator('p').first().textContent()).toMatch(text.reason);
    expect(await why.textContent()).toContain(text.owner);
  }

  it.each(['fi', 'en'] as const)('on a telephone, in %s', async (language) => {
    const text = words[language];
    const visit = await visitConsole(browser, city.url, { language, size: 'telephone', path: 'explorer' });
    const { page } = visit;
    await actAs(page, 'educator', language);
    await page.getByRole('heading', { level: 1, name: text.title }).waitFor();

    // Writes an operation, and is refused with a reason.
    await page.getByRole('textbox', { name: text.query }).fill(QUERY);
    await page.getByRole('button', { name: text.run, exact: true }).click();
    const refusal = page.getByTestId('refusal');
    await refusal.getByRole('heading', { name: text.refused }).waitFor();
    expect(await refusal.locator('li').first().textContent()).toMatch(text.reason);
    await expectAccessible(page);
    await page.screenshot({ path: join(pictures, `refused ${language}.png`), fullPage: true });

    // The panel of fields says how each field is shown, and whose rule hides the other.
    await page.getByRole('tab', { name: text.fields }).click();
    await page.locator('.field-list li').first().waitFor();
    expect(await page.locator('.field-list dl').first().textContent()).toMatch(/\S/);
    await expectAccessible(page);
    await learnWhy(page, text);
    await expectAccessible(page);
    await page.screenshot({ path: join(pictures, `why ${language}.png`), fullPage: true });

    // Examples are those that policy opens: a path, and no group.
    await page.getByRole('tab', { name: text.examples }).click();
    const example = page.getByRole('button', { name: text.path });
    await example.waitFor();
    expect(await page.getByRole('button', { name: text.cohort }).count()).toBe(0);
    await expectAccessible(page);
    await example.click();
    await page.locator('.plain-result').filter({ hasText: '"steps"' }).waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: join(pictures, `answer ${language}.png`), fullPage: true });

    // The file to share has the question, and no id.
    const variables = await page.getByRole('textbox', { name: text.variables }).inputValue();
    const { id } = JSON.parse(variables) as { id: string };
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: text.save }).click(),
    ]);
    await page.getByTestId('note').getByText(text.leftOut).waitFor();
    const file = await readFile(await download.path(), 'utf8');
    expect(file).toContain('servicePath');
    expect(file).not.toContain(id);
    await page.getByRole('textbox', { name: text.query }).fill('{ me { id } }');
    await page.locator('input[type=file]').setInputFiles({
      name: 'question.graphql',
      mimeType: 'application/graphql',
      buffer: Buffer.from(file),
    });
    await page.waitForFunction(() =>
      (document.querySelector('textarea') as HTMLTextAreaElement).value.includes('servicePath'),
    );
    await expectNothingKept(visit, [id]);
    await page.context().close();
  });

  it.each(['fi', 'en'] as const)('on a desktop, in %s', async (language) => {
    const text = words[language];
    const visit = await visitConsole(browser, city.url, { language, path: 'explorer' });
    const { page } = visit;
    await actAs(page, 'educator', language);
    await page.locator('.large-editor').waitFor();
    await page.getByRole('button', { name: text.path }).click();
    await page.locator('.result-window').filter({ hasText: '"steps"' }).waitFor();
    await expectAccessible(page, OF_OTHERS);
    await page.screenshot({ path: join(pictures, `desktop ${language}.png`) });
    await page.getByRole('button', { name: text.fields }).click();
    await learnWhy(page, text);
    await page.screenshot({ path: join(pictures, `fields ${language}.png`) });

    // The page of what one may see says it in words.
    await page.getByRole('link', { name: text.access }).click();
    await page.getByRole('heading', { level: 1, name: text.access }).waitFor();
    await page.getByText(text.always).first().waitFor();
    await expectAccessible(page);
    const all = await page.getByRole('row').count();
    await page.getByRole('searchbox', { name: text.searchAll }).fill('ServiceStep');
    expect(await page.getByRole('row').count()).toBeLessThan(all);
    await page.screenshot({ path: join(pictures, `access ${language}.png`) });
    await expectNothingKept(visit);
    await page.context().close();
  });
});
